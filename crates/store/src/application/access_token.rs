//! The queries on `access_tokens`.

use wardkey_domain::application::{Grant, Scopes};
use wardkey_domain::id::{ApplicationId, GrantId, OrganisationId};
use wardkey_domain::secret::TokenHash;
use wardkey_domain::time::Timestamp;

use crate::cluster::ClusterEvent;
use crate::{StoreError, Tx, args};

/// An access token as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessToken {
    /// The hash of the reference, or of a signed token's identifier.
    pub hash: TokenHash,
    /// The organisation of the person, or of the application that acts for itself.
    pub organisation: OrganisationId,
    /// Who was given it.
    pub application: ApplicationId,
    /// The grant that it hangs from; none when the application acts for itself.
    pub grant: Option<GrantId>,
    /// What it is good for.
    pub scope: Scopes,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it stops being good.
    pub expires_at: Timestamp,
}

/// An access token with its grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundAccessToken {
    /// The token.
    pub token: AccessToken,
    /// Its grant, revoked or not.
    pub grant: Option<Grant>,
}

/// Saves a new access token.
pub async fn insert_access_token(tx: &mut Tx, token: &AccessToken) -> Result<(), StoreError> {
    tx.exec(
        "INSERT INTO access_tokens (hash, organisation_id, application_id, grant_id, scope, issued_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![
            token.hash,
            token.organisation,
            token.application,
            token.grant,
            token.scope.to_string(),
            token.issued_at,
            token.expires_at,
        ],
    )
    .await?;
    Ok(())
}

/// The access token with this hash, unless it has expired. A token whose grant is gone is gone too.
pub async fn find_access_token(
    tx: &mut Tx,
    hash: &TokenHash,
    now: Timestamp,
) -> Result<Option<FoundAccessToken>, StoreError> {
    let row = tx
        .opt(
            "SELECT t.application_id AS token_application_id, t.organisation_id AS token_organisation_id, t.grant_id, \
             t.scope AS token_scope, t.issued_at, t.expires_at, g.id, g.organisation_id, g.application_id, g.account_id, \
             g.session_id, g.scope, g.details, g.created_at, g.revoked_at \
             FROM access_tokens t LEFT JOIN grants g ON g.id = t.grant_id WHERE t.hash = $1 AND t.expires_at > $2",
            args![hash, now],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let scope: String = row.get("token_scope")?;
    let token = AccessToken {
        hash: *hash,
        organisation: row.get("token_organisation_id")?,
        application: row.get("token_application_id")?,
        grant: row.get("grant_id")?,
        scope: scope.parse().map_err(|error| StoreError::corrupt("access_tokens.scope", error))?,
        issued_at: row.get("issued_at")?,
        expires_at: row.get("expires_at")?,
    };
    let joined: Option<GrantId> = row.get("id")?;
    match (token.grant, joined) {
        (None, _) => Ok(Some(FoundAccessToken { token, grant: None })),
        (Some(_), Some(_)) => Ok(Some(FoundAccessToken { token, grant: Some(super::grant::grant(&row)?) })),
        (Some(_), None) => Ok(None),
    }
}

/// Deletes one access token of an application, and tells every node. Says whether there was one.
pub async fn delete_access_token(
    tx: &mut Tx,
    hash: &TokenHash,
    application: ApplicationId,
) -> Result<bool, StoreError> {
    let deleted =
        tx.exec("DELETE FROM access_tokens WHERE hash = $1 AND application_id = $2", args![hash, application]).await?;
    if deleted == 1 {
        tx.publish(ClusterEvent::AccessTokenRevoked(*hash.as_bytes()));
    }
    Ok(deleted == 1)
}
