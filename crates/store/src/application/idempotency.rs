//! The queries on `idempotency_keys`.

use serde_json::Value;
use wardkey_domain::id::{ApplicationId, OrganisationId};
use wardkey_domain::secret::TokenHash;
use wardkey_domain::time::Timestamp;

use crate::{StoreError, Tx, args};

/// What an application asks for under a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyedRequest {
    /// The application.
    pub application: ApplicationId,
    /// The organisation that answers for it.
    pub organisation: OrganisationId,
    /// The hash of the key.
    pub key: TokenHash,
    /// The hash of what it asks for.
    pub request: TokenHash,
}

/// What came of it the first time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptOutcome {
    /// The hash of what was asked for then.
    pub request: TokenHash,
    /// What came of it.
    pub outcome: Value,
}

/// Spends the key of a request until `until`. Says whether it is good: whether it was not spent before, or so long ago that it counts
/// no more.
///
/// Whoever spends the same key at the same time waits here until this transaction has ended, and then hears which of them was first.
pub async fn spend_idempotency_key(
    tx: &mut Tx,
    asked: &KeyedRequest,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool, StoreError> {
    let spent = tx
        .exec(
            "INSERT INTO idempotency_keys (application_id, key_hash, organisation_id, request_hash, expires_at) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (application_id, key_hash) DO UPDATE SET \
             request_hash = excluded.request_hash, outcome = NULL, expires_at = excluded.expires_at \
             WHERE idempotency_keys.expires_at <= $6",
            args![asked.application, asked.key, asked.organisation, asked.request, until, now],
        )
        .await?;
    Ok(spent == 1)
}

/// Keeps what came of a request, for whoever asks again under its key.
pub async fn keep_outcome(tx: &mut Tx, asked: &KeyedRequest, outcome: &Value) -> Result<(), StoreError> {
    tx.exec(
        "UPDATE idempotency_keys SET outcome = $3 WHERE application_id = $1 AND key_hash = $2",
        args![asked.application, asked.key, outcome],
    )
    .await?;
    Ok(())
}

/// What was asked for under the key of a request that was spent before, and what came of it.
pub async fn kept_outcome(tx: &mut Tx, asked: &KeyedRequest) -> Result<Option<KeptOutcome>, StoreError> {
    let row = tx
        .opt(
            "SELECT request_hash, outcome FROM idempotency_keys \
             WHERE application_id = $1 AND key_hash = $2 AND outcome IS NOT NULL",
            args![asked.application, asked.key],
        )
        .await?;
    row.map(|row| Ok(KeptOutcome { request: row.get("request_hash")?, outcome: row.get("outcome")? })).transpose()
}
