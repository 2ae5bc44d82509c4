//! Forgetting what nobody can use any more: a job.

use std::time::Duration;

use wardkey_domain::op::Op;
use wardkey_store as store;

use crate::{App, Result};

/// How many rows of each table go in one transaction.
const BATCH: u32 = 500;
/// How long expired things are kept, so that using one late is still recognised.
const KEPT: Duration = Duration::from_secs(60 * 60);

/// Deletes one batch of expired codes, tokens and requests. Says whether there is more to do.
pub async fn purge_expired(app: &App, op: &Op) -> Result<bool> {
    let window = i64::try_from(app.settings().oidc.user_codes.window.as_micros()).unwrap_or(i64::MAX).max(1);
    let span = op.now.as_micros().div_euclid(window).saturating_sub(1);
    let mut tx = app.store().begin().await?;
    let most = store::application::delete_expired(&mut tx, op.now.minus(KEPT), span, BATCH).await?;
    store::application::delete_secrets_over(&mut tx, op.now.minus(KEPT)).await?;
    tx.commit().await?;
    Ok(most >= u64::from(BATCH))
}
