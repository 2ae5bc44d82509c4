//! The queries on `vapid_keys`.

use uuid::Uuid;
use wardkey_domain::id::KeyId;
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;

use crate::seal::SealedAt;
use crate::{StoreError, Tx, args};

const NAME: &str = "push";

fn place(id: Uuid) -> SealedAt {
    SealedAt { table: "vapid_keys", id, column: "sealed_key" }
}

/// The private key by which push services know us, as PKCS #8.
pub async fn find_vapid_key(tx: &mut Tx) -> Result<Option<Secret<Vec<u8>>>, StoreError> {
    let Some(row) = tx.opt("SELECT id, sealed_key FROM vapid_keys WHERE name = $1", args![NAME]).await? else {
        return Ok(None);
    };
    let (id, sealed): (Uuid, Vec<u8>) = (row.get("id")?, row.get("sealed_key")?);
    tx.unseal(place(id), &sealed).map(Some)
}

/// Saves the key unless there is one: of two nodes that start at once, both then use that of the first.
pub async fn insert_vapid_key(tx: &mut Tx, id: KeyId, key: &Secret<Vec<u8>>, now: Timestamp) -> Result<(), StoreError> {
    let sealed = tx.seal(place(id.uuid()), key.expose())?;
    tx.exec(
        "INSERT INTO vapid_keys (id, name, created_at, sealed_key) VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO NOTHING",
        args![id, NAME, now, sealed],
    )
    .await?;
    Ok(())
}
