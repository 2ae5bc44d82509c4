//! ID tokens: what they say [OpenID Connect Core §2, §3.1.3.6], and how one that comes back as a hint is read.

use aws_lc_rs::digest::{SHA256, SHA512, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::jose::{Algorithm, Audience, ClaimError, ClaimRules, Expiry, JoseError, VerifyingKey, verify};

/// The header type of an ID token.
pub const ID_TOKEN_TYPE: &str = "JWT";

/// What an ID token says. Dates are in seconds since 1970.
#[derive(Clone, Debug, Serialize)]
pub struct IdTokenClaims<'a> {
    /// The issuer.
    pub iss: &'a str,
    /// The person.
    pub sub: &'a str,
    /// The client.
    pub aud: &'a str,
    /// When it expires.
    pub exp: i64,
    /// When it was issued.
    pub iat: i64,
    /// When the person signed in.
    pub auth_time: i64,
    /// What ties it to the client's session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<&'a str>,
    /// How strongly the person signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<&'a str>,
    /// By which methods [RFC 8176].
    #[serde(skip_serializing_if = "<[&str]>::is_empty")]
    pub amr: &'a [&'a str],
    /// The session [Back-Channel Logout §2.1].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<&'a str>,
    /// What ties it to the access token, from [`half_hash`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_hash: Option<String>,
    /// Further claims about the person. Those that name one of [`IdTokenClaims::RESERVED`] are left out.
    #[serde(flatten, serialize_with = "without_reserved")]
    pub extra: Map<String, Value>,
}

impl IdTokenClaims<'_> {
    /// What the protocol itself says; no mapping of attributes may say it differently.
    pub const RESERVED: &'static [&'static str] = &[
        "iss",
        "sub",
        "aud",
        "exp",
        "iat",
        "nbf",
        "jti",
        "auth_time",
        "nonce",
        "acr",
        "amr",
        "azp",
        "sid",
        "at_hash",
        "c_hash",
    ];
}

fn without_reserved<S: Serializer>(extra: &Map<String, Value>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(extra.iter().filter(|(name, _)| !IdTokenClaims::RESERVED.contains(&name.as_str())))
}

/// The left half of the SHA-256 of a token, as `at_hash` wants it. All algorithms that sign our ID tokens use SHA-256.
pub fn half_hash(token: &str) -> String {
    half_hash_beside(Algorithm::Rs256, token)
}

/// The left half of a token's hash, by the hash function of the algorithm that signs the ID token
/// [OpenID Connect Core §3.1.3.6].
pub fn half_hash_beside(algorithm: Algorithm, token: &str) -> String {
    let function = match algorithm {
        Algorithm::Es256 | Algorithm::Rs256 | Algorithm::Ps256 => &SHA256,
        Algorithm::Rs512 => &SHA512,
    };
    let hash = digest(function, token.as_bytes());
    let half = hash.as_ref().len() / 2;
    URL_SAFE_NO_PAD.encode(hash.as_ref().split_at_checked(half).map_or(hash.as_ref(), |(left, _)| left))
}

/// What an ID token of ours that came back as a hint says: who, for which client, in which session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdTokenHint {
    /// The person.
    pub subject: String,
    /// The client that it was issued to.
    pub client_id: String,
    /// The session.
    pub session: Option<String>,
}

/// Why a hint is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HintError {
    /// The signature or the form of the token.
    #[error(transparent)]
    Token(#[from] JoseError),
    /// A claim.
    #[error(transparent)]
    Claim(#[from] ClaimError),
    /// Another type of token.
    #[error("the token is not an ID token")]
    Type,
}

impl IdTokenHint {
    /// Verifies a hint. It may have expired: it says who was signed in, not that they still are
    /// [OpenID Connect Core §3.1.2.1, RP-Initiated Logout §2].
    ///
    /// # Errors
    /// It is not an ID token of ours.
    pub fn verify(token: &str, keys: &[VerifyingKey], issuer: &str, now: i64) -> Result<Self, HintError> {
        let verified = verify(token, keys)?;
        if !verified.header.is_type(ID_TOKEN_TYPE) {
            return Err(HintError::Type);
        }
        let claims = verified.claims()?;
        let rules =
            ClaimRules { issuer, audience: Audience::CheckedByCaller, expiry: Expiry::MayHavePassed, now, leeway: 60 };
        rules.check(&claims)?;
        let subject = claims.text("sub").ok_or(ClaimError::Missing("sub"))?.to_owned();
        let audiences = claims.audiences();
        let [client_id] = audiences.as_slice() else { return Err(ClaimError::Audience.into()) };
        Ok(Self { subject, client_id: (*client_id).to_owned(), session: claims.text("sid").map(str::to_owned) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::{Algorithm, JwkSet, SigningKey};

    fn claims() -> IdTokenClaims<'static> {
        IdTokenClaims {
            iss: "https://id.example",
            sub: "248289761001",
            aud: "s6BhdRkqt3",
            exp: 2000,
            iat: 1000,
            auth_time: 990,
            nonce: Some("n-0S6_WzA2Mj"),
            acr: Some("aal2"),
            amr: &["pwd", "otp", "mfa"],
            sid: Some("session"),
            at_hash: Some(half_hash("token")),
            extra: Map::from_iter([("name".to_owned(), Value::from("A Nurse"))]),
        }
    }

    #[test]
    fn the_half_hash_of_the_standard_comes_out() {
        // OpenID Connect Core, Appendix A.3 (at_hash) and A.4 (c_hash).
        assert_eq!(half_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ");
        assert_eq!(half_hash("Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk"), "LDktKdoQak3Pk0cnXxCltA");
    }

    #[test]
    fn a_mapping_cannot_change_what_the_protocol_says() {
        let extra = Map::from_iter([("sub".to_owned(), Value::from("x")), ("email".to_owned(), Value::from("e"))]);
        let json = serde_json::to_string(&IdTokenClaims { extra, ..claims() }).unwrap();
        assert_eq!(json.matches(r#""sub":"#).count(), 1);
        assert!(json.contains(r#""email":"e""#) && json.contains(r#""sub":"248289761001""#));
    }

    #[test]
    fn a_hint_is_believed_even_when_it_has_expired() {
        let key = SigningKey::generate(Algorithm::Es256).unwrap();
        let keys = JwkSet::new([key.jwk()]).verifying_keys(Algorithm::ALL);
        let token = key.sign(Some(ID_TOKEN_TYPE), &claims()).unwrap();
        let hint = IdTokenHint::verify(&token, &keys, "https://id.example", 1_000_000).unwrap();
        assert_eq!((hint.subject.as_str(), hint.client_id.as_str()), ("248289761001", "s6BhdRkqt3"));
        assert_eq!(hint.session.as_deref(), Some("session"));
    }

    #[test]
    fn what_is_not_our_id_token_is_no_hint() {
        let (key, other) =
            (SigningKey::generate(Algorithm::Es256).unwrap(), SigningKey::generate(Algorithm::Es256).unwrap());
        let keys = JwkSet::new([key.jwk()]).verifying_keys(Algorithm::ALL);
        let verify = |token: &str| IdTokenHint::verify(token, &keys, "https://id.example", 1500);
        let foreign = other.sign(Some(ID_TOKEN_TYPE), &claims()).unwrap();
        assert_eq!(verify(&foreign), Err(JoseError::NoKey.into()));
        let access = key.sign(Some("at+jwt"), &claims()).unwrap();
        assert_eq!(verify(&access), Err(HintError::Type));
        let elsewhere = key.sign(Some("JWT"), &IdTokenClaims { iss: "https://x.example", ..claims() }).unwrap();
        assert_eq!(verify(&elsewhere), Err(ClaimError::Issuer.into()));
    }
}
