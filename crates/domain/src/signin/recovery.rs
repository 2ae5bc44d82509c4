//! The moves of a recovery code [STD-1, STD-3].

use crate::access::Policies;
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
        let is_barred = person.privileged || self.holds_barred(person) || self.lets_nobody_in(policies, person);
        let why = self.enrol_why(policies, person);
        match self.reached() {
            Some(reached) if why == (EnrolWhy::Recovered { can_be_put_off: true }) && !is_barred => {
                self.done(person, reached, Vec::new())
            }
            _ => Step::Refused(Some(self), Refusal::WrongStep),
        }
    }
}
