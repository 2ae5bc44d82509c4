//! What an organisation may set about passes.

use std::time::Duration;

use super::code::LENGTHS;
use crate::time::Timestamp;

/// What an organisation may set about passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PassRules {
    /// How long one is good unless somebody says otherwise.
    pub lifetime: Duration,
    /// How long one may be good at most.
    pub longest: Duration,
    /// How many characters it has.
    pub length: usize,
    /// Whether every pass is for enrolling and nothing else. Without this one that can be used several times also signs in.
    pub only_to_enrol: bool,
}

/// What somebody who gives a pass says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PassTerms {
    /// From when on it is good; from now on if that is not said.
    pub starts_at: Option<Timestamp>,
    /// How long; as the rules say if that is not said.
    pub lifetime: Option<Duration>,
    /// Whether it can be used several times.
    pub multi_use: bool,
}

/// Why a pass cannot be given so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPassTerms {
    /// It would be good for too short or too long.
    #[error("A pass can be good for 10 minutes at least, and {} at most", hours(*longest))]
    Lifetime {
        /// How long at most.
        longest: Duration,
    },
    /// It would begin in the past, or so far away that somebody has mistyped the day.
    #[error("The pass must begin today or within the next {} days", FURTHEST_START.as_secs() / 86_400)]
    Start,
}

const SHORTEST: Duration = Duration::from_secs(600);
const FURTHEST_START: Duration = Duration::from_secs(30 * 86_400);
/// Somebody who types "now" and then the rest of the form is not told that it is past.
const LATE: Duration = Duration::from_secs(600);

fn hours(longest: Duration) -> String {
    let minutes = longest.as_secs() / 60;
    match minutes {
        0..120 => format!("{minutes} minutes"),
        120..2_880 => format!("{} hours", minutes / 60),
        _ => format!("{} days", minutes / 1_440),
    }
}

impl Default for PassRules {
    fn default() -> Self {
        Self {
            lifetime: Duration::from_secs(3_600),
            longest: Duration::from_secs(8 * 3_600),
            length: 12,
            only_to_enrol: false,
        }
    }
}

impl PassRules {
    /// The bounds within which an organisation chooses both times.
    pub const ALLOWED: std::ops::RangeInclusive<Duration> = SHORTEST..=Duration::from_secs(30 * 86_400);
    /// The bounds of the length.
    pub const LENGTHS: std::ops::RangeInclusive<usize> = LENGTHS;

    /// From when to when a pass with these terms is good.
    ///
    /// # Errors
    /// A sentence that may be shown.
    pub fn window(&self, terms: &PassTerms, now: Timestamp) -> Result<(Timestamp, Timestamp), BadPassTerms> {
        let lifetime = terms.lifetime.unwrap_or(self.lifetime.min(self.longest));
        if lifetime < SHORTEST || lifetime > self.longest {
            return Err(BadPassTerms::Lifetime { longest: self.longest });
        }
        let starts_at = terms.starts_at.unwrap_or(now);
        if starts_at < now.minus(LATE) || starts_at > now.plus(FURTHEST_START) {
            return Err(BadPassTerms::Start);
        }
        let starts_at = starts_at.max(now);
        Ok((starts_at, starts_at.plus(lifetime)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);
    const HOUR: Duration = Duration::from_secs(3_600);
    const PLAIN: PassTerms = PassTerms { starts_at: None, lifetime: None, multi_use: false };

    #[test]
    fn a_pass_is_good_for_an_hour_from_now_unless_somebody_says_otherwise() {
        let rules = PassRules::default();
        assert_eq!(rules.window(&PLAIN, NOW), Ok((NOW, NOW.plus(HOUR))));
        let later = PassTerms { starts_at: Some(NOW.plus(HOUR)), lifetime: Some(8 * HOUR), ..PLAIN };
        assert_eq!(rules.window(&later, NOW), Ok((NOW.plus(HOUR), NOW.plus(9 * HOUR))));
    }

    #[test]
    fn nobody_gives_a_pass_beyond_the_bounds() {
        let rules = PassRules::default();
        let too_long = BadPassTerms::Lifetime { longest: 8 * HOUR };
        for lifetime in [8 * HOUR + Duration::from_secs(1), Duration::from_secs(599)] {
            assert_eq!(rules.window(&PassTerms { lifetime: Some(lifetime), ..PLAIN }, NOW), Err(too_long));
        }
        assert_eq!(too_long.to_string(), "A pass can be good for 10 minutes at least, and 8 hours at most");
        for starts_at in [NOW.minus(HOUR), NOW.plus(31 * 24 * HOUR)] {
            let terms = PassTerms { starts_at: Some(starts_at), ..PLAIN };
            assert_eq!(rules.window(&terms, NOW), Err(BadPassTerms::Start));
        }
    }

    #[test]
    fn the_default_never_exceeds_the_most() {
        let rules = PassRules { longest: Duration::from_secs(1_200), ..PassRules::default() };
        assert_eq!(rules.window(&PLAIN, NOW), Ok((NOW, NOW.plus(Duration::from_secs(1_200)))));
    }
}
