//! What the operations on accounts share: loading the target, permission, and the end of everything it had open.

use wardkey_domain::audit::{Event, Reason};
use wardkey_domain::credential::{ActivationCode, ActivationPurpose};
use wardkey_domain::directory::{Account, RoleGrant};
use wardkey_domain::id::AccountId;
use wardkey_domain::op::Op;
use wardkey_domain::permission::{Action, Target};
use wardkey_domain::secret::Secret;
use wardkey_domain::session::EndedWhy;
use wardkey_store::{self as store, Tx};

use crate::{App, Error, Result};

/// An account that something is to be done to.
pub(crate) struct Loaded {
    pub(crate) account: Account,
    pub(crate) roles: Vec<RoleGrant>,
}

impl Loaded {
    pub(crate) fn target(&self) -> Target<'_> {
        Target::account(&self.account, &self.roles)
    }

    pub(crate) fn is_privileged(&self) -> bool {
        self.roles.iter().any(|grant| grant.role.is_privileged())
    }
}

/// Loads the account and permits `action` on it; one that the actor may not see is not found.
pub(crate) async fn load(tx: &mut Tx, op: &Op, action: Action, id: AccountId) -> Result<Loaded> {
    let account = store::directory::find_account(tx, id).await?.ok_or(NO_ACCOUNT)?;
    let roles = store::directory::list_account_roles(tx, id, op.now).await?;
    let loaded = Loaded { account, roles };
    op.require(action, &loaded.target()).map_err(unseen_account)?;
    Ok(loaded)
}

/// As [`load`], for a change: the actor's second factor must be fresh [SES-8].
pub(crate) async fn load_to_change(app: &App, tx: &mut Tx, op: &Op, action: Action, id: AccountId) -> Result<Loaded> {
    let loaded = load(tx, op, action, id).await?;
    require_fresh_factor(app, op)?;
    Ok(loaded)
}

const NO_ACCOUNT: Error = Error::NotFound("account");

fn unseen_account(denied: wardkey_domain::permission::Denied) -> Error {
    match Error::from(denied) {
        Error::NotFound(_) => NO_ACCOUNT,
        other => other,
    }
}

/// A person who administers must have proved a second factor a short while ago; an operator and an application
/// have no session to be fresh.
pub(crate) fn require_fresh_factor(app: &App, op: &Op) -> Result<()> {
    let limit = app.settings().session.fresh_factor;
    match op.account() {
        Some(actor) if op.now.since(actor.second_factor_at) > limit => Err(Error::FreshFactorNeeded),
        Some(_) | None => Ok(()),
    }
}

/// Ends the account's sessions and what is on the way to one, and withdraws what its applications hold; known browsers must be
/// known anew.
pub(crate) async fn end_everything(
    tx: &mut Tx,
    op: &Op,
    account: &Account,
    why: EndedWhy,
    reason: Option<Reason>,
) -> Result<usize> {
    // SECURITY: first, so that one that is faster leaves a session that ends with the others.
    store::signin::stop_account_flows(tx, account.id, None).await?;
    let ended = store::session::end_account_sessions(tx, account.id, None, why, op.now).await?;
    crate::application::revoke_account_grants(tx, op, account.id).await?;
    store::credential::delete_devices(tx, account.id).await?;
    if !ended.is_empty() {
        let count = u32::try_from(ended.len()).unwrap_or(u32::MAX);
        let event = Event::SessionsEnded { account: account.id, count, why: why.as_str().into(), reason };
        store::audit::append(tx, op, Some(account.organisation), event).await?;
    }
    Ok(ended.len())
}

/// Issues a single-use activation code in place of any before it.
pub(crate) async fn issue_activation(
    app: &App,
    tx: &mut Tx,
    op: &Op,
    account: &Account,
    purpose: ActivationPurpose,
    reason: Option<Reason>,
) -> Result<Secret<String>> {
    let code = ActivationCode::new(app.random());
    let until = op.now.plus(app.settings().password.activation_for);
    let (id, organisation) = (account.id, account.organisation);
    store::credential::insert_activation(tx, id, organisation, &code.hash(), purpose, op.now, until).await?;
    let event = Event::ActivationIssued { account: id, purpose: purpose.as_str().into(), reason };
    store::audit::append(tx, op, Some(organisation), event).await?;
    Ok(code.text())
}

/// Somebody else changed the account between its loading and its saving.
pub(crate) fn changed_meanwhile() -> Error {
    Error::Conflict("somebody else changed this account at the same time; look again".to_owned())
}
