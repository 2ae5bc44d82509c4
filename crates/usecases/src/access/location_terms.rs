//! Reading an owner and ranges as somebody typed them.

use wardkey_domain::access::{BadRanges, LocationConnection, RangeRules, Ranges, Terms};
use wardkey_domain::directory::{Account, AccountAddress};
use wardkey_domain::op::Op;
use wardkey_domain::permission::{Action, Target};
use wardkey_store::{self as store, Tx};

use crate::{Error, FieldError, Result};

/// An owner and ranges, as somebody typed them.
#[derive(Clone, Copy, Debug)]
pub struct TypedTerms<'a> {
    /// The address of the owner's account.
    pub owner: &'a str,
    /// One address or network on each line.
    pub ranges: &'a str,
}

impl TypedTerms<'_> {
    /// The terms that are meant; every wrong field is told at once, together with those that were found wrong `before`.
    ///
    /// # Errors
    /// `Invalid` with what is wrong; also when the actor may not see the owner, which is the same as that there is none.
    pub(super) async fn read(
        &self,
        tx: &mut Tx,
        op: &Op,
        (rules, connection): (&RangeRules, LocationConnection),
        before: Vec<FieldError>,
    ) -> Result<Terms> {
        let mut wrong = before;
        let owner = owner(tx, op, self.owner).await?.map_err(|error| wrong.push(error));
        let ranges = ranges(rules, connection, self.ranges).map_err(|errors| wrong.extend(errors));
        match (owner, ranges) {
            (Ok(owner), Ok(ranges)) if wrong.is_empty() => Ok(Terms { owner: owner.id, ranges }),
            _ => Err(Error::Invalid(wrong)),
        }
    }
}

/// Whoever is to answer for the location: somebody whom the actor sees, and who can sign in to look after it.
async fn owner(tx: &mut Tx, op: &Op, typed: &str) -> Result<std::result::Result<Account, FieldError>> {
    let wrong = |message: &str| Ok(Err(FieldError { field: "owner", message: message.to_owned() }));
    let Ok(address) = typed.trim().parse::<AccountAddress>() else {
        return wrong("Enter the email address of the account of whoever answers for this location");
    };
    // SECURITY: an account elsewhere and none are one answer.
    let nobody = "No account that you look after has this address";
    let Some(account) = store::directory::find_account_by_address(tx, &address).await? else { return wrong(nobody) };
    let roles = store::directory::list_account_roles(tx, account.id, op.now).await?;
    if op.require(Action::SeeAccount, &Target::account(&account, &roles)).is_err() {
        return wrong(nobody);
    }
    if account.may_sign_in().is_err() {
        return wrong("Nobody signs in with this account, so nobody could answer for this location");
    }
    Ok(Ok(account))
}

fn ranges(
    rules: &RangeRules,
    connection: LocationConnection,
    typed: &str,
) -> std::result::Result<Ranges, Vec<FieldError>> {
    let wrong = |message: String| FieldError { field: "ranges", message };
    rules.read(typed, connection).map_err(|bad| match bad {
        BadRanges::Lines(lines) => lines.iter().map(|line| wrong(line.to_string())).collect(),
        BadRanges::None | BadRanges::TooMany(_) => vec![wrong(bad.to_string())],
    })
}
