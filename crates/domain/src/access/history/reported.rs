//! What each policy made of a sign-in [CA-9, CA-11].

use serde::{Deserialize, Serialize};

use super::{Experience, KeptSignIn};
use crate::access::evaluate::with_policy;
use crate::access::{Access, Applies, Decision, Policies, Registration};
use crate::id::PolicyId;

/// What a policy that applies makes of a sign-in, or would make of it if it did more than report [CA-9].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reported {
    /// What was shown is enough for it.
    Success,
    /// The person would be asked for more, and has it or can set it up.
    ActionRequired,
    /// The person would not come in.
    Failure,
}

/// A word that names none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown result of a policy")]
pub struct UnknownReport;

impl Reported {
    /// Every one, from the mildest.
    pub const ALL: [Self; 3] = [Self::Success, Self::ActionRequired, Self::Failure];

    /// The word for it in stores, files and templates.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::ActionRequired => "action_required",
            Self::Failure => "failure",
        }
    }
}

impl std::str::FromStr for Reported {
    type Err = UnknownReport;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|one| one.as_str() == text).ok_or(UnknownReport)
    }
}

/// What each policy made of a sign-in that it was about: beside those that are on, each one that only reports by itself.
pub fn report(policies: &Policies, kept: &KeptSignIn, decision: &Decision) -> Vec<(PolicyId, Reported)> {
    let signals = kept.signals();
    let of = |(place, applies): (usize, Applies)| match applies {
        Applies::Yes => Some(judge(kept, &decision.access)),
        Applies::WouldApply => Some(judge(kept, &with_policy(policies, &signals, &decision.considered, place))),
        Applies::Off | Applies::NotMet(_) | Applies::Excluded(_) => None,
    };
    let considered = decision.considered.iter().enumerate();
    considered.filter_map(|(place, one)| Some((one.policy, of((place, one.applies))?))).collect()
}

fn judge(kept: &KeptSignIn, access: &Access) -> Reported {
    match kept.experience_of(access) {
        Experience::Stranded | Experience::Blocked => Reported::Failure,
        Experience::Unprompted => Reported::Success,
        Experience::Prompted | Experience::MayRegister | Experience::MustRegister => {
            let is_enough = |access: &Access| match access {
                Access::Granted(grant) => {
                    grant.registration == Registration::NotNeeded && !kept.by_session && kept.meets(grant.required)
                }
                Access::Blocked(_) => false,
            };
            if is_enough(access) { Reported::Success } else { Reported::ActionRequired }
        }
    }
}
