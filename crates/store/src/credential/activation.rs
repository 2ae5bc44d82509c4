//! The queries on `activations`.

use wardkey_domain::credential::ActivationPurpose;
use wardkey_domain::id::{AccountId, OrganisationId};
use wardkey_domain::secret::TokenHash;
use wardkey_domain::time::Timestamp;

use crate::{StoreError, Tx, args};

/// Saves a new activation code by its hash; those issued to the account before are void.
pub async fn insert_activation(
    tx: &mut Tx,
    account: AccountId,
    organisation: OrganisationId,
    code: &TokenHash,
    purpose: ActivationPurpose,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    delete_activations(tx, account).await?;
    tx.exec(
        "INSERT INTO activations (code_hash, account_id, organisation_id, purpose, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        args![code, account, organisation, purpose.as_str(), now, expires_at],
    )
    .await?;
    Ok(())
}

/// Spends an activation code of this account; says whether this transaction was the one to do it.
///
/// SECURITY: deleting is spending. Of any number of nodes at once exactly one deletes the row.
pub async fn spend_activation(
    tx: &mut Tx,
    account: AccountId,
    code: &TokenHash,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let spent = tx
        .exec(
            "DELETE FROM activations WHERE code_hash = $1 AND account_id = $2 AND expires_at > $3",
            args![code, account, now],
        )
        .await?;
    Ok(spent == 1)
}

/// Whether the account has an activation code that can still be used.
pub async fn has_activation(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<bool, StoreError> {
    let row = tx
        .opt(
            "SELECT account_id FROM activations WHERE account_id = $1 AND expires_at > $2 LIMIT 1",
            args![account, now],
        )
        .await?;
    Ok(row.is_some())
}

/// Makes every activation code of an account void; says how many there were.
pub async fn delete_activations(tx: &mut Tx, account: AccountId) -> Result<u64, StoreError> {
    tx.exec("DELETE FROM activations WHERE account_id = $1", args![account]).await
}

/// Forgets activation codes that nobody used in time; says how many.
pub async fn delete_expired_activations(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    tx.exec("DELETE FROM activations WHERE expires_at <= $1", args![now]).await
}
