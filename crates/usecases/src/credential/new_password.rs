//! Whether somebody may have the password they want.

use wardkey_domain::factor::password::{BrokenRule, Choice, NameParts, PasswordHash, normalised};
use wardkey_domain::id::AccountId;
use wardkey_domain::op::Op;
use wardkey_domain::secret::Secret;
use wardkey_store as store;

use crate::{App, Error, Result};

/// What was found of a new password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewPasswordVerdict {
    /// It keeps every rule; this is its hash.
    Accepted(PasswordHash),
    /// It breaks these rules.
    Refused(Vec<BrokenRule>),
}

/// Judges a new password by every rule: length, names, common and breached passwords, and the account's history.
///
/// No transaction is open while it is judged, which takes a hash for each password of the history.
///
/// # Errors
/// `Unavailable` when the hashing queue is full. A file of breached passwords that cannot be read is a fault: the password
/// is not accepted unseen.
pub async fn judge_new_password(
    app: &App,
    _op: &Op,
    account: AccountId,
    candidate: &Secret<String>,
) -> Result<NewPasswordVerdict> {
    let rules = app.settings().password.clone();
    let mut tx = app.store().read().await?;
    let person = store::directory::find_account(&mut tx, account).await?.ok_or(Error::NotFound("account"))?;
    let present = store::credential::password(&mut tx, account).await?.map(|password| password.hash);
    let former = store::credential::list_former_passwords(&mut tx, account, rules.history).await?;
    let void = store::credential::list_void_passwords(&mut tx, account).await?;
    drop(tx);
    let breached = app
        .breached()
        .contains(&normalised(candidate))
        .await
        .map_err(|error| Error::internal("look a password up in the file of breached ones", error))?;
    let choice = Choice {
        candidate: candidate.clone(),
        person: NameParts { given: person.given_name, family: person.family_name },
        breached,
        history: present.into_iter().chain(former).collect(),
        void,
        salt: app.random(),
    };
    Ok(match app.hashing().judge(choice, rules).await? {
        Ok(hash) => NewPasswordVerdict::Accepted(hash),
        Err(broken) => NewPasswordVerdict::Refused(broken),
    })
}
