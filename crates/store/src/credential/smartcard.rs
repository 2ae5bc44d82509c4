//! Smartcards: what each is known by.

use wardkey_domain::credential::Credential;
use wardkey_domain::factor::smartcard::{CardRecord, CardState};
use wardkey_domain::id::{AccountId, CredentialId};
use wardkey_domain::secret::Secret;

use super::credentials::{sealed_at, unknown};
use crate::{Row, StoreError, Tx, args};

/// SECURITY: numbers of cards are few: from a stolen database nobody finds out by trying who has which.
const PURPOSE: &str = "identity of a smartcard";

/// A card as the secret of its credential, to be sealed with whose it is: so that nobody who can write to the database puts a
/// card of theirs in its place, or gives one of theirs to another account.
pub fn card_secret(account: AccountId, record: &CardRecord) -> Secret<Vec<u8>> {
    let mut bytes = account.uuid().as_bytes().to_vec();
    bytes.extend(record.to_bytes());
    Secret::new(bytes)
}

/// Notes what a card is known by, beside its credential; says whether no account has it yet.
pub async fn insert_card(tx: &mut Tx, credential: &Credential, record: &CardRecord) -> Result<bool, StoreError> {
    let mac = tx.mac(PURPOSE, record.identity().as_bytes());
    let inserted = tx
        .exec(
            "INSERT INTO smartcards (credential_id, organisation_id, account_id, identity_mac) \
             VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            args![credential.id, credential.organisation, credential.account, &mac],
        )
        .await?;
    Ok(inserted == 1)
}

/// The linked cards of an account, oldest first.
pub async fn list_cards(tx: &mut Tx, account: AccountId) -> Result<Vec<CardState>, StoreError> {
    let rows = tx
        .all(
            "SELECT id, account_id, sealed_secret FROM credentials \
             WHERE account_id = $1 AND kind = 'smartcard' AND state = 'active' ORDER BY created_at, id",
            args![account],
        )
        .await?;
    rows.iter().map(|row| from_row(tx, row)).collect()
}

fn from_row(tx: &Tx, row: &Row) -> Result<CardState, StoreError> {
    let credential: CredentialId = row.get("id")?;
    let sealed: Vec<u8> = row.get("sealed_secret")?;
    let bytes = tx.unseal(sealed_at(credential), &sealed)?;
    let account: AccountId = row.get("account_id")?;
    let ours = bytes.expose().strip_prefix(account.uuid().as_bytes().as_slice());
    let record = ours.and_then(|bytes| CardRecord::from_bytes(bytes).ok());
    let record = record.ok_or_else(|| unknown("sealed_secret", "no smartcard of this account"))?;
    Ok(CardState { credential, account, record })
}

/// Forgets what a removed card was known by, so that it can be linked again.
pub(super) async fn delete_card(tx: &mut Tx, credential: CredentialId) -> Result<(), StoreError> {
    tx.exec("DELETE FROM smartcards WHERE credential_id = $1", args![credential]).await?;
    Ok(())
}
