//! How many of an organisation's people are covered.

use std::ops::AddAssign;

use super::{Counted, Cover, MfaStatus};
use crate::access::FactorSet;
use crate::factor::{FactorKind, definition};

/// How many people are covered, of those who can sign in. What nobody signs in with is not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Everybody who can sign in.
    pub people: u64,
    /// Those with a second factor that is asked for.
    pub covered: u64,
    /// Of those, the ones with a second factor that no look-alike site can pass on.
    pub phishing_resistant: u64,
    /// Those whose prompts are suspended.
    pub excepted: u64,
    /// Those without a second factor.
    pub uncovered: u64,
    /// Of those, the ones who have been given more time.
    pub postponed: u64,
    /// Those who have never signed in, covered or not.
    pub never_signed_in: u64,
    /// Those with a privileged role.
    pub privileged: u64,
    /// Of those, the ones without a second factor that no look-alike site can pass on.
    pub privileged_without: u64,
}

impl Coverage {
    /// Counts `accounts` that are alike.
    pub fn count(&mut self, of: &Counted, accounts: u64) {
        let resistant = resists_phishing(of.methods);
        let (covered, excepted, uncovered) = match of.cover {
            Cover::Covered => (accounts, 0, 0),
            Cover::Excepted => (0, accounts, 0),
            Cover::Uncovered => (0, 0, accounts),
            Cover::NotInUse => return,
        };
        let when = |is: bool, number: u64| if is { number } else { 0 };
        *self += Self {
            people: accounts,
            covered,
            phishing_resistant: when(resistant, covered),
            excepted,
            uncovered,
            postponed: when(of.mfa == MfaStatus::Postponed, uncovered),
            never_signed_in: when(!of.has_signed_in, accounts),
            privileged: when(of.is_privileged, accounts),
            privileged_without: when(of.is_privileged && !resistant, accounts),
        };
    }

    /// How many of a thousand are covered; nothing where there is nobody. Nobody is rounded up to everybody.
    pub fn per_mille(&self) -> Option<u64> {
        self.covered.checked_mul(1_000)?.checked_div(self.people)
    }
}

impl AddAssign for Coverage {
    fn add_assign(&mut self, other: Self) {
        self.people += other.people;
        self.covered += other.covered;
        self.phishing_resistant += other.phishing_resistant;
        self.excepted += other.excepted;
        self.uncovered += other.uncovered;
        self.postponed += other.postponed;
        self.never_signed_in += other.never_signed_in;
        self.privileged += other.privileged;
        self.privileged_without += other.privileged_without;
    }
}

fn resists_phishing(methods: FactorSet) -> bool {
    methods.iter().any(|kind: FactorKind| definition(kind).phishing_resistant)
}

#[cfg(test)]
mod tests {
    use super::super::Facts;
    use super::super::counted::tests::nurse;
    use super::*;
    use crate::directory::AccountKind;

    fn of(accounts: &[(Facts, u64)]) -> Coverage {
        let mut coverage = Coverage::default();
        for (facts, number) in accounts {
            coverage.count(&facts.counted(), *number);
        }
        coverage
    }

    #[test]
    fn who_can_sign_in_is_counted_once() {
        let with = nurse(&[FactorKind::WebAuthn]);
        let without = nurse(&[]);
        let coverage = of(&[
            (with, 4),
            (nurse(&[FactorKind::Sms]), 3),
            (Facts { is_excepted: true, ..with }, 2),
            (Facts { has_signed_in: false, ..without }, 1),
            (Facts { is_privileged: true, ..without }, 1),
            (Facts { is_postponed: true, ..without }, 1),
            (Facts { kind: AccountKind::SharedMailbox, ..without }, 50),
        ]);
        let expected = Coverage {
            people: 12,
            covered: 7,
            phishing_resistant: 4,
            excepted: 2,
            uncovered: 3,
            postponed: 1,
            never_signed_in: 1,
            privileged: 1,
            privileged_without: 1,
        };
        assert_eq!(coverage, expected);
        assert_eq!(coverage.covered + coverage.excepted + coverage.uncovered, coverage.people);
    }

    #[test]
    fn one_without_is_never_rounded_away() {
        assert_eq!(of(&[]).per_mille(), None);
        assert_eq!(of(&[(nurse(&[FactorKind::Totp]), 99_999), (nurse(&[]), 1)]).per_mille(), Some(999));
        assert_eq!(of(&[(nurse(&[FactorKind::Totp]), 5)]).per_mille(), Some(1_000));
    }
}
