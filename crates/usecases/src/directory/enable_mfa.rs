//! Enabling multi-factor authentication for an account, and taking that back [CA-6].
//!
//! Everybody is asked for two factors. What this changes is the baseline: whoever is enabled is prompted at each sign-in, in a named
//! location, too, whatever their organisation and their groups say.

use wardkey_domain::access::{Hold, MFA_ENABLED};
use wardkey_domain::audit::{Event, Reason};
use wardkey_domain::directory::Account;
use wardkey_domain::id::AccountId;
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_store::{self as store, Tx};

use super::target::load_to_change;
use crate::audit::reason;
use crate::{App, Error, Result};

/// Has an account prompted at each sign-in from now on.
///
/// # Errors
/// When the actor may not, or there is no reason; `Conflict` when it is so already, or nobody signs in with the account.
pub async fn enable_mfa(app: &App, op: &Op, id: AccountId, why: &str) -> Result<()> {
    let mut tx = app.store().begin().await?;
    enable_mfa_in(app, &mut tx, op, id, why).await?;
    tx.commit().await?;
    Ok(())
}

/// The same, in a transaction of the caller's.
pub(crate) async fn enable_mfa_in(app: &App, tx: &mut Tx, op: &Op, id: AccountId, why: &str) -> Result<()> {
    let reason = reason(why)?;
    let loaded = load_to_change(app, tx, op, Action::EnableMfa, id).await?;
    if !loaded.account.kind.may_sign_in() {
        return Err(Error::Conflict(nobody_signs_in(&loaded.account)));
    }
    if !enable_it(tx, op, &loaded.account, reason).await? {
        return Err(Error::Conflict("Multi-factor authentication is enabled for this account already.".to_owned()));
    }
    Ok(())
}

/// Lets what its organisation and its groups say hold for an account again.
///
/// # Errors
/// When the actor may not, or there is no reason; `Conflict` when nobody had enabled it, or the account is compromised or pinned.
pub async fn return_to_baseline(app: &App, op: &Op, id: AccountId, why: &str) -> Result<()> {
    let reason = reason(why)?;
    let mut tx = app.store().begin().await?;
    let loaded = load_to_change(app, &mut tx, op, Action::ReturnToBaseline, id).await?;
    refuse_held(&mut tx, id).await?;
    if !return_it(&mut tx, op, &loaded.account, reason).await? {
        let why = "Nobody has enabled multi-factor authentication for this account beyond what its organisation does.";
        return Err(Error::Conflict(why.to_owned()));
    }
    tx.commit().await?;
    Ok(())
}

/// Why nobody can be prompted.
pub(super) fn nobody_signs_in(account: &Account) -> String {
    format!("Nobody signs in with a {}, so there is nothing to prompt for.", account.kind.words())
}

/// SECURITY: whoever was compromised leaves nothing that was made stricter [CMP-2].
pub(super) async fn refuse_held(tx: &mut Tx, id: AccountId) -> Result<()> {
    match store::access::hold_of(tx, id).await? {
        Hold::None => Ok(()),
        Hold::Compromised | Hold::Pinned => {
            Err(Error::Conflict("This account was compromised, so it stays as strict as it is.".to_owned()))
        }
    }
}

/// Says whether it was not so before.
pub(super) async fn enable_it(tx: &mut Tx, op: &Op, account: &Account, reason: Reason) -> Result<bool> {
    let (id, organisation) = (account.id, account.organisation);
    if !store::access::add_member(tx, MFA_ENABLED, id, organisation, op.now).await? {
        return Ok(false);
    }
    store::audit::append(tx, op, Some(organisation), Event::MfaEnabled { account: id, reason }).await?;
    Ok(true)
}

/// Says whether it was not so before.
pub(super) async fn return_it(tx: &mut Tx, op: &Op, account: &Account, reason: Reason) -> Result<bool> {
    if !store::access::remove_member(tx, MFA_ENABLED, account.id).await? {
        return Ok(false);
    }
    let event = Event::ReturnedToBaseline { account: account.id, reason };
    store::audit::append(tx, op, Some(account.organisation), event).await?;
    Ok(true)
}
