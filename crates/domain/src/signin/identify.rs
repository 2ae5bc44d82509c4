//! The moves that say who this is: a password, an activation code, a new password.

use crate::access::Policies;
use crate::credential::{MustChange, PasswordStanding, Permit};
use crate::factor::FactorKind;
use crate::factor::password::{PasswordHash, PasswordVerdict};
use crate::signin::stage::Stage;
use crate::signin::step::refusal_of;
use crate::signin::{Effect, Flow, NewPasswordWhy, Person, Purpose, Refusal, SignInRules, Step};

impl Flow {
    pub(super) fn password_submitted(mut self, permit: Permit) -> Step {
        if !self.awaits_password() {
            return Step::Refused(Some(self), Refusal::WrongStep);
        }
        if let Some(refusal) = refusal_of(permit) {
            return Step::Refused(Some(self), refusal);
        }
        self.stage = Stage::CheckingPassword;
        Step::Wait(self)
    }

    pub(super) fn password_checked(
        mut self,
        rules: &SignInRules,
        policies: &Policies,
        person: Option<Person>,
        verdict: PasswordVerdict,
    ) -> Step {
        if !matches!(self.stage, Stage::CheckingPassword) {
            return Step::Refused(Some(self), Refusal::WrongStep);
        }
        self.stage = Stage::Identify;
        // SECURITY: an unknown address, an account without a password and a wrong password are one and the same answer.
        let (Some(person), PasswordVerdict::Accept { proof, upgrade }) = (person, verdict) else {
            return Step::Refused(Some(self), Refusal::WrongPassword);
        };
        if let Err(refusal) = person.admit() {
            return Step::Refused(None, refusal);
        }
        // SECURITY: nothing is told to whoever holds a stolen password.
        if person.password == Some(PasswordStanding::Void) {
            return Step::Refused(Some(self), Refusal::WrongPassword);
        }
        if person.password == Some(PasswordStanding::Lapsed) {
            return Step::Refused(None, Refusal::PasswordLapsed);
        }
        self.account = Some(person.id);
        self.add(proof);
        let mut effects = vec![Effect::ClearFailures { account: person.id, factor: FactorKind::Password }];
        if upgrade {
            effects.push(Effect::UpgradeHash { account: person.id });
        }
        self.proceed(rules, policies, &person, effects)
    }

    pub(super) fn activation_submitted(
        mut self,
        rules: &SignInRules,
        policies: &Policies,
        person: Option<Person>,
        permit: Permit,
        spent: bool,
    ) -> Step {
        if !self.awaits_activation() {
            return Step::Refused(Some(self), Refusal::WrongStep);
        }
        if let Some(refusal) = refusal_of(permit) {
            return Step::Refused(Some(self), refusal);
        }
        let Some(person) = person.filter(|person| spent && self.account.is_none_or(|known| known == person.id)) else {
            return Step::Refused(Some(self), Refusal::WrongActivation);
        };
        if let Err(refusal) = person.admit() {
            return Step::Refused(None, refusal);
        }
        self.account = Some(person.id);
        self.activated = true;
        self.proceed(rules, policies, &person, Vec::new())
    }

    pub(super) fn password_chosen(
        mut self,
        rules: &SignInRules,
        policies: &Policies,
        person: &Person,
        hash: PasswordHash,
        verdict: PasswordVerdict,
    ) -> Step {
        if !self.awaits_new_password() || self.account != Some(person.id) {
            return Step::Refused(Some(self), Refusal::WrongStep);
        }
        if let Err(refusal) = person.admit() {
            return Step::Refused(None, refusal);
        }
        let PasswordVerdict::Accept { proof, .. } = verdict else {
            return Step::Refused(Some(self), Refusal::PasswordsDiffer);
        };
        self.add(proof);
        self.stage = Stage::Identify;
        let effects = vec![Effect::SetPassword { account: person.id, hash }];
        // The password is new from here on, whatever the row still says.
        let person = Person { password: Some(PasswordStanding::Good { until: None }), ..person.clone() };
        self.proceed(rules, policies, &person, effects)
    }

    /// Why a new password is due now, if it is: none was proved (activation), or the one that was must be changed.
    pub(super) fn due_password(&self, person: &Person) -> Option<NewPasswordWhy> {
        if let Purpose::FreshFactor { .. } = self.purpose {
            return None;
        }
        if !self.has_proof_of(FactorKind::Password) {
            // Whoever came by a passkey alone has not used the password, and is not asked about it.
            return (self.activated || self.proofs.is_empty()).then_some(NewPasswordWhy::FirstActivation);
        }
        match person.password {
            Some(PasswordStanding::Good { .. }) => None,
            Some(
                PasswordStanding::MustChange(MustChange::Temporary | MustChange::Compromised)
                | PasswordStanding::Lapsed
                | PasswordStanding::Void,
            ) => Some(NewPasswordWhy::Temporary),
            Some(PasswordStanding::MustChange(MustChange::Requested)) => Some(NewPasswordWhy::Requested),
            Some(PasswordStanding::Expired) => Some(NewPasswordWhy::Expired),
            None => Some(NewPasswordWhy::FirstActivation),
        }
    }
}
