//! A new authenticator app, until its first code confirms it.

use data_encoding::BASE32_NOPAD;

use super::code::CodeShape;
use super::state::{TotpState, Verdict, verify};
use crate::factor::code::Code;
use crate::id::CredentialId;
use crate::secret::Secret;
use crate::time::Timestamp;

/// How long a new key is [RFC 4226 §4: 160 bits advised].
pub const SEED_BYTES: usize = 20;

/// A new authenticator app whose first code we have not seen yet.
///
/// The key can be read from this only, never from a [`TotpState`]'s page: once confirmed, nobody is shown it
/// again [ENR-12].
#[derive(Clone, Debug)]
pub struct NewTotp {
    credential: CredentialId,
    seed: Secret<Vec<u8>>,
}

impl NewTotp {
    /// Makes a new key from random bytes.
    pub fn new(credential: CredentialId, entropy: [u8; SEED_BYTES]) -> Self {
        Self { credential, seed: Secret::new(entropy.to_vec()) }
    }

    /// Takes back a key that an unfinished enrolment had sealed.
    pub const fn restore(credential: CredentialId, seed: Secret<Vec<u8>>) -> Self {
        Self { credential, seed }
    }

    /// The credential that this becomes.
    pub const fn credential(&self) -> CredentialId {
        self.credential
    }

    /// The key, to be sealed.
    pub const fn seed(&self) -> &Secret<Vec<u8>> {
        &self.seed
    }

    /// The key as people type it: base 32 in groups of four.
    pub fn key_text(&self) -> Secret<String> {
        let base32 = Secret::new(BASE32_NOPAD.encode(self.seed.expose()));
        let mut text = String::new();
        for (index, character) in base32.expose().chars().enumerate() {
            if index > 0 && index % 4 == 0 {
                text.push(' ');
            }
            text.push(character);
        }
        Secret::new(text)
    }

    /// The address inside the QR code, in the "Key URI Format" that authenticator apps share.
    ///
    /// Algorithm, digits and period are left out: they are every app's defaults, and some refuse to read them.
    pub fn uri(&self, issuer: &str, account: &str) -> Secret<String> {
        let base32 = Secret::new(BASE32_NOPAD.encode(self.seed.expose()));
        let (issuer, account) = (percent_encoded(issuer), percent_encoded(account));
        Secret::new(format!("otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}", base32.expose()))
    }

    /// Checks the first code, which proves that the app has the key, and spends it.
    pub fn confirm(&self, code: Code, now: Timestamp) -> (TotpState, Verdict) {
        let mut state = TotpState {
            credential: self.credential,
            is_token: false,
            seed: self.seed.clone(),
            shape: CodeShape::APP,
            last_used_step: None,
        };
        let verdict = verify(&mut state, code, now);
        (state, verdict)
    }
}

/// Escapes everything but RFC 3986's unreserved characters.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::super::code::Step;
    use super::super::state::Refusal;
    use super::*;

    fn new_app() -> NewTotp {
        let id = CredentialId::new(Timestamp::from_seconds(0), [0; 10]);
        NewTotp::restore(id, Secret::new(b"12345678901234567890".to_vec()))
    }

    #[test]
    fn the_key_reads_in_groups_of_four() {
        assert_eq!(new_app().key_text().expose(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
    }

    #[test]
    fn the_address_escapes_names() {
        assert_eq!(
            new_app().uri("Demo: Trust", "nurse@a.example").expose(),
            "otpauth://totp/Demo%3A%20Trust:nurse%40a.example\
             ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Demo%3A%20Trust"
        );
    }

    #[test]
    fn the_code_that_confirms_is_spent() {
        let (app, now) = (new_app(), Timestamp::from_seconds(59));
        let code = Code::at(app.seed().expose(), Step::of(now));
        let (mut state, verdict) = app.confirm(code, now);
        assert!(matches!(verdict, Verdict::Accept(_)));
        assert_eq!(verify(&mut state, code, now), Verdict::Refuse(Refusal::CodeAlreadyUsed));
    }

    #[test]
    fn a_key_has_160_bits() {
        let id = CredentialId::new(Timestamp::from_seconds(0), [0; 10]);
        assert_eq!(NewTotp::new(id, [9; SEED_BYTES]).seed().expose().len() * 8, 160);
    }
}
