//! What holds for any policies and any sign-in.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::subsequence;

use super::*;
use crate::directory::{AccountKind, Role};
use crate::factor::FactorKind;
use crate::id::{AccountId, ApplicationId, GroupId, NamedLocationId, OrganisationId, PolicyId};
use crate::session::{Remembered, Strength};
use crate::time::Timestamp;

const NOW: Timestamp = Timestamp::from_seconds(1_780_000_000);

macro_rules! id {
    ($kind:ident, $number:expr) => {
        $kind::new(Timestamp::from_seconds(0), [$number; 10])
    };
}

/// A sign-in that owns what it is made of.
#[derive(Clone, Debug)]
pub(super) struct SignIn {
    account: u8,
    groups: Vec<GroupId>,
    roles: Vec<Role>,
    organisations: Vec<OrganisationId>,
    kind: AccountKind,
    factors: FactorSet,
    hold: Hold,
    excepted: bool,
    postponed: bool,
    age_days: u64,
    grace: GraceUsed,
    target: Target,
    asked: Strength,
    client: ClientKind,
    address: Option<IpAddr>,
    country: Option<Country>,
    device: Device,
    risk: Option<Risk>,
    /// How many hours ago a second factor was shown in the browser, where that is remembered, and for how many hours that is agreed.
    remembered: Option<(u64, u64)>,
}

impl SignIn {
    pub(super) fn signals(&self) -> Signals<'_> {
        Signals {
            account: Subject {
                id: id!(AccountId, self.account),
                kind: self.kind,
                created_at: NOW.minus(Duration::from_secs(self.age_days * 86_400)),
                roles: &self.roles,
                groups: &self.groups,
                organisations: &self.organisations,
                factors: self.factors,
                hold: self.hold,
                excepted_until: self.excepted.then(|| NOW.plus(Duration::from_secs(60))),
                postponed_until: self.postponed.then(|| NOW.plus(Duration::from_secs(86_400))),
                grace: self.grace,
            },
            target: self.target,
            asked: self.asked,
            client: self.client,
            address: self.address,
            country: self.country,
            device: self.device,
            risk: self.risk,
            remembered: self.remembered.map(|(ago, long)| {
                let shown_at = NOW.minus(Duration::from_secs(ago * 3_600));
                Remembered { shown_at, until: shown_at.plus(Duration::from_secs(long * 3_600)) }
            }),
            now: NOW,
        }
    }
}

const STRENGTHS: [Strength; 4] =
    [Strength::OneFactor, Strength::MultiFactor, Strength::MultiFactorUnrestricted, Strength::PhishingResistant];
const COUNTRIES: [&str; 3] = ["GB", "FR", "US"];
const ROLES: [Role; 3] = [Role::Staff, Role::PracticeManager, Role::LocalAdministrator];

fn strength() -> impl Strategy<Value = Strength> {
    prop::sample::select(&STRENGTHS[..])
}

pub(crate) fn target() -> impl Strategy<Value = Target> {
    prop_oneof![Just(Target::Portal), (0_u8..2).prop_map(|number| Target::Application(id!(ApplicationId, number)))]
}

pub(crate) fn country() -> impl Strategy<Value = Country> {
    prop::sample::select(&COUNTRIES[..]).prop_map(|text| Country::parse(text).unwrap())
}

/// In one of two locations, in both, or in none.
pub(crate) fn address() -> impl Strategy<Value = IpAddr> {
    (0_u8..4).prop_map(|third| IpAddr::V4(Ipv4Addr::new(192, 0, third, 7)))
}

fn device() -> impl Strategy<Value = Device> {
    prop_oneof![Just(Device::Known), Just(Device::New)]
}

fn few<T: Clone + std::fmt::Debug + 'static>(of: Vec<T>) -> impl Strategy<Value = Vec<T>> {
    let count = of.len();
    prop_oneof![2 => Just(Vec::new()), 1 => subsequence(of, 0..=count)]
}

pub(super) fn sign_in() -> impl Strategy<Value = SignIn> {
    let groups = subsequence((0_u8..3).map(|number| id!(GroupId, number)).collect::<Vec<_>>(), 0..=3);
    let organisations =
        prop_oneof![Just(vec![id!(OrganisationId, 0)]), Just(vec![id!(OrganisationId, 1), id!(OrganisationId, 0)]),];
    let hold = prop_oneof![6 => Just(Hold::None), 1 => Just(Hold::Compromised), 1 => Just(Hold::Pinned)];
    let used =
        (prop::option::of(0_u64..30), 0_u16..4, any::<bool>()).prop_map(|(days, skips, was_registered)| GraceUsed {
            first_prompt: days.map(|days| NOW.minus(Duration::from_secs(days * 86_400))),
            skips,
            was_registered,
        });
    let who = (
        0_u8..3,
        groups,
        few(ROLES.to_vec()),
        organisations,
        subsequence(vec![FactorKind::WebAuthn, FactorKind::Totp, FactorKind::Sms], 0..=3),
        hold,
        (any::<bool>(), any::<bool>(), prop_oneof![Just(1_u64), Just(5_000)]),
        used,
    );
    let place = (
        target(),
        strength(),
        prop::sample::select(&ClientKind::ALL[..]),
        prop::option::of(address()),
        prop::option::of(country()),
        device(),
        (prop::option::of(prop::sample::select(&Risk::ALL[..])), prop::option::of((0_u64..40, 1_u64..60))),
    );
    (who, place).prop_map(|((account, groups, roles, organisations, factors, hold, standing, grace), place)| {
        let (target, asked, client, address, country, device, (risk, remembered)) = place;
        let kind = AccountKind::User;
        let (excepted, postponed, age_days) = standing;
        SignIn {
            account,
            groups,
            roles,
            organisations,
            kind,
            factors: factors.into_iter().collect(),
            hold,
            excepted,
            postponed,
            age_days,
            grace,
            target,
            asked,
            client,
            address,
            country,
            device,
            risk,
            remembered,
        }
    })
}

fn scope() -> impl Strategy<Value = Scope> {
    let mut people: Vec<Principal> = (0_u8..3).map(|number| Principal::Account(id!(AccountId, number))).collect();
    people.extend((0_u8..3).map(|number| Principal::Group(id!(GroupId, number))));
    people.extend(ROLES.map(Principal::Role));
    people.extend((0_u8..2).map(|number| Principal::Organisation(id!(OrganisationId, number))));
    let mut applications = vec![Target::Portal];
    applications.extend((0_u8..2).map(|number| Target::Application(id!(ApplicationId, number))));
    let locations = vec![Located::Anywhere, Located::At(id!(NamedLocationId, 0)), Located::At(id!(NamedLocationId, 1))];
    let countries = COUNTRIES.map(|text| Country::parse(text).unwrap()).to_vec();
    let lists = (few(people), few(applications), few(ClientKind::ALL.to_vec()), few(locations), few(countries));
    (lists, few(vec![Device::Known, Device::New])).prop_map(|(lists, devices)| {
        let (people, applications, clients, locations, countries) = lists;
        Scope { people, kinds: Vec::new(), applications, clients, locations, countries, devices }
    })
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let among = prop::option::of(subsequence(FactorKind::ALL.to_vec(), 1..4));
    let grace = prop_oneof![Just(Grace::None), (0_u16..20).prop_map(Grace::Days), (0_u16..5).prop_map(Grace::Skips)];
    let require = (strength(), among, grace).prop_map(|(strength, among, grace)| {
        Outcome::Require(Requirement { strength, among: among.map(|among| among.into_iter().collect()) }, grace)
    });
    prop_oneof![1 => Just(Outcome::Block), 5 => require, 1 => Just(Outcome::Register), 1 => Just(Outcome::ControlsOnly)]
}

fn controls() -> impl Strategy<Value = Controls> {
    let frequency = prop_oneof![
        Just(Frequency::EveryTime),
        (1_u64..9).prop_map(|hours| Frequency::After(Duration::from_secs(hours * 3_600))),
    ];
    let idle = (1_u64..9).prop_map(|minutes| Duration::from_secs(minutes * 60));
    let remember = (0_u64..30).prop_map(|hours| Duration::from_secs(hours * 3_600));
    (prop::option::of(frequency), any::<bool>(), prop::option::of(idle), prop::option::of(remember))
        .prop_map(|(frequency, not_persistent, idle, remember)| Controls { frequency, not_persistent, idle, remember })
}

pub(crate) fn policy() -> impl Strategy<Value = Policy> {
    let state = prop::sample::select(&[PolicyState::Off, PolicyState::ReportOnly, PolicyState::On][..]);
    let limits =
        (prop::option::weighted(0.2, strength()), prop::option::weighted(0.2, prop::sample::select(&Risk::ALL[..])));
    let missing = prop::option::weighted(0.05, prop::sample::select(&Condition::ALL[..]));
    (any::<u8>(), state, scope(), scope(), limits, outcome(), controls(), missing).prop_map(
        |(number, state, include, exclude, (holds_less_than, risk_from), outcome, controls, missing)| Policy {
            id: id!(PolicyId, number),
            name: number.to_string(),
            state,
            include,
            exclude,
            holds_less_than,
            risk_from,
            outcome,
            controls,
            missing,
        },
    )
}

pub(crate) fn baselines() -> impl Strategy<Value = Baselines> {
    let assigned = || prop::option::of(prop::sample::select(&Baseline::ALL[..]));
    let window = || prop::option::of((1_u64..40).prop_map(|hours| Duration::from_secs(hours * 3_600)));
    let remember = (window(), window(), window()).prop_map(|(group, other, root)| {
        let by = [
            (AssignedBy::Group(id!(GroupId, 0)), group),
            (AssignedBy::Group(id!(GroupId, 1)), other),
            (AssignedBy::Organisation(id!(OrganisationId, 0)), root),
        ];
        by.into_iter().filter_map(|(by, window)| Some((by, window?))).collect()
    });
    let groups = (assigned(), assigned());
    (groups, assigned(), assigned(), remember).prop_map(|((group, other), root, below, remember)| Baselines {
        remember,
        groups: [(id!(GroupId, 0), group), (id!(GroupId, 1), other)]
            .into_iter()
            .filter_map(|(group, baseline)| Some((group, baseline?)))
            .collect(),
        organisations: [(id!(OrganisationId, 0), root), (id!(OrganisationId, 1), below)]
            .into_iter()
            .filter_map(|(organisation, baseline)| Some((organisation, baseline?)))
            .collect(),
    })
}

/// With rules of every kind, as many as there are policies make them.
pub(crate) fn compiled(policies: &[Policy], baselines: &Baselines) -> Policies {
    let skip = if baselines.groups.is_empty() { SkipWhere::Anywhere } else { SkipWhere::NamedLocation };
    let first = match baselines.organisations.len() {
        0 => FirstFactorWhere::NamedLocationOrPass,
        _ => FirstFactorWhere::Anywhere,
    };
    let rules = RegistrationRules { skip, first, ..RegistrationRules::default() };
    let location = |number, ranges: [&str; 1]| ActiveLocation {
        id: id!(NamedLocationId, number),
        ranges: ranges.map(|range| range.parse().unwrap()).into(),
    };
    let locations = vec![location(0, ["192.0.1.0/24"]), location(1, ["192.0.2.0/23"])];
    Policies::new(policies.to_vec(), baselines.clone(), locations).with_rules(rules)
}

/// Whether whoever gets past `one` gets past `other`, too.
fn at_least(one: &Access, other: &Access) -> bool {
    match (one, other) {
        (Access::Blocked(_), _) => true,
        (Access::Granted(_), Access::Blocked(_)) => false,
        (Access::Granted(one), Access::Granted(other)) => {
            one.required.implies(other.required)
                && one.meanwhile.implies(other.meanwhile)
                && one.registration.and(other.registration) == one.registration
                && (!one.may_register || other.may_register)
                && one.controls.and(other.controls) == one.controls
        }
    }
}

fn with(policy: &Policy, state: PolicyState) -> Policy {
    Policy { state, ..policy.clone() }
}

/// Whether a policy applies, looked up in no index.
pub(crate) fn plainly_applies(policy: &Policy, signals: &Signals<'_>) -> bool {
    let account = &signals.account;
    let person = |principal: &Principal| match principal {
        Principal::Account(id) => *id == account.id,
        Principal::Group(id) => account.groups.contains(id),
        Principal::Role(role) => *role == Role::Staff || account.roles.contains(role),
        Principal::Organisation(id) => account.organisations.contains(id),
    };
    let at = |address: IpAddr, located: &Located| {
        let in_zero = "192.0.1.0/24".parse::<ipnet::IpNet>().unwrap().contains(&address);
        let in_one = "192.0.2.0/23".parse::<ipnet::IpNet>().unwrap().contains(&address);
        match located {
            Located::Anywhere => in_zero || in_one,
            Located::At(id) => {
                (*id == id!(NamedLocationId, 0) && in_zero) || (*id == id!(NamedLocationId, 1) && in_one)
            }
        }
    };
    let met = |condition: Condition, included: &Scope, excluded: &Scope| {
        fn of<T>(included: &[T], excluded: &[T], is: impl Fn(&T) -> Option<bool>) -> (bool, bool) {
            let included = included.is_empty() || included.iter().any(|own| is(own).unwrap_or(true));
            (included, excluded.iter().any(|own| is(own).unwrap_or(false)))
        }
        let (is_in, is_out) = match condition {
            Condition::People => of(&included.people, &excluded.people, |own| Some(person(own))),
            Condition::Kind => of(&included.kinds, &excluded.kinds, |own| Some(*own == account.kind)),
            Condition::Application => {
                of(&included.applications, &excluded.applications, |own| Some(*own == signals.target))
            }
            Condition::Client => of(&included.clients, &excluded.clients, |own| Some(*own == signals.client)),
            Condition::Location => {
                of(&included.locations, &excluded.locations, |own| signals.address.map(|address| at(address, own)))
            }
            Condition::Country => {
                of(&included.countries, &excluded.countries, |own| signals.country.map(|country| country == *own))
            }
            Condition::Device => of(&included.devices, &excluded.devices, |own| Some(*own == signals.device)),
            Condition::Held => {
                let least = policy.holds_less_than;
                (least.is_none_or(|least| account.held().is_none_or(|held| held < least)), false)
            }
            Condition::Risk => {
                let from = policy.risk_from;
                (from.is_none_or(|from| signals.risk.is_none_or(|risk| risk >= from)), false)
            }
        };
        (is_in || policy.missing == Some(condition)) && !is_out
    };
    Condition::ALL.into_iter().all(|condition| met(condition, &policy.include, &policy.exclude))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_policy_that_is_switched_on_never_makes_it_weaker(
        policies in prop::collection::vec(policy(), 0..6), more in policy(), baselines in baselines(), sign_in in sign_in(),
    ) {
        let before = evaluate(&compiled(&policies, &baselines), &sign_in.signals());
        let all: Vec<_> = policies.iter().cloned().chain([with(&more, PolicyState::On)]).collect();
        let after = evaluate(&compiled(&all, &baselines), &sign_in.signals());
        prop_assert!(at_least(&after.access, &before.access), "{:?} after {:?}", after.access, before.access);
        // Where it only reports it changes nothing, and says what it would do.
        let all: Vec<_> = policies.iter().cloned().chain([with(&more, PolicyState::ReportOnly)]).collect();
        let reported = evaluate(&compiled(&all, &baselines), &sign_in.signals());
        prop_assert_eq!(&reported.access, &before.access);
        let would_be = reported.would_be.unwrap_or(reported.access);
        prop_assert!(at_least(&would_be, &after.access), "{would_be:?} is less than {:?}", after.access);
        let all: Vec<_> = policies.iter().cloned().chain([with(&more, PolicyState::Off)]).collect();
        prop_assert_eq!(evaluate(&compiled(&all, &baselines), &sign_in.signals()).access, before.access);
    }

    #[test]
    fn what_nobody_knows_never_makes_it_weaker(
        policies in prop::collection::vec(policy(), 0..6), baselines in baselines(), sign_in in sign_in(),
    ) {
        let policies = compiled(&policies, &baselines);
        let known = evaluate(&policies, &sign_in.signals()).access;
        for unknown in [
            SignIn { address: None, ..sign_in.clone() },
            SignIn { country: None, ..sign_in.clone() },
            SignIn { risk: None, ..sign_in.clone() },
        ] {
            let access = evaluate(&policies, &unknown.signals()).access;
            prop_assert!(at_least(&access, &known), "{access:?} where {known:?} is known");
        }
    }

    #[test]
    fn the_order_of_policies_does_not_matter(
        policies in prop::collection::vec(policy(), 0..6), baselines in baselines(), sign_in in sign_in(),
    ) {
        let turned: Vec<_> = policies.iter().rev().cloned().collect();
        let one = evaluate(&compiled(&policies, &baselines), &sign_in.signals()).access;
        let other = evaluate(&compiled(&turned, &baselines), &sign_in.signals()).access;
        prop_assert!(at_least(&one, &other) && at_least(&other, &one), "{one:?} and {other:?}");
    }

    #[test]
    fn what_nobody_can_lift_holds_under_any_policies(
        policies in prop::collection::vec(policy(), 0..6), baselines in baselines(), sign_in in sign_in(),
    ) {
        let access = evaluate(&compiled(&policies, &baselines), &sign_in.signals()).access;
        let signals = sign_in.signals();
        let Access::Granted(grant) = access else { return Ok(()) };
        prop_assert!(signals.account.hold != Hold::Compromised);
        let least = match (signals.account.is_privileged(), signals.account.hold) {
            (true, _) => Strength::MultiFactorUnrestricted,
            (false, Hold::Pinned) => Strength::MultiFactor,
            (false, Hold::None | Hold::Compromised) => Strength::OneFactor,
        };
        prop_assert!(grant.required.strength >= least.max(signals.asked), "{grant:?}");
        if least > Strength::OneFactor {
            let is_put_off = matches!(grant.registration, Registration::CanWait(_)) && sign_in.factors.is_empty();
            prop_assert!(!is_put_off, "nothing is put off: {grant:?}");
        }
        prop_assert!(grant.meanwhile.strength >= least && grant.required.implies(grant.meanwhile), "{grant:?}");
        if grant.registration == Registration::NotNeeded {
            prop_assert!(signals.account.could_meet(grant.required), "{grant:?} for {:?}", sign_in.factors);
        }
    }

    #[test]
    fn an_exception_lifts_nothing_but_the_prompt_of_the_baseline(
        policies in prop::collection::vec(policy(), 0..6), baselines in baselines(), sign_in in sign_in(),
    ) {
        let policies = compiled(&policies, &baselines);
        let of = |excepted| evaluate(&policies, &SignIn { excepted, ..sign_in.clone() }.signals()).access;
        let (without, under) = (of(false), of(true));
        prop_assert!(at_least(&without, &under));
        if let (Access::Granted(without), Access::Granted(under)) = (&without, &under)
            && without.required != under.required
        {
            // What is left is what policies and the application ask for; together with the baseline's two factors it is the same.
            prop_assert_eq!(under.required.and(Requirement::of(Strength::MultiFactor)), without.required);
            prop_assert!(!sign_in.factors.is_empty(), "who has no factor is not excepted");
        }
        prop_assert_eq!(matches!(without, Access::Blocked(_)), matches!(under, Access::Blocked(_)));
    }

    #[test]
    fn a_remembered_browser_spares_nothing_but_the_prompt_of_the_baseline(
        policies in prop::collection::vec(policy(), 0..6), baselines in baselines(), sign_in in sign_in(),
        (hours, long) in (0_u64..40, 1_u64..60),
    ) {
        let policies = compiled(&policies, &baselines);
        let of = |remembered| evaluate(&policies, &SignIn { remembered, ..sign_in.clone() }.signals()).access;
        let (without, under) = (of(None), of(Some((hours, long))));
        prop_assert!(at_least(&without, &under));
        if let (Access::Granted(without), Access::Granted(under)) = (&without, &under)
            && without.required != under.required
        {
            prop_assert_eq!(under.required.and(Requirement::of(Strength::MultiFactor)), without.required);
            let signals = sign_in.signals();
            prop_assert!(signals.account.hold == Hold::None && !signals.account.is_privileged(), "{under:?}");
            prop_assert!(signals.account.is_registered() && sign_in.device == Device::Known, "{under:?}");
            prop_assert_eq!(sign_in.risk, Some(Risk::None));
            let ago = Duration::from_secs(hours * 3_600);
            prop_assert!(hours < long, "no longer than was agreed");
            let allows = |by: AssignedBy| baselines.remember.get(&by).is_some_and(|window| ago < *window);
            let mut groups = sign_in.groups.iter().filter(|group| baselines.groups.contains_key(*group)).peekable();
            let allowed = if groups.peek().is_some() {
                groups.all(|group| allows(AssignedBy::Group(*group)))
            } else {
                // The one below says nothing of it in these baselines.
                allows(baselines.of(&signals.account).1)
            };
            prop_assert!(allowed, "{baselines:?}");
            let often = under.controls.frequency;
            prop_assert!(often.is_none_or(|often| matches!(often, Frequency::After(time) if ago < time)), "{often:?}");
            prop_assert!(!under.controls.not_persistent && under.controls.remember.is_none_or(|most| ago < most));
        }
    }

    #[test]
    fn postponing_lifts_nothing_but_registering_with_the_baseline(
        policies in prop::collection::vec(policy(), 0..6), baselines in baselines(), sign_in in sign_in(),
    ) {
        let policies = compiled(&policies, &baselines);
        let of = |postponed| evaluate(&policies, &SignIn { postponed, ..sign_in.clone() }.signals()).access;
        let (without, under) = (of(false), of(true));
        prop_assert!(at_least(&without, &under));
        if let (Access::Granted(without), Access::Granted(under)) = (&without, &under) {
            prop_assert_eq!(without.required, under.required);
            if without.registration != under.registration {
                let signals = sign_in.signals();
                let nobody_else = signals.account.hold == Hold::None && !signals.account.is_privileged();
                prop_assert!(sign_in.factors.is_empty() && !sign_in.grace.was_registered && nobody_else, "{under:?}");
            }
        }
    }

    #[test]
    fn no_policy_is_about_an_account_that_breaks_glass(
        policies in prop::collection::vec(policy(), 0..6), baselines in baselines(), sign_in in sign_in(),
    ) {
        let signals = sign_in.signals();
        let glass = compiled(&policies, &baselines).with_break_glass([signals.account.id]);
        let plain = compiled(&[], &baselines).with_break_glass([signals.account.id]);
        let decision = evaluate(&glass, &signals);
        prop_assert_eq!(&decision.access, &evaluate(&plain, &signals).access);
        match decision.access {
            Access::Granted(grant) => prop_assert!(grant.required.strength == Strength::PhishingResistant),
            Access::Blocked(by) => prop_assert_eq!(by, BlockedBy::Hold),
        }
    }

    #[test]
    fn grace_only_runs_out(
        policies in prop::collection::vec(policy(), 0..6), baselines in baselines(), sign_in in sign_in(), later in 0_u64..2_000_000,
    ) {
        let policies = compiled(&policies, &baselines);
        let first = sign_in.grace.first_prompt.unwrap_or(NOW);
        let used = GraceUsed { first_prompt: Some(first), ..sign_in.grace };
        let now = SignIn { grace: used, ..sign_in.clone() };
        let mut then = now.signals();
        then.now = NOW.plus(Duration::from_secs(later));
        then.account.grace.skips = used.skips.saturating_add(u16::from(later % 2 == 0));
        then.account.excepted_until = None;
        let (before, after) = (evaluate(&policies, &now.signals()).access, evaluate(&policies, &then).access);
        if let (Access::Granted(before), Access::Granted(after)) = (before, after) {
            prop_assert_eq!(after.registration.and(before.registration), after.registration, "{:?}", before.registration);
        }
    }

    #[test]
    fn the_index_finds_what_looking_at_each_policy_finds(
        policies in prop::collection::vec(policy(), 0..70), baselines in baselines(), sign_in in sign_in(),
    ) {
        let signals = sign_in.signals();
        let decision = evaluate(&compiled(&policies, &baselines), &signals);
        for (policy, considered) in policies.iter().zip(&decision.considered) {
            let expected = policy.state != PolicyState::Off && plainly_applies(policy, &signals);
            let found = matches!(considered.applies, Applies::Yes | Applies::WouldApply);
            prop_assert_eq!(found, expected, "{:?}", policy);
        }
    }
}
