//! The queries on `device_requests` and `device_tries`.

use wardkey_domain::application::device::{Approval, DeviceRequest, DeviceState};
use wardkey_domain::secret::TokenHash;
use wardkey_domain::time::Timestamp;

use crate::{Row, StoreError, Tx, args};

macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT hash, organisation_id, application_id, scope, address, created_at, expires_at, polled_at, poll_interval, \
             state, account_id, account_organisation_id, session_id, details FROM device_requests WHERE ",
            $where
        )
    };
}

/// Saves a new request of a device. Says whether its user code was free.
pub async fn insert_device_request(
    tx: &mut Tx,
    request: &DeviceRequest,
    user_code: &TokenHash,
) -> Result<bool, StoreError> {
    let inserted = tx
        .exec(
            "INSERT INTO device_requests (hash, user_code_hash, organisation_id, application_id, scope, address, \
             created_at, expires_at, poll_interval, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
             ON CONFLICT (user_code_hash) DO NOTHING",
            args![
                request.hash,
                user_code,
                request.organisation,
                request.application,
                request.scope.to_string(),
                request.address.as_deref(),
                request.created_at,
                request.expires_at,
                request.interval,
                request.state.as_str(),
            ],
        )
        .await?;
    Ok(inserted == 1)
}

/// The request that a device polls with this code, expired or not.
pub async fn device_request(tx: &mut Tx, hash: &TokenHash) -> Result<Option<DeviceRequest>, StoreError> {
    tx.opt(select!("hash = $1"), args![hash]).await?.as_ref().map(read).transpose()
}

/// The request that a person names by this code, expired or not.
pub async fn device_request_by_user_code(
    tx: &mut Tx,
    user_code: &TokenHash,
) -> Result<Option<DeviceRequest>, StoreError> {
    tx.opt(select!("user_code_hash = $1"), args![user_code]).await?.as_ref().map(read).transpose()
}

/// Notes that a device polled, and how long it must wait from now on.
pub async fn note_poll(tx: &mut Tx, hash: &TokenHash, interval: i64, now: Timestamp) -> Result<(), StoreError> {
    tx.exec(
        "UPDATE device_requests SET polled_at = $2, poll_interval = $3 WHERE hash = $1",
        args![hash, now, interval],
    )
    .await?;
    Ok(())
}

/// Writes down what a person said; `None` is no. Says whether nobody had said anything yet.
pub async fn answer_device(
    tx: &mut Tx,
    hash: &TokenHash,
    approval: Option<&Approval>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let state = match approval {
        Some(approval) => DeviceState::Approved(approval.clone()).as_str(),
        None => DeviceState::Denied.as_str(),
    };
    let details = approval.map(|approval| serde_json::to_value(&approval.details)).transpose();
    let details = details.map_err(|error| StoreError::corrupt("device_requests.details", error))?;
    let answered = tx
        .exec(
            "UPDATE device_requests SET state = $2, account_id = $3, account_organisation_id = $4, session_id = $5, \
             details = $6 WHERE hash = $1 AND state = $7 AND expires_at > $8",
            args![
                hash,
                state,
                approval.map(|approval| approval.account),
                approval.map(|approval| approval.organisation),
                approval.map(|approval| approval.session),
                details,
                DeviceState::Waiting.as_str(),
                now,
            ],
        )
        .await?;
    Ok(answered == 1)
}

/// Spends an approved request. Says whether nobody else was faster.
pub async fn spend_device(tx: &mut Tx, hash: &TokenHash, now: Timestamp) -> Result<bool, StoreError> {
    let spent = tx
        .exec(
            "UPDATE device_requests SET state = $2 WHERE hash = $1 AND state = 'approved' AND expires_at > $3",
            args![hash, DeviceState::Spent.as_str(), now],
        )
        .await?;
    Ok(spent == 1)
}

/// Counts a try of `subject` (a keyed hash) in the span of time that has this number. Returns how many there were.
pub async fn count_device_try(tx: &mut Tx, subject: [u8; 32], span: i64) -> Result<i64, StoreError> {
    let row = tx
        .opt(
            "INSERT INTO device_tries (subject, span, tries) VALUES ($1, $2, 1) \
             ON CONFLICT (subject, span) DO UPDATE SET tries = device_tries.tries + 1 RETURNING tries",
            args![subject, span],
        )
        .await?;
    row.map_or(Ok(1), |row| row.get("tries"))
}

fn read(row: &Row) -> Result<DeviceRequest, StoreError> {
    let scope: String = row.get("scope")?;
    let state: String = row.get("state")?;
    Ok(DeviceRequest {
        hash: TokenHash::from_bytes(row.get("hash")?),
        organisation: row.get("organisation_id")?,
        application: row.get("application_id")?,
        scope: scope.parse().map_err(|error| StoreError::corrupt("device_requests.scope", error))?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
        address: row.get("address")?,
        polled_at: row.get("polled_at")?,
        interval: row.get("poll_interval")?,
        state: match state.as_str() {
            "waiting" => DeviceState::Waiting,
            "denied" => DeviceState::Denied,
            "spent" => DeviceState::Spent,
            "approved" => DeviceState::Approved(Approval {
                account: row.get("account_id")?,
                organisation: row.get("account_organisation_id")?,
                session: row.get("session_id")?,
                details: row.json("details")?,
            }),
            _ => return Err(StoreError::corrupt("device_requests.state", "no such state")),
        },
    })
}
