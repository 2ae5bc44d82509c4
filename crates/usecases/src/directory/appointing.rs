//! What somebody may be appointed to.

use wardkey_domain::directory::{Account, OdsCode, Role};
use wardkey_domain::id::{AccountId, RoleGrantId};
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_store as store;

use super::grant_role::may_be_appointed;
use super::target::load_to_change;
use crate::{App, Error, Result};

/// Somebody who may be appointed, and to what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appointing {
    /// The account.
    pub account: Account,
    /// The code of its organisation, for which most roles are held.
    pub ods_code: OdsCode,
    /// The roles that the actor may give in some place.
    pub roles: Vec<Role>,
}

/// What the actor may appoint somebody to.
///
/// # Errors
/// When the actor may give the account no role.
pub async fn appointing(app: &App, op: &Op, id: AccountId) -> Result<Appointing> {
    let mut tx = app.store().read().await?;
    let loaded = load_to_change(app, &mut tx, op, Action::GrantRole, id).await?;
    may_be_appointed(&loaded)?;
    let account = loaded.account;
    let organisation = store::directory::find_organisation(&mut tx, account.organisation).await?;
    let ods_code = organisation.ok_or_else(|| Error::fault("find the organisation of an account"))?.ods_code;
    Ok(Appointing { account, ods_code, roles: op.appoints() })
}

/// Whose role it is that the actor may take away.
///
/// # Errors
/// When there is no such role of theirs, or the actor may not take it.
pub async fn role_to_take(app: &App, op: &Op, id: AccountId, grant: RoleGrantId) -> Result<Account> {
    let mut tx = app.store().read().await?;
    let loaded = load_to_change(app, &mut tx, op, Action::RevokeRole, id).await?;
    let held = loaded.roles.iter().find(|held| held.id == grant).ok_or(Error::NotFound("role"))?;
    op.require_appointment(Action::RevokeRole, held.role, &held.path, &loaded.target())?;
    Ok(loaded.account)
}
