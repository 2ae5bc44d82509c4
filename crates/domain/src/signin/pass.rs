//! The move of a pass that an administrator has given [ADM-14].

use crate::access::{Policies, Requirement};
use crate::credential::Permit;
use crate::factor::FactorKind;
use crate::factor::temporary_access_pass::{PassCode, PassState, Verdict};
use crate::op::Op;
use crate::session::Strength;
use crate::signin::stage::Stage;
use crate::signin::step::refusal_of;
use crate::signin::{Effect, Flow, Person, Refusal, SignInRules, Step};

impl Flow {
    #[expect(clippy::too_many_arguments, reason = "one event's facts, unpacked by `step`")]
    pub(super) fn pass_submitted(
        mut self,
        op: &Op,
        rules: &SignInRules,
        policies: &Policies,
        person: &Person,
        permit: Permit,
        pass: Option<&PassState>,
        typed: &PassCode,
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
        let Some(pass) = pass else { return Step::Refused(Some(self), Refusal::WrongPass) };
        // SECURITY: one that the person may not use, for their role or in a step-up, is not asked whether it is right.
        let ours = person.factors.iter().find(|factor| factor.credential == pass.id);
        if ours.is_none_or(|factor| self.unusable(person, factor, Requirement::of(Strength::MultiFactor)).is_some()) {
            return Step::Refused(Some(self), Refusal::FactorNotUsable);
        }
        let Verdict::Accept(proof) = pass.verify(typed, op.now) else {
            return Step::Refused(Some(self), Refusal::WrongPass);
        };
        let mut effects = self.withdraw();
        effects.push(Effect::UsePass { pass: pass.id });
        effects.push(Effect::ClearFailures { account: person.id, factor: FactorKind::TemporaryAccessPass });
        self.enrols_only = rules.pass.only_to_enrol || (!pass.multi_use && !person.has_own_factor());
        self.stage = Stage::SecondFactor { chosen: None };
        self.add(proof);
        self.proceed(rules, policies, person, effects)
    }
}
