//! Our public keys [RFC 7517].

use axum::extract::State;
use axum::response::Response;
use wardkey_domain::application::SigningAlgorithm;

use crate::oidc::endpoint::discovery::published;
use crate::oidc::error::Failure;
use crate::oidc::state::OidcState;

/// `GET /oauth/jwks`
pub async fn show(State(state): State<OidcState>) -> Response {
    // Asked for before anybody has signed in, it must not be empty.
    match state.keys_for(SigningAlgorithm::Es256).await {
        Ok(keys) => published(keys.published()),
        Err(error) => Failure::from(error).answer("jwks"),
    }
}
