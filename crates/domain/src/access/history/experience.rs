//! What people meet when they sign in.

use serde::{Deserialize, Serialize};

use super::KeptSignIn;
use crate::access::{Access, Grant, Policies, Registration, evaluate};
use crate::session::Strength;

/// What somebody meets who signs in, from the mildest to the hardest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Experience {
    /// Nothing but the password, or not even that.
    Unprompted,
    /// A prompt for a second factor, or to sign in anew.
    Prompted,
    /// A page that asks them to register a factor, which they can put off.
    MayRegister,
    /// A page on which they must register a factor.
    MustRegister,
    /// They cannot come in with what they have, and cannot register what would do.
    Stranded,
    /// A policy, or the hold of their account, lets nobody in.
    Blocked,
}

/// A word that names none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown experience")]
pub struct UnknownExperience;

impl Experience {
    /// Every one, from the mildest.
    pub const ALL: [Self; 6] =
        [Self::Unprompted, Self::Prompted, Self::MayRegister, Self::MustRegister, Self::Stranded, Self::Blocked];

    /// The word for it in stores, files and templates.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unprompted => "unprompted",
            Self::Prompted => "prompted",
            Self::MayRegister => "may_register",
            Self::MustRegister => "must_register",
            Self::Stranded => "stranded",
            Self::Blocked => "blocked",
        }
    }

    /// Whether the person comes in, by something that they have or can set up.
    pub fn comes_in(self) -> bool {
        self < Self::Stranded
    }
}

impl std::str::FromStr for Experience {
    type Err = UnknownExperience;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|one| one.as_str() == text).ok_or(UnknownExperience)
    }
}

impl KeptSignIn {
    /// What the person would have met under `policies`.
    pub fn experience(&self, policies: &Policies) -> Experience {
        self.experience_of(&evaluate(policies, &self.signals()).access)
    }

    /// What the person meets where that is decided.
    pub fn experience_of(&self, access: &Access) -> Experience {
        let grant = match access {
            Access::Blocked(_) => return Experience::Blocked,
            Access::Granted(grant) => grant,
        };
        let proofs = self.shown.iter().map(|shown| (shown.factor, shown.at, shown.is_enrolment));
        if self.by_session && grant.is_met_by(proofs, self.at) {
            return Experience::Unprompted;
        }
        match grant.registration {
            Registration::Due if self.is_stranded(grant) => Experience::Stranded,
            Registration::Due => Experience::MustRegister,
            Registration::CanWait(_) => Experience::MayRegister,
            // A session that is not enough leads to the sign-in pages.
            Registration::NotNeeded if self.by_session || grant.required.asks_for_second_factor() => {
                Experience::Prompted
            }
            Registration::NotNeeded => Experience::Unprompted,
        }
    }

    /// Whether somebody who must register a factor for what is required cannot do so on the way in.
    fn is_stranded(&self, grant: &Grant) -> bool {
        let account = self.signals().account;
        if account.is_privileged() {
            return true;
        }
        let beyond_first = grant.required.strength > Strength::MultiFactorUnrestricted;
        !account.is_registered() && (!grant.may_register || beyond_first) && !self.has_shown_second_factor()
    }
}
