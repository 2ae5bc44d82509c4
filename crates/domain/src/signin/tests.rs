//! The engine's tests: journeys as sentences, and the property that no path is short of a proof.

use std::net::IpAddr;

use proptest::prelude::*;

use super::*;
use crate::access::{
    Baselines, Connection, Controls, Device, GraceUsed, Hold, Outcome, Policies, Policy, PolicyState, Risk, Scope,
    Unusable,
};
use crate::credential::{Label, MustChange, PasswordStanding, Permit};
use crate::directory::{AccountKind, AccountStatus, Role};
use crate::factor::password::{self, HashMemory, HashParams, PasswordHash, PasswordVerdict};
use crate::factor::push::{AskedApp, BINDING_BYTES, BindingCode, NewBinding};
use crate::factor::sms::SentCode;
use crate::factor::totp::{self, NewTotp, TotpState};
use crate::factor::voice_call::PlacedCall;
use crate::factor::webauthn::{CHALLENGE_BYTES, KeyChallenge};
use crate::factor::{Code, FactorKind};
use crate::id::{
    AccountId, CredentialId, DeviceId, FlowId, MessageId, OrganisationId, PolicyId, PushRequestId, RequestId, SessionId,
};
use crate::op::{Actor, Op, Origin};
use crate::secret::Secret;
use crate::session::SessionLimits;
use crate::time::Timestamp;

pub(super) const SEED: [u8; totp::SEED_BYTES] = [7; totp::SEED_BYTES];
pub(super) const NEW_SEED: [u8; totp::SEED_BYTES] = [9; totp::SEED_BYTES];
const TEMPORARY: PasswordStanding = PasswordStanding::MustChange(MustChange::Temporary);
pub(super) const START: i64 = 1_700_000_000;

pub(super) fn op(second: i64) -> Op {
    let now = Timestamp::from_seconds(START + second);
    let origin = Origin { address: Some(IpAddr::from([192, 0, 2, 1])), browser: None, device: None };
    Op { now, actor: Actor::Anonymous, origin, request: RequestId::new(now, [0; 10]) }
}

pub(super) fn enrolled() -> CredentialId {
    CredentialId::new(Timestamp::from_seconds(START), [1; 10])
}

pub(super) fn phone() -> Label {
    Label::parse("Phone").unwrap()
}

pub(super) fn fresh_key() -> NewTotp {
    NewTotp::new(CredentialId::new(Timestamp::from_seconds(START), [2; 10]), NEW_SEED)
}

pub(super) fn new_binding() -> NewBinding {
    NewBinding {
        credential: CredentialId::new(Timestamp::from_seconds(START), [14; 10]),
        code: BindingCode::new([15; BINDING_BYTES]),
        expires_at: Timestamp::from_seconds(START + 600),
    }
}

pub(super) fn person() -> Person {
    let then = Timestamp::from_seconds(START);
    Person {
        id: AccountId::new(then, [3; 10]),
        organisation: OrganisationId::new(then, [4; 10]),
        kind: AccountKind::User,
        status: AccountStatus::Active,
        organisation_open: true,
        organisations: vec![OrganisationId::new(then, [4; 10])],
        created_at: Timestamp::from_seconds(0),
        roles: Vec::new(),
        groups: Vec::new(),
        hold: Hold::None,
        excepted_until: None,
        postponed_until: None,
        grace: GraceUsed::default(),
        connection: Connection {
            address: None,
            country: None,
            device: Device::New,
            risk: Some(Risk::None),
            remembered: None,
            at: then,
        },
        password: Some(PasswordStanding::Good { until: None }),
        factors: Vec::new(),
        pass: None,
        token: None,
        barred: Vec::new(),
    }
}

/// Those of somebody who is privileged, or not.
pub(super) fn roles(privileged: bool) -> Vec<Role> {
    privileged.then_some(Role::LocalAdministrator).into_iter().collect()
}

pub(super) fn person_with_totp() -> Person {
    Person { factors: vec![factor(enrolled(), FactorKind::Totp)], ..person() }
}

pub(super) fn factor(credential: CredentialId, kind: FactorKind) -> EnrolledFactor {
    EnrolledFactor { credential, kind, label: phone(), is_default: false, unusable: None }
}

/// What security keys sign in these sign-ins.
pub(super) fn challenge() -> KeyChallenge {
    KeyChallenge::new([8; CHALLENGE_BYTES])
}

fn cheap_hash() -> PasswordHash {
    password::hash(HashParams::cheapest(), [1; 16], &right(), &mut HashMemory::default()).unwrap()
}

fn right() -> Secret<String> {
    Secret::new("three wet umbrellas".to_owned())
}

fn verdict(second: i64, is_right: bool) -> PasswordVerdict {
    let typed = if is_right { right() } else { Secret::new("two wet umbrellas".to_owned()) };
    password::verify(&cheap_hash(), &typed, HashParams::cheapest(), &mut HashMemory::default(), op(second).now)
}

pub(super) fn code(seed: &[u8], second: i64) -> Code {
    Code::at(seed, totp::Step::of(op(second).now))
}

pub(super) fn wrong_code(seed: &[u8], second: i64) -> Code {
    Code::at(seed, totp::Step::of(op(second + 3_600).now))
}

pub(super) fn state(last_used_step: Option<totp::Step>) -> TotpState {
    let shape = totp::CodeShape::APP;
    TotpState { credential: enrolled(), is_token: false, seed: Secret::new(SEED.to_vec()), shape, last_used_step }
}

/// A flow as one journey moves it: every step goes through saving and resuming, as in production.
pub(super) struct Journey {
    pub(super) person: Person,
    pub(super) flow: Option<Flow>,
    pub(super) log: Vec<String>,
    pub(super) done: Option<SignedIn>,
    /// What was sent, oldest first.
    pub(super) texts: Vec<(DispatchTo, SentCode)>,
    pub(super) calls: Vec<(DispatchTo, PlacedCall)>,
    pub(super) withdrawn: Vec<MessageId>,
    pub(super) asked: Vec<(DispatchTo, AskedApp)>,
    pub(super) taken_back: Vec<PushRequestId>,
    pub(super) rules: SignInRules,
    pub(super) policies: Policies,
    /// How often a first prompt was noted, and how many skips there had been before each.
    pub(super) prompts: usize,
    pub(super) skips: Vec<u16>,
}

impl Journey {
    pub(super) fn begin(person: Person) -> Self {
        Self::asked(person, SignInRequest::portal())
    }

    pub(super) fn asked(person: Person, request: SignInRequest) -> Self {
        let id = FlowId::new(op(0).now, [5; 10]);
        let flow = Flow::begin(&op(0), &SignInRules::default(), id, request, challenge());
        Self {
            person,
            flow: Some(flow),
            log: Vec::new(),
            done: None,
            texts: Vec::new(),
            calls: Vec::new(),
            withdrawn: Vec::new(),
            asked: Vec::new(),
            taken_back: Vec::new(),
            rules: SignInRules::default(),
            policies: Policies::built_in(),
            prompts: 0,
            skips: Vec::new(),
        }
    }

    pub(super) fn event(&mut self, second: i64, event: Event) -> &mut Self {
        let Some(flow) = self.flow.take() else {
            self.log.push("over".to_owned());
            return self;
        };
        let step = flow.step(&op(second), &self.rules, &self.policies, event);
        let word = match step {
            Step::Ask(flow, challenge, effects) => {
                self.apply(&effects);
                self.flow = self.keep(second, &flow);
                challenge_word(&challenge)
            }
            Step::Wait(flow) => {
                assert!(flow.save().is_none(), "a flow that waits for the pool is never kept");
                self.flow = Some(flow);
                return self;
            }
            Step::Done(signed_in, effects) => {
                self.apply(&effects);
                self.done = Some(signed_in);
                "done".to_owned()
            }
            Step::Refused(flow, refusal) => {
                self.flow = flow.and_then(|flow| self.keep(second, &flow));
                refusal.as_str().to_owned()
            }
        };
        self.log.push(word);
        self
    }

    /// Keeps the flow as the store would; one that cannot be kept stays as it was before.
    fn keep(&self, second: i64, flow: &Flow) -> Option<Flow> {
        flow.save().and_then(|saved| Flow::resume(&op(second), &saved).ok())
    }

    fn apply(&mut self, effects: &[Effect]) {
        for effect in effects {
            if let Effect::EnrolTotp { credential, .. } = effect {
                self.person.factors.push(factor(*credential, FactorKind::Totp));
            }
            if let Effect::EnrolTelephone { credential, factor: kind, .. } = effect {
                self.person.factors.push(factor(*credential, *kind));
            }
            if let Effect::SendText { to, sent } = effect {
                self.texts.push((to.clone(), *sent));
            }
            if let Effect::PlaceCall { to, call } = effect {
                self.calls.push((to.clone(), *call));
            }
            if let Effect::EnrolApp { credential, .. } = effect {
                self.person.factors.push(factor(*credential, FactorKind::Push));
            }
            if let Effect::EnrolKey { credential, .. } = effect {
                self.person.factors.push(factor(*credential, FactorKind::WebAuthn));
            }
            if let Effect::EnrolCard { credential, .. } = effect {
                self.person.factors.push(factor(*credential, FactorKind::Smartcard));
            }
            if let Effect::AskApp { to, asked } = effect {
                self.asked.push((to.clone(), *asked));
            }
            if let Effect::TakeBack { request } = effect {
                self.taken_back.push(*request);
            }
            if let Effect::Withdraw { message } = effect {
                self.withdrawn.push(*message);
            }
            if let Effect::NotePrompt { .. } = effect {
                self.prompts += 1;
                self.person.grace.first_prompt = Some(op(0).now);
            }
            if let Effect::NoteSkip { skips, .. } = effect {
                self.skips.push(*skips);
            }
            if let Effect::SetPassword { .. } = effect {
                self.person.password = Some(PasswordStanding::Good { until: None });
            }
        }
    }

    pub(super) fn password(&mut self, second: i64, is_right: bool) -> &mut Self {
        let person = Some(self.person.clone());
        self.event(second, Event::PasswordSubmitted { permit: Permit::Now });
        let verdict = verdict(second, is_right && self.person.password.is_some());
        self.event(second, Event::PasswordChecked { person, verdict })
    }

    pub(super) fn code(&mut self, second: i64, code: Code) -> &mut Self {
        let ours = self.person.factors.iter().filter(|factor| factor.credential == enrolled());
        let states = ours.map(|_| state(None)).collect();
        let person = self.person.clone();
        self.event(second, Event::CodeSubmitted { person, permit: Permit::Now, states, code })
    }

    pub(super) fn confirm_enrolment(&mut self, second: i64) -> &mut Self {
        let person = self.person.clone();
        self.event(second, Event::EnrolmentConfirmed { person })
    }

    pub(super) fn choose_totp(&mut self, second: i64) -> &mut Self {
        self.choose_kind(second, FactorKind::Totp)
    }

    pub(super) fn enrolment_code(&mut self, second: i64, code: Code) -> &mut Self {
        let person = self.person.clone();
        let label = phone();
        self.event(second, Event::EnrolmentCodeSubmitted { person, permit: Permit::Now, label, code })
    }

    pub(super) fn activate(&mut self, second: i64, spent: bool) -> &mut Self {
        let person = Some(self.person.clone());
        self.event(second, Event::ActivationSubmitted { person, permit: Permit::Now, spent })
    }

    fn choose_password(&mut self, second: i64) -> &mut Self {
        let person = self.person.clone();
        self.event(second, Event::PasswordChosen { person, hash: cheap_hash(), verdict: verdict(second, true) })
    }

    pub(super) fn check(&self, expected: &str) {
        assert_eq!(self.log.join(" "), expected);
    }
}

fn challenge_word(challenge: &Challenge) -> String {
    match challenge {
        Challenge::Password => "password",
        Challenge::Activation => "activation",
        Challenge::Code { .. } => "code",
        Challenge::Key { .. } => "key",
        Challenge::Pass { .. } => "pass",
        Challenge::RecoveryCode { .. } => "recovery-code",
        Challenge::EnrolKey { .. } => "enrol-key",
        Challenge::Card { .. } => "card",
        Challenge::EnrolCard { .. } => "enrol-card",
        Challenge::ActivateToken { .. } => "activate-token",
        Challenge::NewPassword { .. } => "new-password",
        Challenge::SelfEnrol { why: EnrolWhy::Needed | EnrolWhy::Lost } => "self-enrol",
        Challenge::SelfEnrol { why: EnrolWhy::CanWait { here: true, .. } } => "may-enrol",
        Challenge::SelfEnrol { why: EnrolWhy::CanWait { here: false, .. } } => "may-enrol-elsewhere",
        Challenge::SelfEnrol { why: EnrolWhy::Stronger { left: None } } => "enrol-stronger",
        Challenge::SelfEnrol { why: EnrolWhy::Stronger { left: Some(_) } } => "may-enrol-stronger",
        Challenge::SelfEnrol { why: EnrolWhy::Recovered { can_be_put_off: true } } => "recovered",
        Challenge::SelfEnrol { why: EnrolWhy::Recovered { can_be_put_off: false } } => "recovered-must",
        Challenge::ChooseFactor { .. } => "choose",
        Challenge::EnrolTotp { .. } => "enrol",
        Challenge::Dispatch { .. } => "send?",
        Challenge::TextCode { .. } => "text",
        Challenge::Call { .. } => "call",
        Challenge::App { .. } => "app",
        Challenge::BindApp { .. } => "bind",
        Challenge::ConfirmApp { .. } => "confirm-app",
        Challenge::EnrolNumber { .. } => "number",
        Challenge::ConfirmText { .. } => "confirm-text",
        Challenge::ConfirmCall { .. } => "confirm-call",
    }
    .to_owned()
}

#[test]
fn a_password_and_a_code_sign_a_person_in() {
    let mut journey = Journey::begin(person_with_totp());
    journey.password(1, true).code(2, code(&SEED, 2)).check("code done");
    let signed_in = journey.done.unwrap();
    assert_eq!(signed_in.strength(), Strength::MultiFactorUnrestricted);
    let device = DeviceId::new(op(2).now, [6; 10]);
    let session =
        signed_in.start_session(&op(2), &SessionLimits::default(), SessionId::new(op(2).now, [7; 10]), device);
    assert_eq!(session.account(), journey.person.id);
    assert_eq!(session.strength(), Strength::MultiFactorUnrestricted);
}

#[test]
fn a_person_without_a_factor_enrols_before_anything_else() {
    let mut journey = Journey::begin(person());
    journey.password(1, true).confirm_enrolment(2).choose_totp(3).enrolment_code(4, code(&NEW_SEED, 4));
    journey.check("self-enrol choose enrol done");
}

#[test]
fn a_wrong_password_and_an_unknown_person_are_the_same() {
    let mut known = Journey::begin(person_with_totp());
    known.password(1, false).check("wrong_password");
    let mut unknown = Journey::begin(person_with_totp());
    unknown.event(1, Event::PasswordSubmitted { permit: Permit::Now });
    unknown.event(1, Event::PasswordChecked { person: None, verdict: verdict(1, true) }).check("wrong_password");
}

#[test]
fn a_wrong_code_keeps_the_flow_where_it_was() {
    let mut journey = Journey::begin(person_with_totp());
    journey.password(1, true).code(2, wrong_code(&SEED, 2)).code(3, code(&SEED, 3));
    journey.check("code wrong_code done");
}

#[test]
fn a_spent_code_is_refused() {
    let mut journey = Journey::begin(person_with_totp());
    journey.password(1, true);
    let (person, step) = (journey.person.clone(), totp::Step::of(op(2).now));
    let event =
        Event::CodeSubmitted { person, permit: Permit::Now, states: vec![state(Some(step))], code: code(&SEED, 2) };
    journey.event(2, event).check("code code_already_used");
}

#[test]
fn too_many_tries_are_refused_before_the_check() {
    let until = Timestamp::from_seconds(START + 60);
    let mut journey = Journey::begin(person_with_totp());
    journey.event(1, Event::PasswordSubmitted { permit: Permit::Wait { until } }).check("too_many_tries");
    let mut journey = Journey::begin(person_with_totp());
    journey.password(1, true);
    let person = journey.person.clone();
    let code = code(&SEED, 2);
    journey.event(2, Event::CodeSubmitted { person, permit: Permit::Never, states: vec![state(None)], code });
    journey.check("code ceiling_reached");
}

#[test]
fn a_disabled_account_is_told_so_only_after_its_password() {
    let disabled = Person { status: AccountStatus::Disabled { since: op(0).now }, ..person_with_totp() };
    Journey::begin(disabled.clone()).password(1, false).check("wrong_password");
    Journey::begin(disabled).password(1, true).check("account_not_active");
    let mut journey = Journey::begin(person_with_totp());
    journey.password(1, true);
    journey.person.status = AccountStatus::Disabled { since: op(2).now };
    journey.code(2, code(&SEED, 2)).check("code account_not_active");
}

/// A policy under which nobody comes in.
pub(super) fn blocking() -> Policies {
    let policy = Policy {
        id: PolicyId::new(op(0).now, [1; 10]),
        name: "Nobody".to_owned(),
        state: PolicyState::On,
        include: Scope::default(),
        exclude: Scope::default(),
        holds_less_than: None,
        risk_from: None,
        outcome: Outcome::Block,
        controls: Controls::default(),
        missing: None,
    };
    Policies::new(vec![policy], Baselines::default(), Vec::new())
}

#[test]
fn whom_a_policy_blocks_nothing_lets_in() {
    let mut journey = Journey { policies: blocking(), ..Journey::begin(person_with_totp()) };
    journey.password(1, true).check("blocked_by_policy");
    // Also one that is made while a code is awaited.
    let mut journey = Journey::begin(person_with_totp());
    journey.password(1, true);
    journey.policies = blocking();
    journey.code(2, code(&SEED, 2)).check("code blocked_by_policy");
    assert!(journey.done.is_none());
}

#[test]
fn a_shared_mailbox_never_signs_in() {
    let mailbox = Person { kind: AccountKind::SharedMailbox, ..person() };
    Journey::begin(mailbox).password(1, true).check("kind_cannot_sign_in");
}

#[test]
fn a_privileged_account_enrols_with_an_activation_code_only() {
    let privileged = Person { roles: vec![Role::LocalAdministrator], ..person() };
    let mut journey = Journey::begin(privileged);
    journey.password(1, true).confirm_enrolment(2).choose_totp(2).activate(3, false).activate(4, true);
    journey.check("activation wrong_step wrong_step wrong_activation self-enrol");
    journey.confirm_enrolment(5).choose_totp(6).enrolment_code(7, code(&NEW_SEED, 7));
    assert!(journey.done.is_some());
}

#[test]
fn an_activation_code_leads_through_a_new_password_to_enrolment() {
    let new = Person { password: None, ..person() };
    let mut journey = Journey::begin(new);
    journey.activate(1, true).choose_password(2).confirm_enrolment(3).choose_totp(4);
    journey.enrolment_code(5, code(&NEW_SEED, 5)).check("new-password self-enrol choose enrol done");
}

#[test]
fn a_temporary_password_in_the_wrong_hands_changes_nothing() {
    let temporary = Person { password: Some(TEMPORARY), ..person_with_totp() };
    let mut journey = Journey::begin(temporary);
    journey.password(1, true).choose_password(2).check("code wrong_step");
    journey.code(3, code(&SEED, 3)).choose_password(4).check("code wrong_step new-password done");
}

#[test]
fn who_has_a_factor_cannot_enrol_another_on_the_way_in() {
    let mut journey = Journey::begin(person());
    journey.password(1, true).confirm_enrolment(2);
    journey.person = person_with_totp();
    journey.choose_totp(3).check("self-enrol choose wrong_step");
}

#[test]
fn an_unfinished_flow_expires() {
    let mut journey = Journey::begin(person_with_totp());
    journey.password(1, true).code(15 * 60, code(&SEED, 15 * 60)).check("code flow_expired");
}

#[test]
fn stronger_than_anything_enrolled_is_enrolled_once_what_there_is_was_shown() {
    let request = SignInRequest { strength: Strength::PhishingResistant, ..SignInRequest::portal() };
    let mut journey = Journey::asked(person_with_totp(), request);
    journey.password(1, true).confirm_enrolment(2).code(3, code(&SEED, 3)).check("code wrong_step enrol-stronger");
    assert!(journey.done.is_none());
}

#[test]
fn stronger_than_anything_that_can_be_enrolled_is_out_of_reach() {
    let request = SignInRequest { strength: Strength::PhishingResistant, ..SignInRequest::portal() };
    let barred = [FactorKind::WebAuthn, FactorKind::Smartcard].map(|kind| (kind, Unusable::SwitchedOff));
    let mut journey = Journey::asked(Person { barred: barred.to_vec(), ..person_with_totp() }, request);
    journey.password(1, true).code(2, code(&SEED, 2)).check("code strength_out_of_reach");
}

#[test]
fn stepping_up_asks_for_the_second_factor_alone_and_keeps_the_end() {
    let mut journey = Journey::begin(person_with_totp());
    journey.password(1, true).code(2, code(&SEED, 2));
    let device = DeviceId::new(op(2).now, [6; 10]);
    let limits = SessionLimits::default();
    let first = journey.done.take().unwrap().start_session(&op(2), &limits, SessionId::new(op(2).now, [7; 10]), device);
    let id = FlowId::new(op(3_000).now, [8; 10]);
    journey.flow = Some(Flow::refresh(
        &op(3_000),
        &SignInRules::default(),
        id,
        &first,
        &journey.person,
        StepUp::Change,
        challenge(),
    ));
    let person = Some(journey.person.clone());
    journey.event(3_000, Event::Looked { person }).code(3_001, code(&SEED, 3_001)).check("code done code done");
    let signed_in = journey.done.take().unwrap();
    let second = signed_in.refresh_session(&op(3_001), &first).unwrap();
    assert_eq!(second.id(), first.id());
    assert_eq!(second.facts().expires_at, first.facts().expires_at);
    assert!(second.has_fresh_factor(&limits, op(3_002).now));
}

#[test]
fn stepping_up_asks_for_a_factor_that_is_not_restricted_where_there_is_one() {
    let (text, app) = (CredentialId::new(op(0).now, [5; 10]), enrolled());
    for (factors, expected) in [
        (vec![factor(text, FactorKind::Sms)], "send? text done send?"),
        (vec![factor(text, FactorKind::Sms), factor(app, FactorKind::Totp)], "send? text done code"),
    ] {
        let mut journey = Journey::begin(Person { factors, ..person() });
        journey.password(1, true);
        let dispatch = super::telephone_tests::dispatch(2);
        let person = journey.person.clone();
        journey.event(2, Event::DispatchRequested { person: person.clone(), dispatch });
        let sent = journey.texts[0].1.code;
        journey
            .event(3, Event::CodeSubmitted { person: person.clone(), permit: Permit::Now, states: vec![], code: sent });
        let device = DeviceId::new(op(3).now, [6; 10]);
        let session = SessionId::new(op(3).now, [7; 10]);
        let signed_in = journey.done.take().unwrap();
        let first = signed_in.start_session(&op(3), &SessionLimits::default(), session, device);
        assert_eq!((first.unrestricted_factor_at(), first.second_factor_at()), (None, Some(op(3).now)));
        let id = FlowId::new(op(4).now, [8; 10]);
        journey.flow =
            Some(Flow::refresh(&op(4), &SignInRules::default(), id, &first, &person, StepUp::Change, challenge()));
        journey.event(4, Event::Looked { person: Some(person) }).check(expected);
    }
}

/// What somebody does next in a random journey.
#[derive(Clone, Debug)]
enum Deed {
    Password(bool),
    Activation(bool),
    Code(bool),
    OldCode,
    NewPassword,
    Confirm,
    Choose,
    EnrolmentCode(bool),
    Restart,
    Look,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        3 => any::<bool>().prop_map(Deed::Password),
        1 => any::<bool>().prop_map(Deed::Activation),
        3 => any::<bool>().prop_map(Deed::Code),
        1 => Just(Deed::OldCode),
        1 => Just(Deed::NewPassword),
        2 => Just(Deed::Confirm),
        2 => Just(Deed::Choose),
        3 => any::<bool>().prop_map(Deed::EnrolmentCode),
        1 => Just(Deed::Restart),
        1 => Just(Deed::Look),
    ]
}

#[test]
fn a_password_that_somebody_else_knows_reads_as_a_wrong_one() {
    let void = Person { password: Some(PasswordStanding::Void), ..person_with_totp() };
    Journey::begin(void).password(1, true).check("wrong_password");
}

#[test]
fn nobody_comes_in_with_a_compromised_account_and_a_pinned_one_shows_two_factors() {
    let held = |hold| Person { hold, ..person_with_totp() };
    Journey::begin(held(Hold::Compromised)).password(1, true).check("account_not_active");
    let mut pinned = Journey::begin(held(Hold::Pinned));
    pinned.password(1, true).code(2, code(&SEED, 2)).check("code done");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_path_reaches_the_end_with_fewer_proofs_than_the_policy_asks_for(
        has_password: bool,
        has_totp: bool,
        privileged: bool,
        temporary: bool,
        deeds in prop::collection::vec(deed(), 0..14),
    ) {
        let mut start = if has_totp { person_with_totp() } else { person() };
        start.password = match (has_password, temporary) {
            (false, _) => None,
            (true, false) => start.password,
            (true, true) => Some(TEMPORARY),
        };
        start.roles = roles(privileged);
        let mut journey = Journey::begin(start);
        // What really happened, whatever the engine made of it.
        let (mut knew_password, mut had_activation, mut showed_phone, mut chose_password) = (false, false, false, false);
        for (index, deed) in deeds.into_iter().enumerate() {
            let second = i64::try_from(index).unwrap() * 40;
            match deed {
                Deed::Password(is_right) => {
                    knew_password |= is_right && journey.person.password.is_some();
                    journey.password(second, is_right);
                }
                Deed::Activation(spent) => {
                    had_activation |= spent;
                    journey.activate(second, spent);
                }
                Deed::Code(is_right) => {
                    showed_phone |= is_right && has_totp;
                    let typed = if is_right { code(&SEED, second) } else { wrong_code(&SEED, second) };
                    journey.code(second, typed);
                }
                Deed::OldCode => {
                    let person = journey.person.clone();
                    let states = vec![state(Some(totp::Step::of(op(second + 60).now)))];
                    let event = Event::CodeSubmitted { person, permit: Permit::Now, states, code: code(&SEED, second) };
                    journey.event(second, event);
                }
                Deed::NewPassword => {
                    chose_password = true;
                    journey.choose_password(second);
                }
                Deed::Confirm => { journey.confirm_enrolment(second); }
                Deed::Choose => { journey.choose_totp(second); }
                Deed::EnrolmentCode(is_right) => {
                    showed_phone |= is_right && !has_totp;
                    let typed = if is_right { code(&NEW_SEED, second) } else { wrong_code(&NEW_SEED, second) };
                    journey.enrolment_code(second, typed);
                }
                Deed::Restart => {
                    let person = journey.person.clone();
                    journey.event(second, Event::EnrolmentRestarted { person });
                }
                Deed::Look => {
                    let person = Some(journey.person.clone());
                    journey.event(second, Event::Looked { person });
                }
            }
            if let Some(signed_in) = &journey.done {
                let kinds: Vec<_> = signed_in.proofs().iter().map(crate::factor::Proof::factor).collect();
                prop_assert!(signed_in.strength() >= Strength::MultiFactor);
                prop_assert_eq!(Strength::of(kinds.iter().copied()), Some(signed_in.strength()));
                let mut distinct = kinds.clone();
                distinct.dedup();
                prop_assert_eq!(&distinct, &kinds, "the same factor never counts twice");
                prop_assert!(showed_phone, "nobody ends without the phone");
                prop_assert!(knew_password || (had_activation && chose_password));
                prop_assert!(has_totp || !privileged || had_activation, "the privileged enrol with an activation code");
                break;
            }
        }
    }
}
