//! The queries on requests that wait: for a person to sign in, for a browser to fetch them, for a confirmation.

use serde::Serialize;
use serde_json::Value;
use wardkey_domain::access::SignInRequest;
use wardkey_domain::application::{AuthorizationRequest, LogoutRequest};
use wardkey_domain::id::{ApplicationId, AuthorizationRequestId, OrganisationId};
use wardkey_domain::secret::TokenHash;
use wardkey_domain::time::Timestamp;

use crate::{StoreError, Tx, args};

/// Keeps a request until somebody has signed in.
pub async fn insert_authorization_request(
    tx: &mut Tx,
    id: AuthorizationRequestId,
    organisation: OrganisationId,
    request: &AuthorizationRequest,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    tx.exec(
        "INSERT INTO authorization_requests (id, organisation_id, application_id, request, expires_at) \
         VALUES ($1, $2, $3, $4, $5)",
        args![id, organisation, request.application, json(request)?, expires_at],
    )
    .await?;
    Ok(())
}

/// A request that waits, unless it has expired.
pub async fn authorization_request(
    tx: &mut Tx,
    id: AuthorizationRequestId,
    now: Timestamp,
) -> Result<Option<AuthorizationRequest>, StoreError> {
    let sql = "SELECT request FROM authorization_requests WHERE id = $1 AND expires_at > $2";
    tx.opt(sql, args![id, now]).await?.map(|row| row.json("request")).transpose()
}

/// What a request that waits asks of a sign-in.
pub async fn sign_in_request(
    tx: &mut Tx,
    id: AuthorizationRequestId,
    now: Timestamp,
) -> Result<Option<SignInRequest>, StoreError> {
    Ok(authorization_request(tx, id, now).await?.map(|request| request.sign_in_request()))
}

/// Takes a request that waits, so that it is answered once. Says whether nobody else was faster.
pub async fn take_authorization_request(
    tx: &mut Tx,
    id: AuthorizationRequestId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.exec("DELETE FROM authorization_requests WHERE id = $1 AND expires_at > $2", args![id, now]).await? == 1)
}

/// Keeps a pushed request until the browser comes with its `request_uri` [RFC 9126].
pub async fn insert_pushed_request(
    tx: &mut Tx,
    hash: &TokenHash,
    organisation: OrganisationId,
    request: &AuthorizationRequest,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    tx.exec(
        "INSERT INTO pushed_requests (hash, organisation_id, application_id, request, expires_at) \
         VALUES ($1, $2, $3, $4, $5)",
        args![hash, organisation, request.application, json(request)?, expires_at],
    )
    .await?;
    Ok(())
}

/// Takes a pushed request of this application, so that it is used once.
pub async fn take_pushed_request(
    tx: &mut Tx,
    hash: &TokenHash,
    application: ApplicationId,
    now: Timestamp,
) -> Result<Option<AuthorizationRequest>, StoreError> {
    let sql =
        "DELETE FROM pushed_requests WHERE hash = $1 AND application_id = $2 AND expires_at > $3 RETURNING request";
    tx.opt(sql, args![hash, application, now]).await?.map(|row| row.json("request")).transpose()
}

/// Keeps a request to sign out until the person confirms it.
pub async fn insert_logout_request(
    tx: &mut Tx,
    id: AuthorizationRequestId,
    organisation: Option<OrganisationId>,
    request: &LogoutRequest,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    tx.exec(
        "INSERT INTO logout_requests (id, organisation_id, request, expires_at) VALUES ($1, $2, $3, $4)",
        args![id, organisation, json(request)?, expires_at],
    )
    .await?;
    Ok(())
}

/// A request to sign out that waits, unless it has expired.
pub async fn logout_request(
    tx: &mut Tx,
    id: AuthorizationRequestId,
    now: Timestamp,
) -> Result<Option<LogoutRequest>, StoreError> {
    let sql = "SELECT request FROM logout_requests WHERE id = $1 AND expires_at > $2";
    tx.opt(sql, args![id, now]).await?.map(|row| row.json("request")).transpose()
}

/// Takes a request to sign out, so that it is answered once.
pub async fn take_logout_request(
    tx: &mut Tx,
    id: AuthorizationRequestId,
    now: Timestamp,
) -> Result<Option<LogoutRequest>, StoreError> {
    let sql = "DELETE FROM logout_requests WHERE id = $1 AND expires_at > $2 RETURNING request";
    tx.opt(sql, args![id, now]).await?.map(|row| row.json("request")).transpose()
}

fn json(request: &impl Serialize) -> Result<Value, StoreError> {
    serde_json::to_value(request).map_err(|error| StoreError::corrupt("requests.request", error))
}
