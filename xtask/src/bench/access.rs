//! How long a decision takes among a thousand policies and four million ranges of named locations, and how long it takes to make
//! them ready.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::{Duration, Instant};

use wardkey_domain::access::{
    Access, ActiveLocation, Baseline, Baselines, ClientKind, Controls, Country, Device, Grace, GraceUsed, Hold,
    Located, Outcome, Policies, Policy, PolicyState, Principal, Requirement, Risk, Scope, Signals, Subject, Target,
    evaluate,
};
use wardkey_domain::directory::AccountKind;
use wardkey_domain::factor::FactorKind;
use wardkey_domain::id::{AccountId, ApplicationId, GroupId, NamedLocationId, OrganisationId, PolicyId};
use wardkey_domain::session::Strength;
use wardkey_domain::time::Timestamp;

/// The sizes that the decision must bear.
const POLICIES: u32 = 1_000;
const LOCATIONS: u32 = 2_000;
const RANGES: u32 = 2_000;
const ORGANISATIONS: u32 = 1_000;
const GROUPS: u32 = 500;
const APPLICATIONS: u32 = 50;
const SIGN_INS: u32 = 20_000;
const NOW: Timestamp = Timestamp::from_seconds(1_780_000_000);

/// What was measured.
pub struct Figures {
    /// The median of a decision.
    pub p50_us: f64,
    /// The 99th percentile.
    pub p99_us: f64,
    /// Making the policies ready, with all locations.
    pub compile_ms: f64,
    /// Sign-ins that were blocked, of a thousand: the sign-ins are not all alike.
    pub blocked_per_mille: f64,
}

/// Measures all of it.
pub fn measure() -> io::Result<Figures> {
    let (policies, locations) = (policies()?, locations());
    let began = Instant::now();
    let policies = Policies::new(policies, baselines(), locations);
    let compile_ms = began.elapsed().as_secs_f64() * 1_000.0;
    let mut numbers = Numbers(42);
    let mut took = Vec::new();
    let mut blocked = 0_u32;
    for _ in 0..SIGN_INS {
        let (decided, time) = sign_in(&policies, &mut numbers)?;
        blocked += u32::from(matches!(decided, Access::Blocked(_)));
        took.push(time);
    }
    took.sort_unstable();
    let at = |of: usize| took.get(took.len() * of / 100).map(|time| time.as_secs_f64() * 1_000_000.0);
    Ok(Figures {
        p50_us: at(50).ok_or(io::ErrorKind::InvalidData)?,
        p99_us: at(99).ok_or(io::ErrorKind::InvalidData)?,
        compile_ms,
        blocked_per_mille: f64::from(blocked) * 1_000.0 / f64::from(SIGN_INS),
    })
}

/// Numbers that look random and are the same in each run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u32) -> u32 {
        u32::try_from(self.next() % u64::from(limit)).unwrap_or(0)
    }
}

fn entropy(number: u32) -> [u8; 10] {
    let mut entropy = [0; 10];
    entropy.iter_mut().zip(number.to_be_bytes()).for_each(|(byte, digit)| *byte = digit);
    entropy
}

macro_rules! id {
    ($kind:ident, $number:expr) => {
        $kind::new(Timestamp::from_seconds(0), entropy($number))
    };
}

/// Each location has ranges of IPv4 and of IPv6, spread over the whole of both.
fn locations() -> Vec<ActiveLocation> {
    let range = |number: u32| {
        let wide = number % 4 == 0;
        let v6 = Ipv6Addr::from((0x2000_u128 << 112) | (u128::from(number) << 80));
        if wide { (IpAddr::V6(v6), 48) } else { (IpAddr::V4(Ipv4Addr::from(number.wrapping_mul(1_024))), 22) }
    };
    let ranges = |location: u32| {
        let numbers = (0..RANGES).map(move |place| place * LOCATIONS + location);
        numbers.filter_map(|number| {
            let (address, length) = range(number);
            ipnet::IpNet::new(address, length).ok()
        })
    };
    (0..LOCATIONS)
        .map(|location| ActiveLocation { id: id!(NamedLocationId, location), ranges: ranges(location).collect() })
        .collect()
}

fn baselines() -> Baselines {
    let assigned = |number: u32| if number % 2 == 0 { Baseline::NamedLocation } else { Baseline::Standard };
    Baselines {
        groups: (0..GROUPS / 10).map(|number| (id!(GroupId, number), assigned(number))).collect(),
        organisations: (0..ORGANISATIONS).map(|number| (id!(OrganisationId, number), assigned(number))).collect(),
        remember: std::collections::HashMap::new(),
    }
}

/// Each policy looks at people and two other things, as those of large organisations do.
fn policies() -> io::Result<Vec<Policy>> {
    let mut numbers = Numbers(7);
    let countries = ["GB", "FR", "US", "DE"].map(Country::parse);
    let mut all = Vec::new();
    for number in 0..POLICIES {
        let organisations = (0..3).map(|_| Principal::Organisation(id!(OrganisationId, numbers.below(ORGANISATIONS))));
        let groups = (0..5).map(|place| Principal::Group(id!(GroupId, (number * 5 + place) % GROUPS)));
        let mut include = Scope { people: groups.chain(organisations).collect(), ..Scope::default() };
        if number % 10 == 0 {
            include.people.clear();
        }
        match number % 4 {
            0 => include.applications = vec![Target::Application(id!(ApplicationId, numbers.below(APPLICATIONS)))],
            1 => include.clients = vec![ClientKind::Native],
            2 => include.locations = vec![Located::At(id!(NamedLocationId, numbers.below(LOCATIONS)))],
            _ => include.countries = countries.iter().flatten().skip(1).copied().collect(),
        }
        let exclude = Scope { people: vec![Principal::Group(id!(GroupId, numbers.below(GROUPS)))], ..Scope::default() };
        let required = Requirement::of(Strength::PhishingResistant);
        let outcome = if number % 50 == 3 { Outcome::Block } else { Outcome::Require(required, Grace::None) };
        all.push(Policy {
            id: id!(PolicyId, number),
            name: format!("Policy {number}"),
            state: if number % 20 == 0 { PolicyState::ReportOnly } else { PolicyState::On },
            include,
            exclude,
            holds_less_than: None,
            risk_from: (number % 30 == 7).then_some(Risk::Medium),
            outcome,
            controls: Controls::default(),
            missing: None,
        });
    }
    Ok(all)
}

fn sign_in(policies: &Policies, numbers: &mut Numbers) -> io::Result<(Access, Duration)> {
    let groups: Vec<GroupId> = (0..20).map(|_| id!(GroupId, numbers.below(GROUPS))).collect();
    let organisations = [0; 4].map(|_: u8| id!(OrganisationId, numbers.below(ORGANISATIONS)));
    let address = match numbers.below(3) {
        0 => IpAddr::V6(Ipv6Addr::from((0x2000_u128 << 112) | (u128::from(numbers.below(4_000_000)) << 80))),
        _ => IpAddr::V4(Ipv4Addr::from(numbers.below(u32::MAX))),
    };
    let country = if numbers.below(10) == 0 { "FR" } else { "GB" };
    let signals = Signals {
        account: Subject {
            id: id!(AccountId, numbers.below(1_000_000)),
            kind: AccountKind::User,
            roles: &[],
            created_at: Timestamp::from_seconds(0),
            groups: &groups,
            organisations: &organisations,
            factors: [FactorKind::Totp].into_iter().collect(),
            hold: Hold::None,
            excepted_until: None,
            postponed_until: None,
            grace: GraceUsed::default(),
        },
        target: Target::Application(id!(ApplicationId, numbers.below(APPLICATIONS))),
        asked: Strength::OneFactor,
        client: if numbers.below(4) == 0 { ClientKind::Native } else { ClientKind::Browser },
        address: Some(address),
        country: Country::parse(country).ok(),
        device: Device::Known,
        risk: Some(Risk::None),
        remembered: None,
        now: NOW,
    };
    let began = Instant::now();
    let decision = std::hint::black_box(evaluate(policies, &signals));
    Ok((decision.access, began.elapsed()))
}
