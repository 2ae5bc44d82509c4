//! One call that a sign-in has asked for, and what it proved.

use super::outcome::CallOutcome;
use crate::factor::code::Code;
use crate::factor::kind::FactorKind;
use crate::factor::proof::Proof;
use crate::id::{CredentialId, MessageId};
use crate::time::Timestamp;

/// A call to somebody's telephone. The sign-in that asked for it holds it, sealed: its outcome counts there only.
#[derive(Clone, Copy, Debug)]
pub struct PlacedCall {
    /// The credential whose number is called.
    pub credential: CredentialId,
    /// The message that orders the call.
    pub message: MessageId,
    /// The code to type on the keypad, in the strict setting; without it `#` confirms [AUT-7].
    pub code: Option<Code>,
    /// When it was asked for.
    pub placed_at: Timestamp,
    /// From when on its outcome counts no more.
    pub expires_at: Timestamp,
}

/// How a call stands, as its worker last noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallStanding {
    /// It waits for a line.
    Waiting,
    /// The line is being reached.
    Dialling,
    /// The telephone rings.
    Ringing,
    /// Somebody, or something, has answered.
    Answered,
    /// It is over.
    Ended(CallOutcome),
}

/// What a call amounts to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The person confirmed. Whoever holds the [`PlacedCall`] must let go of it now: it is good once.
    Accept(Proof),
    /// It is not over.
    Pending,
    /// It proved nothing.
    Refuse(CallOutcome),
}

impl CallStanding {
    /// The word that the store keeps for one that is not over.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Dialling => "dialling",
            Self::Ringing => "ringing",
            Self::Answered => "answered",
            Self::Ended(outcome) => outcome.as_str(),
        }
    }
}

impl PlacedCall {
    /// Judges the call by how it stands.
    pub fn verify(self, standing: CallStanding, now: Timestamp) -> Verdict {
        match standing {
            // SECURITY: a confirmation that comes too late confirms nothing.
            CallStanding::Ended(CallOutcome::Confirmed) if now < self.expires_at => {
                Verdict::Accept(Proof::of(FactorKind::VoiceCall, Some(self.credential), now))
            }
            CallStanding::Ended(CallOutcome::Confirmed) => Verdict::Refuse(CallOutcome::NoResponse),
            CallStanding::Ended(other) => Verdict::Refuse(other),
            CallStanding::Waiting | CallStanding::Dialling | CallStanding::Ringing | CallStanding::Answered => {
                if now < self.expires_at { Verdict::Pending } else { Verdict::Refuse(CallOutcome::CutOff) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_confirmation_in_time_proves_anything() {
        let now = Timestamp::from_seconds(100);
        let call = PlacedCall {
            credential: CredentialId::new(now, [1; 10]),
            message: MessageId::new(now, [2; 10]),
            code: None,
            placed_at: now,
            expires_at: Timestamp::from_seconds(200),
        };
        let confirmed = CallStanding::Ended(CallOutcome::Confirmed);
        assert!(matches!(call.verify(confirmed, Timestamp::from_seconds(199)), Verdict::Accept(_)));
        assert!(matches!(call.verify(confirmed, Timestamp::from_seconds(200)), Verdict::Refuse(_)));
        for outcome in CallOutcome::ALL.into_iter().filter(|outcome| *outcome != CallOutcome::Confirmed) {
            assert_eq!(call.verify(CallStanding::Ended(outcome), now), Verdict::Refuse(outcome));
        }
        assert_eq!(call.verify(CallStanding::Answered, now), Verdict::Pending);
        assert_eq!(call.verify(CallStanding::Ringing, call.expires_at), Verdict::Refuse(CallOutcome::CutOff));
    }
}
