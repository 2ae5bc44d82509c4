//! The moves around a security key: as the second factor, alone, and a new one.

use crate::access::Policies;
use crate::credential::Label;
use crate::factor::FactorKind;
use crate::factor::webauthn::{self, KeyAnswer, KeyState, Registration, Verdict};
use crate::op::Op;
use crate::signin::proceed::still_counts;
use crate::signin::stage::Stage;
use crate::signin::{Effect, Flow, Person, Refusal, SignInRules, Step};

impl Flow {
    /// Takes a passkey in place of address and password, where that is allowed: it is two factors [NIST SP 800-63B §3.1.7].
    pub(super) fn passkey_answered(
        mut self,
        op: &Op,
        rules: &SignInRules,
        policies: &Policies,
        person: Option<Person>,
        keys: &[KeyState],
        answer: &KeyAnswer,
    ) -> Step {
        if !matches!(self.stage, Stage::Identify) || !rules.webauthn.passkey_alone {
            return Step::Refused(Some(self), Refusal::WrongStep);
        }
        // SECURITY: an account that is not known and a key that is not its own are one and the same answer.
        let unknown = Refusal::KeyFailed(webauthn::KeyFailure::UnknownKey);
        let Some(person) = person else { return Step::Refused(Some(self), unknown) };
        match webauthn::verify(&rules.webauthn, &self.challenge, keys, answer, op.now) {
            Verdict::Accept { proof, used } => {
                if let Err(refusal) = person.admit() {
                    return Step::Refused(None, refusal);
                }
                if !counts(&person, used.credential) {
                    return Step::Refused(Some(self), Refusal::FactorNotUsable);
                }
                self.account = Some(person.id);
                self.add(proof);
                self.proceed(rules, policies, &person, vec![Effect::UseKey(used)])
            }
            Verdict::Refuse(failure) => Step::Refused(Some(self), Refusal::KeyFailed(failure)),
        }
    }

    pub(super) fn key_answered(
        mut self,
        op: &Op,
        rules: &SignInRules,
        policies: &Policies,
        person: &Person,
        keys: &[KeyState],
        answer: &KeyAnswer,
    ) -> Step {
        if !self.stage.awaits_second_factor() || self.account != Some(person.id) {
            return Step::Refused(Some(self), Refusal::WrongStep);
        }
        if let Err(refusal) = person.admit() {
            return Step::Refused(None, refusal);
        }
        match webauthn::verify(&rules.webauthn, &self.challenge, keys, answer, op.now) {
            Verdict::Accept { proof, used } => {
                if !counts(person, used.credential) {
                    return Step::Refused(Some(self), Refusal::FactorNotUsable);
                }
                let mut effects = self.withdraw();
                effects.push(Effect::UseKey(used));
                self.stage = Stage::SecondFactor { chosen: None };
                self.add(proof);
                self.proceed(rules, policies, person, effects)
            }
            Verdict::Refuse(failure) => Step::Refused(Some(self), Refusal::KeyFailed(failure)),
        }
    }

    pub(super) fn enrolment_key_answered(
        mut self,
        op: &Op,
        rules: &SignInRules,
        policies: &Policies,
        person: &Person,
        label: Label,
        answer: &KeyAnswer,
    ) -> Step {
        let Stage::EnrolKey(credential) = self.stage else {
            return Step::Refused(Some(self), Refusal::WrongStep);
        };
        if !self.may_enrol(policies, person) {
            return Step::Refused(Some(self), Refusal::WrongStep);
        }
        if let Err(refusal) = person.admit() {
            return Step::Refused(None, refusal);
        }
        if !self.may_finish(rules, policies, person, FactorKind::WebAuthn) {
            return Step::Refused(Some(self), Refusal::FactorNotUsable);
        }
        match webauthn::register(&rules.webauthn, &self.challenge, credential, &[], answer, op.now) {
            Registration::Accept { proof, key } => {
                let effects = vec![Effect::EnrolKey { credential, account: person.id, key, label }];
                self.stage = Stage::SecondFactor { chosen: None };
                self.add_enrolled(proof);
                self.proceed(rules, policies, person, effects)
            }
            Registration::Refuse(failure) => Step::Refused(Some(self), Refusal::KeyFailed(failure)),
        }
    }
}

/// SECURITY: a key that was removed meanwhile, or that the account may not use, proves nothing.
fn counts(person: &Person, credential: crate::id::CredentialId) -> bool {
    let ours = person.factors.iter().find(|factor| factor.credential == credential);
    ours.is_some_and(|factor| still_counts(person, factor))
}
