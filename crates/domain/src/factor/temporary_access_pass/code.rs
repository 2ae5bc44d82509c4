//! What the person types.

use crate::factor::letters::Letters;
use crate::secret::Secret;

/// The lengths that there may be.
pub(super) const LENGTHS: std::ops::RangeInclusive<usize> = 8..=48;

/// How many random bytes a code is made from, however long it is: of 96 three are expected to be of no use, and half of them
/// would do for the longest.
pub const PASS_BYTES: usize = 96;

/// What the person types.
#[derive(Clone, Debug)]
pub struct PassCode(Letters);

/// A text that cannot be a pass. It costs no attempt: nothing was guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Enter the temporary access pass as you were given it")]
pub struct BadPass;

impl PassCode {
    /// Makes a code of `length` characters.
    pub fn new(entropy: [u8; PASS_BYTES], length: usize) -> Self {
        Self(Letters::new(entropy, length))
    }

    /// Reads a code as people type it: capitals, spaces and hyphens are fine.
    ///
    /// # Errors
    /// When it cannot be one.
    pub fn parse(text: &str) -> Result<Self, BadPass> {
        Letters::parse(text, &LENGTHS).map(Self).ok_or(BadPass)
    }

    /// The code in groups of four, to be shown once.
    pub fn text(&self) -> Secret<String> {
        self.0.text(4)
    }

    /// The code as it is sealed.
    pub const fn bare(&self) -> &Secret<String> {
        self.0.bare()
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        self.0.is(&other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_is_read_as_it_was_shown() {
        let mut entropy = [0; PASS_BYTES];
        for (index, byte) in entropy.iter_mut().enumerate() {
            *byte = u8::try_from(index * 37 % 256).unwrap();
        }
        for length in [8, 12, 48] {
            let pass = PassCode::new(entropy, length);
            let shown = pass.text().expose().clone();
            assert_eq!(shown.replace('-', "").len(), length);
            for typed in [shown.clone(), shown.to_uppercase(), shown.replace('-', " ")] {
                assert!(PassCode::parse(&typed).unwrap().is(&pass), "{typed}");
            }
        }
    }

    #[test]
    fn what_cannot_be_a_pass_is_no_attempt() {
        for text in ["", "abcdefg", "abcdefg0", "abcdefgl", "abcdefg\u{e9}", &"a".repeat(49)] {
            assert!(PassCode::parse(text).is_err(), "{text}");
        }
        assert!(!PassCode::parse("abcdefgh").unwrap().is(&PassCode::parse("abcdefgj").unwrap()));
    }
}
