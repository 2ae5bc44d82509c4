//! Leases: at most one node at a time does a task.

use std::time::Duration;

use uuid::Uuid;
use wardkey_domain::time::Timestamp;

use crate::args;
use crate::db::Tx;
use crate::error::StoreError;

/// Takes or renews the lease `name` for `term`; says whether `holder` has it now.
///
/// Nodes compare their own clocks, so `term` should be far longer than these may differ. What is done under a lease must
/// still be harmless when done twice at the edge of a term.
///
/// # Errors
/// Fails when the database does.
pub async fn lease(
    tx: &mut Tx,
    name: &'static str,
    holder: Uuid,
    now: Timestamp,
    term: Duration,
) -> Result<bool, StoreError> {
    let taken = tx
        .exec(
            "INSERT INTO leases (name, holder, expires_at) VALUES ($1, $2, $3)
             ON CONFLICT (name) DO UPDATE SET holder = $2, expires_at = $3
             WHERE leases.holder = $2 OR leases.expires_at <= $4",
            args![name, holder, now.plus(term), now],
        )
        .await?;
    Ok(taken == 1)
}

/// Gives the lease `name` back, if `holder` has it.
///
/// # Errors
/// Fails when the database does.
pub async fn release_lease(tx: &mut Tx, name: &'static str, holder: Uuid) -> Result<(), StoreError> {
    tx.exec("DELETE FROM leases WHERE name = $1 AND holder = $2", args![name, holder]).await?;
    Ok(())
}
