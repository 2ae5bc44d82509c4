//! How an account stands with multi-factor authentication, in one word [requirements, section 18].

use std::str::FromStr;

/// How an account stands with multi-factor authentication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MfaStatus {
    /// Nobody signs in with such an account, so there is nothing to prove.
    Off,
    /// Two factors are asked for, and it has no second one of its own yet.
    Unregistered,
    /// The same, and an administrator has given it more time [ENR-6].
    Postponed,
    /// It has a second factor of its own, and is asked for two.
    Enforced,
    /// It has one, and its prompts are suspended for a while [EXC-20].
    Excepted,
    /// Somebody else had it; since it was given back, nobody can take its second factor away [CMP-2].
    Pinned,
    /// Somebody else has had it, and nobody gets in with it [CMP-1].
    Compromised,
}

/// A text that names no such status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown MFA status")]
pub struct UnknownMfaStatus;

impl MfaStatus {
    /// Every one, in the order of reports.
    pub const ALL: [Self; 7] = [
        Self::Unregistered,
        Self::Postponed,
        Self::Excepted,
        Self::Enforced,
        Self::Pinned,
        Self::Compromised,
        Self::Off,
    ];

    /// The word that files and addresses use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Unregistered => "unregistered",
            Self::Postponed => "postponed",
            Self::Enforced => "enforced",
            Self::Excepted => "excepted",
            Self::Pinned => "pinned",
            Self::Compromised => "compromised",
        }
    }

    /// The words that a person reads.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Off => "Not needed",
            Self::Unregistered => "Not set up",
            Self::Postponed => "Not set up, given more time",
            Self::Enforced => "Set up",
            Self::Excepted => "Set up, with an exception",
            Self::Pinned => "Pinned",
            Self::Compromised => "Compromised",
        }
    }
}

impl FromStr for MfaStatus {
    type Err = UnknownMfaStatus;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or(UnknownMfaStatus)
    }
}
