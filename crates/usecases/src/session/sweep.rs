//! Forgetting sessions and unfinished sign-ins whose time is over.

use wardkey_domain::op::Op;
use wardkey_store as store;

use crate::{App, Result};

/// Forgets sessions past their absolute limit and sign-ins that nobody finished; says how many of each. None was usable, so
/// it is no event.
pub async fn sweep(app: &App, op: &Op) -> Result<(u64, u64)> {
    let mut tx = app.store().begin().await?;
    let sessions = store::session::delete_sessions_over(&mut tx, op.now).await?;
    let flows = store::signin::delete_flows_over(&mut tx, op.now).await?;
    tx.commit().await?;
    Ok((sessions, flows))
}
