//! Whether a right password is good enough to go on with.

use std::fmt;
use std::str::FromStr;

use crate::factor::password::PasswordRules;
use crate::time::Timestamp;

/// Why a stored password is not yet the person's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MustChange {
    /// An administrator set it.
    Temporary,
    /// An administrator asked for a new one, for example after a suspicion.
    Requested,
    /// Somebody else knows it: it is good for nothing any more [CMP-1].
    Compromised,
}

/// A name that is no reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown reason for changing a password")]
pub struct UnknownReason;

impl MustChange {
    const ALL: [Self; 3] = [Self::Temporary, Self::Requested, Self::Compromised];

    /// The name that the database uses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Temporary => "temporary",
            Self::Requested => "requested",
            Self::Compromised => "compromised",
        }
    }
}

impl fmt::Display for MustChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for MustChange {
    type Err = UnknownReason;

    fn from_str(text: &str) -> Result<Self, UnknownReason> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text).ok_or(UnknownReason)
    }
}

/// What a right password is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordStanding {
    /// It is the person's own and in date.
    Good {
        /// Until when, if passwords expire.
        until: Option<Timestamp>,
    },
    /// It is good for setting a new one only.
    MustChange(MustChange),
    /// It is past its age: good for setting a new one only.
    Expired,
    /// It was temporary and nobody used it in time: good for nothing.
    Lapsed,
    /// Somebody else knows it: good for nothing, and nobody is told that it was right.
    Void,
}

impl PasswordStanding {
    /// The standing now of a password that was set at `set_at`.
    pub fn of(rules: &PasswordRules, set_at: Timestamp, must_change: Option<MustChange>, now: Timestamp) -> Self {
        match must_change {
            Some(MustChange::Temporary) if set_at.plus(rules.temporary_for) <= now => Self::Lapsed,
            Some(MustChange::Compromised) => Self::Void,
            Some(reason @ (MustChange::Temporary | MustChange::Requested)) => Self::MustChange(reason),
            None => match rules.expires_at(set_at) {
                Some(until) if until <= now => Self::Expired,
                until => Self::Good { until },
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);

    fn check(days: u32, must_change: Option<MustChange>, expected: PasswordStanding) {
        let set_at = Timestamp::from_seconds(0);
        let standing = PasswordStanding::of(&PasswordRules::default(), set_at, must_change, set_at.plus(DAY * days));
        assert_eq!(standing, expected);
    }

    #[test]
    fn a_password_is_good_for_365_days() {
        let until = Some(Timestamp::from_seconds(0).plus(DAY * 365));
        check(364, None, PasswordStanding::Good { until });
        check(365, None, PasswordStanding::Expired);
    }

    #[test]
    fn a_temporary_password_lapses_when_nobody_uses_it() {
        check(2, Some(MustChange::Temporary), PasswordStanding::MustChange(MustChange::Temporary));
        check(3, Some(MustChange::Temporary), PasswordStanding::Lapsed);
        check(99, Some(MustChange::Requested), PasswordStanding::MustChange(MustChange::Requested));
    }

    #[test]
    fn a_password_that_somebody_else_knows_is_worth_nothing_at_once() {
        check(0, Some(MustChange::Compromised), PasswordStanding::Void);
    }

    #[test]
    fn a_reason_reads_back_as_written() {
        for reason in MustChange::ALL {
            assert_eq!(reason.as_str().parse(), Ok(reason));
        }
    }
}
