//! Security keys: what each is known by, its counter, and who was given one.

use wardkey_domain::credential::Credential;
use wardkey_domain::factor::webauthn::{KeyRecord, KeyState, NewKey, UsedKey};
use wardkey_domain::id::{AccountId, CredentialId};
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;

use super::credentials::{sealed_at, unknown};
use crate::{Row, StoreError, Tx, args};

/// A key that an administrator registered for somebody and handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCustody {
    /// The number on the key.
    pub serial: String,
    /// What its maker calls it.
    pub model: String,
    /// The day on which it changed hands: `2026-11-22`.
    pub handed_over_on: String,
    /// Who registered it.
    pub registered_by: AccountId,
}

/// A key as the secret of its credential, to be sealed with whose it is: so that nobody who can write to the database puts a
/// key of theirs in its place, or gives one of theirs to another account.
pub fn key_secret(account: AccountId, record: &KeyRecord) -> Secret<Vec<u8>> {
    let mut bytes = account.uuid().as_bytes().to_vec();
    bytes.extend(record.to_bytes());
    Secret::new(bytes)
}

/// Notes what a key is known by, beside its credential; says whether no account has it yet.
pub async fn insert_key(tx: &mut Tx, credential: &Credential, key: &NewKey) -> Result<bool, StoreError> {
    let inserted = tx
        .exec(
            "INSERT INTO security_keys (credential_id, organisation_id, account_id, id_hash, counter) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
            args![
                credential.id,
                credential.organisation,
                credential.account,
                &key.record.id_hash(),
                i64::from(key.counter)
            ],
        )
        .await?;
    Ok(inserted == 1)
}

/// The enrolled keys of an account, oldest first.
pub async fn list_keys(tx: &mut Tx, account: AccountId) -> Result<Vec<KeyState>, StoreError> {
    let rows = tx
        .all(
            "SELECT credentials.id, credentials.account_id, credentials.sealed_secret, security_keys.counter \
             FROM credentials JOIN security_keys ON security_keys.credential_id = credentials.id \
             WHERE credentials.account_id = $1 AND credentials.kind = 'webauthn' AND credentials.state = 'active' \
             ORDER BY credentials.created_at, credentials.id",
            args![account],
        )
        .await?;
    rows.iter().map(|row| from_row(tx, row)).collect()
}

fn from_row(tx: &Tx, row: &Row) -> Result<KeyState, StoreError> {
    let credential: CredentialId = row.get("id")?;
    let sealed: Vec<u8> = row.get("sealed_secret")?;
    let bytes = tx.unseal(sealed_at(credential), &sealed)?;
    let account: AccountId = row.get("account_id")?;
    let ours = bytes.expose().strip_prefix(account.uuid().as_bytes().as_slice());
    let record = ours.and_then(|bytes| KeyRecord::from_bytes(bytes).ok());
    let record = record.ok_or_else(|| unknown("sealed_secret", "no security key of this account"))?;
    let counter = u32::try_from(row.get::<i64>("counter")?).map_err(|_| unknown("counter", "no counter"))?;
    Ok(KeyState { credential, account, record, counter })
}

/// Notes that a key was shown; says whether this transaction was the one to do it.
///
/// SECURITY: of two nodes that see the same answer at once, one gets `true`. A key without a counter always shows zero, and
/// its answers are told apart by the challenges alone.
pub async fn use_key(tx: &mut Tx, used: &UsedKey, now: Timestamp) -> Result<bool, StoreError> {
    let counted = tx
        .exec(
            "UPDATE security_keys SET counter = $2 \
             WHERE credential_id = $1 AND (counter < $2 OR (counter = 0 AND $2 = 0))",
            args![used.credential, i64::from(used.counter)],
        )
        .await?;
    if counted != 1 {
        return Ok(false);
    }
    if let Some(record) = &used.record {
        let sealed = tx.seal(sealed_at(used.credential), key_secret(used.account, record).expose())?;
        let sql = "UPDATE credentials SET sealed_secret = $2 WHERE id = $1 AND state = 'active'";
        tx.exec(sql, args![used.credential, sealed]).await?;
    }
    super::note_use(tx, used.credential, now).await
}

/// Forgets what a removed key was known by, so that it can be registered again.
pub(super) async fn delete_key(tx: &mut Tx, credential: CredentialId) -> Result<(), StoreError> {
    tx.exec("DELETE FROM security_keys WHERE credential_id = $1", args![credential]).await?;
    Ok(())
}

/// Records who was given a key.
pub async fn insert_custody(
    tx: &mut Tx,
    credential: &Credential,
    custody: &StoredCustody,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.exec(
        "INSERT INTO key_custody (credential_id, organisation_id, account_id, registered_by, serial, model, \
         handed_over_on, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            credential.id,
            credential.organisation,
            credential.account,
            custody.registered_by,
            custody.serial.as_str(),
            custody.model.as_str(),
            custody.handed_over_on.as_str(),
            now
        ],
    )
    .await?;
    Ok(())
}

/// Who was given a key, if an administrator registered it.
pub async fn find_custody(tx: &mut Tx, credential: CredentialId) -> Result<Option<StoredCustody>, StoreError> {
    let sql = "SELECT serial, model, handed_over_on, registered_by FROM key_custody WHERE credential_id = $1";
    let row = tx.opt(sql, args![credential]).await?;
    row.map(|row| {
        Ok(StoredCustody {
            serial: row.get("serial")?,
            model: row.get("model")?,
            handed_over_on: row.get("handed_over_on")?,
            registered_by: row.get("registered_by")?,
        })
    })
    .transpose()
}
