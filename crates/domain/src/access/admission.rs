//! Whether a session that goes on is enough for where it leads now [SES-4, RFC 9470].

use std::time::Duration;

use crate::access::{Access, Decision, Frequency, Grant, Registration};
use crate::factor::FactorKind;
use crate::session::Session;
use crate::time::Timestamp;

/// What "every time" lets pass: one and the same sign-in leads to several pages [SES-4].
pub const SKEW: Duration = Duration::from_secs(5 * 60);

/// Whether a session is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It is.
    Admitted,
    /// The person signs in once more.
    SignIn,
    /// Nobody comes in like this.
    Blocked,
}

impl Decision {
    /// Whether a session is enough for what was decided of it just now.
    ///
    /// What was put off when it began stays put off in it, as long as there is grace.
    pub fn admits(&self, session: &Session, now: Timestamp) -> Admission {
        let grant = match &self.access {
            Access::Blocked(_) => return Admission::Blocked,
            Access::Granted(grant) => grant,
        };
        let proofs = session.facts().proofs.iter().map(|proof| (proof.factor, proof.at, proof.is_enrolment));
        if grant.is_met_by(proofs, now) { Admission::Admitted } else { Admission::SignIn }
    }

    /// Whether a session may go on where it is. As [`admits`](Self::admits), but to turn a page is no sign-in: what is asked "every
    /// time" is asked of each of those.
    pub fn lets_go_on(mut self, session: &Session, now: Timestamp) -> Admission {
        if let Access::Granted(grant) = &mut self.access {
            grant.controls.frequency = grant.controls.frequency.filter(|often| *often != Frequency::EveryTime);
        }
        self.admits(session, now)
    }
}

impl Grant {
    /// Whether the proofs of a session meet it now. Each is a factor, when it was shown, and whether it was enrolled by that.
    pub(super) fn is_met_by(
        &self,
        proofs: impl Iterator<Item = (FactorKind, Timestamp, bool)> + Clone,
        now: Timestamp,
    ) -> bool {
        let required = match self.registration {
            Registration::CanWait(_) => self.meanwhile,
            Registration::NotNeeded | Registration::Due => self.required,
        };
        let since = oldest(self, now);
        let counting = proofs.clone().filter(|(_, at, _)| since.is_none_or(|since| *at >= since));
        let is_enough = required.is_met_by(counting.map(|(factor, _, is_enrolment)| (factor, is_enrolment)));
        // Whoever must register comes to be asked.
        let has_second_factor = || proofs.clone().any(|(factor, ..)| factor != FactorKind::Password);
        is_enough && (self.registration != Registration::Due || has_second_factor())
    }
}

/// From when on proofs count.
fn oldest(grant: &Grant, now: Timestamp) -> Option<Timestamp> {
    grant.controls.frequency.map(|frequency| match frequency {
        Frequency::EveryTime => now.minus(SKEW),
        Frequency::After(time) => now.minus(time),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{AssignedBy, Baseline, BlockedBy, Controls, FactorSet, GraceLeft, Reason, Requirement};
    use crate::id::{AccountId, DeviceId, OrganisationId, SessionId};
    use crate::session::{ProofRecord, SavedSession, Strength};

    const NOW: Timestamp = Timestamp::from_seconds(1_780_000_000);

    fn session(proofs: &[(FactorKind, u64)]) -> Session {
        let record = |(factor, minutes): &(FactorKind, u64)| ProofRecord {
            factor: *factor,
            credential: None,
            at: NOW.minus(Duration::from_secs(minutes * 60)),
            is_enrolment: false,
        };
        Session::restore(SavedSession {
            id: SessionId::new(NOW, [1; 10]),
            account: AccountId::new(NOW, [2; 10]),
            organisation: OrganisationId::new(NOW, [3; 10]),
            device: DeviceId::new(NOW, [4; 10]),
            proofs: proofs.iter().map(record).collect(),
            started_at: NOW,
            seen_at: NOW,
            expires_at: NOW.plus(Duration::from_secs(3_600)),
            idle: None,
            browser: None,
            address: None,
        })
    }

    fn granted(strength: Strength, registration: Registration, frequency: Option<Frequency>) -> Decision {
        let required = Requirement::of(strength);
        let grant = Grant {
            required,
            registration,
            may_register: true,
            meanwhile: Requirement::of(Strength::OneFactor),
            controls: Controls { frequency, ..Controls::default() },
            reasons: vec![Reason::Baseline(Baseline::Standard)],
        };
        decision(Access::Granted(grant))
    }

    fn decision(access: Access) -> Decision {
        let baseline = (Baseline::Standard, AssignedBy::Nobody);
        Decision { access, would_be: None, baseline, considered: Vec::new() }
    }

    #[test]
    fn a_session_is_enough_where_it_reaches_what_is_asked_for_now() {
        use Admission::{Admitted, SignIn};
        use FactorKind::{Password, Totp};
        let can_wait = Registration::CanWait(GraceLeft::Open { until: None, skips: Some(1) });
        let (one, both) = ([(Password, 20)].as_slice(), [(Password, 20), (Totp, 20)].as_slice());
        for (proofs, strength, registration, expected) in [
            (one, Strength::OneFactor, Registration::NotNeeded, Admitted),
            (one, Strength::MultiFactor, Registration::NotNeeded, SignIn),
            (both, Strength::MultiFactor, Registration::NotNeeded, Admitted),
            (both, Strength::PhishingResistant, Registration::Due, SignIn),
            (one, Strength::MultiFactor, can_wait, Admitted),
            (one, Strength::OneFactor, Registration::Due, SignIn),
        ] {
            let decision = granted(strength, registration, None);
            assert_eq!(decision.admits(&session(proofs), NOW), expected, "{proofs:?} {strength:?} {registration:?}");
        }
        assert_eq!(decision(Access::Blocked(BlockedBy::Hold)).admits(&session(both), NOW), Admission::Blocked);
    }

    #[test]
    fn proofs_that_are_older_than_the_frequency_do_not_count() {
        use FactorKind::{Password, Totp};
        let hour = Frequency::After(Duration::from_secs(3_600));
        for (minutes, frequency, expected) in [
            (60, hour, Admission::Admitted),
            (61, hour, Admission::SignIn),
            (5, Frequency::EveryTime, Admission::Admitted),
            (6, Frequency::EveryTime, Admission::SignIn),
        ] {
            let decision = granted(Strength::MultiFactor, Registration::NotNeeded, Some(frequency));
            let session = session(&[(Password, minutes), (Totp, minutes)]);
            assert_eq!(decision.admits(&session, NOW), expected, "{minutes} {frequency:?}");
            let goes_on = if frequency == Frequency::EveryTime { Admission::Admitted } else { expected };
            assert_eq!(decision.lets_go_on(&session, NOW), goes_on, "{minutes} {frequency:?}");
        }
    }

    #[test]
    fn only_the_factors_that_are_named_count() {
        let only = |kinds: &[FactorKind]| {
            let among: FactorSet = kinds.iter().copied().collect();
            Requirement { strength: Strength::MultiFactor, among: Some(among) }
        };
        let proofs = || [(FactorKind::Password, false), (FactorKind::Totp, false)].into_iter();
        assert!(only(&[FactorKind::Totp, FactorKind::Push]).is_met_by(proofs()));
        assert!(!only(&[FactorKind::Push]).is_met_by(proofs()));
        assert!(!Requirement { strength: Strength::OneFactor, ..only(&[FactorKind::Push]) }.is_met_by(proofs()));
    }
}
