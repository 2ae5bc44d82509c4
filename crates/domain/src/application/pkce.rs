//! Proof key for code exchange [RFC 7636], method S256 only.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

use crate::secret::constant_time_equal;

/// A code challenge: the SHA-256 of a verifier that only the client knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CodeChallenge(String);

/// A text that is no code challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a code challenge is the base64url of a SHA-256: 43 characters")]
pub struct BadChallenge;

impl CodeChallenge {
    /// Checks a challenge of the method S256; there is no other here.
    ///
    /// # Errors
    /// When it is not the base64url of 32 bytes.
    pub fn parse(challenge: &str) -> Result<Self, BadChallenge> {
        match BASE64URL_NOPAD.decode(challenge.as_bytes()) {
            Ok(decoded) if decoded.len() == 32 => Ok(Self(challenge.to_owned())),
            Ok(_) | Err(_) => Err(BadChallenge),
        }
    }

    /// The challenge as it was sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `verifier` is the one behind it [RFC 7636 §4.6].
    pub fn is_met_by(&self, verifier: &str) -> bool {
        let length = (43..=128).contains(&verifier.len());
        let plain = verifier.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, verifier.as_bytes());
        let computed = BASE64URL_NOPAD.encode(digest.as_ref());
        length && plain && constant_time_equal(computed.as_bytes(), self.0.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_vector_of_the_standard_holds() {
        let challenge = CodeChallenge::parse(CHALLENGE).unwrap();
        assert!(challenge.is_met_by(VERIFIER));
        for wrong in ["", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK", CHALLENGE] {
            assert!(!challenge.is_met_by(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_challenge_is_a_hash() {
        for bad in ["", "short", &format!("{CHALLENGE}="), &CHALLENGE.replace('-', "+")] {
            assert_eq!(CodeChallenge::parse(bad), Err(BadChallenge), "{bad}");
        }
    }
}
