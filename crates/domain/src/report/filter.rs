//! Which people a list shows.

use std::str::FromStr;

use super::facets::baseline_bit;
use super::{Cover, Masks, MfaStatus};
use crate::access::Baseline;
use crate::directory::{AccountKind, StatusName};
use crate::factor::FactorKind;
use crate::time::Timestamp;

/// Which people a list shows: those of whom everything that is said here is true.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PeopleFilter {
    /// Those of one kind.
    pub kind: Option<AccountKind>,
    /// Those of one status.
    pub status: Option<StatusName>,
    /// Those that stand so with multi-factor authentication.
    pub mfa: Option<MfaStatus>,
    /// Those that are covered, or not.
    pub cover: Option<Cover>,
    /// Those that have such a second factor.
    pub method: Option<FactorKind>,
    /// Those that have this baseline.
    pub baseline: Option<Baseline>,
    /// Those that hold a privileged role, or those that do not.
    pub is_privileged: Option<bool>,
    /// Those that signed in then.
    pub signed_in: Option<SignedIn>,
}

/// When somebody signed in last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignedIn {
    /// Never.
    Never,
    /// In the last so many days.
    Within(u16),
    /// Not in the last so many days, or never.
    NotWithin(u16),
}

/// A text that does not say when somebody signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write `never`, `within-` or `not-within-` with a number of days from 1 to {}", SignedIn::MOST_DAYS)]
pub struct UnknownSignedIn;

impl SignedIn {
    /// The most days that are counted back.
    pub const MOST_DAYS: u16 = 3_650;
}

impl FromStr for SignedIn {
    type Err = UnknownSignedIn;

    /// Reads `never`, `within-30` or `not-within-30`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let days = |digits: &str| {
            // A number is written in one way only.
            let is_number = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
            let days = digits.parse().ok().filter(|days| is_number && (1..=Self::MOST_DAYS).contains(days));
            days.ok_or(UnknownSignedIn)
        };
        if text == "never" {
            return Ok(Self::Never);
        }
        match text.strip_prefix("not-within-") {
            Some(digits) => days(digits).map(Self::NotWithin),
            None => days(text.strip_prefix("within-").ok_or(UnknownSignedIn)?).map(Self::Within),
        }
    }
}

impl PeopleFilter {
    /// Whether it wants anything.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The answers that it wants of accounts whose organisation gives them the baseline `theirs`.
    pub fn masks(&self, theirs: Baseline) -> Masks {
        let Self { kind, status, mfa, cover, method, baseline, is_privileged, signed_in } = *self;
        let mut masks = Masks::ANY;
        masks = kind.map_or(masks, |kind| masks.kind(kind));
        masks = status.map_or(masks, |status| masks.status(status));
        masks = mfa.map_or(masks, |mfa| masks.mfa(mfa));
        masks = cover.map_or(masks, |cover| masks.cover(cover));
        masks = method.map_or(masks, |method| masks.method(method));
        masks = is_privileged.map_or(masks, |is| masks.privileged(is));
        if let Some(wanted) = baseline {
            let by_group = Some(wanted);
            masks = if wanted == theirs { masks.baselines(&[by_group, None]) } else { masks.baselines(&[by_group]) };
        }
        match signed_in {
            Some(SignedIn::Never) => masks.signed_in(false),
            Some(SignedIn::Within(_)) => masks.signed_in(true),
            Some(SignedIn::NotWithin(_)) | None => masks,
        }
    }

    /// The bit of accounts that have the wanted baseline by a group, as a database keeps it; none where no baseline is wanted.
    pub fn by_group(&self) -> i64 {
        self.baseline.map_or(0, |wanted| baseline_bit(Some(wanted)).cast_signed())
    }

    /// The days on which those that it wants may have signed in last, from the first to before the second; day 0 is never.
    pub fn days(&self, now: Timestamp) -> (i64, i64) {
        let since = |days: u16| day_of(now) - i64::from(days);
        match self.signed_in {
            Some(SignedIn::Within(days)) => (since(days).max(1), i64::MAX),
            Some(SignedIn::NotWithin(days)) => (0, since(days).max(1)),
            Some(SignedIn::Never) | None => (0, i64::MAX),
        }
    }
}

/// The day of a moment, counted from the first of January 1970.
pub const fn day_of(at: Timestamp) -> i64 {
    at.as_micros().div_euclid(86_400_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_back_from_today() {
        let now = Timestamp::from_seconds(100 * 86_400 + 5);
        let days = |signed_in| PeopleFilter { signed_in, ..PeopleFilter::default() }.days(now);
        assert_eq!(days(None), (0, i64::MAX));
        assert_eq!(days(Some(SignedIn::Within(30))), (70, i64::MAX));
        assert_eq!(days(Some(SignedIn::NotWithin(30))), (0, 70));
        // Nobody signed in before there were days.
        assert_eq!(days(Some(SignedIn::Within(200))), (1, i64::MAX));
        assert_eq!(days(Some(SignedIn::NotWithin(200))), (0, 1));
    }

    #[test]
    fn when_somebody_signed_in_is_written_in_one_way() {
        for (text, expected) in [
            ("never", Some(SignedIn::Never)),
            ("within-7", Some(SignedIn::Within(7))),
            ("not-within-3650", Some(SignedIn::NotWithin(3_650))),
            ("within-0", None),
            ("within-3651", None),
            ("within-07", None),
            ("within-+7", None),
            ("within-", None),
            ("not-within-99999999999", None),
            ("Never", None),
            ("7", None),
            ("", None),
        ] {
            assert_eq!(text.parse().ok(), expected, "{text}");
        }
    }

    #[test]
    fn a_filter_that_says_nothing_is_empty() {
        assert!(PeopleFilter::default().is_empty());
        assert!(!PeopleFilter { is_privileged: Some(false), ..PeopleFilter::default() }.is_empty());
    }
}
