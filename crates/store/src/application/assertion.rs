//! The queries on `client_assertions`.

use wardkey_domain::id::{ApplicationId, OrganisationId};
use wardkey_domain::secret::TokenHash;
use wardkey_domain::time::Timestamp;

use crate::{StoreError, Tx, args};

/// Remembers a statement until it has expired. Says whether it is seen for the first time [RFC 7523 §3].
pub async fn spend_assertion(
    tx: &mut Tx,
    application: ApplicationId,
    organisation: OrganisationId,
    jti: &TokenHash,
    expires_at: Timestamp,
) -> Result<bool, StoreError> {
    let spent = tx
        .exec(
            "INSERT INTO client_assertions (application_id, jti_hash, organisation_id, expires_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (application_id, jti_hash) DO NOTHING",
            args![application, jti, organisation, expires_at],
        )
        .await?;
    Ok(spent == 1)
}
