//! Keys of a telephone.

use std::fmt;

/// A key that somebody pressed.
///
/// SECURITY: keys may be digits of a code, so they do not print themselves.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A digit, 0 to 9.
    Digit(u8),
    /// The star key.
    Star,
    /// The hash key.
    Hash,
    /// One of the four letters that few telephones have. It means nothing.
    Letter,
}

impl Key {
    /// The key that people write so.
    pub fn from_char(character: char) -> Option<Self> {
        match character {
            '*' => Some(Self::Star),
            '#' => Some(Self::Hash),
            'A'..='D' => Some(Self::Letter),
            _ => character.to_digit(10).and_then(|digit| u8::try_from(digit).ok()).map(Self::Digit),
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}
