//! What must be true of a named location, as whoever asks for it and whoever approves it confirm it, each for themself.

use std::str::FromStr;

/// One thing that must be true [CA-4].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Prerequisite {
    /// The addresses do not change, and nobody but the organisation has them.
    OwnStaticAddresses,
    /// No guest Wi-Fi leaves by them.
    NoGuestWifi,
    /// No shared proxy and no VPN of others leaves by them.
    NoSharedProxy,
    /// Its owner has been named, and knows it.
    OwnerNamed,
    /// The Data Security and Protection Toolkit says that standards are met or are being approached.
    DsptStandards,
}

/// That somebody confirmed every prerequisite.
///
/// INVARIANT: nothing else makes one than [`Prerequisite::confirm`], which has seen all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confirmed(());

/// The prerequisites that were not confirmed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("confirm each of these")]
pub struct Unconfirmed(pub Vec<Prerequisite>);

/// A word that names no prerequisite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown prerequisite")]
pub struct UnknownPrerequisite;

impl Prerequisite {
    /// Every prerequisite, in the order of the check-list.
    pub const ALL: [Self; 5] =
        [Self::OwnStaticAddresses, Self::NoGuestWifi, Self::NoSharedProxy, Self::OwnerNamed, Self::DsptStandards];

    /// The word that forms use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OwnStaticAddresses => "own_static_addresses",
            Self::NoGuestWifi => "no_guest_wifi",
            Self::NoSharedProxy => "no_shared_proxy",
            Self::OwnerNamed => "owner_named",
            Self::DsptStandards => "dspt_standards",
        }
    }

    /// Takes those that somebody confirmed.
    ///
    /// # Errors
    /// With those that are missing.
    pub fn confirm(given: &[Self]) -> Result<Confirmed, Unconfirmed> {
        let missing: Vec<Self> = Self::ALL.into_iter().filter(|one| !given.contains(one)).collect();
        if missing.is_empty() { Ok(Confirmed(())) } else { Err(Unconfirmed(missing)) }
    }
}

impl FromStr for Prerequisite {
    type Err = UnknownPrerequisite;

    fn from_str(text: &str) -> Result<Self, UnknownPrerequisite> {
        Self::ALL.into_iter().find(|one| one.as_str() == text).ok_or(UnknownPrerequisite)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_confirmed_or_none() {
        assert!(Prerequisite::confirm(&Prerequisite::ALL).is_ok());
        for missing in Prerequisite::ALL {
            let given: Vec<_> = Prerequisite::ALL.into_iter().filter(|one| *one != missing).collect();
            assert_eq!(Prerequisite::confirm(&given), Err(Unconfirmed(vec![missing])));
        }
        assert_eq!(Prerequisite::confirm(&[]), Err(Unconfirmed(Prerequisite::ALL.to_vec())));
    }

    #[test]
    fn every_word_reads_back() {
        for one in Prerequisite::ALL {
            assert_eq!(one.as_str().parse(), Ok(one));
        }
    }
}
