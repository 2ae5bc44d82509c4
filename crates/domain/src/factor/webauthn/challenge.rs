//! The random bytes that an authenticator signs.

use crate::secret::constant_time_equal;

/// How many random bytes a challenge has; the standard asks for at least 16 [WebAuthn Level 3 §13.4.3].
pub const CHALLENGE_BYTES: usize = 32;

/// The random bytes that an authenticator signs, so that an answer is good for one sign-in only.
#[derive(Clone, Copy, Debug)]
pub struct KeyChallenge([u8; CHALLENGE_BYTES]);

impl KeyChallenge {
    /// Takes fresh random bytes, or those that were kept.
    pub const fn new(bytes: [u8; CHALLENGE_BYTES]) -> Self {
        Self(bytes)
    }

    /// Takes up what was kept.
    ///
    /// # Errors
    /// Gives nothing when it has another length.
    pub fn restore(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; CHALLENGE_BYTES] {
        &self.0
    }
}

impl PartialEq for KeyChallenge {
    fn eq(&self, other: &Self) -> bool {
        constant_time_equal(&self.0, &other.0)
    }
}

impl Eq for KeyChallenge {}
