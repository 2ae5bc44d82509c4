//! How soon one request may follow another, so that nobody is worn down by them [AUT-5].

use std::time::Duration;

use crate::time::Timestamp;

/// How soon requests may follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaceRules {
    /// How many may follow each other at once since the last success.
    pub free: u32,
    /// The wait after those; each further one is twice as long.
    pub wait: Duration,
    /// The longest wait.
    pub longest: Duration,
    /// How many there may be within an hour of the clock.
    pub hour: u32,
}

impl Default for PaceRules {
    fn default() -> Self {
        Self { free: 3, wait: Duration::from_secs(30), longest: Duration::from_secs(900), hour: 12 }
    }
}

/// How often an app was asked without success, on behalf of browsers that are known or of those that are not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// How often since the last success.
    pub asked: u32,
    /// From when on there may be another.
    pub again_at: Option<Timestamp>,
    /// The hour of the clock that is counted, in hours since 1970.
    pub hour: i64,
    /// How often in that hour.
    pub in_hour: u32,
}

/// Whether there may be another request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    /// There may; this is the pace from then on.
    Now(Pace),
    /// Not before a moment.
    Wait {
        /// That moment.
        until: Timestamp,
    },
}

const HOUR: i64 = 3_600;

impl Pace {
    /// Counts another request, if there may be one.
    pub fn ask(self, rules: &PaceRules, now: Timestamp) -> Asking {
        let hour = now.as_seconds().div_euclid(HOUR);
        let in_hour = if hour == self.hour { self.in_hour } else { 0 };
        if let Some(until) = self.again_at.filter(|until| now < *until) {
            return Asking::Wait { until };
        }
        if in_hour >= rules.hour {
            return Asking::Wait { until: Timestamp::from_seconds(hour.saturating_add(1).saturating_mul(HOUR)) };
        }
        let asked = self.asked.saturating_add(1);
        let again_at = asked.checked_sub(rules.free).map(|doublings| now.plus(rules.wait_after(doublings)));
        Asking::Now(Self { asked, again_at, hour, in_hour: in_hour.saturating_add(1) })
    }

    /// The pace after a success. The hour goes on: a ceiling that success lifted would be none.
    #[must_use]
    pub const fn succeed(self) -> Self {
        Self { asked: 0, again_at: None, ..self }
    }
}

impl PaceRules {
    fn wait_after(&self, doublings: u32) -> Duration {
        let factor = 1_u32.checked_shl(doublings).unwrap_or(u32::MAX);
        self.wait.saturating_mul(factor).min(self.longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks at each second; `.` is a request, a number the seconds to wait.
    fn check(seconds: &[i64], expected: &str) {
        let mut pace = Pace::default();
        let mut log = Vec::new();
        for second in seconds {
            let now = Timestamp::from_seconds(1_000 * HOUR + second);
            match pace.ask(&PaceRules::default(), now) {
                Asking::Now(next) => {
                    pace = next;
                    log.push(".".to_owned());
                }
                Asking::Wait { until } => log.push(until.since(now).as_secs().to_string()),
            }
        }
        assert_eq!(log.join(" "), expected);
    }

    #[test]
    fn the_first_three_come_at_once_and_then_each_wait_is_twice_as_long() {
        check(&[0, 1, 2, 3, 32, 33, 92, 93], ". . . 29 . 59 . 119");
    }

    #[test]
    fn no_wait_is_longer_than_a_quarter_of_an_hour() {
        let pace = Pace { asked: 30, ..Pace::default() };
        let now = Timestamp::from_seconds(0);
        let Asking::Now(next) = pace.ask(&PaceRules::default(), now) else { panic!("it waits") };
        assert_eq!(next.again_at, Some(Timestamp::from_seconds(900)));
    }

    #[test]
    fn success_starts_the_waits_anew_but_not_the_hour() {
        let rules = PaceRules::default();
        let mut pace = Pace::default();
        for count in 0..rules.hour {
            let Asking::Now(next) = pace.ask(&rules, Timestamp::from_seconds(i64::from(count))) else {
                panic!("{count} waits")
            };
            pace = next.succeed();
        }
        let until = Timestamp::from_seconds(HOUR);
        assert_eq!(pace.ask(&rules, Timestamp::from_seconds(100)), Asking::Wait { until });
        assert!(matches!(pace.ask(&rules, until), Asking::Now(_)));
    }

    proptest::proptest! {
        #[test]
        fn no_hour_has_more_than_its_ceiling(steps in proptest::collection::vec((0_i64..400, proptest::bool::ANY), 1..200)) {
            let rules = PaceRules::default();
            let (mut pace, mut second, mut asked) = (Pace::default(), 0, std::collections::BTreeMap::new());
            for (wait, succeeds) in steps {
                second += wait;
                if let Asking::Now(next) = pace.ask(&rules, Timestamp::from_seconds(second)) {
                    pace = if succeeds { next.succeed() } else { next };
                    *asked.entry(second / HOUR).or_insert(0) += 1;
                }
            }
            proptest::prop_assert!(asked.values().all(|count| *count <= rules.hour));
        }
    }
}
