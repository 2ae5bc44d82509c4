//! What is still missing, and the end.

use crate::access::{
    Access, ClientKind, Device, GraceUsed, Hold, Policies, Signals, Subject, Target, Unusable, evaluate,
};
use crate::factor::push::proves_move;
use crate::factor::{FactorKind, definition};
use crate::session::Strength;
use crate::signin::stage::Stage;
use crate::signin::{
    Challenge, Choice, Effect, EnrolledFactor, Flow, Person, Purpose, Refusal, SignInRules, SignedIn, Step,
};

impl Flow {
    /// Decides what is still missing, and asks for it or ends the sign-in.
    ///
    /// The order: who is this (password or activation code), the second factor if there is one, then a new password if
    /// one is due, then enrolment if there is no second factor. A temporary password in the wrong hands therefore changes
    /// nothing while the account has a second factor, be it a number that is not allowed any more.
    pub(super) fn proceed(
        mut self,
        rules: &SignInRules,
        policies: &Policies,
        person: &Person,
        effects: Vec<Effect>,
    ) -> Step {
        if self.account != Some(person.id) {
            return Step::Refused(None, Refusal::WrongStep);
        }
        if let Err(refusal) = person.admit() {
            return Step::Refused(None, refusal);
        }
        if self.lets_nobody_in(policies, person) {
            return Step::Refused(None, Refusal::StrengthOutOfReach);
        }
        self.let_go_of_pass(person);
        let required = self.required(policies, person);
        let second_factor_shown = self.counting().any(|proof| proof.factor() != FactorKind::Password);
        if !person.factors.is_empty() && !second_factor_shown {
            return if is_blocked(person) {
                Step::Refused(None, Refusal::NumberNotAllowed)
            } else {
                self.ask_second_factor(person, required, effects)
            };
        }
        if let Some(why) = self.due_password(person) {
            self.stage = Stage::NewPassword(why);
            return Step::Ask(self, Challenge::NewPassword { why }, effects);
        }
        if self.enrols_only && !self.has_shown_own_factor() {
            return self.offer_enrolment(rules, policies, person, effects);
        }
        if let Some(reached) = self.reached().filter(|reached| *reached >= required) {
            return self.done(person, reached, effects);
        }
        if second_factor_shown {
            // Shown, or enrolled just now, and still too weak: another factor may do, or none does.
            return self.ask_second_factor(person, required, effects);
        }
        if matches!(self.purpose, Purpose::FreshFactor { .. }) {
            // The last credential was removed while the session lived: there is nothing to refresh with.
            return Step::Refused(None, Refusal::StrengthOutOfReach);
        }
        if person.privileged && !self.activated {
            return self.ask_activation(rules, effects);
        }
        if required > Strength::MultiFactorUnrestricted && !self.activated {
            // Nothing that is enrolled on the way in would be enough: see `add_enrolled`.
            return Step::Refused(None, Refusal::StrengthOutOfReach);
        }
        self.offer_enrolment(rules, policies, person, effects)
    }

    /// Forgets the proof of a pass or a recovery code where it proves nothing, or nothing more.
    ///
    /// SECURITY: what is for enrolling has done its work when something was enrolled: it does not make more of a telephone
    /// number. And it opens no account that has become privileged since.
    fn let_go_of_pass(&mut self, person: &Person) {
        let is_void = person.privileged || self.holds_barred(person);
        if is_void || (self.enrols_only && self.has_shown_own_factor()) {
            self.proofs.retain(|proof| !definition(proof.factor()).is_bootstrap);
        }
        self.enrols_only &= !is_void;
    }

    /// Whether it was opened by a pass or a recovery code of a kind that is switched off since, or not for the person any more.
    pub(super) fn holds_barred(&self, person: &Person) -> bool {
        let is_barred = |kind: FactorKind| person.barred.iter().any(|(barred, _)| *barred == kind);
        self.proofs.iter().any(|proof| definition(proof.factor()).is_bootstrap && is_barred(proof.factor()))
    }

    fn offer_enrolment(
        mut self,
        rules: &SignInRules,
        policies: &Policies,
        person: &Person,
        effects: Vec<Effect>,
    ) -> Step {
        self.expires_at = self.started_at.plus(rules.enrolment_lifetime);
        self.stage = Stage::OfferEnrolment;
        let why = self.enrol_why(policies, person);
        Step::Ask(self, Challenge::SelfEnrol { why }, effects)
    }

    /// Whether a second factor was shown that the person has enrolled: a pass or a recovery code is none.
    fn has_shown_own_factor(&self) -> bool {
        self.counting()
            .map(|proof| definition(proof.factor()))
            .any(|shown| shown.is_second_factor() && !shown.is_bootstrap)
    }

    fn ask_activation(mut self, rules: &SignInRules, effects: Vec<Effect>) -> Step {
        self.expires_at = self.started_at.plus(rules.enrolment_lifetime);
        self.stage = Stage::Activation;
        Step::Ask(self, Challenge::Activation, effects)
    }

    /// Whether nobody comes in by this sign-in, whatever they show. SECURITY: asked before anybody is [`done`](Self::done).
    pub(super) fn lets_nobody_in(&self, policies: &Policies, person: &Person) -> bool {
        matches!(evaluate(policies, &self.signals(person)).access, Access::Blocked(_))
    }

    /// The strength that this sign-in must reach.
    pub(super) fn required(&self, policies: &Policies, person: &Person) -> Strength {
        match evaluate(policies, &self.signals(person)).access {
            Access::Granted(grant) => grant.required.strength,
            Access::Blocked(_) => Strength::PhishingResistant,
        }
    }

    /// What is known of this sign-in, as far as the engine is told: nothing of groups, of roles but whether one is privileged, of
    /// holds and exceptions, of the client and the network. Whoever lets somebody make policies tells it first.
    fn signals<'a>(&self, person: &'a Person) -> Signals<'a> {
        let account = Subject {
            id: person.id,
            kind: person.kind,
            roles: &[],
            privileged: person.privileged,
            groups: &[],
            organisations: std::slice::from_ref(&person.organisation),
            factors: person.own_factors(),
            hold: Hold::None,
            excepted_until: None,
            grace: GraceUsed::default(),
        };
        Signals {
            account,
            target: self.request.application.map_or(Target::Portal, Target::Application),
            asked: self.request.strength,
            client: ClientKind::Browser,
            address: None,
            country: None,
            device: Device::New,
            risk: None,
            now: self.started_at,
        }
    }

    /// Every factor of the person, the default first and then the strongest, each with the reason if it is of no use here.
    pub fn choices(&self, policies: &crate::access::Policies, person: &Person) -> Vec<Choice> {
        let required = self.required(policies, person);
        let choice = |factor: &EnrolledFactor| Choice {
            credential: factor.credential,
            kind: factor.kind,
            label: factor.label.clone(),
            is_default: factor.is_default,
            unusable: self.unusable(person, factor, required),
        };
        person.factors.iter().map(choice).collect()
    }

    /// Why a factor is of no use in this sign-in, if it is not.
    pub(super) fn unusable(&self, person: &Person, factor: &EnrolledFactor, required: Strength) -> Option<Unusable> {
        let may_be_stolen = |moving| !proves_move(factor.kind, Some(factor.credential), moving);
        let moving = self.request.moving.is_some_and(may_be_stolen).then_some(Unusable::Moving);
        let only_enrols = factor.kind == FactorKind::RecoveryCode || person.pass.is_some_and(|pass| pass.only_to_enrol);
        let elsewhere = definition(factor.kind).is_bootstrap && only_enrols && self.is_step_up();
        let elsewhere = elsewhere.then_some(Unusable::OnlyToEnrol);
        unusable(person, factor, required).or(moving).or(elsewhere)
    }

    pub(super) fn done(mut self, person: &Person, strength: Strength, mut effects: Vec<Effect>) -> Step {
        self.stage = Stage::Complete;
        // Whatever proved it: who got a number wrong and then typed a code has not asked in vain.
        if person.factors.iter().any(|factor| factor.kind == FactorKind::Push) {
            effects.push(Effect::ResetPace { account: person.id });
        }
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

/// Whether every factor of the person is a telephone number that is not allowed any more.
///
/// SECURITY: then whoever administers the account verifies who they are, and makes them enrol again. A new number for the
/// password alone would be one for whoever has stolen it.
fn is_blocked(person: &Person) -> bool {
    person.factors.iter().all(|factor| factor.unusable == Some(Unusable::NumberNotAllowed))
}

/// Whether what was sent or shown before still counts. SECURITY: a factor that was switched off while its code was under way
/// does not; a network that is down since has delivered its code all the same. What it is enough for is judged afterwards.
pub(super) fn still_counts(person: &Person, factor: &EnrolledFactor) -> bool {
    matches!(unusable(person, factor, Strength::MultiFactor), None | Some(Unusable::Unavailable))
}

/// Why a factor is of no use where `required` is asked for, if it is not.
fn unusable(person: &Person, factor: &EnrolledFactor, required: Strength) -> Option<Unusable> {
    let barred = person.barred.iter().find(|(kind, _)| *kind == factor.kind).map(|(_, why)| *why);
    factor.unusable.or(barred).or_else(|| is_too_weak(factor.kind, required).then_some(Unusable::TooWeak))
}

/// Whether a factor adds nothing where `required` is asked for, whatever is shown beside it. A recovery code leads to enrolling
/// what does.
pub(super) fn is_too_weak(kind: FactorKind, required: Strength) -> bool {
    let definition = definition(kind);
    match required {
        Strength::OneFactor | Strength::MultiFactor => false,
        Strength::MultiFactorUnrestricted => definition.restricted && !definition.is_bootstrap,
        Strength::PhishingResistant => !definition.phishing_resistant,
    }
}
