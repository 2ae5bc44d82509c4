//! Why a card proved nothing.

use std::fmt;

/// Why a card proved nothing, or why it was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CardFailure {
    /// No certificate was shown: there is no card in the reader, or the person chose none.
    NoCard,
    /// It is no certificate, or one with something in it that must be understood and is not.
    Unreadable,
    /// It does not lead to an authority that is trusted.
    UnknownAuthority,
    /// It, or an authority above it, is out of date.
    Expired,
    /// It, or an authority above it, is not valid yet.
    NotYetValid,
    /// It is not made for signing in [RFC 5280 §4.2.1.3, §4.2.1.12].
    WrongUsage,
    /// It was not issued under a policy that is accepted [RFC 5280 §4.2.1.4].
    WrongPolicy,
    /// It does not say who holds it, in the place where that is looked for.
    NoIdentifier,
    /// Its authority has revoked it.
    Revoked,
    /// Nobody could be asked whether it was revoked.
    StatusUnknown,
    /// It carries another person's address.
    OtherPerson,
    /// It is nobody's, or not one of this account's.
    UnknownCard,
    /// It is registered already.
    KnownCard,
    /// It was shown too long ago.
    TooLate,
    /// The provider that has card sign-ins did not confirm one.
    NotVouched,
    /// That provider cannot be reached.
    ProviderDown,
}

impl CardFailure {
    /// Every one, for the reference.
    pub const ALL: [Self; 16] = [
        Self::NoCard,
        Self::Unreadable,
        Self::UnknownAuthority,
        Self::Expired,
        Self::NotYetValid,
        Self::WrongUsage,
        Self::WrongPolicy,
        Self::NoIdentifier,
        Self::Revoked,
        Self::StatusUnknown,
        Self::OtherPerson,
        Self::UnknownCard,
        Self::KnownCard,
        Self::TooLate,
        Self::NotVouched,
        Self::ProviderDown,
    ];

    /// The word for it in templates, the audit and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoCard => "card_missing",
            Self::Unreadable => "card_unreadable",
            Self::UnknownAuthority => "card_unknown_authority",
            Self::Expired => "card_expired",
            Self::NotYetValid => "card_not_yet_valid",
            Self::WrongUsage => "card_wrong_usage",
            Self::WrongPolicy => "card_wrong_policy",
            Self::NoIdentifier => "card_no_identifier",
            Self::Revoked => "card_revoked",
            Self::StatusUnknown => "card_status_unknown",
            Self::OtherPerson => "card_other_person",
            Self::UnknownCard => "card_unknown",
            Self::KnownCard => "card_known",
            Self::TooLate => "card_too_late",
            Self::NotVouched => "card_not_vouched",
            Self::ProviderDown => "card_provider_down",
        }
    }
}

impl fmt::Display for CardFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
