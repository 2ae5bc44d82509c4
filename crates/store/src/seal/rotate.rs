//! New data keys for a database in use.
//!
//! A new key is first announced, so that every node can open what it seals, then made current, then everything that an
//! earlier key has sealed is sealed anew, a few rows at a time. Each step can be repeated: a rotation that was cut off is
//! finished by the next.

use std::time::Duration;

use uuid::Uuid;
use wardkey_domain::time::Timestamp;

use super::columns::SealedColumn;
use super::keyring::{SealError, SealedAt};
use super::record::{self, Kind};
use crate::args;
use crate::cluster::{ClusterEvent, lease, release_lease};
use crate::error::StoreError;
use crate::store::Store;

/// The lease that one rotation at a time holds.
const LEASE: &str = "rotate data keys";
/// How long a rotation that has died keeps others out.
const LEASE_TERM: Duration = Duration::from_secs(120);

/// How a rotation is paced.
#[derive(Clone, Copy, Debug)]
pub struct RotateSettings {
    /// How long every node has to learn of a new key before it is used.
    pub settle: Duration,
    /// How long to rest between two batches of rows.
    pub rest: Duration,
}

impl Default for RotateSettings {
    fn default() -> Self {
        Self { settle: Duration::from_secs(3), rest: Duration::from_millis(20) }
    }
}

/// What a rotation did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RotationReport {
    /// Data keys that are now wrapped by the current master key instead of an earlier one.
    pub rewrapped: u64,
    /// The number of the data key that now seals.
    pub data_key: i64,
    /// Values that were sealed anew.
    pub resealed: u64,
}

/// Wraps all data keys with the current master key, puts new data keys into use and seals everything anew.
///
/// The store may be in use meanwhile, by this node and others. Afterwards earlier master keys are no longer needed.
///
/// # Errors
/// Fails when another rotation is running; whatever fails, nothing is lost and the rotation can be run again.
pub async fn rotate(
    store: &Store,
    columns: &[SealedColumn],
    settings: RotateSettings,
    now: impl Fn() -> Timestamp,
) -> Result<RotationReport, StoreError> {
    hold(store, now()).await?;
    let rewrapped = rewrap(store).await?;
    let [seal, mac] = announce(store, now()).await?;
    tokio::time::sleep(settings.settle).await;
    promote(store, seal, mac).await?;
    tokio::time::sleep(settings.settle).await;
    let mut resealed = 0;
    for column in columns {
        // A node may have sealed with the earlier key while a pass was under way: go on until there is nothing left.
        loop {
            let pass = reseal(store, column, settings.rest, &now).await?;
            resealed += pass;
            if pass == 0 {
                break;
            }
        }
    }
    let mut tx = store.begin().await?;
    let holder = tx.node();
    release_lease(&mut tx, LEASE, holder).await?;
    tx.commit().await?;
    Ok(RotationReport { rewrapped, data_key: seal, resealed })
}

async fn hold(store: &Store, now: Timestamp) -> Result<(), StoreError> {
    let mut tx = store.begin().await?;
    let holder = tx.node();
    if !lease(&mut tx, LEASE, holder, now, LEASE_TERM).await? {
        return Err(SealError::AlreadyRotating.into());
    }
    tx.commit().await
}

/// Wraps with the current master key what an earlier one has wrapped.
async fn rewrap(store: &Store) -> Result<u64, StoreError> {
    let masters = store.masters();
    let mut tx = store.begin().await?;
    let mut rewrapped = 0;
    for key in record::list(&mut tx, masters).await? {
        if key.wrapped_by == masters.current_id() {
            continue;
        }
        let wrapped = masters.wrap(&record::about(key.number, key.kind), &key.key)?;
        rewrapped += tx
            .exec(
                "UPDATE data_keys SET wrapped = $2, wrapped_by = $3 WHERE number = $1 AND wrapped_by = $4",
                args![key.number, wrapped, masters.current_id(), key.wrapped_by],
            )
            .await?;
    }
    tx.commit().await?;
    Ok(rewrapped)
}

/// Adds new data keys that open but do not seal yet.
async fn announce(store: &Store, now: Timestamp) -> Result<[i64; 2], StoreError> {
    let mut tx = store.begin().await?;
    let row = tx.opt("SELECT CAST(MAX(number) AS BIGINT) AS newest FROM data_keys", args![]).await?;
    let newest: i64 = row.ok_or(SealError::NotPrepared)?.get("newest")?;
    for (number, kind) in [(newest + 1, Kind::Seal), (newest + 2, Kind::Mac)] {
        if !record::insert(&mut tx, store.masters(), number, kind, "announced", now).await? {
            return Err(SealError::AlreadyRotating.into());
        }
    }
    tx.publish(ClusterEvent::KeysRotated);
    tx.commit().await?;
    Ok([newest + 1, newest + 2])
}

/// Makes the announced keys the ones in use.
async fn promote(store: &Store, seal: i64, mac: i64) -> Result<(), StoreError> {
    let mut tx = store.begin().await?;
    tx.exec(
        "UPDATE data_keys SET state = 'retired' WHERE kind IN ('seal', 'mac') AND number NOT IN ($1, $2)",
        args![seal, mac],
    )
    .await?;
    tx.exec("UPDATE data_keys SET state = 'current' WHERE number IN ($1, $2)", args![seal, mac]).await?;
    tx.publish(ClusterEvent::KeysRotated);
    tx.commit().await
}

/// Goes through a column once and seals anew what another key than the current one has sealed.
async fn reseal(
    store: &Store,
    column: &SealedColumn,
    rest: Duration,
    now: &impl Fn() -> Timestamp,
) -> Result<u64, StoreError> {
    let mut after = Uuid::nil();
    let mut resealed = 0;
    loop {
        hold(store, now()).await?;
        let mut tx = store.begin().await?;
        let rows = tx.all(column.list, args![after, tx.seal_header()?]).await?;
        let Some(last) = rows.last() else { return Ok(resealed) };
        after = last.get("id")?;
        for row in rows {
            let at = SealedAt { table: column.table, id: row.get("id")?, column: column.column };
            let before: Vec<u8> = row.get("sealed")?;
            let sealed = tx.seal(at, tx.unseal(at, &before)?.expose())?;
            // A value that has changed since was sealed anew by whoever changed it.
            resealed += tx.exec(column.save, args![at.id, sealed, before]).await?;
        }
        tx.commit().await?;
        tokio::time::sleep(rest).await;
    }
}
