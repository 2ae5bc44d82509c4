//! The property that no history of sign-ins, changes and visits leads into a session with less than is asked for there.

use std::time::Duration;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use super::key_tests::journey;
use super::strength_tests::{Deed, Setting, Watched, deed, does, setting};
use super::tests::{Journey, op};
use super::*;
use crate::access::properties::{address, baselines, compiled, country, plainly_applies, policy, target};
use crate::access::{
    Admission, Baseline, Baselines, ClientKind, Connection, Country, Device, FactorSet, Frequency, Grace, GraceLeft,
    GraceUsed, Hold, LONGEST_MEMORY, Outcome, Policy, PolicyState, Risk, SKEW, Signals, Subject, Target, evaluate,
};
use crate::directory::Role;
use crate::factor::FactorKind;
use crate::id::{DeviceId, FlowId, GroupId, OrganisationId, SessionId};
use crate::session::{Remembered, Session, SessionLimits};
use crate::time::Timestamp;

/// What happens next.
#[derive(Clone, Debug)]
enum Turn {
    /// The person signs in, and keeps what they register by that, or removes it again.
    SignIn { to: Target, asked: Strength, client: ClientKind, deeds: Vec<Deed>, keeps: bool },
    /// The person opens a page, or an application asks, in the session that there is.
    Visit { to: Target, asked: Strength, client: ClientKind },
    /// The person goes elsewhere.
    Move(Moved),
    /// Other policies are published.
    Publish(Vec<Policy>, Baselines),
    /// The person removes what they had.
    Remove(FactorKind),
    /// The account gets a role, or loses it.
    Role(bool),
    /// The account is held, or is free.
    Hold(Hold),
    /// Its prompts are suspended for so many minutes.
    Except(u64),
    /// Registering is put off for so many minutes.
    Postpone(u64),
    /// The person has the browser remembered, in the session that there is.
    Remember,
    /// So many minutes pass.
    Wait(u64),
}

#[derive(Clone, Copy, Debug)]
struct Moved {
    address: Option<std::net::IpAddr>,
    country: Option<Country>,
    device: Device,
    risk: Option<Risk>,
}

fn asked() -> impl Strategy<Value = Strength> {
    prop_oneof![
        4 => Just(Strength::OneFactor),
        1 => Just(Strength::MultiFactor),
        1 => Just(Strength::PhishingResistant),
    ]
}

fn moved() -> impl Strategy<Value = Moved> {
    let known = prop_oneof![Just(Device::Known), Just(Device::New)];
    let risk = prop::option::of(prop::sample::select(&Risk::ALL[..]));
    (prop::option::of(address()), prop::option::of(country()), known, risk)
        .prop_map(|(address, country, device, risk)| Moved { address, country, device, risk })
}

fn published() -> impl Strategy<Value = (Vec<Policy>, Baselines)> {
    (prop::collection::vec(policy(), 0..4), baselines())
}

fn turn() -> impl Strategy<Value = Turn> {
    let client = || prop::sample::select(&ClientKind::ALL[..]);
    let deeds = prop::collection::vec(deed(), 1..9);
    let sign_in = (target(), asked(), client(), deeds, any::<bool>())
        .prop_map(|(to, asked, client, deeds, keeps)| Turn::SignIn { to, asked, client, deeds, keeps });
    let visit = (target(), asked(), client()).prop_map(|(to, asked, client)| Turn::Visit { to, asked, client });
    let own = [FactorKind::WebAuthn, FactorKind::Smartcard, FactorKind::Totp, FactorKind::Sms];
    let holds = [Hold::None, Hold::None, Hold::None, Hold::Pinned, Hold::Compromised];
    prop_oneof![
        6 => sign_in,
        8 => visit,
        3 => moved().prop_map(Turn::Move),
        2 => published().prop_map(|(policies, baselines)| Turn::Publish(policies, baselines)),
        1 => prop::sample::select(own.to_vec()).prop_map(Turn::Remove),
        1 => any::<bool>().prop_map(Turn::Role),
        1 => prop::sample::select(holds.to_vec()).prop_map(Turn::Hold),
        1 => (1_u64..600).prop_map(Turn::Except),
        1 => (1_u64..600).prop_map(Turn::Postpone),
        2 => Just(Turn::Remember),
        3 => (1_u64..600).prop_map(Turn::Wait),
    ]
}

/// A session, and what somebody who watched has seen shown for it.
struct Open {
    session: Session,
    setting: Setting,
    seen: Watched,
    /// When the last of it was shown.
    at: Timestamp,
}

/// An account, what holds for it, and the session in its browser.
struct World {
    minute: i64,
    setting: Setting,
    person: Person,
    policies: Vec<Policy>,
    baselines: Baselines,
    session: Option<Open>,
    /// When the last was shown of a sign-in after which the browser was remembered.
    remembered: Option<Timestamp>,
    /// How often somebody came in, and how often a session was enough.
    counts: (usize, usize),
}

impl World {
    fn new(setting: Setting, groups: Vec<u8>, published: (Vec<Policy>, Baselines)) -> Self {
        let nobody = setting.begin().person;
        let id = |number| GroupId::new(Timestamp::from_seconds(0), [number; 10]);
        let above = [1, 0].map(|number| OrganisationId::new(Timestamp::from_seconds(0), [number; 10]));
        let person = Person {
            groups: groups.into_iter().map(id).collect(),
            organisations: above.to_vec(),
            grace: GraceUsed { was_registered: !nobody.own_factors().is_empty(), ..GraceUsed::default() },
            ..nobody
        };
        let (policies, baselines) = published;
        Self { minute: 0, setting, person, policies, baselines, session: None, remembered: None, counts: (0, 0) }
    }

    fn now(&self) -> Timestamp {
        op(self.minute * 60).now
    }

    /// Lets `turn` happen.
    fn takes(&mut self, turn: Turn) -> Result<(), TestCaseError> {
        let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
        match turn {
            Turn::SignIn { to, asked, client, deeds, keeps } => return self.sign_in((to, asked, client), deeds, keeps),
            Turn::Visit { to, asked, client } => return self.visit(to, asked, client),
            Turn::Move(Moved { address, country, device, risk }) => {
                self.person.connection = Connection { address, country, device, risk, ..self.person.connection };
            }
            Turn::Publish(policies, baselines) => (self.policies, self.baselines) = (policies, baselines),
            Turn::Remove(kind) => {
                self.person.factors.retain(|factor| factor.kind != kind);
                self.forget_removed();
            }
            Turn::Role(has) => self.person.roles = has.then_some(Role::LocalAdministrator).into_iter().collect(),
            Turn::Hold(hold) => self.person.hold = hold,
            Turn::Except(long) => self.person.excepted_until = Some(self.now().plus(minutes(long))),
            Turn::Postpone(long) => self.person.postponed_until = Some(self.now().plus(minutes(long))),
            Turn::Remember => {
                let shown = self.session.as_ref().and_then(|open| open.session.own_factor_at());
                let remembered = |shown_at: Timestamp| Remembered { shown_at, until: shown_at.plus(LONGEST_MEMORY) };
                self.person.connection.remembered = shown.map(remembered).or(self.person.connection.remembered);
                if let (Some(_), Some(open)) = (shown, &self.session) {
                    self.remembered = Some(open.at);
                }
            }
            Turn::Wait(long) => self.minute += i64::try_from(long).unwrap(),
        }
        Ok(())
    }

    /// What is not there any more cannot be shown.
    fn forget_removed(&mut self) {
        let has = |kind| self.person.factors.iter().any(|factor| factor.kind == kind);
        let Setting { has_key, has_card, has_totp, has_text, has_codes, .. } = self.setting;
        self.setting.has_key = has_key && has(FactorKind::WebAuthn);
        self.setting.has_card = has_card && has(FactorKind::Smartcard);
        self.setting.has_totp = has_totp && has(FactorKind::Totp);
        self.setting.has_text = has_text && has(FactorKind::Sms);
        self.setting.has_codes = has_codes && has(FactorKind::RecoveryCode);
    }

    fn sign_in(
        &mut self,
        (to, asked, client): (Target, Strength, ClientKind),
        deeds: Vec<Deed>,
        keeps: bool,
    ) -> Result<(), TestCaseError> {
        let application = if let Target::Application(application) = to { Some(application) } else { None };
        let request = SignInRequest { application, client, strength: asked, ..SignInRequest::portal() };
        let challenge = || self.setting.challenge();
        let began = self.now();
        let person = Person { connection: Connection { at: began, ..self.person.connection }, ..self.person.clone() };
        let mut journey =
            Journey { rules: self.setting.begin().rules, ..journey(person, challenge(), request.clone()) };
        journey.policies = compiled(&self.policies, &self.baselines);
        let id = FlowId::new(began, [5; 10]);
        let begins = Flow::begin(&op(self.minute * 60), &journey.rules, id, request, challenge());
        journey.flow = Some(begins);
        let mut seen = Watched::default();
        for deed in deeds {
            self.minute += 1;
            journey.person.connection.at = self.now();
            seen = does(&mut journey, &self.setting, deed, self.minute * 60, seen);
            if journey.done.is_some() {
                break;
            }
        }
        let (done, mut after) = (journey.done.take(), journey.person);
        let floor = self.floor(&after, &seen, to, asked, client);
        let had = after.own_factors();
        if !keeps {
            let before = self.person.factors.clone();
            after.factors.retain(|factor| before.contains(factor));
        }
        after.grace.was_registered |= !had.is_empty();
        self.person = after;
        self.forget_removed();
        let Some(done) = done else { return Ok(()) };
        self.counts.0 += 1;
        let at = self.now();
        self.reaches(floor, &self.setting, seen, "came in")?;
        let device = DeviceId::new(at, [6; 10]);
        let (limits, entropy) = (SessionLimits::default(), [7; 10]);
        let (of, op) = (SessionId::new(at, entropy), op(self.minute * 60));
        let session = match self.session.take() {
            Some(open) => done.renew_session(&op, &limits, &open.session),
            None => Some(done.start_session(&op, &limits, of, device)),
        };
        self.session = session.map(|session| Open { session, setting: self.setting.clone(), seen, at });
        Ok(())
    }

    fn visit(&mut self, to: Target, asked: Strength, client: ClientKind) -> Result<(), TestCaseError> {
        let Some(open) = &self.session else { return Ok(()) };
        let person =
            Person { connection: Connection { at: self.now(), ..self.person.connection }, ..self.person.clone() };
        let signals = signals(&person, person.own_factors(), (to, asked, client));
        let decision = evaluate(&compiled(&self.policies, &self.baselines), &signals);
        if decision.admits(&open.session, self.now()) != Admission::Admitted {
            return Ok(());
        }
        let floor = self.floor(&person, &Watched::default(), to, asked, client);
        self.reaches(floor, &open.setting, open.seen, "went on")?;
        let often = self
            .policies
            .iter()
            .filter(|policy| is_on(policy, &signals))
            .filter_map(|policy| policy.controls.frequency);
        if let Some(often) = often.min() {
            let most = if let Frequency::After(time) = often { time } else { SKEW };
            prop_assert!(self.now().since(open.at) <= most, "{often:?} after {:?}", self.now().since(open.at));
        }
        self.counts.1 += 1;
        Ok(())
    }

    fn reaches(&self, floor: Option<Floor>, setting: &Setting, seen: Watched, what: &str) -> Result<(), TestCaseError> {
        let Some(floor) = floor else {
            return Err(TestCaseError::fail(format!("somebody {what} where nobody does: {seen:?}")));
        };
        let worth = seen.worth(setting, true);
        prop_assert!(worth >= Some(floor.strength), "somebody {what} with {seen:?}, which is {worth:?}, for {floor:?}");
        for among in floor.among {
            prop_assert!(shown(seen).any(|kind| among.contains(kind)), "somebody {what} with {seen:?} for {among:?}");
        }
        Ok(())
    }

    /// The least that whoever comes in has shown; nothing where nobody does. Said again without the function that decides: it
    /// knows when something may wait, and asks for no more than it must.
    fn floor(&self, person: &Person, seen: &Watched, to: Target, asked: Strength, client: ClientKind) -> Option<Floor> {
        let factors = person.own_factors().or(shown(*seen).collect());
        let signals = signals(person, factors, (to, asked, client));
        let account = &signals.account;
        let applying: Vec<_> = self.policies.iter().filter(|policy| is_on(policy, &signals)).collect();
        let is_closed = |policy: &&Policy| policy.missing.is_some() || policy.outcome == Outcome::Block;
        if account.hold == Hold::Compromised || applying.iter().any(is_closed) {
            return None;
        }
        let mut floor = Floor { strength: asked, among: Vec::new() };
        let is_newcomer = account.is_registered() || !account.grace.was_registered;
        let may_wait = |grace: Grace| {
            is_newcomer && !account.is_privileged() && grace.left(account.grace, signals.now) != GraceLeft::Nothing
        };
        for policy in applying {
            let Outcome::Require(required, grace) = policy.outcome else { continue };
            if account.could_meet(required) || !may_wait(grace) {
                floor.strength = floor.strength.max(required.strength);
                floor.among.extend(required.among);
            }
        }
        if account.is_privileged() {
            floor.strength = floor.strength.max(Strength::MultiFactorUnrestricted);
        } else if account.hold == Hold::Pinned || self.is_prompted(&signals, &may_wait) {
            floor.strength = floor.strength.max(Strength::MultiFactor);
        }
        Some(floor)
    }

    /// Whether the baseline asks for two factors.
    fn is_prompted(&self, signals: &Signals<'_>, may_wait: &dyn Fn(Grace) -> bool) -> bool {
        let account = &signals.account;
        let is_named = self.baselines.of(account).0 == Baseline::NamedLocation;
        let inside = signals.address.is_some_and(|address| !address.to_string().starts_with("192.0.0."));
        let is_excepted = account.is_registered() && account.excepted_until.is_some_and(|until| signals.now < until);
        let new = !account.is_registered() && !account.grace.was_registered;
        let is_postponed = new && account.postponed_until.is_some_and(|until| signals.now < until);
        let longest = self.baselines.memory_of(account);
        let known = signals.device == Device::Known && account.is_registered();
        let is_remembered =
            known && self.remembered.zip(longest).is_some_and(|(at, window)| signals.now < at.plus(window));
        let waits = is_named && !account.is_registered() && may_wait(Grace::Days(14));
        !((is_named && inside) || is_excepted || is_postponed || is_remembered || waits)
    }
}

/// What has to be shown.
#[derive(Clone, Debug)]
struct Floor {
    strength: Strength,
    among: Vec<FactorSet>,
}

fn is_on(policy: &Policy, signals: &Signals<'_>) -> bool {
    policy.state == PolicyState::On && plainly_applies(policy, signals)
}

fn shown(seen: Watched) -> impl Iterator<Item = FactorKind> {
    let all = [
        (seen.key || seen.new_key, FactorKind::WebAuthn),
        (seen.card || seen.new_card, FactorKind::Smartcard),
        (seen.code || seen.new_code, FactorKind::Totp),
        (seen.text || seen.new_text, FactorKind::Sms),
    ];
    all.into_iter().filter(|(was, _)| *was).map(|(_, kind)| kind)
}

fn signals(
    person: &Person,
    factors: FactorSet,
    (target, asked, client): (Target, Strength, ClientKind),
) -> Signals<'_> {
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
    Signals { account, target, asked, client, address, country, device, risk, remembered, now: at }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn no_history_leads_into_a_session_below_what_is_asked_for(
        setting in setting(),
        groups in prop::collection::vec(0_u8..3, 0..3),
        published in published(),
        turns in prop::collection::vec(turn(), 1..14),
    ) {
        // What a pass and a telephone number are worth is a property of their own.
        let mut world = World::new(Setting { pass: None, ..setting }, groups, published);
        for turn in turns {
            world.takes(turn)?;
        }
    }
}

/// The law above is not kept by nobody ever coming in.
#[test]
fn in_histories_people_come_in_and_go_on() {
    let mut runner = TestRunner::deterministic();
    let histories = (setting(), published(), prop::collection::vec(turn(), 1..14));
    let (mut came_in, mut went_on) = (0, 0);
    for _ in 0..400 {
        let (setting, published, turns) = histories.new_tree(&mut runner).unwrap().current();
        let mut world = World::new(Setting { pass: None, ..setting }, vec![0], published);
        turns.into_iter().for_each(|turn| world.takes(turn).unwrap());
        came_in += world.counts.0;
        went_on += world.counts.1;
    }
    assert!(came_in > 100 && went_on > 50, "{came_in} came in, {went_on} went on");
}
