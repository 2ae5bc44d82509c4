//! The code of a time-step.

use aws_lc_rs::hmac;

use crate::factor::Code;
use crate::time::Timestamp;

const STEP_SECONDS: i64 = 30;

impl Code {
    /// The code of one time-step [RFC 4226 §5.3].
    pub fn at(seed: &[u8], step: Step) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, seed);
        let tag = hmac::sign(&key, &step.0.to_be_bytes());
        let digest = tag.as_ref();
        let offset = usize::from(digest.last().copied().unwrap_or(0) & 0x0f);
        let number = digest.iter().skip(offset).take(4).fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
        Self::of_number(number & 0x7fff_ffff)
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
            assert_eq!(Code::at(SEED, Step(counter)).text(), format!("{code:06}"));
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
}
