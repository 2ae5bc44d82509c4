//! A browser in which somebody has signed in before.

use std::net::IpAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::id::DeviceId;
use crate::time::Timestamp;

/// Whoever has said that a browser should not be remembered is not asked again in it for so long.
const ASKED_AGAIN_AFTER: Duration = Duration::from_secs(90 * 86_400);

/// That a browser was remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    /// When a second factor was shown in it.
    pub shown_at: Timestamp,
    /// Until when its owner was told that it would be, at most.
    pub until: Timestamp,
}

/// A browser in which an account has completed a sign-in, as this account knows it. Others may know it, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownDevice {
    /// The browser.
    pub id: DeviceId,
    /// A short description of it.
    pub browser: Option<String>,
    /// The network address of the last sign-in.
    pub address: Option<IpAddr>,
    /// The first sign-in.
    pub first_seen_at: Timestamp,
    /// The last sign-in.
    pub last_seen_at: Timestamp,
    /// Whether its owner has had it remembered. It stands for the prompt of the baseline for as long as that says, and never for a
    /// first factor [AUT-11, SES-5].
    pub remembered: Option<Remembered>,
    /// When its owner said that it should not be.
    pub declined_at: Option<Timestamp>,
}

impl Remembered {
    /// Until when it counts where browsers are remembered for so long: a longer time does not bring back what was agreed for a
    /// shorter one.
    pub fn until_within(self, window: Duration) -> Timestamp {
        self.shown_at.plus(window).min(self.until)
    }
}

impl KnownDevice {
    /// Until when it is remembered, where it is for so long.
    pub fn remembered_until(&self, window: Option<Duration>, now: Timestamp) -> Option<Timestamp> {
        let until = self.remembered?.until_within(window?);
        (now < until).then_some(until)
    }

    /// Whether its owner is asked if it should be remembered for so long.
    pub fn asks_to_remember(&self, window: Duration, now: Timestamp) -> bool {
        let has_declined = self.declined_at.is_some_and(|at| now < at.plus(ASKED_AGAIN_AFTER));
        !has_declined && self.remembered_until(Some(window), now).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 86_400;

    fn day(number: u64) -> Timestamp {
        Timestamp::from_seconds(1_780_000_000).plus(Duration::from_secs(number * DAY))
    }

    fn device(remembered: Option<u64>, declined: Option<u64>) -> KnownDevice {
        KnownDevice {
            id: DeviceId::new(day(0), [1; 10]),
            browser: None,
            address: None,
            first_seen_at: day(0),
            last_seen_at: day(0),
            remembered: remembered.map(|on| Remembered { shown_at: day(on), until: day(on + 10) }),
            declined_at: declined.map(day),
        }
    }

    #[test]
    fn it_is_remembered_for_as_long_as_the_baseline_says_and_then_asked_about_again() {
        let week = Duration::from_secs(7 * DAY);
        let device = device(Some(10), None);
        assert_eq!(device.remembered_until(Some(week), day(16)), Some(day(17)));
        assert_eq!(device.remembered_until(Some(week), day(17)), None);
        assert_eq!(device.remembered_until(None, day(10)), None, "the baseline says nothing any more");
        assert_eq!(device.remembered_until(Some(2 * week), day(19)), Some(day(20)), "no longer than was agreed");
        assert!(!device.asks_to_remember(week, day(16)));
        assert!(device.asks_to_remember(week, day(17)));
    }

    #[test]
    fn whoever_has_declined_is_left_alone_for_a_quarter_of_a_year() {
        let week = Duration::from_secs(7 * DAY);
        for (today, asks) in [(1, false), (90, false), (91, true)] {
            assert_eq!(device(None, Some(1)).asks_to_remember(week, day(today)), asks, "day {today}");
        }
        assert!(device(None, None).asks_to_remember(week, day(0)));
    }
}
