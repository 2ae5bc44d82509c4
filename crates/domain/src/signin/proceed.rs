//! What is still missing, and the end.

use crate::access::history::{KeptSignIn, Shown};
use crate::access::{
    Access, BlockedBy, Connection, Decision, FactorSet, Grant, Policies, Registration, Requirement, Signals, Subject,
    Unusable, evaluate,
};
use crate::factor::push::proves_move;
use crate::factor::{FactorKind, Proof, SavedProof, definition};
use crate::session::Strength;
use crate::signin::stage::Stage;
use crate::signin::{
    Challenge, Choice, Effect, EnrolWhy, EnrolledFactor, Flow, Person, Purpose, Refusal, SignInRules, SignedIn, Step,
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
        let demand = match self.demand(policies, person) {
            Ok(demand) => demand,
            Err(refusal) => return Step::Refused(None, refusal),
        };
        self.let_go_of_pass(person);
        let second_factor_shown = self.counting().any(|proof| proof.factor() != FactorKind::Password);
        if self.asks_second_factor(&demand, person) && !second_factor_shown {
            return if is_blocked(person) {
                Step::Refused(None, Refusal::NumberNotAllowed)
            } else {
                self.ask_second_factor(person, demand.now, effects)
            };
        }
        if let Some(why) = self.due_password(person) {
            self.stage = Stage::NewPassword(why);
            return Step::Ask(self, Challenge::NewPassword { why }, effects);
        }
        if self.enrols_only && !self.has_shown_own_factor() {
            return self.offer_enrolment(rules, policies, person, effects);
        }
        let is_enough = self.reaches(demand.now);
        match demand.registration {
            Registration::NotNeeded if is_enough => return self.done(policies, person, effects),
            Registration::CanWait(_) if is_enough && self.put_off => return self.done(policies, person, effects),
            // Somebody who has a pass for the day.
            Registration::Due if second_factor_shown && self.reaches(demand.full) => {
                return self.done(policies, person, effects);
            }
            Registration::CanWait(_) if is_enough => return self.offer_enrolment(rules, policies, person, effects),
            Registration::Due if is_enough && self.may_add_stronger(person) => {
                return self.offer_enrolment(rules, policies, person, effects);
            }
            Registration::NotNeeded | Registration::CanWait(_) | Registration::Due => {}
        }
        if second_factor_shown {
            // Shown, or enrolled just now, and still too weak: another factor may do, or none does.
            return self.ask_second_factor(person, demand.now, effects);
        }
        if matches!(self.purpose, Purpose::FreshFactor { .. }) {
            // The last credential was removed while the session lived: there is nothing to refresh with.
            return Step::Refused(None, Refusal::StrengthOutOfReach);
        }
        if person.is_privileged() && !self.activated {
            return self.ask_activation(rules, effects);
        }
        if demand.full.strength > Strength::MultiFactorUnrestricted && !self.activated {
            // Nothing that is enrolled on the way in would be enough: see `add_enrolled`.
            return Step::Refused(None, Refusal::StrengthOutOfReach);
        }
        if !self.may_register_here(&demand) {
            return Step::Refused(None, Refusal::RegisterElsewhere);
        }
        self.offer_enrolment(rules, policies, person, effects)
    }

    /// Whether a second factor is asked for, whatever it is for.
    ///
    /// SECURITY: whoever has one shows it before they register another [ENR-19].
    fn asks_second_factor(&self, demand: &Demand, person: &Person) -> bool {
        let registers = demand.registration != Registration::NotNeeded && person.has_own_factor();
        let opens = demand.registration == Registration::Due;
        // Whoever has stolen a password that has run out does not lock its owner out, where that password would be enough.
        let changes = self.due_password(person).is_some();
        let asks = demand.now.asks_for_second_factor() || self.is_step_up() || registers || opens || changes;
        asks && !person.factors.is_empty()
    }

    /// Whether the person may register a stronger factor on the way in, having shown the strongest that they have.
    pub(super) fn may_add_stronger(&self, person: &Person) -> bool {
        !self.is_step_up()
            && !person.is_privileged()
            && person.has_own_factor()
            && self.has_shown_own_factor()
            && self.reached().is_some_and(|reached| reached >= person.strongest())
    }

    /// Whether a first factor may be registered from here [ENR-13].
    pub(super) fn may_register_here(&self, demand: &Demand) -> bool {
        demand.may_register || self.activated || self.enrols_only || self.has_shown_own_factor()
    }

    /// Whether what was proved is as much as is required.
    pub(super) fn reaches(&self, required: Requirement) -> bool {
        required.is_met_by(self.counting().map(|proof| (proof.factor(), proof.is_enrolment())))
    }

    /// Forgets the proof of a pass or a recovery code where it proves nothing, or nothing more.
    ///
    /// SECURITY: what is for enrolling has done its work when something was enrolled: it does not make more of a telephone
    /// number. And it opens no account that has become privileged since.
    fn let_go_of_pass(&mut self, person: &Person) {
        let is_void = person.is_privileged() || self.holds_barred(person);
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
        mut effects: Vec<Effect>,
    ) -> Step {
        self.expires_at = self.started_at.plus(rules.enrolment_lifetime);
        self.stage = Stage::OfferEnrolment;
        if person.grace.first_prompt.is_none() {
            effects.push(Effect::NotePrompt { account: person.id });
        }
        let why = self.enrol_why(rules, policies, person);
        if why == (EnrolWhy::Stronger { left: None }) && self.enrollable(rules, policies, person).is_empty() {
            return Step::Refused(None, Refusal::StrengthOutOfReach);
        }
        Step::Ask(self, Challenge::SelfEnrol { why }, effects)
    }

    /// Whether a second factor was shown that the person has enrolled: a pass or a recovery code is none.
    pub(super) fn has_shown_own_factor(&self) -> bool {
        self.counting()
            .map(|proof| definition(proof.factor()))
            .any(|shown| shown.is_second_factor() && !shown.is_bootstrap)
    }

    fn ask_activation(mut self, rules: &SignInRules, effects: Vec<Effect>) -> Step {
        self.expires_at = self.started_at.plus(rules.enrolment_lifetime);
        self.stage = Stage::Activation;
        Step::Ask(self, Challenge::Activation, effects)
    }

    /// What this sign-in comes to, with the reasons.
    pub(super) fn decide(&self, policies: &Policies, person: &Person) -> Decision {
        evaluate(policies, &self.signals(person))
    }

    /// What is asked of this sign-in.
    ///
    /// # Errors
    /// When nobody comes in by it, whatever they show. SECURITY: asked before anybody is [`done`](Self::done).
    pub(super) fn demand(&self, policies: &Policies, person: &Person) -> Result<Demand, Refusal> {
        let grant = match self.decide(policies, person).access {
            Access::Granted(grant) => grant,
            Access::Blocked(BlockedBy::Hold) => return Err(Refusal::AccountNotActive),
            Access::Blocked(BlockedBy::Policy(_)) => return Err(Refusal::BlockedByPolicy),
            Access::Blocked(BlockedBy::BrokenPolicy(_)) => return Err(Refusal::PolicyBroken),
        };
        if self.is_step_up() {
            return Ok(self.demand_of_step_up(&grant, person));
        }
        let now = match grant.registration {
            Registration::NotNeeded => grant.required,
            Registration::CanWait(_) => grant.meanwhile,
            Registration::Due if person.has_own_factor() && !person.is_privileged() => {
                Requirement::of(person.strongest())
            }
            Registration::Due => grant.required,
        };
        let Grant { required: full, registration, may_register, .. } = grant;
        Ok(Demand { now, full, registration, may_register })
    }

    /// What is asked before something is changed or added. Whoever must register a stronger factor does so by what they have.
    fn demand_of_step_up(&self, grant: &Grant, person: &Person) -> Demand {
        let asked = Requirement::of(self.request.strength);
        let now = match grant.registration {
            Registration::NotNeeded => grant.required,
            Registration::CanWait(_) | Registration::Due if person.is_privileged() => {
                asked.and(Requirement::of(Strength::MultiFactorUnrestricted))
            }
            Registration::CanWait(_) | Registration::Due => asked,
        };
        Demand { now, full: now, registration: Registration::NotNeeded, may_register: grant.may_register }
    }

    /// What must be reached now; more than there is, where nobody comes in.
    pub(super) fn required(&self, policies: &Policies, person: &Person) -> Requirement {
        self.demand(policies, person).map_or(NOTHING_REACHES_IT, |demand| demand.now)
    }

    /// What is known of this sign-in. What nobody has said counts as the worst that it may be.
    fn signals<'a>(&self, person: &'a Person) -> Signals<'a> {
        self.signals_with(person, person.own_factors().or(self.own_shown()))
    }

    /// What is known of this sign-in, and what was shown in it, by what the person had before.
    fn kept(&self, person: &Person) -> KeptSignIn {
        let shown = |proof: &Proof| {
            let SavedProof { factor, at, is_enrolment, .. } = proof.saved();
            Shown { factor, at, is_enrolment }
        };
        let signals = self.signals_with(person, person.own_factors());
        KeptSignIn::of(&signals, self.proofs.iter().map(shown).collect(), false)
    }

    fn signals_with<'a>(&self, person: &'a Person, factors: FactorSet) -> Signals<'a> {
        let Connection { address, country, device, risk, remembered, at } = person.connection;
        let account = Subject {
            id: person.id,
            kind: person.kind,
            created_at: person.created_at,
            roles: &person.roles,
            groups: &person.groups,
            organisations: &person.organisations,
            factors,
            hold: person.hold,
            excepted_until: person.excepted_until,
            postponed_until: person.postponed_until,
            grace: person.grace,
        };
        let (target, asked, client) = (self.request.target(), self.request.strength, self.request.client);
        Signals { account, target, asked, client, address, country, device, risk, remembered, now: at }
    }

    /// The second factors that were shown: what was enrolled just now is there, although the account was read before.
    fn own_shown(&self) -> FactorSet {
        let shown = self.proofs.iter().map(Proof::factor);
        shown.filter(|kind| definition(*kind).is_second_factor() && !definition(*kind).is_bootstrap).collect()
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
    pub(super) fn unusable(&self, person: &Person, factor: &EnrolledFactor, required: Requirement) -> Option<Unusable> {
        let may_be_stolen = |moving| !proves_move(factor.kind, Some(factor.credential), moving);
        let moving = self.request.moving.is_some_and(may_be_stolen).then_some(Unusable::Moving);
        let only_enrols = factor.kind == FactorKind::RecoveryCode || person.pass.is_some_and(|pass| pass.only_to_enrol);
        let elsewhere = definition(factor.kind).is_bootstrap && only_enrols && self.is_step_up();
        let elsewhere = elsewhere.then_some(Unusable::OnlyToEnrol);
        unusable(person, factor, required).or(moving).or(elsewhere)
    }

    pub(super) fn done(mut self, policies: &Policies, person: &Person, mut effects: Vec<Effect>) -> Step {
        // SECURITY: the last gate, whichever way led here.
        let is_let_in = |demand: &Demand| {
            let is_registered = demand.registration == Registration::NotNeeded;
            let waits = matches!(demand.registration, Registration::CanWait(_)) && self.put_off;
            self.reaches(demand.now) && (is_registered || waits || self.reaches(demand.full))
        };
        let strength = match self.demand(policies, person) {
            Ok(demand) => self.reached().filter(|_| is_let_in(&demand)),
            Err(refusal) => return Step::Refused(None, refusal),
        };
        let Some(strength) = strength else { return Step::Refused(None, Refusal::StrengthOutOfReach) };
        let decision = Box::new(self.decide(policies, person));
        let kept = Box::new(self.kept(person));
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
            decision,
            kept,
            purpose: self.purpose,
            request: self.request,
        };
        Step::Done(signed_in, effects)
    }
}

/// What is asked of a sign-in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Demand {
    /// What must be reached now.
    pub(super) now: Requirement,
    /// What a factor must be good for that is registered.
    pub(super) full: Requirement,
    /// Whether one must be.
    pub(super) registration: Registration,
    /// Whether a first one can be registered from here.
    pub(super) may_register: bool,
}

const NOTHING_REACHES_IT: Requirement =
    Requirement { strength: Strength::PhishingResistant, among: Some(FactorSet::NONE) };

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
    matches!(unusable(person, factor, Requirement::of(Strength::MultiFactor)), None | Some(Unusable::Unavailable))
}

/// Why a factor is of no use where `required` is asked for, if it is not.
fn unusable(person: &Person, factor: &EnrolledFactor, required: Requirement) -> Option<Unusable> {
    let barred = person.barred.iter().find(|(kind, _)| *kind == factor.kind).map(|(_, why)| *why);
    factor.unusable.or(barred).or_else(|| is_too_weak(factor.kind, required).then_some(Unusable::TooWeak))
}

/// Whether a factor adds nothing where `required` is asked for, whatever is shown beside it. A recovery code leads to enrolling
/// what does.
pub(super) fn is_too_weak(kind: FactorKind, required: Requirement) -> bool {
    let definition = definition(kind);
    let is_among = required.among.is_none_or(|among| among.contains(kind)) || definition.is_bootstrap;
    let is_strong = match required.strength {
        Strength::OneFactor | Strength::MultiFactor => true,
        Strength::MultiFactorUnrestricted => !definition.restricted || definition.is_bootstrap,
        Strength::PhishingResistant => definition.phishing_resistant,
    };
    !(is_among && is_strong)
}
