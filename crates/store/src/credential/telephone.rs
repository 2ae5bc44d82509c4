//! The numbers of telephone credentials.

use wardkey_domain::factor::telephone::PhoneNumber;
use wardkey_domain::id::{AccountId, CredentialId};
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;

use super::credentials::{sealed_at, unknown};
use crate::{StoreError, Tx, args};

/// SECURITY: from a stolen database nobody learns a number, nor whether a known one is in it.
const PURPOSE: &str = "telephone number";

/// A number as the secret of its credential, to be sealed.
///
/// # Errors
/// Fails when it cannot be written down.
pub fn telephone_secret(number: &PhoneNumber) -> Result<Secret<Vec<u8>>, StoreError> {
    let bytes = serde_json::to_vec(number).map_err(|_| unknown("sealed_secret", "no telephone number"))?;
    Ok(Secret::new(bytes))
}

/// Notes which number a credential has, so that others with the same one are found. The number itself is its secret.
pub async fn note_number(tx: &mut Tx, id: CredentialId, number: &PhoneNumber) -> Result<(), StoreError> {
    let mac = tx.mac(PURPOSE, number.e164().as_bytes());
    tx.exec("UPDATE credentials SET number_mac = $2 WHERE id = $1", args![id, mac]).await?;
    Ok(())
}

/// The number of a credential, also of one that awaits its confirmation; not of one that was removed.
pub async fn find_number(tx: &mut Tx, id: CredentialId) -> Result<Option<PhoneNumber>, StoreError> {
    let row = tx
        .opt(
            "SELECT sealed_secret FROM credentials WHERE id = $1 AND kind IN ('sms', 'voice_call') \
             AND state <> 'removed'",
            args![id],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let sealed: Vec<u8> = row.get("sealed_secret")?;
    let bytes = tx.unseal(sealed_at(id), &sealed)?;
    let number = serde_json::from_slice(bytes.expose()).map_err(|_| unknown("sealed_secret", "no telephone number"))?;
    Ok(Some(number))
}

/// The secret of a telephone that awaits its confirmation.
pub async fn pending_secret(tx: &mut Tx, id: CredentialId) -> Result<Option<Secret<Vec<u8>>>, StoreError> {
    let row = tx.opt("SELECT sealed_secret FROM credentials WHERE id = $1 AND state = 'pending'", args![id]).await?;
    let Some(row) = row else { return Ok(None) };
    let sealed: Vec<u8> = row.get("sealed_secret")?;
    Ok(Some(tx.unseal(sealed_at(id), &sealed)?))
}

/// Replaces the secret of a telephone that awaits its confirmation; says whether it still did.
pub async fn set_pending_secret(tx: &mut Tx, id: CredentialId, secret: &Secret<Vec<u8>>) -> Result<bool, StoreError> {
    let sealed = tx.seal(sealed_at(id), secret.expose())?;
    let saved = tx
        .exec("UPDATE credentials SET sealed_secret = $2 WHERE id = $1 AND state = 'pending'", args![id, sealed])
        .await?;
    Ok(saved == 1)
}

/// Notes that a credential was used.
pub async fn note_use(tx: &mut Tx, id: CredentialId, now: Timestamp) -> Result<bool, StoreError> {
    let noted =
        tx.exec("UPDATE credentials SET last_used_at = $2 WHERE id = $1 AND state = 'active'", args![id, now]).await?;
    Ok(noted == 1)
}

/// The accounts that have this number enrolled, at most `limit`.
pub async fn list_accounts_with_number(
    tx: &mut Tx,
    number: &PhoneNumber,
    limit: u32,
) -> Result<Vec<AccountId>, StoreError> {
    let mac = tx.mac(PURPOSE, number.e164().as_bytes());
    let rows = tx
        .all(
            "SELECT DISTINCT account_id FROM credentials WHERE number_mac = $1 AND state = 'active' \
             ORDER BY account_id LIMIT $2",
            args![mac, i64::from(limit)],
        )
        .await?;
    rows.iter().map(|row| row.get("account_id")).collect()
}
