//! The moves of a recovery code [STD-1, STD-3].

use crate::access::{Policies, Registration};
use crate::credential::Permit;
use crate::factor::FactorKind;
use crate::factor::password::PasswordHash;
use crate::factor::recovery_code::{RecoveryCodes, Verdict};
use crate::id::CredentialId;
use crate::op::Op;
use crate::signin::stage::Stage;
use crate::signin::step::refusal_of;
use crate::signin::{Effect, EnrolWhy, Flow, Person, Refusal, SignInRules, Step};

impl Flow {
    pub(super) fn recovery_code_submitted(
        mut self,
        op: &Op,
        rules: &SignInRules,
        policies: &Policies,
        person: &Person,
        permit: Permit,
        codes: Option<(RecoveryCodes, PasswordHash)>,
    ) -> Step {
        if !self.stage.awaits_second_factor() || self.account != Some(person.id) {
            return Step::Refused(Some(self), Refusal::WrongStep);
        }
        if let Err(refusal) = person.admit() {
            return Step::Refused(None, refusal);
        }
        if let Some(refusal) = refusal_of(permit) {
            return Step::Refused(Some(self), refusal);
        }
        // SECURITY: one that the person may not use, for their role or in a step-up, is not asked whether it is right.
        let Some(ours) = self.recovery_codes(policies, person) else {
            return Step::Refused(Some(self), Refusal::FactorNotUsable);
        };
        let Some((codes, typed)) = codes.filter(|(codes, _)| codes.id == ours) else {
            return Step::Refused(Some(self), Refusal::WrongRecoveryCode);
        };
        let Verdict::Accept { proof, code } = codes.verify(&typed, op.now) else {
            return Step::Refused(Some(self), Refusal::WrongRecoveryCode);
        };
        let mut effects = self.withdraw();
        effects.push(Effect::UseRecoveryCode { account: person.id, code });
        effects.push(Effect::ClearFailures { account: person.id, factor: FactorKind::RecoveryCode });
        self.enrols_only = true;
        self.stage = Stage::SecondFactor { chosen: None };
        self.add(proof);
        self.proceed(rules, policies, person, effects)
    }

    /// The recovery codes of which one may be typed now, so that the use case hashes what was typed for nothing else.
    pub fn recovery_codes(&self, policies: &Policies, person: &Person) -> Option<CredentialId> {
        let ours = person.factors.iter().find(|factor| factor.kind == FactorKind::RecoveryCode);
        let ours = ours.filter(|_| self.stage.awaits_second_factor() && self.account == Some(person.id));
        let required = self.required(policies, person);
        ours.filter(|factor| self.unusable(person, factor, required).is_none()).map(|factor| factor.credential)
    }

    /// Why the person is asked to enrol.
    pub(super) fn enrol_why(&self, rules: &SignInRules, policies: &Policies, person: &Person) -> EnrolWhy {
        if self.has_proof_of(FactorKind::RecoveryCode) {
            let is_enough = self.demand(policies, person).is_ok_and(|demand| self.reaches(demand.full));
            return EnrolWhy::Recovered { can_be_put_off: is_enough && person.has_own_factor() };
        }
        let demand = self.demand(policies, person);
        match demand.as_ref().map(|demand| demand.registration) {
            _ if self.enrols_only && person.has_own_factor() => EnrolWhy::Lost,
            Ok(Registration::CanWait(left)) if person.has_own_factor() => EnrolWhy::Stronger { left: Some(left) },
            Ok(Registration::CanWait(left)) if !self.enrols_only => {
                let here = demand.is_ok_and(|demand| self.may_register_here(&demand));
                let here = here && !self.enrollable(rules, policies, person).is_empty();
                EnrolWhy::CanWait { left, here }
            }
            _ if person.has_own_factor() => EnrolWhy::Stronger { left: None },
            _ => EnrolWhy::Needed,
        }
    }

    /// Lets somebody go on who will enrol another time: they have grace, or used a recovery code and their telephone may lie at
    /// home.
    pub(super) fn enrolment_put_off(mut self, rules: &SignInRules, policies: &Policies, person: &Person) -> Step {
        if !matches!(self.stage, Stage::OfferEnrolment | Stage::ChooseFactor) || self.account != Some(person.id) {
            return Step::Refused(Some(self), Refusal::WrongStep);
        }
        if let Err(refusal) = person.admit() {
            return Step::Refused(None, refusal);
        }
        match self.enrol_why(rules, policies, person) {
            // SECURITY: what is left was reckoned just now, by the server's clock and the account as it is.
            EnrolWhy::CanWait { .. } | EnrolWhy::Stronger { left: Some(_) } => {
                self.put_off = true;
                let effects = vec![Effect::NoteSkip { account: person.id, skips: person.grace.skips }];
                self.proceed(rules, policies, person, effects)
            }
            // SECURITY: a code that was switched off, or an account that has become privileged since, is not let in by it.
            EnrolWhy::Recovered { can_be_put_off: true } if !person.is_privileged() && !self.holds_barred(person) => {
                self.done(policies, person, Vec::new())
            }
            EnrolWhy::Recovered { .. } | EnrolWhy::Needed | EnrolWhy::Lost | EnrolWhy::Stronger { left: None } => {
                Step::Refused(Some(self), Refusal::WrongStep)
            }
        }
    }
}
