//! Proof Key for Code Exchange [RFC 7636], with S256 only.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::error::OAuthError;
use super::parameters::Parameters;
use crate::sensitive::Sensitive;

/// What the client committed itself to when it asked for a code: the SHA-256 of its verifier [RFC 7636 §4.2].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeChallenge([u8; 32]);

/// What the client proves itself with when it spends the code [RFC 7636 §4.1].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeVerifier(Sensitive<String>);

impl CodeChallenge {
    /// Reads a challenge: 43 characters of base64url.
    ///
    /// # Errors
    /// `invalid_request`.
    pub fn parse(text: &str) -> Result<Self, OAuthError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or_else(|| OAuthError::about("code_challenge", "is not an S256 challenge"))
    }

    /// The parameters `code_challenge` and `code_challenge_method`.
    ///
    /// SECURITY: a challenge without a method means `plain` in the standard [RFC 7636 §4.3], and `plain` is refused:
    /// whoever reads the request could spend the code.
    pub(super) fn of(parameters: &Parameters) -> Result<Option<Self>, OAuthError> {
        match (parameters.get("code_challenge"), parameters.get("code_challenge_method")) {
            (None, None) => Ok(None),
            (Some(challenge), Some("S256")) => Self::parse(challenge).map(Some),
            (None, Some(_)) => Err(OAuthError::about("code_challenge", "is missing")),
            (Some(_), _) => Err(OAuthError::about("code_challenge_method", "must be S256")),
        }
    }

    /// Whether `verifier` is the one that this challenge was made from, in constant time [RFC 7636 §4.6].
    pub fn is_met_by(&self, verifier: &CodeVerifier) -> bool {
        let hash = digest(&SHA256, verifier.0.expose().as_bytes());
        verify_slices_are_equal(hash.as_ref(), &self.0).is_ok()
    }
}

impl fmt::Display for CodeChallenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl CodeVerifier {
    /// Reads a verifier: 43 to 128 unreserved characters.
    ///
    /// # Errors
    /// `invalid_request`.
    pub fn parse(text: &str) -> Result<Self, OAuthError> {
        let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if (43..=128).contains(&text.len()) && text.bytes().all(unreserved) {
            Ok(Self(Sensitive::new(text.to_owned())))
        } else {
            Err(OAuthError::about("code_verifier", "must be 43 to 128 unreserved characters"))
        }
    }

    /// The verifier as text.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// The challenge that this verifier meets.
    pub fn challenge(&self) -> CodeChallenge {
        let mut bytes = [0; 32];
        for (to, from) in bytes.iter_mut().zip(digest(&SHA256, self.0.expose().as_bytes()).as_ref()) {
            *to = *from;
        }
        CodeChallenge(bytes)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // RFC 7636, Appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_example_of_the_standard_is_met() {
        let (verifier, challenge) = (CodeVerifier::parse(VERIFIER).unwrap(), CodeChallenge::parse(CHALLENGE).unwrap());
        assert!(challenge.is_met_by(&verifier));
        assert_eq!(verifier.challenge(), challenge);
        assert_eq!(challenge.to_string(), CHALLENGE);
    }

    #[test]
    fn a_wrong_verifier_does_not_meet_it() {
        let challenge = CodeChallenge::parse(CHALLENGE).unwrap();
        for wrong in [VERIFIER.to_lowercase(), format!("{VERIFIER}A"), CHALLENGE.to_owned()] {
            assert!(!challenge.is_met_by(&CodeVerifier::parse(&wrong).unwrap()), "{wrong}");
        }
    }

    #[test]
    fn a_verifier_has_43_to_128_unreserved_characters() {
        for (text, good) in [
            ("a".repeat(42), false),
            ("a".repeat(43), true),
            ("-._~".repeat(32), true),
            ("a".repeat(129), false),
            (format!("{}+", "a".repeat(50)), false),
            (format!("{}é", "a".repeat(50)), false),
            (format!("{} ", "a".repeat(50)), false),
        ] {
            assert_eq!(CodeVerifier::parse(&text).is_ok(), good, "{text}");
        }
    }

    #[test]
    fn only_s256_is_accepted() {
        for (form, good) in [
            (format!("code_challenge={CHALLENGE}&code_challenge_method=S256"), true),
            (format!("code_challenge={CHALLENGE}&code_challenge_method=plain"), false),
            (format!("code_challenge={CHALLENGE}&code_challenge_method=s256"), false),
            (format!("code_challenge={CHALLENGE}"), false),
            (format!("code_challenge={CHALLENGE}%3D&code_challenge_method=S256"), false),
            (format!("code_challenge={VERIFIER}x&code_challenge_method=S256"), false),
            ("code_challenge_method=S256".to_owned(), false),
            (String::new(), true),
        ] {
            let parameters = Parameters::parse(form.as_bytes()).unwrap();
            assert_eq!(CodeChallenge::of(&parameters).is_ok(), good, "{form}");
        }
    }

    proptest! {
        #[test]
        fn every_verifier_meets_its_own_challenge(text in "[A-Za-z0-9._~-]{43,128}") {
            let verifier = CodeVerifier::parse(&text).unwrap();
            let challenge = CodeChallenge::parse(&verifier.challenge().to_string()).unwrap();
            prop_assert!(challenge.is_met_by(&verifier));
        }
    }
}
