//! How a call went.

use std::time::Duration;

use wardkey_domain::factor::voice_call::CallOutcome;

use super::media::FrameReport;
use crate::hand_over::NetworkSign;

/// Whether a telephone may have rung.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandedOver {
    /// It has not: nothing was sent, or the trunk refused.
    Never,
    /// It has.
    Yes,
    /// Nobody can tell: the trunk was given the call and said nothing of a telephone.
    Unknown,
}

/// Whether another trunk should be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryAnother {
    /// This one could not be reached, or refused the call for a reason of its own.
    Yes,
    /// The telephone or its network has answered for itself, and would say the same again.
    No,
}

/// How a call went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallReport {
    /// How it ended.
    pub outcome: CallOutcome,
    /// Whether a telephone may have rung.
    pub handed_over: HandedOver,
    /// Whether another trunk should be tried.
    pub try_another: TryAnother,
    /// What the call tells of the trunk.
    pub sign: NetworkSign,
    /// The last status that the trunk gave.
    pub sip_status: Option<u16>,
    /// How long a telephone rang.
    pub rang_for: Duration,
    /// How long the line was open.
    pub talked_for: Duration,
    /// The packets of sound.
    pub frames: FrameReport,
}

impl CallReport {
    /// A call that never left us.
    pub(super) const fn not_made(outcome: CallOutcome, try_another: TryAnother) -> Self {
        Self {
            outcome,
            handed_over: HandedOver::Never,
            try_another,
            sign: sign_of(outcome),
            sip_status: None,
            rang_for: Duration::ZERO,
            talked_for: Duration::ZERO,
            frames: FrameReport { sent: 0, late_over_40ms: 0, worst_ms: 0, heard: 0, foreign: 0 },
        }
    }
}

/// What the end of a call tells of the trunk.
pub(super) const fn sign_of(outcome: CallOutcome) -> NetworkSign {
    match outcome {
        CallOutcome::ServiceError => NetworkSign::Fails,
        // Our own doing.
        CallOutcome::CutOff => NetworkSign::Nothing,
        CallOutcome::Confirmed
        | CallOutcome::Reported
        | CallOutcome::WrongCode
        | CallOutcome::NoResponse
        | CallOutcome::Voicemail
        | CallOutcome::Busy
        | CallOutcome::NoAnswer
        | CallOutcome::Unreachable
        | CallOutcome::Declined
        | CallOutcome::HungUp => NetworkSign::Works,
    }
}
