//! Adding one account.

use wardkey_domain::audit::Event;
use wardkey_domain::directory::{Account, AccountPlan, AccountRow};
use wardkey_domain::factor::password::PasswordHash;
use wardkey_domain::id::AccountId;
use wardkey_domain::op::Op;
use wardkey_domain::permission::{Action, Target};
use wardkey_store::{self as store, Tx};

use super::target::require_fresh_factor;
use crate::{App, Error, FieldError, Result, report};

/// An account to be added.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// What it is.
    pub row: AccountRow,
    /// A ready password hash; without one the account is activated later.
    pub password: Option<PasswordHash>,
}

/// Adds an account.
///
/// # Errors
/// When the actor may not, the organisation is unknown or closed, or the address is taken.
pub async fn add_account(app: &App, op: &Op, new: NewAccount) -> Result<Account> {
    let mut tx = app.store().begin().await?;
    let account = add(app, &mut tx, op, new).await?;
    tx.commit().await?;
    Ok(account)
}

pub(super) async fn add(app: &App, tx: &mut Tx, op: &Op, new: NewAccount) -> Result<Account> {
    let organisation = store::directory::find_organisation_by_code(tx, &new.row.ods_code)
        .await?
        .ok_or_else(|| Error::invalid("ods_code", "no organisation has this code"))?;
    op.require(Action::ImportAccounts, &Target::organisation(&organisation.path))?;
    require_fresh_factor(app, op)?;
    if store::directory::find_account_by_address(tx, &new.row.address).await?.is_some() {
        return Err(Error::Conflict("an account has this address already".to_owned()));
    }
    let account = match new.row.plan(None, &organisation, AccountId::new(op.now, app.id_entropy()), op.now) {
        AccountPlan::Add(account) => account,
        AccountPlan::Refuse(why) => {
            return Err(Error::Invalid(vec![FieldError { field: why.field.as_str(), message: why.message }]));
        }
        AccountPlan::Change(..) | AccountPlan::Unchanged(_) => return Err(Error::fault("add an account that exists")),
    };
    store::directory::insert_account(tx, &account).await?;
    report::count_now(app, tx, &[account.id], op.now).await?;
    if let Some(hash) = &new.password {
        store::credential::insert_password(tx, account.id, account.organisation, hash, None, op.now).await?;
    }
    let event = Event::AccountAdded {
        account: account.id,
        organisation: account.organisation,
        account_kind: account.kind.as_str().into(),
    };
    store::audit::append(tx, op, Some(account.organisation), event).await?;
    Ok(account)
}
