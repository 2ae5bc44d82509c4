//! The engine's one move: [`Flow::step`].

use crate::access::{AccessInput, Policies, evaluate};
use crate::credential::{Label, MustChange, PasswordStanding, Permit};
use crate::factor::password::{PasswordHash, PasswordVerdict};
use crate::factor::totp::{self, Code, NewTotp, TotpState};
use crate::factor::{FactorKind, second_factors};
use crate::op::Op;
use crate::session::Strength;
use crate::signin::stage::Stage;
use crate::signin::{Challenge, Effect, Event, Flow, NewPasswordWhy, Person, Purpose, Refusal, SignInRules, SignedIn};

/// Where the person is after an event.
#[derive(Debug)]
pub enum Step {
    /// Something is asked of the person.
    Ask(Flow, Challenge, Vec<Effect>),
    /// The hashing pool has to check a password before the flow goes on.
    Wait(Flow),
    /// The sign-in is complete.
    Done(SignedIn, Vec<Effect>),
    /// The event was refused; the flow stands where it stood, or has ended.
    Refused(Option<Flow>, Refusal),
}

impl Flow {
    /// Consumes this flow and one event, and returns where the person is now.
    pub fn step(self, op: &Op, rules: &SignInRules, policies: &Policies, event: Event) -> Step {
        if op.now >= self.expires_at {
            return Step::Refused(None, Refusal::FlowExpired);
        }
        match event {
            Event::Looked { person } => self.looked(rules, policies, person.as_ref()),
            Event::PasswordSubmitted { permit } => self.password_submitted(permit),
            Event::PasswordChecked { person, verdict } => self.password_checked(rules, policies, person, verdict),
            Event::ActivationSubmitted { person, permit, spent } => {
                self.activation_submitted(rules, policies, person, permit, spent)
            }
            Event::PasswordChosen { person, hash, verdict } => {
                self.password_chosen(rules, policies, &person, hash, verdict)
            }
            Event::CodeSubmitted { person, permit, states, code } => {
                self.code_submitted(op, rules, policies, &person, permit, states, code)
            }
            Event::CodeSpentElsewhere => Step::Refused(Some(self), Refusal::CodeAlreadyUsed),
            Event::EnrolmentConfirmed { person } => self.enrolment_confirmed(&person),
            Event::FactorChosen { person, kind, new } => self.factor_chosen(&person, kind, new),
            Event::EnrolmentCodeSubmitted { person, permit, label, code } => {
                self.enrolment_code_submitted(op, rules, policies, &person, permit, label, code)
            }
            Event::EnrolmentRestarted { person } => self.enrolment_restarted(&person),
        }
    }

    fn looked(self, rules: &SignInRules, policies: &Policies, person: Option<&Person>) -> Step {
        match (&self.stage, person) {
            (Stage::Identify, _) => Step::Ask(self, Challenge::Password, Vec::new()),
            (_, None) => Step::Refused(None, Refusal::FlowExpired),
            (Stage::OfferEnrolment | Stage::ChooseFactor | Stage::EnrolTotp(_), Some(person)) => {
                self.ask_enrolment_again(person)
            }
            (
                Stage::SecondFactor
                | Stage::Activation
                | Stage::NewPassword(_)
                | Stage::CheckingPassword
                | Stage::Complete,
                Some(person),
            ) => self.proceed(rules, policies, person, Vec::new()),
        }
    }

    fn password_submitted(mut self, permit: Permit) -> Step {
        if !self.awaits_password() {
            return Step::Refused(Some(self), Refusal::WrongStep);
        }
        if let Some(refusal) = refusal_of(permit) {
            return Step::Refused(Some(self), refusal);
        }
        self.stage = Stage::CheckingPassword;
        Step::Wait(self)
    }

    fn password_checked(
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

    fn activation_submitted(
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

    fn password_chosen(
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

    #[expect(clippy::too_many_arguments, reason = "one event's facts, unpacked by `step`")]
    fn code_submitted(
        mut self,
        op: &Op,
        rules: &SignInRules,
        policies: &Policies,
        person: &Person,
        permit: Permit,
        states: Vec<TotpState>,
        code: Code,
    ) -> Step {
        if !matches!(self.stage, Stage::SecondFactor) || self.account != Some(person.id) {
            return Step::Refused(Some(self), Refusal::WrongStep);
        }
        if let Err(refusal) = person.admit() {
            return Step::Refused(None, refusal);
        }
        if let Some(refusal) = refusal_of(permit) {
            return Step::Refused(Some(self), refusal);
        }
        let mut refusal = Refusal::WrongCode;
        for mut state in states {
            match totp::verify(&mut state, code, op.now) {
                totp::Verdict::Accept(proof) => {
                    self.add(proof);
                    let mut effects = spend(&state);
                    effects.push(Effect::ClearFailures { account: person.id, factor: FactorKind::Totp });
                    return self.proceed(rules, policies, person, effects);
                }
                totp::Verdict::Refuse(totp::Refusal::CodeAlreadyUsed) => refusal = Refusal::CodeAlreadyUsed,
                totp::Verdict::Refuse(totp::Refusal::WrongCode) => {}
            }
        }
        Step::Refused(Some(self), refusal)
    }

    fn enrolment_confirmed(mut self, person: &Person) -> Step {
        if !matches!(self.stage, Stage::OfferEnrolment) || self.account != Some(person.id) {
            return Step::Refused(Some(self), Refusal::WrongStep);
        }
        self.stage = Stage::ChooseFactor;
        Step::Ask(self, Challenge::ChooseFactor { kinds: enrollable() }, Vec::new())
    }

    fn factor_chosen(mut self, person: &Person, kind: FactorKind, new: NewTotp) -> Step {
        let choosing = matches!(self.stage, Stage::ChooseFactor | Stage::EnrolTotp(_));
        // SECURITY: who has a second factor proves it; enrolling another in a sign-in would be a way around it
        // (keycloak #21837).
        if !choosing || self.account != Some(person.id) || !person.factors.is_empty() || kind != FactorKind::Totp {
            return Step::Refused(Some(self), Refusal::WrongStep);
        }
        self.stage = Stage::EnrolTotp(new.clone());
        Step::Ask(self, Challenge::EnrolTotp { new }, Vec::new())
    }

    #[expect(clippy::too_many_arguments, reason = "one event's facts, unpacked by `step`")]
    fn enrolment_code_submitted(
        mut self,
        op: &Op,
        rules: &SignInRules,
        policies: &Policies,
        person: &Person,
        permit: Permit,
        label: Label,
        code: Code,
    ) -> Step {
        if self.account != Some(person.id) || !person.factors.is_empty() {
            return Step::Refused(Some(self), Refusal::WrongStep);
        }
        if let Err(refusal) = person.admit() {
            return Step::Refused(None, refusal);
        }
        let Stage::EnrolTotp(new) = &self.stage else {
            return Step::Refused(Some(self), Refusal::WrongStep);
        };
        if let Some(refusal) = refusal_of(permit) {
            return Step::Refused(Some(self), refusal);
        }
        let (state, totp::Verdict::Accept(proof)) = new.confirm(code, op.now) else {
            return Step::Refused(Some(self), Refusal::WrongCode);
        };
        self.add(proof);
        let TotpState { credential, seed, last_used_step } = state;
        let effects = vec![
            Effect::EnrolTotp { credential, account: person.id, seed, step: last_used_step, label },
            Effect::ClearFailures { account: person.id, factor: FactorKind::Totp },
        ];
        self.proceed(rules, policies, person, effects)
    }

    fn enrolment_restarted(mut self, person: &Person) -> Step {
        let enrolling = matches!(self.stage, Stage::ChooseFactor | Stage::EnrolTotp(_));
        if !enrolling || self.account != Some(person.id) {
            return Step::Refused(Some(self), Refusal::WrongStep);
        }
        self.stage = Stage::ChooseFactor;
        Step::Ask(self, Challenge::ChooseFactor { kinds: enrollable() }, Vec::new())
    }

    fn ask_enrolment_again(self, person: &Person) -> Step {
        if self.account != Some(person.id) || !person.factors.is_empty() {
            return Step::Refused(None, Refusal::FlowExpired);
        }
        let challenge = match &self.stage {
            Stage::EnrolTotp(new) => Challenge::EnrolTotp { new: new.clone() },
            Stage::ChooseFactor => Challenge::ChooseFactor { kinds: enrollable() },
            Stage::Identify
            | Stage::CheckingPassword
            | Stage::SecondFactor
            | Stage::Activation
            | Stage::NewPassword(_)
            | Stage::OfferEnrolment
            | Stage::Complete => Challenge::SelfEnrol,
        };
        Step::Ask(self, challenge, Vec::new())
    }

    /// Decides what is still missing, and asks for it or ends the sign-in.
    ///
    /// The order: who is this (password or activation code), the second factor if there is one, then a new password if
    /// one is due, then enrolment if there is no second factor. A temporary password in the wrong hands therefore changes
    /// nothing while the account has a second factor.
    fn proceed(mut self, rules: &SignInRules, policies: &Policies, person: &Person, effects: Vec<Effect>) -> Step {
        if self.account != Some(person.id) {
            return Step::Refused(None, Refusal::WrongStep);
        }
        if let Err(refusal) = person.admit() {
            return Step::Refused(None, refusal);
        }
        let input = AccessInput { request: &self.request, privileged: person.privileged };
        let required = evaluate(policies, input).required;

        let second_factor_shown = self.counting().any(|kind| kind != FactorKind::Password);
        if !person.factors.is_empty() && !second_factor_shown {
            return self.ask_code(person, effects);
        }
        if let Some(why) = self.due_password(person) {
            self.stage = Stage::NewPassword(why);
            return Step::Ask(self, Challenge::NewPassword { why }, effects);
        }
        let reached = Strength::of(self.counting());
        if let Some(reached) = reached.filter(|reached| *reached >= required) {
            return self.done(person, reached, effects);
        }
        if !person.factors.is_empty() {
            return Step::Refused(None, Refusal::StrengthOutOfReach);
        }
        if second_factor_shown {
            // Enrolled just now, and still too weak for the application.
            return Step::Refused(None, Refusal::StrengthOutOfReach);
        }
        if matches!(self.purpose, Purpose::FreshFactor { .. }) {
            // The last credential was removed while the session lived: there is nothing to refresh with.
            return Step::Refused(None, Refusal::StrengthOutOfReach);
        }
        self.expires_at = self.started_at.plus(rules.enrolment_lifetime);
        if person.privileged && !self.activated {
            self.stage = Stage::Activation;
            return Step::Ask(self, Challenge::Activation, effects);
        }
        self.stage = Stage::OfferEnrolment;
        Step::Ask(self, Challenge::SelfEnrol, effects)
    }

    fn ask_code(mut self, person: &Person, effects: Vec<Effect>) -> Step {
        self.stage = Stage::SecondFactor;
        let credentials = person.factors.iter().map(|factor| factor.credential).collect();
        Step::Ask(self, Challenge::Code { credentials }, effects)
    }

    /// Why a new password is due now, if it is: none was proved (activation), or the one that was must be changed.
    fn due_password(&self, person: &Person) -> Option<NewPasswordWhy> {
        if !self.has_proof_of(FactorKind::Password) {
            return Some(NewPasswordWhy::FirstActivation);
        }
        match (self.purpose, person.password) {
            (Purpose::FreshFactor { .. }, _) | (Purpose::SignIn, Some(PasswordStanding::Good { .. })) => None,
            (Purpose::SignIn, Some(PasswordStanding::MustChange(MustChange::Temporary) | PasswordStanding::Lapsed)) => {
                Some(NewPasswordWhy::Temporary)
            }
            (Purpose::SignIn, Some(PasswordStanding::MustChange(MustChange::Requested))) => {
                Some(NewPasswordWhy::Requested)
            }
            (Purpose::SignIn, Some(PasswordStanding::Expired)) => Some(NewPasswordWhy::Expired),
            (Purpose::SignIn, None) => Some(NewPasswordWhy::FirstActivation),
        }
    }

    fn done(mut self, person: &Person, strength: Strength, effects: Vec<Effect>) -> Step {
        self.stage = Stage::Complete;
        let signed_in = SignedIn {
            account: person.id,
            organisation: person.organisation,
            proofs: self.proofs,
            strength,
            purpose: self.purpose,
            request: self.request,
        };
        Step::Done(signed_in, effects)
    }
}

/// The factors that a person may enrol, the recommended first.
fn enrollable() -> Vec<FactorKind> {
    second_factors().map(|definition| definition.kind).collect()
}

/// What the store must spend for a code that was accepted.
fn spend(state: &TotpState) -> Vec<Effect> {
    let credential = state.credential;
    state.last_used_step.map(|step| Effect::SpendTotpStep { credential, step }).into_iter().collect()
}

const fn refusal_of(permit: Permit) -> Option<Refusal> {
    match permit {
        Permit::Now => None,
        Permit::Wait { until } => Some(Refusal::TooManyTries { until }),
        Permit::Never => Some(Refusal::CeilingReached),
    }
}
