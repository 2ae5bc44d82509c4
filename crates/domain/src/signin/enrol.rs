//! The moves of an enrolment on the way in.

use crate::access::{Policies, Unusable};
use crate::credential::{Label, Permit};
use crate::factor::push::NewBinding;
use crate::factor::sms;
use crate::factor::telephone::{PhoneNumber, Reach};
use crate::factor::totp::{self, NewTotp, TotpState};
use crate::factor::voice_call::{self, CallOutcome, CallStanding};
use crate::factor::{Code, FactorKind, definition, second_factors};
use crate::op::Op;
use crate::signin::proceed::is_too_weak;
use crate::signin::stage::{Confirming, Stage};
use crate::signin::step::refusal_of;
use crate::signin::{Challenge, Dispatch, DispatchTo, Effect, Flow, Person, Previous, Refusal, SignInRules, Step};

impl Flow {
    pub(super) fn enrolment_confirmed(mut self, rules: &SignInRules, policies: &Policies, person: &Person) -> Step {
        if !matches!(self.stage, Stage::OfferEnrolment) || self.account != Some(person.id) {
            return Step::Refused(Some(self), Refusal::WrongStep);
        }
        if self.demand(policies, person).is_ok_and(|demand| !self.may_register_here(&demand)) {
            return Step::Refused(Some(self), Refusal::RegisterElsewhere);
        }
        self.stage = Stage::ChooseFactor;
        let challenge = self.choose_factor(rules, policies, person);
        Step::Ask(self, challenge, Vec::new())
    }

    fn choose_factor(&self, rules: &SignInRules, policies: &Policies, person: &Person) -> Challenge {
        let why = self.enrol_why(rules, policies, person);
        Challenge::ChooseFactor { kinds: self.enrollable(rules, policies, person), why }
    }

    /// The factors that the person may enrol here, where it is the first: those that are enough by themselves, the strongest
    /// first.
    pub(super) fn enrollable(&self, rules: &SignInRules, policies: &Policies, person: &Person) -> Vec<FactorKind> {
        let Ok(demand) = self.demand(policies, person) else { return Vec::new() };
        let barred = |kind: FactorKind| {
            person.barred.iter().any(|(barred, _)| *barred == kind)
                || (kind == FactorKind::HardwareToken && person.token.is_none())
        };
        second_factors()
            .map(|definition| definition.kind)
            .filter(|kind| rules.core.contains(*kind) || person.has_own_factor())
            .filter(|kind| !barred(*kind) && !is_too_weak(*kind, demand.full))
            .collect()
    }

    /// Whether what was begun may be finished. SECURITY: a factor that was switched off since may not; a network that is down
    /// since has delivered its code all the same.
    pub(super) fn may_finish(
        &self,
        rules: &SignInRules,
        policies: &Policies,
        person: &Person,
        kind: FactorKind,
    ) -> bool {
        let down = person.barred.iter().any(|(barred, why)| *barred == kind && *why == Unusable::Unavailable);
        down || self.enrollable(rules, policies, person).contains(&kind)
    }

    /// Whether this person may enrol on the way in.
    ///
    /// SECURITY: who has a second factor proves the strongest of them; enrolling another in a sign-in would be a way around it
    /// (keycloak #21837). A pass that is for enrolling is such a proof: somebody has verified who they are.
    /// Who became privileged since needs an activation code. Where a first factor may be registered is a rule of its own [ENR-13].
    pub(super) fn may_enrol(&self, policies: &Policies, person: &Person) -> bool {
        let by_pass = self.enrols_only && !self.holds_barred(person);
        let opened = by_pass || !person.has_own_factor() || self.may_add_stronger(person);
        let here = || self.demand(policies, person).is_ok_and(|demand| self.may_register_here(&demand));
        self.account == Some(person.id) && opened && (!person.is_privileged() || self.activated) && here()
    }

    pub(super) fn factor_chosen(
        mut self,
        rules: &SignInRules,
        policies: &Policies,
        person: &Person,
        kind: FactorKind,
        new: NewTotp,
        binding: NewBinding,
    ) -> Step {
        let allowed = self.stage.is_enrolling() && self.may_enrol(policies, person);
        if !allowed || !self.enrollable(rules, policies, person).contains(&kind) {
            return Step::Refused(Some(self), Refusal::WrongStep);
        }
        let mut effects = self.withdraw();
        if definition(kind).telephone.is_some() {
            self.stage = Stage::EnrolNumber(kind);
            return Step::Ask(self, Challenge::EnrolNumber { kind }, effects);
        }
        if kind == FactorKind::Push {
            effects.push(Effect::OfferBinding { account: person.id, binding: binding.clone() });
            self.stage = Stage::BindApp(binding.clone());
            return Step::Ask(self, Challenge::BindApp { binding }, effects);
        }
        if kind == FactorKind::WebAuthn {
            let credential = new.credential();
            self.stage = Stage::EnrolKey(credential);
            return Step::Ask(self, Challenge::EnrolKey { credential }, effects);
        }
        if kind == FactorKind::Smartcard {
            let credential = new.credential();
            self.stage = Stage::EnrolCard(credential);
            return Step::Ask(self, Challenge::EnrolCard { credential }, effects);
        }
        if let Some(token) = person.token.filter(|_| kind == FactorKind::HardwareToken) {
            self.stage = Stage::ActivateToken { token, credential: new.credential() };
            return Step::Ask(self, Challenge::ActivateToken { token }, effects);
        }
        self.stage = Stage::EnrolTotp(new.clone());
        Step::Ask(self, Challenge::EnrolTotp { new }, effects)
    }

    /// Whether a telephone number is awaited, and for which factor.
    pub const fn awaits_number(&self) -> Option<FactorKind> {
        if let Stage::EnrolNumber(kind) = &self.stage {
            return Some(*kind);
        }
        if let Stage::ConfirmNumber { how, .. } = &self.stage {
            return Some(match how {
                Confirming::Text(_) => FactorKind::Sms,
                Confirming::Call(_) => FactorKind::VoiceCall,
            });
        }
        None
    }

    /// How a number would be reached if one were entered now; `previous` is what is known of the message before.
    ///
    /// # Errors
    /// Says why none is wanted, so that budgets are not asked.
    pub fn number_reach(
        &self,
        op: &Op,
        rules: &SignInRules,
        policies: &Policies,
        person: &Person,
        previous: Previous,
    ) -> Result<Reach, Refusal> {
        let kind = self.awaits_number().filter(|kind| self.enrollable(rules, policies, person).contains(kind));
        let reach = kind.and_then(|kind| definition(kind).telephone).filter(|_| self.may_enrol(policies, person));
        let reach = reach.ok_or(Refusal::WrongStep)?;
        // However many numbers are tried.
        match self.next_dispatch_at() {
            Some(until) if previous == Previous::Underway && op.now < until => Err(Refusal::TooSoon { until }),
            Some(_) | None => Ok(reach),
        }
    }

    pub(super) fn number_entered(
        mut self,
        op: &Op,
        rules: &SignInRules,
        policies: &Policies,
        person: &Person,
        number: PhoneNumber,
        dispatch: Dispatch,
    ) -> Step {
        if let Err(refusal) = person.admit() {
            return Step::Refused(None, refusal);
        }
        let reach = match self.number_reach(op, rules, policies, person, dispatch.previous) {
            Ok(reach) => reach,
            Err(refusal) => return Step::Refused(Some(self), refusal),
        };
        if let Some(refusal) = dispatch.refused {
            return Step::Refused(Some(self), refusal);
        }
        let mut effects = self.withdraw();
        let how = self.send(op, rules, dispatch.credential, reach, &dispatch);
        effects.push(how.effect(DispatchTo::Number(number.clone())));
        let challenge = how.challenge(Some(number.clone()), false);
        self.stage = Stage::ConfirmNumber { number, how };
        Step::Ask(self, challenge, effects)
    }

    #[expect(clippy::too_many_arguments, reason = "one event's facts, unpacked by `step`")]
    pub(super) fn enrolment_code_submitted(
        mut self,
        op: &Op,
        rules: &SignInRules,
        policies: &Policies,
        person: &Person,
        permit: Permit,
        label: Label,
        code: Code,
    ) -> Step {
        if !self.may_enrol(policies, person) {
            return Step::Refused(Some(self), Refusal::WrongStep);
        }
        if let Err(refusal) = person.admit() {
            return Step::Refused(None, refusal);
        }
        let awaits_code =
            matches!(&self.stage, Stage::EnrolTotp(_) | Stage::ConfirmNumber { how: Confirming::Text(_), .. });
        if !awaits_code {
            return Step::Refused(Some(self), Refusal::WrongStep);
        }
        if let Some(refusal) = refusal_of(permit) {
            return Step::Refused(Some(self), refusal);
        }
        if !self.may_finish(rules, policies, person, self.awaits_code_of()) {
            return Step::Refused(Some(self), Refusal::FactorNotUsable);
        }
        if let Stage::ConfirmNumber { number, how: Confirming::Text(sent) } = &self.stage {
            let proof = match sent.verify(code, op.now) {
                sms::Verdict::Accept(proof) => proof,
                sms::Verdict::Refuse(sms::Refusal::WrongCode) => {
                    return Step::Refused(Some(self), Refusal::WrongCode);
                }
                sms::Verdict::Refuse(sms::Refusal::CodeExpired) => {
                    return Step::Refused(Some(self), Refusal::CodeExpired);
                }
            };
            let effects = vec![
                Effect::EnrolTelephone {
                    credential: sent.credential,
                    account: person.id,
                    factor: FactorKind::Sms,
                    number: number.clone(),
                    label,
                },
                Effect::ClearFailures { account: person.id, factor: FactorKind::Sms },
            ];
            self.stage = Stage::SecondFactor { chosen: None };
            self.add_enrolled(proof);
            return self.proceed(rules, policies, person, effects);
        }
        let Stage::EnrolTotp(new) = &self.stage else {
            return Step::Refused(Some(self), Refusal::WrongStep);
        };
        let (state, totp::Verdict::Accept(proof)) = new.confirm(code, op.now) else {
            return Step::Refused(Some(self), Refusal::WrongCode);
        };
        self.stage = Stage::SecondFactor { chosen: None };
        self.add_enrolled(proof);
        let TotpState { credential, seed, last_used_step, .. } = state;
        let effects = vec![
            Effect::EnrolTotp { credential, account: person.id, seed, step: last_used_step, label },
            Effect::ClearFailures { account: person.id, factor: FactorKind::Totp },
        ];
        self.proceed(rules, policies, person, effects)
    }

    #[expect(clippy::too_many_arguments, reason = "one event's facts, unpacked by `step`")]
    pub(super) fn token_code_submitted(
        mut self,
        op: &Op,
        rules: &SignInRules,
        policies: &Policies,
        person: &Person,
        permit: Permit,
        label: Label,
        state: Option<TotpState>,
        code: Code,
    ) -> Step {
        let Stage::ActivateToken { token, credential } = self.stage else {
            return Step::Refused(Some(self), Refusal::WrongStep);
        };
        if !self.may_enrol(policies, person) {
            return Step::Refused(Some(self), Refusal::WrongStep);
        }
        if let Err(refusal) = person.admit() {
            return Step::Refused(None, refusal);
        }
        if let Some(refusal) = refusal_of(permit) {
            return Step::Refused(Some(self), refusal);
        }
        // SECURITY: one that was taken back meanwhile, or given to somebody else, is not asked whether the code is right.
        let Some(mut state) = state.filter(|state| state.credential == token && state.is_token) else {
            return Step::Refused(Some(self), Refusal::FactorNotUsable);
        };
        if !self.may_finish(rules, policies, person, FactorKind::HardwareToken) {
            return Step::Refused(Some(self), Refusal::FactorNotUsable);
        }
        state.credential = credential;
        let proof = match totp::verify(&mut state, code, op.now) {
            totp::Verdict::Accept(proof) => proof,
            totp::Verdict::Refuse(_) => return Step::Refused(Some(self), Refusal::WrongCode),
        };
        self.stage = Stage::SecondFactor { chosen: None };
        self.add_enrolled(proof);
        let effects = vec![
            Effect::ActivateToken { token, credential, account: person.id, step: state.last_used_step, label },
            Effect::ClearFailures { account: person.id, factor: FactorKind::Totp },
        ];
        self.proceed(rules, policies, person, effects)
    }

    pub(super) fn enrolment_call_checked(
        mut self,
        op: &Op,
        rules: &SignInRules,
        policies: &Policies,
        person: &Person,
        label: Label,
        standing: CallStanding,
    ) -> Step {
        let Stage::ConfirmNumber { number, how: Confirming::Call(call) } = &self.stage else {
            return Step::Refused(Some(self), Refusal::WrongStep);
        };
        if !self.may_enrol(policies, person) {
            return Step::Refused(Some(self), Refusal::WrongStep);
        }
        if let Err(refusal) = person.admit() {
            return Step::Refused(None, refusal);
        }
        if !self.may_finish(rules, policies, person, FactorKind::VoiceCall) {
            return Step::Refused(Some(self), Refusal::FactorNotUsable);
        }
        match call.verify(standing, op.now) {
            voice_call::Verdict::Accept(proof) => {
                let effects = vec![Effect::EnrolTelephone {
                    credential: call.credential,
                    account: person.id,
                    factor: FactorKind::VoiceCall,
                    number: number.clone(),
                    label,
                }];
                self.stage = Stage::SecondFactor { chosen: None };
                self.add_enrolled(proof);
                self.proceed(rules, policies, person, effects)
            }
            voice_call::Verdict::Pending => {
                let challenge = Challenge::ConfirmCall { call: *call, number: number.clone() };
                Step::Ask(self, challenge, Vec::new())
            }
            voice_call::Verdict::Refuse(CallOutcome::Reported) => Step::Refused(None, Refusal::Reported),
            voice_call::Verdict::Refuse(outcome) => Step::Refused(Some(self), Refusal::CallFailed(outcome)),
        }
    }

    pub(super) fn enrolment_restarted(mut self, rules: &SignInRules, policies: &Policies, person: &Person) -> Step {
        if !self.stage.is_enrolling() || !self.may_enrol(policies, person) {
            return Step::Refused(Some(self), Refusal::WrongStep);
        }
        let effects = self.withdraw();
        self.stage = Stage::ChooseFactor;
        let challenge = self.choose_factor(rules, policies, person);
        Step::Ask(self, challenge, effects)
    }

    pub(super) fn ask_enrolment_again(self, rules: &SignInRules, policies: &Policies, person: &Person) -> Step {
        if !self.may_enrol(policies, person) {
            return Step::Refused(None, Refusal::FlowExpired);
        }
        let challenge = match &self.stage {
            Stage::EnrolTotp(new) => Challenge::EnrolTotp { new: new.clone() },
            Stage::EnrolKey(credential) => Challenge::EnrolKey { credential: *credential },
            Stage::EnrolCard(credential) => Challenge::EnrolCard { credential: *credential },
            Stage::ActivateToken { token, .. } => Challenge::ActivateToken { token: *token },
            Stage::BindApp(binding) => Challenge::BindApp { binding: binding.clone() },
            Stage::ConfirmApp(asked) => Challenge::ConfirmApp { asked: *asked },
            Stage::ChooseFactor => self.choose_factor(rules, policies, person),
            Stage::EnrolNumber(kind) => Challenge::EnrolNumber { kind: *kind },
            Stage::ConfirmNumber { number, how } => how.challenge(Some(number.clone()), false),
            Stage::Identify
            | Stage::CheckingPassword
            | Stage::SecondFactor { .. }
            | Stage::App(_)
            | Stage::AppCode(_)
            | Stage::TextCode(_)
            | Stage::Call(_)
            | Stage::Activation
            | Stage::NewPassword(_)
            | Stage::OfferEnrolment
            | Stage::Complete => Challenge::SelfEnrol { why: self.enrol_why(rules, policies, person) },
        };
        Step::Ask(self, challenge, Vec::new())
    }
}
