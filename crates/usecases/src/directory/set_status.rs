//! Disabling and enabling an account.

use wardkey_domain::audit::{Event, Reason};
use wardkey_domain::directory::{Account, Change, StatusName};
use wardkey_domain::id::AccountId;
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_domain::session::EndedWhy;
use wardkey_store::{self as store, Tx};

use super::target::{changed_meanwhile, end_everything, load_to_change};
use crate::access::refuse_compromised;
use crate::audit::reason;
use crate::credential::{PassEnd, end_pass};
use crate::{App, Result};

/// Switches an account off: nobody signs in with it, and what it had open ends.
///
/// # Errors
/// When the actor may not, there is no reason, or the account's status does not allow it.
pub async fn disable(app: &App, op: &Op, id: AccountId, why: &str) -> Result<Account> {
    let mut tx = app.store().begin().await?;
    let account = disable_in(app, &mut tx, op, id, why).await?;
    tx.commit().await?;
    Ok(account)
}

/// The same, in a transaction of the caller's.
pub(crate) async fn disable_in(app: &App, tx: &mut Tx, op: &Op, id: AccountId, why: &str) -> Result<Account> {
    let reason = reason(why)?;
    let loaded = load_to_change(app, tx, op, Action::DisableAccount, id).await?;
    disable_it(tx, op, loaded.account, reason).await
}

/// The same, to an account that was loaded and permitted.
pub(super) async fn disable_it(tx: &mut Tx, op: &Op, account: Account, reason: Reason) -> Result<Account> {
    let account = change(tx, op, account, Change::Disable, reason.clone()).await?;
    store::credential::delete_activations(tx, account.id).await?;
    let end = PassEnd { why: "disabled", reason: Some(reason.clone()), flow: None };
    end_pass(tx, op, (account.id, account.organisation), end).await?;
    end_everything(tx, op, &account, EndedWhy::AccountDisabled, Some(reason)).await?;
    Ok(account)
}

/// Switches an account on again, whatever had stopped it, unless it was deleted, or is marked as compromised [CMP-3].
///
/// # Errors
/// When the actor may not, there is no reason, or the account's status does not allow it.
pub async fn enable(app: &App, op: &Op, id: AccountId, why: &str) -> Result<Account> {
    let mut tx = app.store().begin().await?;
    let account = enable_in(app, &mut tx, op, id, why).await?;
    tx.commit().await?;
    Ok(account)
}

/// The same, in a transaction of the caller's.
pub(crate) async fn enable_in(app: &App, tx: &mut Tx, op: &Op, id: AccountId, why: &str) -> Result<Account> {
    let reason = reason(why)?;
    let loaded = load_to_change(app, tx, op, Action::EnableAccount, id).await?;
    enable_it(tx, op, loaded.account, reason).await
}

/// The same, to an account that was loaded and permitted.
pub(super) async fn enable_it(tx: &mut Tx, op: &Op, account: Account, reason: Reason) -> Result<Account> {
    refuse_compromised(tx, &account).await?;
    change(tx, op, account, Change::Enable, reason).await
}

async fn change(tx: &mut Tx, op: &Op, account: Account, change: Change, reason: Reason) -> Result<Account> {
    let from = account.status.name();
    let account = account.change(change, op.now)?;
    save_status(tx, op, from, account, reason).await
}

/// Saves an account with its new status.
pub(super) async fn save_status(
    tx: &mut Tx,
    op: &Op,
    from: StatusName,
    account: Account,
    reason: Reason,
) -> Result<Account> {
    if !store::directory::save_account(tx, &account).await? {
        return Err(changed_meanwhile());
    }
    let event = Event::AccountStatusChanged {
        account: account.id,
        from: from.as_str().into(),
        to: account.status.name().as_str().into(),
        reason: Some(reason),
    };
    store::audit::append(tx, op, Some(account.organisation), event).await?;
    Ok(account)
}
