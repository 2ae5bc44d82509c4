//! The queries on `known_devices`.

use wardkey_domain::id::{AccountId, DeviceId, OrganisationId};
use wardkey_domain::time::Timestamp;

use crate::{StoreError, Tx, args};

/// Notes that a browser has completed a sign-in to an account.
pub async fn save_device(
    tx: &mut Tx,
    device: DeviceId,
    account: AccountId,
    organisation: OrganisationId,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.exec(
        "INSERT INTO known_devices (account_id, device_id, organisation_id, first_seen_at, last_seen_at) \
         VALUES ($1, $2, $3, $4, $4) \
         ON CONFLICT (account_id, device_id) DO UPDATE SET organisation_id = excluded.organisation_id, \
         last_seen_at = excluded.last_seen_at",
        args![account, device, organisation, now],
    )
    .await?;
    Ok(())
}

/// Whether a browser has completed a sign-in to this account before.
pub async fn knows_device(tx: &mut Tx, device: DeviceId, account: AccountId) -> Result<bool, StoreError> {
    let row = tx
        .opt("SELECT device_id FROM known_devices WHERE account_id = $1 AND device_id = $2", args![account, device])
        .await?;
    Ok(row.is_some())
}

/// Forgets every browser of an account, for example after a suspicion; says how many.
pub async fn delete_devices(tx: &mut Tx, account: AccountId) -> Result<u64, StoreError> {
    tx.exec("DELETE FROM known_devices WHERE account_id = $1", args![account]).await
}

/// Forgets browsers that have not been seen for long; says how many.
pub async fn delete_devices_unseen_since(tx: &mut Tx, since: Timestamp) -> Result<u64, StoreError> {
    tx.exec("DELETE FROM known_devices WHERE last_seen_at < $1", args![since]).await
}
