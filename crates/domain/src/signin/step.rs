//! The engine's one move: [`Flow::step`].

use crate::access::Policies;
use crate::credential::Permit;
use crate::op::Op;
use crate::signin::stage::Stage;
use crate::signin::{Challenge, Effect, Event, Flow, Person, Refusal, SignInRules, SignedIn};

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
            Event::CredentialChosen { person, credential } => {
                self.credential_chosen(rules, policies, &person, credential)
            }
            Event::CodeInstead { person } => self.code_instead(rules, policies, &person),
            Event::DispatchRequested { person, dispatch } => {
                self.dispatch_requested(op, rules, policies, &person, dispatch)
            }
            Event::CodeSubmitted { person, permit, states, code } => {
                self.code_submitted(op, rules, policies, &person, permit, states, code)
            }
            Event::PassSubmitted { person, permit, pass, code } => {
                self.pass_submitted(op, rules, policies, &person, permit, pass.as_ref(), &code)
            }
            Event::RecoveryCodeSubmitted { person, permit, codes } => {
                self.recovery_code_submitted(op, rules, policies, &person, permit, codes)
            }
            Event::EnrolmentPutOff { person } => self.enrolment_put_off(rules, policies, &person),
            Event::PasskeyAnswered { person, keys, answer } => {
                self.passkey_answered(op, rules, policies, person, &keys, &answer)
            }
            Event::KeyAnswered { person, keys, answer } => {
                self.key_answered(op, rules, policies, &person, &keys, &answer)
            }
            Event::CardPresented { person, cards, card } => {
                self.card_presented(op, rules, policies, &person, &cards, card)
            }
            Event::EnrolmentCardPresented { person, address, card } => {
                self.enrolment_card_presented(op, rules, policies, &person, &address, card)
            }
            Event::CodeSpentElsewhere => Step::Refused(Some(self), Refusal::CodeAlreadyUsed),
            Event::CallChecked { person, standing } => self.call_checked(op, rules, policies, &person, standing),
            Event::AppChecked { person, standing } => self.app_checked(op, rules, policies, &person, standing),
            Event::EnrolmentConfirmed { person } => self.enrolment_confirmed(rules, policies, &person),
            Event::FactorChosen { person, kind, new, binding } => {
                self.factor_chosen(rules, policies, &person, kind, new, binding)
            }
            Event::BindingChecked { person, bound, dispatch } => {
                self.binding_checked(op, rules, policies, &person, bound, &dispatch)
            }
            Event::EnrolmentAppChecked { person, label, standing } => {
                self.enrolment_app_checked(op, rules, policies, &person, label, standing)
            }
            Event::NumberEntered { person, number, dispatch } => {
                self.number_entered(op, rules, policies, &person, number, dispatch)
            }
            Event::EnrolmentCodeSubmitted { person, permit, label, code } => {
                self.enrolment_code_submitted(op, rules, policies, &person, permit, label, code)
            }
            Event::TokenCodeSubmitted { person, permit, label, state, code } => {
                self.token_code_submitted(op, rules, policies, &person, permit, label, state, code)
            }
            Event::EnrolmentCallChecked { person, label, standing } => {
                self.enrolment_call_checked(op, rules, policies, &person, label, standing)
            }
            Event::EnrolmentKeyAnswered { person, label, answer } => {
                self.enrolment_key_answered(op, rules, policies, &person, label, &answer)
            }
            Event::EnrolmentRestarted { person } => self.enrolment_restarted(rules, policies, &person),
        }
    }

    fn looked(self, rules: &SignInRules, policies: &Policies, person: Option<&Person>) -> Step {
        match (&self.stage, person) {
            (Stage::Identify, _) => Step::Ask(self, Challenge::Password, Vec::new()),
            (_, None) => Step::Refused(None, Refusal::FlowExpired),
            (
                Stage::OfferEnrolment
                | Stage::ChooseFactor
                | Stage::EnrolTotp(_)
                | Stage::EnrolKey(_)
                | Stage::EnrolCard(_)
                | Stage::ActivateToken { .. }
                | Stage::BindApp(_)
                | Stage::ConfirmApp(_)
                | Stage::EnrolNumber(_)
                | Stage::ConfirmNumber { .. },
                Some(person),
            ) => self.ask_enrolment_again(rules, policies, person),
            (
                Stage::SecondFactor { .. }
                | Stage::App(_)
                | Stage::AppCode(_)
                | Stage::TextCode(_)
                | Stage::Call(_)
                | Stage::Activation
                | Stage::NewPassword(_)
                | Stage::CheckingPassword
                | Stage::Complete,
                Some(person),
            ) => self.proceed(rules, policies, person, Vec::new()),
        }
    }
}

pub(super) const fn refusal_of(permit: Permit) -> Option<Refusal> {
    match permit {
        Permit::Now => None,
        Permit::Wait { until } => Some(Refusal::TooManyTries { until }),
        Permit::Never => Some(Refusal::CeilingReached),
    }
}
