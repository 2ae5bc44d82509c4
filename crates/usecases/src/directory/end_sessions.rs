//! Ending somebody's sessions.

use wardkey_domain::audit::Reason;
use wardkey_domain::id::AccountId;
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_domain::session::EndedWhy;
use wardkey_store::Tx;

use super::target::{Loaded, end_everything, load_to_change};
use crate::audit::reason;
use crate::{App, Result};

/// Ends all sessions of an account and withdraws what its applications hold. Returns how many sessions there were.
///
/// # Errors
/// When the actor may not, or there is no reason.
pub async fn end_sessions(app: &App, op: &Op, id: AccountId, why: &str) -> Result<usize> {
    let mut tx = app.store().begin().await?;
    let ended = end_sessions_in(app, &mut tx, op, id, why).await?;
    tx.commit().await?;
    Ok(ended)
}

/// The same, in a transaction of the caller's.
pub(crate) async fn end_sessions_in(app: &App, tx: &mut Tx, op: &Op, id: AccountId, why: &str) -> Result<usize> {
    let reason = reason(why)?;
    let loaded = load_to_change(app, tx, op, Action::EndSessions, id).await?;
    end_sessions_of(tx, op, &loaded, reason).await
}

/// The same, to an account that was loaded and permitted.
pub(super) async fn end_sessions_of(tx: &mut Tx, op: &Op, loaded: &Loaded, reason: Reason) -> Result<usize> {
    end_everything(tx, op, &loaded.account, EndedWhy::EndedByAdministrator, Some(reason)).await
}
