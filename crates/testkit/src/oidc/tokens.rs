//! What the token endpoint answers, verified by a library that is not ours.

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::Value;

/// A successful answer of the token endpoint.
#[derive(Clone, Debug, Deserialize)]
pub struct Tokens {
    /// The access token.
    pub access_token: String,
    /// `Bearer`.
    pub token_type: String,
    /// Seconds until the access token ends.
    pub expires_in: Option<u64>,
    /// The refresh token, if one was granted.
    pub refresh_token: Option<String>,
    /// The ID token, if `openid` was asked for.
    pub id_token: Option<String>,
    /// What was granted.
    pub scope: Option<String>,
}

/// An error in OAuth's form ([RFC 6749 §5.2]).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct OAuthError {
    /// The code.
    pub error: String,
    /// Words for a developer.
    pub error_description: Option<String>,
    /// The status of the answer.
    #[serde(skip)]
    pub status: u16,
}

/// The verified claims of an ID token.
#[derive(Clone, Debug)]
pub struct IdToken {
    /// All of them.
    pub claims: Value,
    /// The algorithm of the signature.
    pub algorithm: String,
}

impl IdToken {
    /// Verifies signature, issuer and audience of `token` with the keys of `keys`.
    ///
    /// # Panics
    /// When it does not verify. Its times are left to the caller, whose clock may stand still.
    pub fn verify(token: &str, keys: &JwkSet, issuer: &str, audience: &str) -> Self {
        let header = decode_header(token).expect("the ID token has a header");
        let key = header.kid.as_deref().and_then(|id| keys.find(id)).expect("the key set has the key of the ID token");
        let key = DecodingKey::from_jwk(key).expect("the key can be used");
        let mut validation = Validation::new(header.alg);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience]);
        validation.validate_exp = false;
        validation.set_required_spec_claims(&["iss", "sub", "aud", "exp", "iat"]);
        let data = decode::<Value>(token, &key, &validation).expect("the ID token verifies");
        Self { claims: data.claims, algorithm: format!("{:?}", header.alg) }
    }

    /// A claim as text.
    ///
    /// # Panics
    /// When it is missing or no text.
    pub fn text(&self, claim: &str) -> &str {
        self.claims[claim].as_str().unwrap_or_else(|| panic!("no claim `{claim}` in {}", self.claims))
    }
}
