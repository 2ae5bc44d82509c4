//! What holds an account that somebody else had [CMP-1, CMP-2].

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::compromise::{Complete, Lifted};

/// Whether an account is held because somebody else had it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hold {
    /// It is not.
    #[default]
    None,
    /// Nobody gets in with it.
    Compromised,
    /// It was given back to its owner. From then on it always proves two factors; two people of the national team lift that
    /// together, and nobody and nothing else does.
    Pinned,
}

/// An account is not held in the way that a change wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrongHold {
    /// It is not compromised.
    #[error("the account is not marked as compromised")]
    NotCompromised,
    /// It is not pinned.
    #[error("the account is not pinned")]
    NotPinned,
}

/// A word that names no hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown hold")]
pub struct UnknownHold;

/// What would open an account that is marked as compromised: it belongs to the check-list of its case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the account is marked as compromised")]
pub struct StillCompromised;

impl Hold {
    const ALL: [Self; 3] = [Self::None, Self::Compromised, Self::Pinned];

    /// The word that stores and templates use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Compromised => "compromised",
            Self::Pinned => "pinned",
        }
    }

    /// The hold after the account was marked as compromised, whatever it was.
    #[must_use]
    pub const fn mark(self) -> Self {
        Self::Compromised
    }

    /// The hold after the account was given back: its check-list is complete.
    ///
    /// # Errors
    /// When it is not compromised.
    pub fn give_back(self, _: &Complete) -> Result<Self, WrongHold> {
        match self {
            Self::Compromised => Ok(Self::Pinned),
            Self::None | Self::Pinned => Err(WrongHold::NotCompromised),
        }
    }

    /// The hold after two people have lifted the pin.
    ///
    /// # Errors
    /// When it is not pinned: one that is compromised is given back first.
    pub fn lift(self, _: &Lifted) -> Result<Self, WrongHold> {
        match self {
            Self::Pinned => Ok(Self::None),
            Self::None | Self::Compromised => Err(WrongHold::NotPinned),
        }
    }

    /// Refuses what would open a compromised account outside of its case: to enable it, or to give its owner a password, a pass, a
    /// code, a key or a token.
    ///
    /// # Errors
    /// When it is compromised.
    pub const fn opens(self) -> Result<(), StillCompromised> {
        match self {
            Self::None | Self::Pinned => Ok(()),
            Self::Compromised => Err(StillCompromised),
        }
    }
}

impl FromStr for Hold {
    type Err = UnknownHold;

    fn from_str(text: &str) -> Result<Self, UnknownHold> {
        Self::ALL.into_iter().find(|hold| hold.as_str() == text).ok_or(UnknownHold)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hold_reads_back_and_only_a_compromised_account_stays_shut() {
        for hold in Hold::ALL {
            assert_eq!(hold.as_str().parse(), Ok(hold));
            assert_eq!(hold.opens().is_err(), hold == Hold::Compromised);
            assert_eq!(hold.mark(), Hold::Compromised);
        }
    }
}
