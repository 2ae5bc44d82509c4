//! Activation codes: typed once, from paper or a help desk's voice, to set a password.

use std::str::FromStr;

use super::spoken;
use crate::secret::{Secret, TokenHash};

const LENGTH: usize = 24;

/// How many random bytes a code is made from.
pub const ACTIVATION_BYTES: usize = 15;

/// A single-use code of 24 characters: 120 bits [ENR-20: at least 112].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivationCode(Secret<String>);

/// Why a text is not an activation code. It costs no attempt: nothing was guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Enter the activation code as you were given it: 24 letters and numbers")]
pub struct BadActivationCode;

/// What an activation code lets its bearer do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActivationPurpose {
    /// Set a first password.
    FirstPassword,
    /// Set a password anew after an administrator's reset.
    Reset,
}

/// A name that is no purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown purpose of an activation code")]
pub struct UnknownPurpose;

impl ActivationCode {
    /// Makes a code from random bytes.
    pub fn new(entropy: [u8; ACTIVATION_BYTES]) -> Self {
        Self(spoken::write(&entropy, LENGTH))
    }

    /// Reads a code as people type it: small letters, spaces and hyphens are fine, O is 0, I and L are 1.
    ///
    /// # Errors
    /// When it cannot be one.
    pub fn parse(text: &Secret<String>) -> Result<Self, BadActivationCode> {
        spoken::read(text, LENGTH).map(Self).ok_or(BadActivationCode)
    }

    /// The code in groups of four, to be shown or printed once.
    pub fn text(&self) -> Secret<String> {
        spoken::grouped(&self.0)
    }

    /// What the store keeps instead of the code.
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(self.0.expose())
    }
}

impl ActivationPurpose {
    const ALL: [Self; 2] = [Self::FirstPassword, Self::Reset];

    /// The name that the database uses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FirstPassword => "first_password",
            Self::Reset => "reset",
        }
    }
}

impl FromStr for ActivationPurpose {
    type Err = UnknownPurpose;

    fn from_str(text: &str) -> Result<Self, UnknownPurpose> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == text).ok_or(UnknownPurpose)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ActivationCode, BadActivationCode> {
        ActivationCode::parse(&Secret::new(text.to_owned()))
    }

    #[test]
    fn a_code_has_at_least_112_bits() {
        const { assert!(ACTIVATION_BYTES * 8 >= 112) };
        assert_eq!(LENGTH * 5, ACTIVATION_BYTES * 8);
    }

    #[test]
    fn a_code_is_read_as_it_was_shown() {
        let code = ActivationCode::new([0xa7; ACTIVATION_BYTES]);
        let shown = code.text();
        assert_eq!(shown.expose().len(), 29);
        for typed in [shown.expose().clone(), shown.expose().to_lowercase(), shown.expose().replace('-', " ")] {
            assert_eq!(parse(&typed).unwrap().hash(), code.hash());
        }
    }

    #[test]
    fn letters_that_look_like_digits_are_digits() {
        assert_eq!(parse("OIL0-0000-0000-0000-0000-0000"), parse("0110 0000 0000 0000 0000 0000"));
    }

    #[test]
    fn anything_else_is_no_code() {
        for text in ["", "0000", "U000-0000-0000-0000-0000-0000", "0000-0000-0000-0000-0000-0000-0", "é000"] {
            assert_eq!(parse(text), Err(BadActivationCode), "{text}");
        }
    }

    #[test]
    fn different_bytes_make_different_codes() {
        let mut other = [0; ACTIVATION_BYTES];
        other[0] = 1;
        assert_ne!(ActivationCode::new([0; ACTIVATION_BYTES]), ActivationCode::new(other));
    }
}
