//! For how long a named location is vouched for, and when its owner is reminded.

use std::time::Duration;

use crate::id::AccountId;
use crate::time::Timestamp;

/// A day, of which attestations and reminders count many.
const DAY: Duration = Duration::from_secs(86_400);
/// How long an attestation is good [CA-4].
const GOOD_FOR: Duration = Duration::from_secs(365 * 86_400);
/// How long before its end it can be renewed.
const RENEWABLE_FOR: Duration = Duration::from_secs(60 * 86_400);

/// That somebody vouched for a named location: it is as the check-list says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attestation {
    /// Who did.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
    /// From when on it is good no more.
    pub until: Timestamp,
}

/// What the owner is told of an attestation that ends. Each is told once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reminder {
    /// It ends within 60 days, and can be renewed.
    SixtyDays,
    /// It ends within 30 days.
    ThirtyDays,
    /// It ends within a week.
    SevenDays,
    /// It has ended: the location is not active.
    Lapsed,
}

impl Attestation {
    /// An attestation of this moment, good for 365 days.
    pub fn new(by: AccountId, now: Timestamp) -> Self {
        Self { by, at: now, until: now.plus(GOOD_FOR) }
    }

    /// Whether it is good.
    pub fn is_good(&self, now: Timestamp) -> bool {
        now < self.until
    }

    /// From when on it can be renewed.
    pub fn renewable_from(&self) -> Timestamp {
        self.until.minus(RENEWABLE_FOR)
    }
}

impl Reminder {
    /// Every reminder, in order.
    pub const ALL: [Self; 4] = [Self::SixtyDays, Self::ThirtyDays, Self::SevenDays, Self::Lapsed];

    /// How long before the end it is due.
    pub fn before(self) -> Duration {
        match self {
            Self::SixtyDays => DAY * 60,
            Self::ThirtyDays => DAY * 30,
            Self::SevenDays => DAY * 7,
            Self::Lapsed => Duration::ZERO,
        }
    }

    /// The last reminder that is due of an attestation that ends at `until`; those before it are not worth sending any more.
    pub fn due(until: Timestamp, now: Timestamp) -> Option<Self> {
        Self::ALL.into_iter().rev().find(|reminder| now >= until.minus(reminder.before()))
    }

    /// Its place in the order, counted from one: what stores keep.
    pub const fn step(self) -> u8 {
        match self {
            Self::SixtyDays => 1,
            Self::ThirtyDays => 2,
            Self::SevenDays => 3,
            Self::Lapsed => 4,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attested() -> Attestation {
        Attestation::new(AccountId::new(Timestamp::from_seconds(1), [1; 10]), Timestamp::from_seconds(0))
    }

    fn day(number: u32) -> Timestamp {
        Timestamp::from_seconds(0).plus(DAY * number)
    }

    #[test]
    fn an_attestation_is_good_for_a_year_to_the_moment() {
        let attested = attested();
        assert!(attested.is_good(day(364)) && attested.is_good(day(365).minus(Duration::from_micros(1))));
        assert!(!attested.is_good(day(365)) && !attested.is_good(day(366)));
        assert_eq!(attested.renewable_from(), day(305));
    }

    #[test]
    fn each_reminder_has_its_day() {
        for (on, expected) in [
            (0, None),
            (304, None),
            (305, Some(Reminder::SixtyDays)),
            (334, Some(Reminder::SixtyDays)),
            (335, Some(Reminder::ThirtyDays)),
            (358, Some(Reminder::SevenDays)),
            (364, Some(Reminder::SevenDays)),
            (365, Some(Reminder::Lapsed)),
            (900, Some(Reminder::Lapsed)),
        ] {
            assert_eq!(Reminder::due(attested().until, day(on)), expected, "day {on}");
        }
        assert!(Reminder::ALL.is_sorted() && Reminder::ALL.map(Reminder::step) == [1, 2, 3, 4]);
    }
}
