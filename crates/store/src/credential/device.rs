//! The queries on `known_devices`.

use wardkey_domain::id::{AccountId, DeviceId, OrganisationId};
use wardkey_domain::op::Origin;
use wardkey_domain::session::{KnownDevice, Remembered};
use wardkey_domain::time::Timestamp;

use crate::{Row, StoreError, Tx, args};

/// Notes that a browser has completed a sign-in to an account.
pub async fn save_device(
    tx: &mut Tx,
    device: DeviceId,
    account: AccountId,
    organisation: OrganisationId,
    origin: &Origin,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (browser, address) = (origin.browser.clone(), origin.address.map(|address| address.to_string()));
    tx.exec(
        "INSERT INTO known_devices (account_id, device_id, organisation_id, first_seen_at, last_seen_at, browser, address) \
         VALUES ($1, $2, $3, $4, $4, $5, $6) \
         ON CONFLICT (account_id, device_id) DO UPDATE SET organisation_id = excluded.organisation_id, \
         last_seen_at = excluded.last_seen_at, browser = excluded.browser, address = excluded.address",
        args![account, device, organisation, now, browser, address],
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

/// A browser that has completed a sign-in to this account before.
pub async fn find_device(tx: &mut Tx, device: DeviceId, account: AccountId) -> Result<Option<KnownDevice>, StoreError> {
    let row = tx
        .opt(
            "SELECT device_id, browser, address, first_seen_at, last_seen_at, remembered_at, remembered_until, \
             declined_at FROM known_devices \
             WHERE account_id = $1 AND device_id = $2",
            args![account, device],
        )
        .await?;
    row.map(|row| from_row(&row)).transpose()
}

/// The browsers that have completed a sign-in to an account, the last used first.
pub async fn list_devices(tx: &mut Tx, account: AccountId) -> Result<Vec<KnownDevice>, StoreError> {
    let rows = tx
        .all(
            "SELECT device_id, browser, address, first_seen_at, last_seen_at, remembered_at, remembered_until, \
             declined_at FROM known_devices \
             WHERE account_id = $1 ORDER BY last_seen_at DESC, device_id DESC LIMIT 100",
            args![account],
        )
        .await?;
    rows.iter().map(from_row).collect()
}

/// Notes that the owner of an account has had a browser remembered. Says whether the browser was still known.
pub async fn remember_device(
    tx: &mut Tx,
    device: DeviceId,
    account: AccountId,
    remembered: Remembered,
) -> Result<bool, StoreError> {
    let saved = tx
        .exec(
            "UPDATE known_devices SET remembered_at = $3, remembered_until = $4, declined_at = NULL \
             WHERE account_id = $1 AND device_id = $2",
            args![account, device, remembered.shown_at, remembered.until],
        )
        .await?;
    Ok(saved == 1)
}

/// Notes that the owner of an account does not want a browser remembered.
pub async fn decline_device(
    tx: &mut Tx,
    device: DeviceId,
    account: AccountId,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.exec(
        "UPDATE known_devices SET remembered_at = NULL, declined_at = $3 WHERE account_id = $1 AND device_id = $2",
        args![account, device, now],
    )
    .await?;
    Ok(())
}

/// No browser of an account is remembered any more, all or all but one; they stay known. Says how many there were.
pub async fn end_memories(tx: &mut Tx, account: AccountId, except: Option<DeviceId>) -> Result<u64, StoreError> {
    let except = except.unwrap_or(NO_DEVICE);
    tx.exec(
        "UPDATE known_devices SET remembered_at = NULL \
         WHERE account_id = $1 AND remembered_at IS NOT NULL AND device_id <> $2",
        args![account, except],
    )
    .await
}

const NO_DEVICE: DeviceId = DeviceId::from_uuid(uuid::Uuid::nil());

/// Forgets one browser of an account. Says whether it was known.
pub async fn delete_device(tx: &mut Tx, device: DeviceId, account: AccountId) -> Result<bool, StoreError> {
    let deleted =
        tx.exec("DELETE FROM known_devices WHERE account_id = $1 AND device_id = $2", args![account, device]).await?;
    Ok(deleted == 1)
}

/// Forgets every browser of an account, for example after a suspicion; says how many.
pub async fn delete_devices(tx: &mut Tx, account: AccountId) -> Result<u64, StoreError> {
    tx.exec("DELETE FROM known_devices WHERE account_id = $1", args![account]).await
}

/// Forgets browsers that have not been seen for long; says how many.
pub async fn delete_devices_unseen_since(tx: &mut Tx, since: Timestamp) -> Result<u64, StoreError> {
    tx.exec("DELETE FROM known_devices WHERE last_seen_at < $1", args![since]).await
}

fn from_row(row: &Row) -> Result<KnownDevice, StoreError> {
    let address: Option<String> = row.get("address")?;
    let (shown_at, until): (Option<Timestamp>, Option<Timestamp>) =
        (row.get("remembered_at")?, row.get("remembered_until")?);
    Ok(KnownDevice {
        id: row.get("device_id")?,
        browser: row.get("browser")?,
        address: address.and_then(|text| text.parse().ok()),
        first_seen_at: row.get("first_seen_at")?,
        last_seen_at: row.get("last_seen_at")?,
        remembered: shown_at.zip(until).map(|(shown_at, until)| Remembered { shown_at, until }),
        declined_at: row.get("declined_at")?,
    })
}
