//! What a presented access token is kept under.

use wardkey_domain::application::token::{access_token_hash, signed_token_reference};
use wardkey_domain::secret::TokenHash;
use wardkey_usecases::Result;
use wardkey_wire::oauth::access_token::verify_access_token;

use crate::oidc::state::OidcState;

/// The hash that the store knows an access token by; `None` when it cannot be one of ours.
///
/// A signed one is verified first: its identifier alone proves nothing.
pub async fn reference(state: &OidcState, token: &str) -> Result<Option<TokenHash>> {
    if !token.contains('.') {
        return Ok(access_token_hash(token));
    }
    let keys = state.keys().await?;
    let now = state.app.now().as_seconds();
    let claims = verify_access_token(token, keys.verifying(), state.issuer(), now).ok();
    Ok(claims.and_then(|claims| claims.text("jti").map(signed_token_reference)))
}
