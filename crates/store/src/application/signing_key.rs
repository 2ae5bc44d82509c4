//! The queries on `signing_keys`.

use wardkey_domain::application::{KeyState, SigningAlgorithm};
use wardkey_domain::id::KeyId;
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;

use crate::cluster::ClusterEvent;
use crate::{Row, SealedAt, StoreError, Tx, args};

/// A key that signs tokens, with its private part opened.
#[derive(Clone, Debug)]
pub struct StoredKey {
    /// The key; its identifier is its `kid`.
    pub id: KeyId,
    /// What it signs with.
    pub algorithm: SigningAlgorithm,
    /// Where it is in its life.
    pub state: KeyState,
    /// Since when.
    pub since: Timestamp,
    /// The private key as PKCS #8.
    pub pkcs8: Secret<Vec<u8>>,
}

fn place(id: KeyId) -> SealedAt {
    SealedAt { table: "signing_keys", id: id.uuid(), column: "sealed_key" }
}

/// Saves a new key, sealed, and tells every node.
///
/// # Errors
/// Fails as [`StoreError::Unique`] when another node has just given another key this state.
pub async fn insert_signing_key(tx: &mut Tx, key: &StoredKey) -> Result<(), StoreError> {
    let sealed = tx.seal(place(key.id), key.pkcs8.expose())?;
    tx.exec(
        "INSERT INTO signing_keys (id, algorithm, state, since, created_at, sealed_key) VALUES ($1, $2, $3, $4, $5, $6)",
        args![key.id, key.algorithm.as_str(), key.state.as_str(), key.since, key.since, sealed],
    )
    .await?;
    tx.publish(ClusterEvent::KeysRotated);
    Ok(())
}

/// The keys that are not retired, the oldest first.
pub async fn list_signing_keys(tx: &mut Tx) -> Result<Vec<StoredKey>, StoreError> {
    let rows = tx
        .all(
            "SELECT id, algorithm, state, since, sealed_key FROM signing_keys WHERE sealed_key IS NOT NULL \
             AND state <> 'retired' ORDER BY created_at, id",
            args![],
        )
        .await?;
    rows.iter().map(|row| read(tx, row)).collect()
}

/// Gives a key another state, if it still has the one that was read, and tells every node. A retired key loses its
/// private part.
pub async fn move_signing_key(
    tx: &mut Tx,
    id: KeyId,
    from: KeyState,
    to: KeyState,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let moved = tx
        .exec(
            "UPDATE signing_keys SET state = $3, since = $4, \
             sealed_key = CASE WHEN CAST($3 AS TEXT) = 'retired' THEN NULL ELSE sealed_key END \
             WHERE id = $1 AND state = $2",
            args![id, from.as_str(), to.as_str(), now],
        )
        .await?;
    tx.publish(ClusterEvent::KeysRotated);
    Ok(moved == 1)
}

fn read(tx: &Tx, row: &Row) -> Result<StoredKey, StoreError> {
    let id: KeyId = row.get("id")?;
    let algorithm: String = row.get("algorithm")?;
    let state: String = row.get("state")?;
    let sealed: Vec<u8> = row.get("sealed_key")?;
    Ok(StoredKey {
        id,
        algorithm: algorithm.parse().map_err(|error| StoreError::corrupt("signing_keys.algorithm", error))?,
        state: state.parse().map_err(|error| StoreError::corrupt("signing_keys.state", error))?,
        since: row.get("since")?,
        pkcs8: tx.unseal(place(id), &sealed)?,
    })
}
