//! The epoch: it changes with whatever policies are compiled from, so that every node knows when to compile them anew.

use crate::{StoreError, Tx, args};

/// The epoch of what policies are compiled from.
pub async fn epoch(tx: &mut Tx) -> Result<i64, StoreError> {
    let row = tx.opt("SELECT epoch FROM access_state WHERE id = 1", args![]).await?;
    row.map_or(Ok(0), |row| row.get("epoch"))
}

/// Begins a new epoch. Whoever changes policies, baselines or the ranges of a named location does so in the same transaction.
pub async fn bump_epoch(tx: &mut Tx) -> Result<(), StoreError> {
    let sql = "INSERT INTO access_state (id, epoch) VALUES (1, 1) \
               ON CONFLICT (id) DO UPDATE SET epoch = access_state.epoch + 1";
    tx.exec(sql, args![]).await?;
    Ok(())
}
