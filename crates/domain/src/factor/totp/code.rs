//! Codes and the time-steps they belong to.

use std::fmt;

use aws_lc_rs::hmac;

use crate::time::Timestamp;

const STEP_SECONDS: i64 = 30;
const DIGITS: usize = 6;
const MODULUS: u32 = 1_000_000;

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

    /// The code of one time-step [RFC 4226 §5.3].
    pub fn at(seed: &[u8], step: Step) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, seed);
        let tag = hmac::sign(&key, &step.0.to_be_bytes());
        let digest = tag.as_ref();
        let offset = usize::from(digest.last().copied().unwrap_or(0) & 0x0f);
        let number = digest.iter().skip(offset).take(4).fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
        Self((number & 0x7fff_ffff) % MODULUS)
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

// SECURITY: a code is worth stealing for half a minute; it stays out of logs.
impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(..)")
    }
}

/// The number of a thirty-second interval since 1970 [RFC 6238 §4.2: X = 30, T0 = 0].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step(i64);

impl Step {
    /// The interval that `now` lies in.
    pub const fn of(now: Timestamp) -> Self {
        Self(now.as_seconds().div_euclid(STEP_SECONDS))
    }

    /// Takes a number that was read from the store.
    pub const fn from_number(number: i64) -> Self {
        Self(number)
    }

    /// The number, for the store.
    pub const fn number(self) -> i64 {
        self.0
    }

    /// The interval before this one, this one, and the one after it [STD-7: at most one step of drift].
    pub(super) const fn with_neighbours(self) -> [Self; 3] {
        [Self(self.0.saturating_sub(1)), self, Self(self.0.saturating_add(1))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEED: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_follow_rfc_4226_appendix_d() {
        let expected = [755_224, 287_082, 359_152, 969_429, 338_314, 254_676, 287_922, 162_583, 399_871, 520_489];
        for (counter, code) in (0..).zip(expected) {
            assert_eq!(Code::at(SEED, Step(counter)).0, code);
        }
    }

    #[test]
    fn codes_follow_rfc_6238_appendix_b() {
        // The appendix lists eight digits; a six-digit code is their last six.
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(Code::at(SEED, Step::of(Timestamp::from_seconds(seconds))).text(), code);
        }
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        for good in ["123456", " 123 456 ", "123-456", "000000"] {
            assert!(Code::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "12345", "1234567", "12345a", "１２３４５６", "+12345", "99999999999999999999"] {
            assert!(Code::parse(bad).is_err(), "{bad}");
        }
    }
}
