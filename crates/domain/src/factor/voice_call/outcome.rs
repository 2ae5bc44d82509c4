//! How a call ends.

use std::fmt;
use std::str::FromStr;

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallOutcome {
    /// The person confirmed.
    Confirmed,
    /// The person says that it is not them who is signing in.
    Reported,
    /// Wrong codes only.
    WrongCode,
    /// Somebody answered and pressed nothing that means anything.
    NoResponse,
    /// A machine answered.
    Voicemail,
    /// The line is engaged.
    Busy,
    /// It rang and nobody answered.
    NoAnswer,
    /// The number does not exist, is switched off, or the network cannot reach it.
    Unreachable,
    /// The call was rejected at the telephone.
    Declined,
    /// Somebody answered and rang off before the end.
    HungUp,
    /// Our side or the trunk's failed: nobody was reached, and it was not their doing.
    ServiceError,
    /// We ended the call: it took too long, nobody waits for it any more, or the server stops.
    CutOff,
}

/// A text that names no outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown outcome of a call")]
pub struct UnknownOutcome;

impl CallOutcome {
    /// Every outcome.
    pub const ALL: [Self; 12] = [
        Self::Confirmed,
        Self::Reported,
        Self::WrongCode,
        Self::NoResponse,
        Self::Voicemail,
        Self::Busy,
        Self::NoAnswer,
        Self::Unreachable,
        Self::Declined,
        Self::HungUp,
        Self::ServiceError,
        Self::CutOff,
    ];

    /// The name that the database, the audit and the metrics use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Reported => "reported",
            Self::WrongCode => "wrong_code",
            Self::NoResponse => "no_response",
            Self::Voicemail => "voicemail",
            Self::Busy => "busy",
            Self::NoAnswer => "no_answer",
            Self::Unreachable => "unreachable",
            Self::Declined => "declined",
            Self::HungUp => "hung_up",
            Self::ServiceError => "service_error",
            Self::CutOff => "cut_off",
        }
    }
}

impl fmt::Display for CallOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for CallOutcome {
    type Err = UnknownOutcome;

    fn from_str(text: &str) -> Result<Self, UnknownOutcome> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == text).ok_or(UnknownOutcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_back_as_its_outcome() {
        for outcome in CallOutcome::ALL {
            assert_eq!(outcome.as_str().parse(), Ok(outcome));
        }
        assert_eq!("Confirmed".parse::<CallOutcome>(), Err(UnknownOutcome));
    }
}
