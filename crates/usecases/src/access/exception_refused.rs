//! Why somebody cannot be excepted, in sentences for whoever wanted it.

use wardkey_domain::access::exception::{Broken, CannotPostpone, CannotSettle};

use crate::{Error, moment};

/// A line of a request that could not be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedLine {
    /// What was typed.
    pub address: String,
    /// Why not, as a sentence.
    pub why: String,
}

/// The rule as a sentence that says what can be done instead.
pub(super) fn sentence(broken: Broken) -> String {
    let fixed = match broken {
        Broken::NobodySignsIn => "Nobody signs in with this account, so there are no prompts to suspend.",
        Broken::NotInUse => "This account is not in use. Enable it first.",
        Broken::Oneself => "Nobody can be excepted by themselves. Ask another administrator.",
        Broken::SameHand => "You have asked for this yourself. Somebody else must decide.",
        Broken::Privileged => {
            "A privileged account is never excepted. Make the person enrol again, and pass on the activation code."
        }
        Broken::Held => "Somebody else had this account. It always proves two factors, and nobody can lift that.",
        Broken::NotRegistered => {
            "This person has no second factor yet, and an exception is no way around that. Give them a temporary access pass, so \
             that they set one up."
        }
        Broken::Waiting => "A 180-day exception was asked for already. Somebody else must decide on it first.",
        Broken::Standing { until } => return format!("Prompts are suspended already, until {}.", moment(until)),
        Broken::TooMany { again_at } => {
            return format!(
                "This person has had three 24-hour exceptions within 30 days. Another one is possible from {} on. If they need it \
                 for longer, ask for a 180-day exception.",
                moment(again_at)
            );
        }
    };
    fixed.to_owned()
}

pub(super) fn conflict(broken: Broken) -> Error {
    Error::Conflict(sentence(broken))
}

pub(super) fn cannot_settle(why: CannotSettle) -> Error {
    let text = match why {
        CannotSettle::NotOpen => "It has ended, or somebody has decided on it already.",
        CannotSettle::SameHand => "You have asked for this yourself. Somebody else must decide.",
        CannotSettle::NotJudged => return Error::fault("approve an exception that was judged as another"),
    };
    Error::Conflict(text.to_owned())
}

pub(super) fn cannot_postpone(why: CannotPostpone) -> Error {
    let text = match why {
        CannotPostpone::NotAllowed => return Error::NotFound("page"),
        CannotPostpone::End => {
            return Error::invalid("date", "The day must be in the future, and at most 30 days from now");
        }
        CannotPostpone::NobodySignsIn => "Nobody signs in with this account, so there is nothing to set up.".to_owned(),
        CannotPostpone::Oneself => "Nobody can do this for themselves. Ask another administrator.".to_owned(),
        CannotPostpone::Privileged => "A privileged account sets up a second factor at once.".to_owned(),
        CannotPostpone::Held => "Somebody else had this account. It sets up a second factor at once.".to_owned(),
        CannotPostpone::Again { again_at } => format!(
            "This person has had more time before. It can be given again from {} on. Give them a temporary access pass instead, so \
             that they set something up now.",
            moment(again_at)
        ),
    };
    Error::Conflict(text)
}
