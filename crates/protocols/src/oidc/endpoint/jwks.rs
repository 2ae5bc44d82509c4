//! Our public keys [RFC 7517].

use axum::extract::State;
use axum::response::Response;

use crate::oidc::answer;
use crate::oidc::endpoint::discovery::published;
use crate::oidc::error::Failure;
use crate::oidc::state::OidcState;

/// `GET /oauth/jwks`
pub async fn show(State(state): State<OidcState>) -> Response {
    match state.keys().await {
        Ok(keys) => {
            answer::count("jwks", "ok");
            published(keys.published())
        }
        Err(error) => Failure::from(error).answer("jwks"),
    }
}
