//! One request that a sign-in has made, and what it proved.

use std::time::Duration;

use super::number::MatchNumber;
use crate::factor::kind::FactorKind;
use crate::factor::proof::Proof;
use crate::id::{CredentialId, PushRequestId};
use crate::time::Timestamp;

/// How long after its end an answer that came in time still counts: the page may be a moment late to ask.
const GRACE: Duration = Duration::from_secs(60);

/// A request to somebody's app. The sign-in that made it holds it, sealed: its outcome counts there only.
#[derive(Clone, Copy, Debug)]
pub struct AskedApp {
    /// The credential whose app is asked.
    pub credential: CredentialId,
    /// The request.
    pub request: PushRequestId,
    /// The number that the page shows.
    pub number: MatchNumber,
    /// When it was made.
    pub asked_at: Timestamp,
    /// From when on it takes no answer.
    pub expires_at: Timestamp,
}

/// How a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushStanding {
    /// It awaits an answer.
    Open,
    /// The right number was typed.
    Approved,
    /// Another number was typed.
    WrongNumber,
    /// The person said that it is not them.
    Refused,
    /// It was taken back, or is not known any more.
    TakenBack,
}

/// Why a request proved nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushFailure {
    /// Another number was typed.
    WrongNumber,
    /// Nobody answered in time.
    NoAnswer,
    /// The person said that it is not them.
    Reported,
    /// It was taken back, for example because the app was removed.
    TakenBack,
}

/// What a request amounts to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The person confirmed. Whoever holds the [`AskedApp`] must let go of it now: it is good once.
    Accept(Proof),
    /// There is no answer yet.
    Pending,
    /// It proved nothing.
    Refuse(PushFailure),
}

impl PushStanding {
    /// Every standing.
    pub const ALL: [Self; 5] = [Self::Open, Self::Approved, Self::WrongNumber, Self::Refused, Self::TakenBack];

    /// The word that the store keeps.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved => "approved",
            Self::WrongNumber => "wrong_number",
            Self::Refused => "refused",
            Self::TakenBack => "taken_back",
        }
    }

    /// Judges a request to the app of `credential`, which takes answers before `expires_at`.
    pub fn judge(self, credential: CredentialId, expires_at: Timestamp, now: Timestamp) -> Verdict {
        match self {
            // SECURITY: the answer itself came in time; what is judged here is that nobody collects it much later.
            Self::Approved if now < expires_at.plus(GRACE) => {
                Verdict::Accept(Proof::of(FactorKind::Push, Some(credential), now))
            }
            Self::Approved => Verdict::Refuse(PushFailure::NoAnswer),
            Self::WrongNumber => Verdict::Refuse(PushFailure::WrongNumber),
            Self::Refused => Verdict::Refuse(PushFailure::Reported),
            Self::TakenBack => Verdict::Refuse(PushFailure::TakenBack),
            Self::Open if now < expires_at => Verdict::Pending,
            Self::Open => Verdict::Refuse(PushFailure::NoAnswer),
        }
    }

    /// The standing that a word of the store means.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.as_str() == word)
    }
}

impl AskedApp {
    /// Judges the request by how it stands.
    pub fn verify(self, standing: PushStanding, now: Timestamp) -> Verdict {
        standing.judge(self.credential, self.expires_at, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_approval_proves_anything() {
        let now = Timestamp::from_seconds(100);
        let asked = AskedApp {
            credential: CredentialId::new(now, [1; 10]),
            request: PushRequestId::new(now, [2; 10]),
            number: MatchNumber::parse("42").unwrap(),
            asked_at: now,
            expires_at: Timestamp::from_seconds(400),
        };
        for standing in PushStanding::ALL {
            assert_eq!(PushStanding::of(standing.as_str()), Some(standing));
            let accepted = matches!(asked.verify(standing, now), Verdict::Accept(_));
            assert_eq!(accepted, standing == PushStanding::Approved);
        }
        let at = Timestamp::from_seconds;
        assert_eq!(asked.verify(PushStanding::Open, at(399)), Verdict::Pending);
        assert_eq!(asked.verify(PushStanding::Open, at(400)), Verdict::Refuse(PushFailure::NoAnswer));
        assert!(matches!(asked.verify(PushStanding::Approved, at(459)), Verdict::Accept(_)));
        assert_eq!(asked.verify(PushStanding::Approved, at(460)), Verdict::Refuse(PushFailure::NoAnswer));
    }
}
