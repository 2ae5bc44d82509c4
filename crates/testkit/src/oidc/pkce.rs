//! Proof Key for Code Exchange ([RFC 7636]).

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE64URL_NOPAD;

/// A verifier and what is shown of it first.
#[derive(Clone, Debug)]
pub struct Pkce {
    /// What only the client knows until it exchanges the code.
    pub verifier: String,
    /// Its SHA-256.
    pub challenge: String,
}

impl Pkce {
    /// A new random verifier.
    pub fn new() -> Self {
        Self::of(random_text())
    }

    /// The challenge of a given verifier.
    pub fn of(verifier: String) -> Self {
        let challenge = BASE64URL_NOPAD.encode(digest(&SHA256, verifier.as_bytes()).as_ref());
        Self { verifier, challenge }
    }
}

impl Default for Pkce {
    fn default() -> Self {
        Self::new()
    }
}

/// 256 random bits as text.
///
/// # Panics
/// When the system has no randomness.
#[expect(clippy::disallowed_methods, reason = "a client draws its own randomness")]
pub fn random_text() -> String {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).expect("the system has randomness");
    BASE64URL_NOPAD.encode(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_agrees_with_the_appendix_of_rfc_7636() {
        let pkce = Pkce::of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned());
        assert_eq!(pkce.challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
