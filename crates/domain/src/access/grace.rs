//! Grace: how long somebody may go on without a second factor [ENR, registration state machine].

use serde::{Deserialize, Serialize};

use crate::access::requirement::smaller;
use crate::time::Timestamp;

/// The grace of the named-location baseline: the last skip is on the fourteenth day after the first prompt.
pub const BASELINE_DAYS: u16 = 14;

/// How long a policy lets somebody go on without a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grace {
    /// Not at all.
    None,
    /// Until the end of this day after that of the first prompt, which is day 0.
    Days(u16),
    /// Until this moment.
    Until(Timestamp),
    /// So many times.
    Skips(u16),
}

/// How much of its grace an account has used. It is never given back by signing in again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GraceUsed {
    /// When the account was first asked to register; nothing before that.
    pub first_prompt: Option<Timestamp>,
    /// How often that was put off.
    pub skips: u16,
    /// Whether it has ever had a second factor. Whoever has lost theirs is no newcomer.
    pub was_registered: bool,
}

/// What is left of a grace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GraceLeft {
    /// Nothing.
    Nothing,
    /// It can be put off, as long as both allow it.
    Open {
        /// Before this moment.
        until: Option<Timestamp>,
        /// So many more times.
        skips: Option<u16>,
    },
}

impl Grace {
    /// What is left of it for somebody who has used so much.
    pub fn left(self, used: GraceUsed, now: Timestamp) -> GraceLeft {
        let until = |end: Timestamp| {
            if now < end { GraceLeft::Open { until: Some(end), skips: None } } else { GraceLeft::Nothing }
        };
        match self {
            Self::None => GraceLeft::Nothing,
            // Day 0 is the first prompt's own, so that the last day ends after one more.
            Self::Days(days) => until(end_of_day(used.first_prompt.unwrap_or(now), days)),
            Self::Until(end) => until(end),
            Self::Skips(most) => match most.saturating_sub(used.skips) {
                0 => GraceLeft::Nothing,
                left => GraceLeft::Open { until: None, skips: Some(left) },
            },
        }
    }
}

impl GraceLeft {
    /// What is left where both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Nothing, _) | (_, Self::Nothing) => Self::Nothing,
            (Self::Open { until, skips }, Self::Open { until: end, skips: times }) => {
                Self::Open { until: smaller(until, end), skips: smaller(skips, times) }
            }
        }
    }
}

/// The end of the calendar day in London that is `days` after that of `from`.
fn end_of_day(from: Timestamp, days: u16) -> Timestamp {
    london::end_of_day(from, days).unwrap_or(from)
}

pub(super) use london::beginning_of_day;

mod london {
    use jiff::ToSpan as _;
    use jiff::tz::TimeZone;

    use super::Timestamp;

    static LONDON: TimeZone = jiff::tz::get!("Europe/London");

    /// When a day begins.
    pub(in crate::access) fn beginning_of_day(day: jiff::civil::Date) -> Option<Timestamp> {
        let begins = day.to_zoned(LONDON.clone()).ok()?;
        Some(Timestamp::from_micros(begins.timestamp().as_microsecond()))
    }

    /// Nothing for moments that no calendar reaches.
    pub(super) fn end_of_day(from: Timestamp, days: u16) -> Option<Timestamp> {
        let from = jiff::Timestamp::from_microsecond(from.as_micros()).ok()?;
        let day = from.to_zoned(LONDON.clone()).date().checked_add(i64::from(days).days()).ok()?;
        let after = day.tomorrow().ok()?.to_zoned(LONDON.clone()).ok()?;
        Some(Timestamp::from_micros(after.timestamp().as_microsecond()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_seconds(text.parse::<jiff::Timestamp>().unwrap().as_second())
    }

    fn until(end: &str) -> GraceLeft {
        GraceLeft::Open { until: Some(at(end)), skips: None }
    }

    fn check(grace: Grace, first: &str, now: &str, expected: GraceLeft) {
        let used = GraceUsed { first_prompt: Some(at(first)), skips: 2, was_registered: false };
        assert_eq!(grace.left(used, at(now)), expected, "{grace:?} from {first} at {now}");
    }

    #[test]
    fn the_last_skip_is_at_the_end_of_the_fourteenth_day_in_london() {
        let days = Grace::Days(BASELINE_DAYS);
        let winter = until("2026-01-16T00:00:00Z");
        check(days, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", winter);
        check(days, "2026-01-01T23:59:59Z", "2026-01-15T23:59:59Z", winter);
        check(days, "2026-01-01T09:00:00Z", "2026-01-16T00:00:00Z", GraceLeft::Nothing);
        // Late in the evening of a summer's day it is tomorrow in London.
        let summer = until("2026-07-16T23:00:00Z");
        check(days, "2026-07-01T23:30:00Z", "2026-07-16T22:59:59Z", summer);
        // Across both changes of the clock.
        check(days, "2026-03-20T12:00:00Z", "2026-04-03T22:59:59Z", until("2026-04-03T23:00:00Z"));
        check(days, "2026-10-20T12:00:00Z", "2026-11-03T23:59:59Z", until("2026-11-04T00:00:00Z"));
    }

    #[test]
    fn other_graces_end_when_they_say() {
        let end = at("2026-02-01T00:00:00Z");
        check(Grace::None, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", GraceLeft::Nothing);
        check(
            Grace::Until(end),
            "2026-01-01T00:00:00Z",
            "2026-01-31T23:59:59Z",
            GraceLeft::Open { until: Some(end), skips: None },
        );
        check(Grace::Until(end), "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", GraceLeft::Nothing);
        check(
            Grace::Skips(3),
            "2026-01-01T00:00:00Z",
            "2027-01-01T00:00:00Z",
            GraceLeft::Open { until: None, skips: Some(1) },
        );
        check(Grace::Skips(2), "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", GraceLeft::Nothing);
        let fresh = GraceUsed::default();
        assert_eq!(Grace::Days(0).left(fresh, at("2026-01-01T08:00:00Z")), until("2026-01-02T00:00:00Z"));
    }
}
