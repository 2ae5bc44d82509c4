//! Six digits: what an authenticator app shows, a text message brings and a page asks to be typed.

use std::fmt;

const DIGITS: usize = 6;
const MODULUS: u64 = 1_000_000;

/// Six digits, as typed.
#[derive(Clone, Copy)]
pub struct Code(u32);

/// Why a text is not a code. It costs no attempt: nothing was guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a code is 6 digits")]
pub struct BadCode;

impl Code {
    /// Reads six digits; spaces and hyphens, which apps show and people copy, are skipped.
    ///
    /// # Errors
    /// When there are not exactly six digits, or anything else.
    pub fn parse(text: &str) -> Result<Self, BadCode> {
        let mut digits = 0;
        let mut value = 0_u32;
        for character in text.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            let digit = character.to_digit(10).ok_or(BadCode)?;
            digits += 1;
            if digits > DIGITS {
                return Err(BadCode);
            }
            value = value * 10 + digit;
        }
        if digits == DIGITS { Ok(Self(value)) } else { Err(BadCode) }
    }

    /// Draws a code from random bytes [NIST SP 800-63B §3.1.3.2: six digits or more].
    ///
    /// Sixteen bytes make the last codes less likely than the first by one part in 10^32, which is nothing.
    pub fn draw(entropy: [u8; 16]) -> Self {
        let number = u128::from_be_bytes(entropy) % u128::from(MODULUS);
        Self(u32::try_from(number).unwrap_or_default())
    }

    /// The six last digits of a number.
    pub(super) fn of_number(number: u32) -> Self {
        Self(u32::try_from(u64::from(number) % MODULUS).unwrap_or_default())
    }

    /// Whether both are the same, in constant time.
    pub(super) fn is(self, other: Self) -> bool {
        crate::secret::constant_time_equal(&self.0.to_be_bytes(), &other.0.to_be_bytes())
    }

    /// The six digits.
    pub fn text(self) -> String {
        format!("{:06}", self.0)
    }
}

// SECURITY: a code is worth stealing for as long as it lives; it stays out of logs.
impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        for good in ["123456", " 123 456 ", "123-456", "000000"] {
            assert!(Code::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "12345", "1234567", "12345a", "１２３４５６", "+12345", "99999999999999999999"] {
            assert!(Code::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_drawn_code_has_six_digits() {
        assert_eq!(Code::draw([0; 16]).text(), "000000");
        assert_eq!(Code::draw([0xff; 16]).text().len(), 6);
        assert!(Code::parse(&Code::draw([7; 16]).text()).unwrap().is(Code::draw([7; 16])));
    }

    proptest::proptest! {
        #[test]
        fn every_code_is_as_likely_as_another_in_every_digit(entropy: [u8; 16]) {
            let code = Code::draw(entropy);
            proptest::prop_assert_eq!(u128::from(code.0), u128::from_be_bytes(entropy) % 1_000_000);
        }
    }
}
