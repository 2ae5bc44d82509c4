//! The moves of a recovery code [STD-1, STD-3].

use crate::access::Policies;
use crate::credential::Permit;
use crate::factor::FactorKind;
use crate::factor::password::PasswordHash;
use crate::factor::recovery_code::{RecoveryCodes, Verdict};
use crate::op::Op;
use crate::session::Strength;
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
        let Some((codes, typed)) = codes else { return Step::Refused(Some(self), Refusal::WrongRecoveryCode) };
        // SECURITY: one that the person may not use, for their role or in a step-up, is not asked whether it is right.
        let ours = person.factors.iter().find(|factor| factor.credential == codes.id);
        if ours.is_none_or(|factor| self.unusable(person, factor, Strength::MultiFactor).is_some()) {
            return Step::Refused(Some(self), Refusal::FactorNotUsable);
        }
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

    /// Why the person is asked to enrol.
    pub(super) fn enrol_why(&self, policies: &Policies, person: &Person) -> EnrolWhy {
        if !self.has_proof_of(FactorKind::RecoveryCode) {
            return if person.has_own_factor() { EnrolWhy::Lost } else { EnrolWhy::Needed };
        }
        let is_enough = self.reached().is_some_and(|reached| reached >= self.required(policies, person));
        EnrolWhy::Recovered { can_be_put_off: is_enough && person.has_own_factor() }
    }

    /// Lets somebody in who used a recovery code and will enrol another time: their telephone may lie at home.
    pub(super) fn enrolment_put_off(self, policies: &Policies, person: &Person) -> Step {
        if !matches!(self.stage, Stage::OfferEnrolment | Stage::ChooseFactor) || self.account != Some(person.id) {
            return Step::Refused(Some(self), Refusal::WrongStep);
        }
        if let Err(refusal) = person.admit() {
            return Step::Refused(None, refusal);
        }
        // SECURITY: a code that was switched off, or an account that has become privileged since, is not let in by it.
        let is_barred = person.privileged || person.barred.iter().any(|(kind, _)| *kind == FactorKind::RecoveryCode);
        let why = self.enrol_why(policies, person);
        match self.reached() {
            Some(reached) if why == (EnrolWhy::Recovered { can_be_put_off: true }) && !is_barred => {
                self.done(person, reached, Vec::new())
            }
            _ => Step::Refused(Some(self), Refusal::WrongStep),
        }
    }
}
