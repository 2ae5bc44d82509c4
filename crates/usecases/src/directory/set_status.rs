//! Disabling and enabling an account.

use wardkey_domain::audit::{Event, Reason};
use wardkey_domain::directory::{Account, Change};
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
    let reason = reason(why)?;
    let mut tx = app.store().begin().await?;
    let loaded = load_to_change(app, &mut tx, op, Action::DisableAccount, id).await?;
    let account = change(&mut tx, op, loaded.account, Change::Disable, reason.clone()).await?;
    store::credential::delete_activations(&mut tx, id).await?;
    let end = PassEnd { why: "disabled", reason: Some(reason.clone()), flow: None };
    end_pass(&mut tx, op, (id, account.organisation), end).await?;
    end_everything(&mut tx, op, &account, EndedWhy::AccountDisabled, Some(reason)).await?;
    tx.commit().await?;
    Ok(account)
}

/// Switches an account on again, whatever had stopped it, unless it was deleted, or is marked as compromised [CMP-3].
///
/// # Errors
/// When the actor may not, there is no reason, or the account's status does not allow it.
pub async fn enable(app: &App, op: &Op, id: AccountId, why: &str) -> Result<Account> {
    let reason = reason(why)?;
    let mut tx = app.store().begin().await?;
    let loaded = load_to_change(app, &mut tx, op, Action::EnableAccount, id).await?;
    refuse_compromised(&mut tx, &loaded.account).await?;
    let account = change(&mut tx, op, loaded.account, Change::Enable, reason).await?;
    tx.commit().await?;
    Ok(account)
}

async fn change(tx: &mut Tx, op: &Op, account: Account, change: Change, reason: Reason) -> Result<Account> {
    let from = account.status.name();
    let account = account.change(change, op.now)?;
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
