//! The statement by which a client authenticates [RFC 7523 §2.2, §3; OpenID Connect Core §9, `private_key_jwt`].

use serde::Serialize;

/// The header type of an assertion.
pub const ASSERTION_TOKEN_TYPE: &str = "JWT";

/// How long an assertion is good for, in seconds. It is used at once; the rest is for clocks that disagree.
pub const LIFE_OF_AN_ASSERTION: i64 = 240;

/// What an assertion says. Dates are in seconds since 1970.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct AssertionClaims<'a> {
    /// Who says it: the client.
    pub iss: &'a str,
    /// About whom: the client.
    pub sub: &'a str,
    /// To whom: the token endpoint.
    pub aud: &'a str,
    /// What makes it single-use.
    pub jti: &'a str,
    /// When it is made.
    pub iat: i64,
    /// When it expires.
    pub exp: i64,
}

impl<'a> AssertionClaims<'a> {
    /// What `client_id` says of itself to `token_endpoint` at the moment `now`.
    pub const fn new(client_id: &'a str, token_endpoint: &'a str, jti: &'a str, now: i64) -> Self {
        let exp = now.saturating_add(LIFE_OF_AN_ASSERTION);
        Self { iss: client_id, sub: client_id, aud: token_endpoint, jti, iat: now, exp }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::{Algorithm, SigningKey};
    use crate::oauth::Parameters;
    use crate::oauth::client::{ASSERTION_TYPE, ClientAuthentication};

    #[test]
    fn the_providers_side_believes_our_assertion() {
        const ENDPOINT: &str = "https://upstream.example/token";
        for &algorithm in Algorithm::ALL {
            let key = SigningKey::generate(algorithm).unwrap();
            let claims = AssertionClaims::new("wardkey", ENDPOINT, "1", 1_000);
            let token = key.sign(Some(ASSERTION_TOKEN_TYPE), &claims).unwrap();
            let form = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("client_assertion_type", ASSERTION_TYPE)
                .append_pair("client_assertion", &token)
                .finish();
            let read = ClientAuthentication::parse(None, &Parameters::parse(form.as_bytes()).unwrap()).unwrap();
            let ClientAuthentication::Assertion(assertion) = read else { panic!("not an assertion") };
            let keys = key.jwk().verifying_keys(&[algorithm]);
            let verified = assertion.verify(&keys, &[ENDPOINT], 1_000).unwrap();
            // RFC 7523 leaves the limit open; providers of health services ask for five minutes.
            assert!(verified.jti == "1" && claims.exp - claims.iat <= 300);
            assert!(assertion.verify(&keys, &["https://elsewhere.example/token"], 1_000).is_err());
        }
    }
}
