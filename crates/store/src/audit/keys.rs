//! The keys that sign blocks: public halves in the open, private halves sealed.

use wardkey_domain::audit::{PublicKey, SigningKey};
use wardkey_domain::id::KeyId;
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;

use crate::{Row, SealedAt, StoreError, Tx, args};

/// Saves a new key; from now on it is the one that signs.
///
/// # Errors
/// When the seed does not have 32 bytes, or the store fails.
pub async fn insert_key(
    tx: &mut Tx,
    id: KeyId,
    seed: &Secret<Vec<u8>>,
    now: Timestamp,
) -> Result<PublicKey, StoreError> {
    let public = SigningKey::from_seed(id, seed).map_err(StoreError::database)?.public();
    let sealed = tx.seal(place(id), seed.expose())?;
    tx.exec(
        "INSERT INTO audit_keys (id, public_key, sealed_seed, created_at) VALUES ($1, $2, $3, $4)",
        args![id, public.as_bytes(), sealed, now],
    )
    .await?;
    Ok(public)
}

/// The key that signs: the last one made.
pub async fn signing_key(tx: &mut Tx) -> Result<Option<SigningKey>, StoreError> {
    let row = tx.opt("SELECT * FROM audit_keys ORDER BY created_at DESC, id DESC LIMIT 1", args![]).await?;
    row.map(|row| open(tx, &row)).transpose()
}

/// A key as the table names it, and whether the private half that is sealed beside it is its own.
pub async fn list_keys(tx: &mut Tx) -> Result<Vec<(PublicKey, bool)>, StoreError> {
    let rows = tx.all("SELECT * FROM audit_keys ORDER BY created_at, id", args![]).await?;
    let mut keys = Vec::with_capacity(rows.len());
    for row in &rows {
        let named = PublicKey::from_bytes(row.get("id")?, row.get("public_key")?).map_err(StoreError::database)?;
        // SECURITY: who can write to the table but does not have the master key cannot bring a key of their own.
        let is_ours = open(tx, row).is_ok_and(|key| key.public() == named);
        keys.push((named, is_ours));
    }
    Ok(keys)
}

fn open(tx: &Tx, row: &Row) -> Result<SigningKey, StoreError> {
    let id = row.get("id")?;
    let seed = tx.unseal(place(id), &row.get::<Vec<u8>>("sealed_seed")?)?;
    SigningKey::from_seed(id, &seed).map_err(StoreError::database)
}

const fn place(id: KeyId) -> SealedAt {
    SealedAt { table: "audit_keys", id: id.uuid(), column: "sealed_seed" }
}
