//! The queries on `sessions`.

use std::time::Duration;

use wardkey_domain::id::{AccountId, DeviceId, SessionId};
use wardkey_domain::secret::TokenHash;
use wardkey_domain::session::{EndedWhy, SavedSession, Session};
use wardkey_domain::time::Timestamp;

use crate::cluster::ClusterEvent;
use crate::{Row, StoreError, Tx, args};

const BY_TOKEN: &str = "SELECT id, account_id, organisation_id, device_id, proofs, started_at, seen_at, expires_at, idle, browser, address \
     FROM sessions WHERE token_hash = $1 AND ended_at IS NULL";
const BY_ID: &str = "SELECT id, account_id, organisation_id, device_id, proofs, started_at, seen_at, expires_at, idle, browser, address \
     FROM sessions WHERE id = $1 AND ended_at IS NULL";
const BY_DEVICE: &str = "SELECT id, account_id, organisation_id, device_id, proofs, started_at, seen_at, expires_at, idle, browser, address \
     FROM sessions WHERE device_id = $1 AND ended_at IS NULL AND expires_at > $2 ORDER BY started_at DESC, id DESC";
const BY_ACCOUNT: &str = "SELECT id, account_id, organisation_id, device_id, proofs, started_at, seen_at, expires_at, idle, browser, address \
     FROM sessions WHERE account_id = $1 AND ended_at IS NULL AND expires_at > $2 ORDER BY started_at DESC, id DESC";

fn micros(time: Option<Duration>) -> Option<i64> {
    time.map(|time| i64::try_from(time.as_micros()).unwrap_or(i64::MAX))
}

/// Saves a new session under the hash of its token.
pub async fn insert_session(tx: &mut Tx, session: &Session, token: &TokenHash) -> Result<(), StoreError> {
    let facts = session.facts();
    let proofs = serde_json::to_value(&facts.proofs).map_err(|error| StoreError::corrupt("sessions.proofs", error))?;
    tx.exec(
        "INSERT INTO sessions (id, token_hash, account_id, organisation_id, device_id, proofs, started_at, seen_at, \
         expires_at, idle, browser, address) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        args![
            facts.id,
            *token,
            facts.account,
            facts.organisation,
            facts.device,
            proofs,
            facts.started_at,
            facts.seen_at,
            facts.expires_at,
            micros(facts.idle),
            facts.browser.clone(),
            facts.address.map(|address| address.to_string()),
        ],
    )
    .await?;
    Ok(())
}

/// The session that a token belongs to, unless it was ended. Limits of time are the caller's to check.
pub async fn session_by_token(tx: &mut Tx, token: &TokenHash) -> Result<Option<Session>, StoreError> {
    tx.opt(BY_TOKEN, args![*token]).await?.map(|row| from_row(&row)).transpose()
}

/// The session with this identifier, unless it was ended.
pub async fn session(tx: &mut Tx, id: SessionId) -> Result<Option<Session>, StoreError> {
    tx.opt(BY_ID, args![id]).await?.map(|row| from_row(&row)).transpose()
}

/// The sessions of an account that have neither ended nor reached their absolute limit, newest first.
pub async fn list_sessions(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<Vec<Session>, StoreError> {
    tx.all(BY_ACCOUNT, args![account, now]).await?.iter().map(from_row).collect()
}

/// The sessions in one browser that were not ended and have not reached their absolute limit.
pub async fn list_device_sessions(tx: &mut Tx, device: DeviceId, now: Timestamp) -> Result<Vec<Session>, StoreError> {
    tx.all(BY_DEVICE, args![device, now]).await?.iter().map(from_row).collect()
}

/// Saves a session that was refreshed, under a new token: the old token is good for nothing from here on. Says whether the
/// session was still going on.
pub async fn refresh_session(tx: &mut Tx, session: &Session, token: &TokenHash) -> Result<bool, StoreError> {
    let facts = session.facts();
    let proofs = serde_json::to_value(&facts.proofs).map_err(|error| StoreError::corrupt("sessions.proofs", error))?;
    let saved = tx
        .exec(
            "UPDATE sessions SET token_hash = $2, proofs = $3, seen_at = $4, browser = $5, address = $6, started_at = $7, \
             expires_at = $8, idle = $9 WHERE id = $1 AND ended_at IS NULL",
            args![
                facts.id,
                *token,
                proofs,
                facts.seen_at,
                facts.browser.clone(),
                facts.address.map(|address| address.to_string()),
                facts.started_at,
                facts.expires_at,
                micros(facts.idle),
            ],
        )
        .await?;
    tx.publish(ClusterEvent::SessionChanged(facts.id));
    Ok(saved == 1)
}

/// Notes that a session was used.
pub async fn touch_session(tx: &mut Tx, id: SessionId, seen_at: Timestamp) -> Result<(), StoreError> {
    tx.exec("UPDATE sessions SET seen_at = $2 WHERE id = $1 AND seen_at < $2 AND ended_at IS NULL", args![id, seen_at])
        .await?;
    Ok(())
}

/// Ends one session and tells every node. Says whether it was still going on.
pub async fn end_session(tx: &mut Tx, id: SessionId, why: EndedWhy, now: Timestamp) -> Result<bool, StoreError> {
    let ended = tx
        .exec(
            "UPDATE sessions SET ended_at = $2, ended_why = $3 WHERE id = $1 AND ended_at IS NULL",
            args![id, now, why.as_str()],
        )
        .await?;
    tx.publish(ClusterEvent::SessionEnded(id));
    Ok(ended == 1)
}

/// Ends the sessions of an account, all or all but one, and tells every node. Returns those that were going on.
pub async fn end_account_sessions(
    tx: &mut Tx,
    account: AccountId,
    except: Option<SessionId>,
    why: EndedWhy,
    now: Timestamp,
) -> Result<Vec<SessionId>, StoreError> {
    let rows = tx
        .all(
            "UPDATE sessions SET ended_at = $3, ended_why = $4 \
             WHERE account_id = $1 AND ended_at IS NULL AND (CAST($2 AS TEXT) IS NULL OR id <> $5) RETURNING id",
            args![
                account,
                except.map(|id| id.to_string()),
                now,
                why.as_str(),
                except.unwrap_or_else(|| SessionId::from_uuid(uuid::Uuid::nil())),
            ],
        )
        .await?;
    tx.publish(ClusterEvent::AccountSessionsEnded(account));
    rows.iter().map(|row| row.get("id")).collect()
}

/// Deletes sessions whose absolute limit lies before `before`. Returns how many.
pub async fn delete_sessions_over(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.exec("DELETE FROM sessions WHERE expires_at < $1", args![before]).await
}

fn from_row(row: &Row) -> Result<Session, StoreError> {
    let proofs: serde_json::Value = row.get("proofs")?;
    let address: Option<String> = row.get("address")?;
    Ok(Session::restore(SavedSession {
        id: row.get("id")?,
        account: row.get("account_id")?,
        organisation: row.get("organisation_id")?,
        device: row.get("device_id")?,
        proofs: serde_json::from_value(proofs).map_err(|error| StoreError::corrupt("sessions.proofs", error))?,
        started_at: row.get("started_at")?,
        seen_at: row.get("seen_at")?,
        expires_at: row.get("expires_at")?,
        idle: row.get::<Option<i64>>("idle")?.and_then(|micros| u64::try_from(micros).ok()).map(Duration::from_micros),
        browser: row.get("browser")?,
        address: address.and_then(|text| text.parse().ok()),
    }))
}
