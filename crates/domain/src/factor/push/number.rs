//! The number that a page shows and a person types into the app.

use std::fmt;

use zeroize::Zeroize;

use crate::secret::constant_time_equal;

/// How long a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digits {
    /// Two: what people know from elsewhere.
    Two,
    /// Six: what NIST asks of a secret that is transferred [AUT-7, NIST SP 800-63B §3.1.3.2].
    Six,
}

/// The number of one request.
#[derive(Clone, Copy)]
pub struct MatchNumber {
    value: u32,
    digits: Digits,
}

/// Why a text is not a number of the right length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a number of that length")]
pub struct BadNumber;

impl Digits {
    /// For a request that finishes an enrolment or a move: whoever has used somebody else's binding code answers it blindly,
    /// as often as the person at the page asks again.
    pub const JOINING: Self = Self::Six;

    /// How many there are.
    pub const fn count(self) -> usize {
        match self {
            Self::Two => 2,
            Self::Six => 6,
        }
    }

    /// So many digits, if that is one of the choices.
    pub const fn of(count: usize) -> Option<Self> {
        match count {
            2 => Some(Self::Two),
            6 => Some(Self::Six),
            _ => None,
        }
    }

    /// The lowest number, so that none begins with a zero that somebody might leave out, and how many there are.
    const fn range(self) -> (u32, u32) {
        match self {
            Self::Two => (10, 90),
            Self::Six => (100_000, 900_000),
        }
    }
}

impl MatchNumber {
    /// Draws a number from random bytes. Sixteen bytes make none more likely than another by more than one part in 10^32.
    pub fn draw(mut entropy: [u8; 16], digits: Digits) -> Self {
        let (lowest, count) = digits.range();
        let number = u128::from_be_bytes(entropy) % u128::from(count);
        entropy.zeroize();
        Self { value: lowest + u32::try_from(number).unwrap_or_default(), digits }
    }

    /// Reads exactly as many digits as the text has, of which there must be two or six. Nothing but digits is read: what is
    /// signed must be what is compared.
    ///
    /// # Errors
    /// When there is anything else.
    pub fn parse(text: &str) -> Result<Self, BadNumber> {
        let digits = Digits::of(text.len()).ok_or(BadNumber)?;
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(BadNumber);
        }
        Ok(Self { value: text.parse().map_err(|_| BadNumber)?, digits })
    }

    /// How long it is.
    pub const fn digits(self) -> Digits {
        self.digits
    }

    /// Whether both are the same, in constant time.
    pub fn is(self, other: Self) -> bool {
        let same = constant_time_equal(&self.value.to_be_bytes(), &other.value.to_be_bytes());
        same & (self.digits == other.digits)
    }

    /// The digits.
    pub fn text(self) -> String {
        match self.digits {
            Digits::Two => format!("{:02}", self.value),
            Digits::Six => format!("{:06}", self.value),
        }
    }
}

// SECURITY: whoever reads it from a log can approve.
impl fmt::Debug for MatchNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MatchNumber(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn a_drawn_number_has_its_digits_and_reads_back(entropy: [u8; 16]) {
            for digits in [Digits::Two, Digits::Six] {
                let number = MatchNumber::draw(entropy, digits);
                let text = number.text();
                proptest::prop_assert_eq!(text.len(), digits.count());
                proptest::prop_assert!(!text.starts_with('0'));
                proptest::prop_assert!(MatchNumber::parse(&text).unwrap().is(number));
            }
        }
    }

    #[test]
    fn a_number_is_digits_and_nothing_else() {
        for bad in ["", "1", "123", "1 2", "+1", "4２", "12345", "1234567", "0x1234"] {
            assert!(MatchNumber::parse(bad).is_err(), "{bad}");
        }
        assert!(!MatchNumber::parse("42").unwrap().is(MatchNumber::parse("000042").unwrap()));
    }
}
