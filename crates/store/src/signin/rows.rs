//! The queries on `flows`.

use wardkey_domain::id::{AccountId, FlowId};
use wardkey_domain::secret::TokenHash;
use wardkey_domain::signin::{Flow, SavedFlow};
use wardkey_domain::time::Timestamp;

use crate::{Row, SealedAt, StoreError, Tx, args};

/// A saved flow and what the store knows of it.
#[derive(Debug)]
pub struct StoredFlow {
    /// Its identifier.
    pub id: FlowId,
    /// The blob, for the engine.
    pub saved: SavedFlow,
    /// Where the person goes when done, as the use case wrote it.
    pub destination: serde_json::Value,
    /// Whether somebody said that it is not theirs. It goes no further.
    pub is_reported: bool,
    /// Counts its changes: a save names the version it read, and loses if another was faster.
    pub version: i64,
}

/// Keeps a new flow under the hash of the browser's token.
pub async fn insert_flow(
    tx: &mut Tx,
    flow: &Flow,
    token: &TokenHash,
    destination: serde_json::Value,
) -> Result<(), StoreError> {
    let Some(sealed) = seal(tx, flow)? else {
        return Ok(());
    };
    tx.exec(
        "INSERT INTO flows (id, token_hash, account_id, enrols_only, sealed, destination, expires_at, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 1)",
        args![flow.id(), *token, flow.account(), flow.opened_by_pass(), sealed, destination, flow.expires_at()],
    )
    .await?;
    Ok(())
}

/// The flow that a browser's token belongs to.
pub async fn flow(tx: &mut Tx, token: &TokenHash) -> Result<Option<StoredFlow>, StoreError> {
    let Some(row) = tx
        .opt("SELECT id, sealed, destination, reported_at, version FROM flows WHERE token_hash = $1", args![*token])
        .await?
    else {
        return Ok(None);
    };
    read(tx, &row).map(Some)
}

/// The flow of this identifier.
pub async fn flow_by_id(tx: &mut Tx, id: FlowId) -> Result<Option<StoredFlow>, StoreError> {
    let sql = "SELECT id, sealed, destination, reported_at, version FROM flows WHERE id = $1";
    let Some(row) = tx.opt(sql, args![id]).await? else { return Ok(None) };
    read(tx, &row).map(Some)
}

fn read(tx: &Tx, row: &Row) -> Result<StoredFlow, StoreError> {
    let id: FlowId = row.get("id")?;
    let sealed: Vec<u8> = row.get("sealed")?;
    Ok(StoredFlow {
        id,
        saved: SavedFlow::unsealed(tx.unseal(sealed_at(id), &sealed)?),
        destination: row.get("destination")?,
        is_reported: row.get::<Option<Timestamp>>("reported_at")?.is_some(),
        version: row.get("version")?,
    })
}

/// Saves a flow that was read at `version`. Says whether it was still that version: `false` means that another request
/// moved it on, and nothing was saved.
pub async fn save_flow(tx: &mut Tx, flow: &Flow, version: i64) -> Result<bool, StoreError> {
    let Some(sealed) = seal(tx, flow)? else {
        return Ok(false);
    };
    let saved = tx
        .exec(
            "UPDATE flows SET sealed = $2, expires_at = $3, account_id = $5, enrols_only = $6, version = version + 1 \
             WHERE id = $1 AND version = $4",
            args![flow.id(), sealed, flow.expires_at(), version, flow.account(), flow.opened_by_pass()],
        )
        .await?;
    Ok(saved == 1)
}

/// Forgets a flow that was read at `version`. Says whether it was still that version.
pub async fn delete_flow(tx: &mut Tx, id: FlowId, version: i64) -> Result<bool, StoreError> {
    Ok(tx.exec("DELETE FROM flows WHERE id = $1 AND version = $2", args![id, version]).await? == 1)
}

/// Stops a sign-in in progress of which somebody said that it is not theirs, whatever it is doing just now; says whether
/// there was one. The row stays until its time, so that its browser is told why.
///
/// SECURITY: a step that has read the flow before cannot save it or end it in a session any more: its version is past.
pub async fn stop_flow(tx: &mut Tx, id: FlowId, now: Timestamp) -> Result<bool, StoreError> {
    let stopped = tx
        .exec(
            "UPDATE flows SET reported_at = $2, version = version + 1 WHERE id = $1 AND expires_at > $2",
            args![id, now],
        )
        .await?;
    Ok(stopped == 1)
}

/// Stops every sign-in and step-up in progress of an account, but for `except`. Those that were reported stay, so that their
/// browsers are told why.
///
/// SECURITY: as with [`stop_flow`], a step that has read one before can neither save it nor end it in a session.
pub async fn stop_account_flows(tx: &mut Tx, account: AccountId, except: Option<FlowId>) -> Result<u64, StoreError> {
    let sql = "DELETE FROM flows WHERE account_id = $1 AND reported_at IS NULL AND id <> $2";
    tx.exec(sql, args![account, nobody_or(except)]).await
}

/// Stops what a pass that is for enrolling has opened, but for `except`; says how many there were.
pub async fn stop_pass_flows(
    tx: &mut Tx,
    account: AccountId,
    except: Option<FlowId>,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let sql = "DELETE FROM flows WHERE account_id = $1 AND enrols_only = $2 AND reported_at IS NULL \
               AND expires_at > $3 AND id <> $4";
    tx.exec(sql, args![account, true, now, nobody_or(except)]).await
}

/// Deletes flows that expired before `before`. Returns how many.
pub async fn delete_flows_over(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.exec("DELETE FROM flows WHERE expires_at < $1", args![before]).await
}

fn nobody_or(except: Option<FlowId>) -> FlowId {
    except.unwrap_or_else(|| FlowId::from_uuid(uuid::Uuid::nil()))
}

fn seal(tx: &Tx, flow: &Flow) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(saved) = flow.save() else {
        return Ok(None);
    };
    tx.seal(sealed_at(flow.id()), saved.to_seal().expose()).map(Some)
}

fn sealed_at(id: FlowId) -> SealedAt {
    SealedAt { table: "flows", id: id.uuid(), column: "sealed" }
}
