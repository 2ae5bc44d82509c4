//! Token revocation [RFC 7009].
//!
//! What is asked has the form of an introspection, so [`TokenQuestion`] reads it. What is answered is status 200 with no
//! body, for an unknown token too [RFC 7009 §2.2]; or the error below.

use super::error::{ErrorCode, OAuthError};
pub use super::introspection::{TokenHint, TokenQuestion};

/// The answer about a token of a kind that cannot be revoked [RFC 7009 §2.2.1]: a signed access token, which no server asks
/// us about.
pub const fn unsupported_token_type() -> OAuthError {
    OAuthError::new(ErrorCode::UnsupportedTokenType, "tokens of this kind cannot be revoked")
}
