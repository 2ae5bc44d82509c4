//! The code of a time-step.

use std::str::FromStr;

use aws_lc_rs::hmac;

use crate::factor::Code;
use crate::time::Timestamp;

/// The hash that a code is made with [RFC 6238 §1.2].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeHash {
    /// SHA-1: every app, and most tokens.
    Sha1,
    /// SHA-256.
    Sha256,
}

/// How the codes of an app or a token are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeShape {
    /// The hash.
    pub hash: CodeHash,
    /// For how many seconds one code is shown.
    pub seconds: u32,
}

impl CodeShape {
    /// What every authenticator app shows, whatever it is told.
    pub const APP: Self = Self { hash: CodeHash::Sha1, seconds: 30 };
}

/// A text that names no hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown hash")]
pub struct UnknownCodeHash;

impl CodeHash {
    /// The word for it in stores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
        }
    }
}

impl FromStr for CodeHash {
    type Err = UnknownCodeHash;

    fn from_str(text: &str) -> Result<Self, UnknownCodeHash> {
        [Self::Sha1, Self::Sha256].into_iter().find(|hash| hash.as_str() == text).ok_or(UnknownCodeHash)
    }
}

impl Code {
    /// The code that an app shows in one time-step.
    pub fn at(seed: &[u8], step: Step) -> Self {
        Self::made(CodeHash::Sha1, seed, step)
    }

    /// The code of one time-step [RFC 4226 §5.3, RFC 6238 §1.2].
    pub fn made(hash: CodeHash, seed: &[u8], step: Step) -> Self {
        let algorithm = match hash {
            CodeHash::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            CodeHash::Sha256 => hmac::HMAC_SHA256,
        };
        let key = hmac::Key::new(algorithm, seed);
        let tag = hmac::sign(&key, &step.0.to_be_bytes());
        let digest = tag.as_ref();
        let offset = usize::from(digest.last().copied().unwrap_or(0) & 0x0f);
        let number = digest.iter().skip(offset).take(4).fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
        Self::of_number(number & 0x7fff_ffff)
    }
}

/// The number of an interval since 1970, of thirty seconds for apps [RFC 6238 §4.2: X = 30, T0 = 0].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step(i64);

impl Step {
    /// The interval of an app that `now` lies in.
    pub fn of(now: Timestamp) -> Self {
        Self::within(now, CodeShape::APP)
    }

    /// The interval that `now` lies in.
    pub fn within(now: Timestamp, shape: CodeShape) -> Self {
        Self(now.as_seconds().div_euclid(i64::from(shape.seconds.max(1))))
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
        let seed = b"12345678901234567890123456789012";
        for (seconds, code) in [
            (59, "119246"),
            (1_111_111_109, "084774"),
            (1_111_111_111, "062674"),
            (1_234_567_890, "819424"),
            (2_000_000_000, "698825"),
            (20_000_000_000, "737706"),
        ] {
            let step = Step::of(Timestamp::from_seconds(seconds));
            assert_eq!(Code::made(CodeHash::Sha256, seed, step).text(), code);
        }
    }

    #[test]
    fn a_token_may_show_a_code_for_a_minute() {
        let minute = CodeShape { hash: CodeHash::Sha1, seconds: 60 };
        let step = |second| Step::within(Timestamp::from_seconds(second), minute);
        assert_eq!((step(0), step(59), step(60), step(-1)), (Step(0), Step(0), Step(1), Step(-1)));
    }
}
