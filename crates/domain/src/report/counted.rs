//! What of an account is counted and filtered by.

use std::str::FromStr;

use super::MfaStatus;
use crate::access::{Baseline, FactorSet, Hold};
use crate::directory::{AccountKind, StatusName};

/// What is known of an account where it is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// What kind it is.
    pub kind: AccountKind,
    /// Its status.
    pub status: StatusName,
    /// The second factors of its own that count now: none that is quarantined, or was on a phone that counts as lost.
    pub methods: FactorSet,
    /// What holds it.
    pub hold: Hold,
    /// Whether its prompts are suspended now.
    pub is_excepted: bool,
    /// Whether it has been given more time now.
    pub is_postponed: bool,
    /// Whether it holds a privileged role now.
    pub is_privileged: bool,
    /// The baseline that its groups give it; nothing where its organisation decides.
    pub baseline: Option<Baseline>,
    /// Whether anybody has ever signed in with it.
    pub has_signed_in: bool,
}

/// What of an account is counted and filtered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// What kind it is.
    pub kind: AccountKind,
    /// Its status.
    pub status: StatusName,
    /// How it stands with multi-factor authentication.
    pub mfa: MfaStatus,
    /// Whether it is covered.
    pub cover: Cover,
    /// The second factors of its own that count.
    pub methods: FactorSet,
    /// Whether it holds a privileged role.
    pub is_privileged: bool,
    /// The baseline that its groups give it.
    pub baseline: Option<Baseline>,
    /// Whether anybody has ever signed in with it.
    pub has_signed_in: bool,
}

/// Whether a stolen password is not enough for an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cover {
    /// It is not: there is a second factor, and it is asked for wherever the baseline says.
    Covered,
    /// There is a second factor, but its prompts are suspended.
    Excepted,
    /// There is none. What a named location or more time spares its owner does not count: "not asked" and "not set up" are two
    /// facts, and this is the second.
    Uncovered,
    /// Nobody signs in with it: by its kind, or as it stands now.
    NotInUse,
}

impl Cover {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Covered, Self::Excepted, Self::Uncovered, Self::NotInUse];

    /// The word that addresses use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Covered => "yes",
            Self::Excepted => "excepted",
            Self::Uncovered => "no",
            Self::NotInUse => "not-in-use",
        }
    }
}

/// A text that does not say whether an account is covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an account is protected `yes`, `no`, `excepted` or `not-in-use`")]
pub struct UnknownCover;

impl FromStr for Cover {
    type Err = UnknownCover;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|cover| cover.as_str() == text).ok_or(UnknownCover)
    }
}

impl Facts {
    /// What is counted of it.
    pub fn counted(&self) -> Counted {
        let &Self { kind, status, methods, hold, is_excepted, is_postponed, is_privileged, baseline, has_signed_in } =
            self;
        let registered = !methods.is_empty();
        // SECURITY: neither counts for these in a decision, either.
        let is_excepted = is_excepted && registered && !is_privileged && hold == Hold::None;
        let mfa = match (kind.may_sign_in(), hold) {
            (false, Hold::None | Hold::Pinned) => MfaStatus::Off,
            (_, Hold::Compromised) => MfaStatus::Compromised,
            (true, Hold::Pinned) => MfaStatus::Pinned,
            (true, Hold::None) if is_excepted => MfaStatus::Excepted,
            (true, Hold::None) if registered => MfaStatus::Enforced,
            (true, Hold::None) if is_postponed && !is_privileged => MfaStatus::Postponed,
            (true, Hold::None) => MfaStatus::Unregistered,
        };
        let in_use = kind.may_sign_in() && matches!(status, StatusName::Active | StatusName::Leaver);
        let cover = match (in_use, registered) {
            (false, _) => Cover::NotInUse,
            (true, false) => Cover::Uncovered,
            (true, true) if is_excepted => Cover::Excepted,
            (true, true) => Cover::Covered,
        };
        Counted { kind, status, mfa, cover, methods, is_privileged, baseline, has_signed_in }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::factor::FactorKind;

    pub(in crate::report) fn nurse(methods: &[FactorKind]) -> Facts {
        Facts {
            kind: AccountKind::User,
            status: StatusName::Active,
            methods: methods.iter().copied().collect(),
            hold: Hold::None,
            is_excepted: false,
            is_postponed: false,
            is_privileged: false,
            baseline: None,
            has_signed_in: true,
        }
    }

    fn check(facts: Facts, expected: (MfaStatus, Cover)) {
        let counted = facts.counted();
        assert_eq!((counted.mfa, counted.cover), expected, "{facts:?}");
    }

    #[test]
    fn who_has_a_second_factor_is_covered_unless_it_is_not_asked_for() {
        let without = nurse(&[]);
        let with = nurse(&[FactorKind::Sms]);
        check(without, (MfaStatus::Unregistered, Cover::Uncovered));
        check(with, (MfaStatus::Enforced, Cover::Covered));
        check(Facts { is_excepted: true, ..with }, (MfaStatus::Excepted, Cover::Excepted));
        check(Facts { is_excepted: true, ..without }, (MfaStatus::Unregistered, Cover::Uncovered));
        check(Facts { is_postponed: true, ..without }, (MfaStatus::Postponed, Cover::Uncovered));
        check(Facts { is_postponed: true, ..with }, (MfaStatus::Enforced, Cover::Covered));
        check(
            Facts { baseline: Some(Baseline::NamedLocation), ..without },
            (MfaStatus::Unregistered, Cover::Uncovered),
        );
    }

    #[test]
    fn an_account_that_is_held_is_not_excepted() {
        let with = Facts { is_excepted: true, ..nurse(&[FactorKind::Push]) };
        check(Facts { hold: Hold::Pinned, ..with }, (MfaStatus::Pinned, Cover::Covered));
        check(Facts { hold: Hold::Pinned, ..nurse(&[]) }, (MfaStatus::Pinned, Cover::Uncovered));
        let disabled = Facts { status: StatusName::Disabled, hold: Hold::Compromised, ..with };
        check(disabled, (MfaStatus::Compromised, Cover::NotInUse));
        check(Facts { is_privileged: true, ..with }, (MfaStatus::Enforced, Cover::Covered));
        let late = Facts { is_privileged: true, is_postponed: true, ..nurse(&[]) };
        check(late, (MfaStatus::Unregistered, Cover::Uncovered));
    }

    #[test]
    fn what_nobody_signs_in_with_is_not_counted() {
        for kind in [AccountKind::SharedMailbox, AccountKind::ApplicationAccount] {
            check(Facts { kind, ..nurse(&[]) }, (MfaStatus::Off, Cover::NotInUse));
        }
        check(Facts { status: StatusName::Inactive, ..nurse(&[]) }, (MfaStatus::Unregistered, Cover::NotInUse));
        check(Facts { status: StatusName::Leaver, ..nurse(&[]) }, (MfaStatus::Unregistered, Cover::Uncovered));
        check(Facts { kind: AccountKind::Guest, ..nurse(&[]) }, (MfaStatus::Unregistered, Cover::Uncovered));
    }
}
