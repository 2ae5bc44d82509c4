//! The moves around an enrolled second factor: asking for it, choosing another, sending a code, and what comes back.

use crate::access::{Policies, Requirement, Unusable};
use crate::credential::Permit;
use crate::factor::sms::{self, SentCode};
use crate::factor::telephone::{PhoneNumber, Reach};
use crate::factor::totp::{self, TotpState};
use crate::factor::voice_call::{self, CallOutcome, CallStanding, PlacedCall};
use crate::factor::{Code, FactorKind, Proof, definition};
use crate::id::{CredentialId, MessageId};
use crate::op::Op;
use crate::signin::proceed::still_counts;
use crate::signin::stage::{Confirming, Stage};
use crate::signin::step::refusal_of;
use crate::signin::{
    Challenge, Dispatch, DispatchTo, Effect, EnrolledFactor, Flow, Person, Previous, Refusal, SignInRules, Step,
};
use crate::time::Timestamp;

impl Flow {
    /// Asks for a second factor that is of use here: the one that was chosen, or else the first.
    pub(super) fn ask_second_factor(mut self, person: &Person, required: Requirement, effects: Vec<Effect>) -> Step {
        let shown: Vec<FactorKind> = self.counting().map(Proof::factor).collect();
        let chosen = self.stage.credential();
        // What has left is awaited, although its network is down since.
        let sent_to = self.stage.sent().and(chosen);
        let of_use = |factor: &&EnrolledFactor| {
            let usable = match self.unusable(person, factor, required) {
                None => true,
                Some(Unusable::Unavailable) => sent_to == Some(factor.credential),
                Some(
                    Unusable::SwitchedOff
                    | Unusable::Role
                    | Unusable::TooWeak
                    | Unusable::NumberNotAllowed
                    | Unusable::OnlyToEnrol
                    | Unusable::Moving
                    | Unusable::Quarantined,
                ) => false,
            };
            usable && !shown.contains(&factor.kind)
        };
        let candidates: Vec<&EnrolledFactor> = person.factors.iter().filter(of_use).collect();
        let Some(first) =
            candidates.iter().find(|factor| Some(factor.credential) == chosen).or_else(|| candidates.first()).copied()
        else {
            return Step::Refused(None, self.nothing_of_use(person, required));
        };
        let several = person.factors.len() > 1;
        let by_code = matches!(&self.stage, Stage::AppCode(credential) if *credential == first.credential);
        let alike = || {
            let ours =
                candidates.iter().filter(|factor| factor.kind == first.kind && factor.credential != first.credential);
            std::iter::once(first.credential).chain(ours.map(|factor| factor.credential)).collect()
        };
        if first.kind == FactorKind::RecoveryCode {
            self.stage = Stage::SecondFactor { chosen: Some(first.credential) };
            return Step::Ask(self, Challenge::RecoveryCode { several }, effects);
        }
        if first.kind == FactorKind::TemporaryAccessPass {
            self.stage = Stage::SecondFactor { chosen: Some(first.credential) };
            return Step::Ask(self, Challenge::Pass { several }, effects);
        }
        if first.kind == FactorKind::WebAuthn {
            self.stage = Stage::SecondFactor { chosen: Some(first.credential) };
            return Step::Ask(self, Challenge::Key { credentials: alike(), several }, effects);
        }
        if first.kind == FactorKind::Smartcard {
            self.stage = Stage::SecondFactor { chosen: Some(first.credential) };
            return Step::Ask(self, Challenge::Card { credentials: alike(), several }, effects);
        }
        if by_code || (definition(first.kind).telephone.is_none() && first.kind != FactorKind::Push) {
            let credentials = alike();
            if !by_code {
                self.stage = Stage::SecondFactor { chosen: Some(first.credential) };
            }
            // Whoever came here from the app's request can go back to it.
            return Step::Ask(self, Challenge::Code { credentials, several: several || by_code }, effects);
        }
        let asked = self.stage.asked().filter(|asked| asked.credential == first.credential);
        let challenge = match (asked, self.stage.sent().filter(|sent| sent.credential() == first.credential)) {
            (Some(asked), _) => Challenge::App { asked, several },
            (None, Some(sent)) => sent.challenge(None, several),
            (None, None) => {
                self.stage = Stage::SecondFactor { chosen: Some(first.credential) };
                Challenge::Dispatch { credential: first.credential, kind: first.kind, several }
            }
        };
        Step::Ask(self, challenge, effects)
    }

    fn nothing_of_use(&self, person: &Person, required: Requirement) -> Refusal {
        let mut reasons = person.factors.iter().filter_map(|factor| self.unusable(person, factor, required));
        if reasons.clone().any(|why| why == Unusable::Moving) {
            return Refusal::NothingButTheMovingApp;
        }
        let on_our_side = |why: &Unusable| match why {
            Unusable::SwitchedOff
            | Unusable::Role
            | Unusable::NumberNotAllowed
            | Unusable::Unavailable
            | Unusable::Quarantined => true,
            Unusable::TooWeak | Unusable::OnlyToEnrol | Unusable::Moving => false,
        };
        if reasons.any(|why| on_our_side(&why)) { Refusal::NoUsableFactor } else { Refusal::StrengthOutOfReach }
    }

    pub(super) fn credential_chosen(
        mut self,
        rules: &SignInRules,
        policies: &Policies,
        person: &Person,
        credential: CredentialId,
    ) -> Step {
        if !self.stage.awaits_second_factor() || self.account != Some(person.id) {
            return Step::Refused(Some(self), Refusal::WrongStep);
        }
        let required = self.required(policies, person);
        let chosen = person.factors.iter().find(|factor| factor.credential == credential);
        if chosen.is_none_or(|factor| self.unusable(person, factor, required).is_some()) {
            return Step::Refused(Some(self), Refusal::FactorNotUsable);
        }
        // Whoever chose the codes of an app, and now chooses the app, wants its request.
        if matches!(self.stage, Stage::AppCode(_)) {
            self.stage = Stage::SecondFactor { chosen: Some(credential) };
        }
        // A code that is on its way stays good while its own factor is chosen, and no longer.
        if self.stage.credential() == Some(credential) {
            return self.proceed(rules, policies, person, Vec::new());
        }
        let effects = self.withdraw();
        self.stage = Stage::SecondFactor { chosen: Some(credential) };
        self.proceed(rules, policies, person, effects)
    }

    /// To whom a code or call would go if it were asked for now; `previous` is what is known of the one before.
    ///
    /// # Errors
    /// Says why none would.
    pub fn dispatch_to(
        &self,
        op: &Op,
        policies: &Policies,
        person: &Person,
        previous: Previous,
    ) -> Result<DispatchTo, Refusal> {
        if op.now >= self.expires_at {
            return Err(Refusal::FlowExpired);
        }
        if self.account != Some(person.id) {
            return Err(Refusal::WrongStep);
        }
        person.admit()?;
        let to = match &self.stage {
            // However many numbers are tried.
            Stage::ConfirmNumber { number, .. } => {
                if let Some(until) =
                    self.next_dispatch_at().filter(|until| previous == Previous::Underway && op.now < *until)
                {
                    return Err(Refusal::TooSoon { until });
                }
                DispatchTo::Number(number.clone())
            }
            Stage::ConfirmApp(asked) => {
                if let Some(until) = self.next_dispatch_at().filter(|until| op.now < *until) {
                    return Err(Refusal::TooSoon { until });
                }
                DispatchTo::NewApp(asked.credential)
            }
            Stage::SecondFactor { .. } | Stage::App(_) | Stage::TextCode(_) | Stage::Call(_) => {
                let required = self.required(policies, person);
                let chosen = self.stage.credential().ok_or(Refusal::WrongStep)?;
                let factor = person.factors.iter().find(|factor| factor.credential == chosen);
                let factor = factor.ok_or(Refusal::WrongStep)?;
                if self.unusable(person, factor, required).is_some() {
                    return Err(Refusal::FactorNotUsable);
                }
                match definition(factor.kind).telephone {
                    Some(reach) => DispatchTo::Credential(chosen, reach),
                    // How soon another request may follow is for its own pace to say.
                    None if factor.kind == FactorKind::Push => DispatchTo::App(chosen),
                    None => return Err(Refusal::WrongStep),
                }
            }
            Stage::Identify
            | Stage::CheckingPassword
            | Stage::Activation
            | Stage::NewPassword(_)
            | Stage::OfferEnrolment
            | Stage::ChooseFactor
            | Stage::EnrolTotp(_)
            | Stage::EnrolKey(_)
            | Stage::EnrolCard(_)
            | Stage::ActivateToken { .. }
            | Stage::AppCode(_)
            | Stage::BindApp(_)
            | Stage::EnrolNumber(_)
            | Stage::Complete => return Err(Refusal::WrongStep),
        };
        // Another telephone may be asked at once: somebody whose text does not come chooses a call.
        let asked_before =
            matches!(to, DispatchTo::Credential(credential, _) if self.dispatched_to == Some(credential));
        match self.next_dispatch_at() {
            Some(until) if asked_before && previous == Previous::Underway && op.now < until => {
                Err(Refusal::TooSoon { until })
            }
            Some(_) | None => Ok(to),
        }
    }

    /// From when on another code or call may be asked for: each wait is twice as long as the one before.
    pub const fn next_dispatch_at(&self) -> Option<Timestamp> {
        self.again_at
    }

    pub(super) fn dispatch_requested(
        mut self,
        op: &Op,
        rules: &SignInRules,
        policies: &Policies,
        person: &Person,
        dispatch: Dispatch,
    ) -> Step {
        let to = match self.dispatch_to(op, policies, person, dispatch.previous) {
            Ok(to) => to,
            Err(refusal) => return Step::Refused(Some(self), refusal),
        };
        if let Some(refusal) = dispatch.refused {
            return Step::Refused(Some(self), refusal);
        }
        let mut effects = self.withdraw();
        if let DispatchTo::App(credential) | DispatchTo::NewApp(credential) = to {
            return self.ask_app(op, rules, person, credential, to, &dispatch, effects);
        }
        let (credential, reach, number) = match (&to, self.stage.sent()) {
            (DispatchTo::Credential(credential, reach), _) => (*credential, *reach, None),
            (DispatchTo::Number(number), Some(sent)) => (sent.credential(), sent.reach(), Some(number.clone())),
            (DispatchTo::Number(_) | DispatchTo::App(_) | DispatchTo::NewApp(_), _) => {
                return Step::Refused(Some(self), Refusal::WrongStep);
            }
        };
        let how = self.send(op, rules, credential, reach, &dispatch);
        effects.push(how.effect(to));
        let challenge = how.challenge(number.clone(), person.factors.len() > 1);
        self.stage = match (number, how) {
            (Some(number), how) => Stage::ConfirmNumber { number, how },
            (None, Confirming::Text(sent)) => Stage::TextCode(sent),
            (None, Confirming::Call(call)) => Stage::Call(call),
        };
        Step::Ask(self, challenge, effects)
    }

    /// Makes the code or the call, and counts it.
    pub(super) fn send(
        &mut self,
        op: &Op,
        rules: &SignInRules,
        credential: CredentialId,
        reach: Reach,
        dispatch: &Dispatch,
    ) -> Confirming {
        self.dispatches = self.dispatches.saturating_add(1);
        self.again_at = Some(op.now.plus(rules.wait_after(self.dispatches)));
        let message = dispatch.message;
        (self.dispatched_to, self.dispatched) = (Some(credential), Some(message));
        match reach {
            Reach::Text => Confirming::Text(SentCode {
                credential,
                message,
                code: dispatch.code,
                sent_at: op.now,
                expires_at: op.now.plus(rules.sms.lifetime),
            }),
            Reach::Call => Confirming::Call(PlacedCall {
                credential,
                message,
                code: match rules.voice_call.confirm {
                    voice_call::Confirm::Code => Some(dispatch.code),
                    voice_call::Confirm::Hash => None,
                },
                placed_at: op.now,
                expires_at: op.now.plus(rules.voice_call.lifetime),
            }),
        }
    }

    /// Takes back what was sent before and has not left yet: one code at a time [AUT-4].
    pub(super) fn withdraw(&self) -> Vec<Effect> {
        let message = self.stage.sent().map(|sent| Effect::Withdraw { message: sent.message() });
        let request = self.stage.asked().map(|asked| Effect::TakeBack { request: asked.request });
        message.into_iter().chain(request).collect()
    }

    #[expect(clippy::too_many_arguments, reason = "one event's facts, unpacked by `step`")]
    pub(super) fn code_submitted(
        mut self,
        op: &Op,
        rules: &SignInRules,
        policies: &Policies,
        person: &Person,
        permit: Permit,
        states: Vec<TotpState>,
        code: Code,
    ) -> Step {
        if self.account != Some(person.id) {
            return Step::Refused(Some(self), Refusal::WrongStep);
        }
        if let Err(refusal) = person.admit() {
            return Step::Refused(None, refusal);
        }
        if let Some(refusal) = refusal_of(permit) {
            return Step::Refused(Some(self), refusal);
        }
        let sent = if let Stage::TextCode(sent) = &self.stage { Some(*sent) } else { None };
        // SECURITY: what was removed while its code was under way proves nothing, as if it had never been there.
        let counts = |credential: CredentialId| {
            person.factors.iter().any(|factor| factor.credential == credential && still_counts(person, factor))
        };
        let from = sent.map(|sent| sent.credential);
        if !from.into_iter().chain(states.iter().map(|state| state.credential)).all(counts) {
            return Step::Refused(Some(self), Refusal::FactorNotUsable);
        }
        let verdict = match sent {
            Some(sent) => of_a_text(sent, code, op.now),
            // SECURITY: a code may come from the backup with which the app moves, whatever page it was typed on; a token's not.
            None if self.request.moving.is_some() && !is_of_tokens(&states) => Err(Refusal::FactorNotUsable),
            None if matches!(self.stage, Stage::SecondFactor { .. } | Stage::AppCode(_)) => {
                let is_asked = |state: &TotpState| {
                    let ours = person.factors.iter().find(|factor| factor.credential == state.credential);
                    ours.is_some_and(|factor| factor.kind == FactorKind::Push)
                };
                let all = self.takes_app_codes();
                of_an_app(states.into_iter().filter(|state| all || !is_asked(state)).collect(), code, op.now)
            }
            None => Err(Refusal::WrongStep),
        };
        match verdict {
            Ok((proof, mut effects)) => {
                effects.push(Effect::ClearFailures { account: person.id, factor: proof.factor() });
                // SECURITY: what was sent is let go of, so that it is good once.
                self.stage = Stage::SecondFactor { chosen: None };
                self.add(proof);
                self.proceed(rules, policies, person, effects)
            }
            Err(refusal) => Step::Refused(Some(self), refusal),
        }
    }

    pub(super) fn call_checked(
        mut self,
        op: &Op,
        rules: &SignInRules,
        policies: &Policies,
        person: &Person,
        standing: CallStanding,
    ) -> Step {
        let Stage::Call(call) = self.stage else {
            return Step::Refused(Some(self), Refusal::WrongStep);
        };
        if self.account != Some(person.id) {
            return Step::Refused(Some(self), Refusal::WrongStep);
        }
        if let Err(refusal) = person.admit() {
            return Step::Refused(None, refusal);
        }
        let ours = person.factors.iter().find(|factor| factor.credential == call.credential);
        if ours.is_none_or(|factor| !still_counts(person, factor)) {
            return Step::Refused(Some(self), Refusal::FactorNotUsable);
        }
        match call.verify(standing, op.now) {
            voice_call::Verdict::Accept(proof) => {
                let used = Effect::NoteUse { credential: call.credential };
                self.stage = Stage::SecondFactor { chosen: None };
                self.add(proof);
                self.proceed(rules, policies, person, vec![used])
            }
            voice_call::Verdict::Pending => {
                let several = person.factors.len() > 1;
                Step::Ask(self, Challenge::Call { call, several }, Vec::new())
            }
            voice_call::Verdict::Refuse(CallOutcome::Reported) => Step::Refused(None, Refusal::Reported),
            // The page of the call stays: it says how it ended, and offers another.
            voice_call::Verdict::Refuse(outcome) => Step::Refused(Some(self), Refusal::CallFailed(outcome)),
        }
    }
}

type Outcome = Result<(crate::factor::Proof, Vec<Effect>), Refusal>;

fn of_an_app(states: Vec<TotpState>, code: Code, now: Timestamp) -> Outcome {
    let mut refusal = Refusal::WrongCode;
    for mut state in states {
        match totp::verify(&mut state, code, now) {
            totp::Verdict::Accept(proof) => return Ok((proof, spend(&state))),
            totp::Verdict::Refuse(totp::Refusal::CodeAlreadyUsed) => refusal = Refusal::CodeAlreadyUsed,
            totp::Verdict::Refuse(totp::Refusal::WrongCode) => {}
        }
    }
    Err(refusal)
}

fn of_a_text(sent: SentCode, code: Code, now: Timestamp) -> Outcome {
    match sent.verify(code, now) {
        sms::Verdict::Accept(proof) => Ok((proof, vec![Effect::NoteUse { credential: sent.credential }])),
        sms::Verdict::Refuse(sms::Refusal::WrongCode) => Err(Refusal::WrongCode),
        sms::Verdict::Refuse(sms::Refusal::CodeExpired) => Err(Refusal::CodeExpired),
    }
}

/// Whether whoever types the code has tokens to read it from, and nothing else.
fn is_of_tokens(states: &[TotpState]) -> bool {
    !states.is_empty() && states.iter().all(|state| state.is_token)
}

/// What the store must spend for a code that was accepted.
fn spend(state: &TotpState) -> Vec<Effect> {
    let credential = state.credential;
    state.last_used_step.map(|step| Effect::SpendTotpStep { credential, step }).into_iter().collect()
}

impl Confirming {
    /// The credential that it belongs to, or will.
    pub(super) const fn credential(&self) -> CredentialId {
        match self {
            Self::Text(sent) => sent.credential,
            Self::Call(call) => call.credential,
        }
    }

    /// The message.
    pub(super) const fn message(&self) -> MessageId {
        match self {
            Self::Text(sent) => sent.message,
            Self::Call(call) => call.message,
        }
    }

    /// How the telephone is reached.
    pub(super) const fn reach(&self) -> Reach {
        match self {
            Self::Text(_) => Reach::Text,
            Self::Call(_) => Reach::Call,
        }
    }

    /// What the person is asked for, with the `number` that it confirms, if it is a new one.
    pub(super) fn challenge(self, number: Option<PhoneNumber>, several: bool) -> Challenge {
        match (self, number) {
            (Self::Text(sent), None) => Challenge::TextCode { sent, several },
            (Self::Call(call), None) => Challenge::Call { call, several },
            (Self::Text(sent), Some(number)) => Challenge::ConfirmText { sent, number },
            (Self::Call(call), Some(number)) => Challenge::ConfirmCall { call, number },
        }
    }

    /// What the use case has to do so that it arrives.
    pub(super) const fn effect(&self, to: DispatchTo) -> Effect {
        match self {
            Self::Text(sent) => Effect::SendText { to, sent: *sent },
            Self::Call(call) => Effect::PlaceCall { to, call: *call },
        }
    }
}
