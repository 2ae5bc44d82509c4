//! What the person writes down and types.

use crate::factor::letters::Letters;
use crate::secret::Secret;

/// How many characters one has: each is one of 31, so that fifteen are 74 bits, where 64 are asked for [STD-3].
const LENGTH: usize = 15;

/// How many random bytes one is made from: of 32 one is expected to be of no use, and half of them would do.
pub const RECOVERY_BYTES: usize = 32;

/// What the person writes down and types.
#[derive(Clone, Debug)]
pub struct RecoveryCode(Letters);

/// A text that cannot be a recovery code. It costs no attempt: nothing was guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Enter a recovery code: 15 letters and numbers")]
pub struct BadRecoveryCode;

impl RecoveryCode {
    /// Makes a code.
    pub fn new(entropy: [u8; RECOVERY_BYTES]) -> Self {
        Self(Letters::new(entropy, LENGTH))
    }

    /// Reads a code as people type it: capitals, spaces and hyphens are fine.
    ///
    /// # Errors
    /// When it cannot be one.
    pub fn parse(text: &str) -> Result<Self, BadRecoveryCode> {
        Letters::parse(text, &(LENGTH..=LENGTH)).map(Self).ok_or(BadRecoveryCode)
    }

    /// The code in groups of five, to be shown once.
    pub fn text(&self) -> Secret<String> {
        self.0.text(5)
    }

    /// The code as it is hashed.
    pub const fn bare(&self) -> &Secret<String> {
        self.0.bare()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_it_was_shown() {
        let code = RecoveryCode::new([7; RECOVERY_BYTES]);
        let shown = code.text().expose().clone();
        assert_eq!(shown.len(), 17);
        for typed in [shown.clone(), shown.to_uppercase(), shown.replace('-', " ")] {
            assert_eq!(RecoveryCode::parse(&typed).unwrap().bare().expose(), code.bare().expose(), "{typed}");
        }
    }

    #[test]
    fn what_cannot_be_a_code_is_no_attempt() {
        for text in ["", "abcde-fghjk-mnpq", "abcde-fghjk-mnpqrs", "abcde-fghjk-mnpq0", "123456"] {
            assert!(RecoveryCode::parse(text).is_err(), "{text}");
        }
    }
}
