//! Pushed authorization requests [RFC 9126].

use serde::Serialize;

use super::authorization::AuthorizationRequest;
use super::error::OAuthError;
use super::parameters::Parameters;
use crate::sensitive::Sensitive;

/// What every reference begins with [RFC 9126 §2.2].
const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

/// The random part of a reference to a pushed request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushedReference(Sensitive<String>);

impl PushedReference {
    /// Takes a token that was made at random.
    pub fn new(token: &str) -> Self {
        Self(Sensitive::new(token.to_owned()))
    }

    /// Reads a `request_uri`; nothing when it is any other address.
    pub fn parse(request_uri: &str) -> Option<Self> {
        let token = request_uri.strip_prefix(PREFIX)?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        ((16..=128).contains(&token.len()) && token.bytes().all(plain)).then(|| Self::new(token))
    }

    /// The random part.
    pub fn token(&self) -> &str {
        self.0.expose()
    }

    /// The `request_uri`.
    pub fn to_uri(&self) -> String {
        format!("{PREFIX}{}", self.0.expose())
    }
}

/// Reads what a client pushes. The client is authenticated apart [`super::client`].
///
/// # Errors
/// The request is not one that the authorization endpoint would take, or points to another [RFC 9126 §2.1].
pub fn parse(parameters: &Parameters) -> Result<AuthorizationRequest, OAuthError> {
    if parameters.contains("request_uri") {
        return Err(OAuthError::about("request_uri", "cannot be pushed"));
    }
    AuthorizationRequest::parse(parameters)
}

/// The answer to a pushed request, with status 201 [RFC 9126 §2.2].
#[derive(Clone, Debug, Serialize)]
pub struct PushedResponse {
    /// What to give the authorization endpoint.
    pub request_uri: String,
    /// For how many seconds.
    pub expires_in: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_written_and_read() {
        let reference = PushedReference::new("6esc_11ACC5bwc014ltc14eY22c");
        assert_eq!(reference.to_uri(), "urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c");
        assert_eq!(PushedReference::parse(&reference.to_uri()), Some(reference));
    }

    #[test]
    fn other_addresses_are_not_references() {
        for other in [
            "",
            "https://client.example/r.jwt",
            "urn:ietf:params:oauth:request_uri:",
            "urn:ietf:params:oauth:request_uri:short",
            "urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c!",
        ] {
            assert_eq!(PushedReference::parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_pushed_request_cannot_point_to_another() {
        let form =
            b"client_id=a&response_type=code&redirect_uri=https://b/&request_uri=urn:ietf:params:oauth:request_uri:x";
        assert!(parse(&Parameters::parse(form).unwrap()).is_err());
    }
}
