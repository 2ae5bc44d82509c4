//! Access tokens that a resource server can read itself [RFC 9068].

use serde::Serialize;

use super::scope::Scope;
use crate::jose::{Audience, ClaimError, ClaimRules, Claims, Expiry, JoseError, VerifyingKey, verify};

/// The header type of an access token [RFC 9068 §2.1].
pub const ACCESS_TOKEN_TYPE: &str = "at+jwt";

/// What an access token says [RFC 9068 §2.2]. Dates are in seconds since 1970.
#[derive(Clone, Debug, Serialize)]
pub struct AccessTokenClaims<'a> {
    /// The issuer.
    pub iss: &'a str,
    /// Whom it speaks for: the person, or the client itself.
    pub sub: &'a str,
    /// Whom it is for.
    pub aud: &'a str,
    /// When it expires.
    pub exp: i64,
    /// When it was issued.
    pub iat: i64,
    /// Its id.
    pub jti: &'a str,
    /// Whom it was issued to.
    pub client_id: &'a str,
    /// What it is good for.
    #[serde(skip_serializing_if = "Scope::is_empty")]
    pub scope: Scope,
    /// When the person signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// How strongly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<&'a str>,
    /// By which methods [RFC 8176].
    #[serde(skip_serializing_if = "<[&str]>::is_empty")]
    pub amr: &'a [&'a str],
}

/// Why an access token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccessTokenError {
    /// The signature or the form of the token.
    #[error(transparent)]
    Token(#[from] JoseError),
    /// A claim.
    #[error(transparent)]
    Claim(#[from] ClaimError),
    /// Another type of token.
    #[error("the token is not an access token")]
    Type,
}

/// Verifies an access token that we issued; its audience is the caller's to judge [RFC 9068 §4].
///
/// # Errors
/// It is not one of ours, not an access token, or expired.
pub fn verify_access_token(
    token: &str,
    keys: &[VerifyingKey],
    issuer: &str,
    now: i64,
) -> Result<Claims, AccessTokenError> {
    let verified = verify(token, keys)?;
    // SECURITY: an ID token of ours has the same issuer and keys. Only its type keeps it from passing for access.
    if !verified.header.is_type(ACCESS_TOKEN_TYPE) {
        return Err(AccessTokenError::Type);
    }
    let claims = verified.claims()?;
    let rules = ClaimRules {
        issuer,
        audience: Audience::CheckedByCaller,
        expiry: Expiry::Within(i64::from(u32::MAX)),
        now,
        leeway: 0,
    };
    rules.check(&claims)?;
    Ok(claims)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::{Algorithm, JwkSet, SigningKey};

    fn claims() -> AccessTokenClaims<'static> {
        AccessTokenClaims {
            iss: "https://id.example",
            sub: "5ba552d67",
            aud: "https://rs.example.com/",
            exp: 2000,
            iat: 1000,
            jti: "dbe39bf3a3ba4238a513f51d6e1691c4",
            client_id: "s6BhdRkqt3",
            scope: Scope::parse("openid profile").unwrap(),
            auth_time: Some(990),
            acr: Some("aal2"),
            amr: &["pwd", "otp", "mfa"],
        }
    }

    #[test]
    fn a_token_has_the_claims_of_the_standard() {
        assert_eq!(
            serde_json::to_string(&claims()).unwrap(),
            r#"{"iss":"https://id.example","sub":"5ba552d67","aud":"https://rs.example.com/","exp":2000,"iat":1000,"jti":"dbe39bf3a3ba4238a513f51d6e1691c4","client_id":"s6BhdRkqt3","scope":"openid profile","auth_time":990,"acr":"aal2","amr":["pwd","otp","mfa"]}"#
        );
    }

    #[test]
    fn our_own_token_is_verified() {
        let key = SigningKey::generate(Algorithm::Es256).unwrap();
        let keys = JwkSet::new([key.jwk()]).verifying_keys(Algorithm::ALL);
        let token = key.sign(Some(ACCESS_TOKEN_TYPE), &claims()).unwrap();
        let verify = |token: &str, issuer, now| verify_access_token(token, &keys, issuer, now);
        assert_eq!(verify(&token, "https://id.example", 1500).unwrap().text("client_id"), Some("s6BhdRkqt3"));
        assert_eq!(verify(&token, "https://id.example", 2000), Err(ClaimError::Expired.into()));
        assert_eq!(verify(&token, "https://other.example", 1500), Err(ClaimError::Issuer.into()));
        let id_token = key.sign(Some("JWT"), &claims()).unwrap();
        assert_eq!(verify(&id_token, "https://id.example", 1500), Err(AccessTokenError::Type));
    }
}
