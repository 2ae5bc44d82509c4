//! Decisions that must come out as written down: `corpus/*.toml`, which whoever knows the rules can read and add to.
//!
//! A file has organisations, accounts, applications, named locations, baselines and policies, and then the cases.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::Path;

use serde::Deserialize;

use super::text::{Names, PolicyText, RegistrationText, memory, principal};
use super::{
    Access, ActiveLocation, Applies, AssignedBy, Baseline, Baselines, BlockedBy, ClientKind, Country, Decision, Device,
    GraceLeft, GraceUsed, Grant, Hold, LONGEST_MEMORY, Policies, Principal, Reason, Registration, Risk, Signals,
    Subject, Target, evaluate,
};
use crate::directory::{AccountKind, Role};
use crate::factor::FactorKind;
use crate::id::{AccountId, ApplicationId, GroupId, NamedLocationId, OrganisationId, PolicyId};
use crate::session::{Remembered, Strength};
use crate::time::Timestamp;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    organisation: Vec<OrganisationEntry>,
    #[serde(default)]
    location: Vec<LocationEntry>,
    #[serde(default)]
    baseline: Vec<BaselineEntry>,
    #[serde(default)]
    policy: Vec<PolicyText>,
    #[serde(default)]
    registration: RegistrationText,
    /// Accounts that no policy is about.
    #[serde(default)]
    break_glass: Vec<String>,
    #[serde(default)]
    account: Vec<AccountEntry>,
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OrganisationEntry {
    name: String,
    above: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LocationEntry {
    name: String,
    ranges: Vec<ipnet::IpNet>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BaselineEntry {
    of: String,
    is: Baseline,
    remember: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountEntry {
    name: String,
    organisation: Option<String>,
    #[serde(default)]
    groups: Vec<String>,
    #[serde(default)]
    roles: Vec<Role>,
    kind: Option<AccountKind>,
    /// What its factors reach, or `none`; an app, unless it says so.
    held: Option<String>,
    /// Its factors, where that matters.
    factors: Option<Vec<FactorKind>>,
    #[serde(default)]
    hold: Hold,
    excepted_until: Option<String>,
    postponed_until: Option<String>,
    /// When it was made; long before default-on, unless it says so.
    created: Option<String>,
    first_prompt: Option<String>,
    #[serde(default)]
    skips: u16,
    #[serde(default)]
    was_registered: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// Rows of the requirements, and of what broke elsewhere.
    #[serde(default)]
    rows: Vec<String>,
    account: String,
    at: Option<String>,
    from: Option<IpAddr>,
    country: Option<String>,
    application: Option<String>,
    client: Option<ClientKind>,
    device: Option<Device>,
    /// `unknown` where nobody could judge it; nothing speaks for any, unless it says so.
    risk: Option<String>,
    /// When a second factor was shown in the browser, where that is remembered.
    remembered: Option<String>,
    /// Until when that was agreed; as long as there is, unless it says so.
    remembered_until: Option<String>,
    asks: Option<Strength>,
    /// `blocked`, or the strength.
    expect: String,
    /// Each reason, in order.
    why: Vec<String>,
    registration: Option<String>,
    /// Whether a first factor can be registered there; it can, unless it says so.
    may_register: Option<bool>,
    /// The factors that count.
    factors: Option<Vec<FactorKind>>,
    frequency: Option<String>,
    not_persistent: Option<bool>,
    idle_minutes: Option<u64>,
    /// What it would come to if the policies that only report were on.
    would_be: Option<String>,
    /// Policies that did not apply, each with the first condition that was not met.
    #[serde(default)]
    unmet: HashMap<String, String>,
}

/// A file, with every name as an identifier.
struct World {
    policies: Policies,
    names: Names,
    above: HashMap<OrganisationId, OrganisationId>,
    words: HashMap<PolicyId, String>,
    places: HashMap<NamedLocationId, String>,
}

fn entropy(place: usize) -> [u8; 10] {
    let mut entropy = [0; 10];
    entropy[..8].copy_from_slice(&place.to_be_bytes());
    entropy
}

fn moment(text: &str) -> Timestamp {
    let moment: jiff::Timestamp = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
    Timestamp::from_micros(moment.as_microsecond())
}

fn numbered<Id>(names: impl Iterator<Item = String>, id: impl Fn(Timestamp, [u8; 10]) -> Id) -> HashMap<String, Id> {
    let mut found = HashMap::new();
    for name in names {
        let next = id(Timestamp::from_seconds(0), entropy(found.len()));
        found.entry(name).or_insert(next);
    }
    found
}

impl World {
    fn of(file: &File) -> Self {
        let groups = file.account.iter().flat_map(|account| account.groups.iter().cloned());
        let named = file.baseline.iter().filter_map(|entry| entry.of.strip_prefix("group:")).map(str::to_owned);
        let in_policies =
            file.policy.iter().flat_map(|policy| policy.include.people.iter().chain(&policy.exclude.people));
        let in_policies = in_policies.filter_map(|text| text.strip_prefix("group:")).map(str::to_owned);
        let applications = file.case.iter().filter_map(|case| case.application.clone());
        let asked = file
            .policy
            .iter()
            .flat_map(|policy| policy.include.applications.iter().chain(&policy.exclude.applications));
        let names = Names {
            accounts: numbered(file.account.iter().map(|account| account.name.clone()), AccountId::new),
            groups: numbered(groups.chain(named).chain(in_policies), GroupId::new),
            organisations: numbered(file.organisation.iter().map(|entry| entry.name.clone()), OrganisationId::new),
            applications: numbered(
                applications.chain(asked.cloned()).filter(|name| name != "portal"),
                ApplicationId::new,
            ),
            locations: numbered(file.location.iter().map(|entry| entry.name.clone()), NamedLocationId::new),
        };
        let above = file
            .organisation
            .iter()
            .filter_map(|entry| Some((names.organisations[&entry.name], names.organisations[entry.above.as_ref()?])));
        let above = above.collect();
        let policies: Vec<_> = file
            .policy
            .iter()
            .enumerate()
            .map(|(place, text)| {
                let id = PolicyId::new(Timestamp::from_seconds(0), entropy(place));
                text.resolve(id, &names).unwrap_or_else(|error| panic!("{}: {error}", text.name))
            })
            .collect();
        let mut baselines = Baselines::default();
        for BaselineEntry { of, is, remember } in &file.baseline {
            let by = match principal(of, &names).unwrap_or_else(|error| panic!("{of}: {error}")) {
                Principal::Group(group) => {
                    baselines.groups.insert(group, *is);
                    AssignedBy::Group(group)
                }
                Principal::Organisation(organisation) => {
                    baselines.organisations.insert(organisation, *is);
                    AssignedBy::Organisation(organisation)
                }
                other @ (Principal::Account(_) | Principal::Role(_)) => panic!("{other:?} has no baseline"),
            };
            let window = remember.as_deref().map(|text| memory(text).unwrap_or_else(|error| panic!("{text}: {error}")));
            baselines.remember.extend(window.map(|window| (by, window)));
        }
        let locations = file
            .location
            .iter()
            .map(|entry| ActiveLocation { id: names.locations[&entry.name], ranges: entry.ranges.clone() });
        let locations: Vec<_> = locations.collect();
        let words = policies.iter().map(|policy| (policy.id, policy.name.clone())).collect();
        let places = names.locations.iter().map(|(name, id)| (*id, name.clone())).collect();
        let break_glass = file.break_glass.iter().map(|name| names.accounts[name]);
        let rules = file.registration.resolve().unwrap_or_else(|error| panic!("{error}"));
        let policies = Policies::new(policies, baselines, locations).with_rules(rules).with_break_glass(break_glass);
        Self { policies, names, above, words, places }
    }

    fn decide(&self, account: &AccountEntry, case: &Case) -> Decision {
        let groups: Vec<_> = account.groups.iter().map(|name| self.names.groups[name]).collect();
        let own = account.organisation.as_ref().map(|name| self.names.organisations[name]);
        let organisations: Vec<_> = std::iter::successors(own, |own| self.above.get(own).copied()).collect();
        let factors = account.factors.clone().unwrap_or_else(|| match account.held.as_deref() {
            None | Some("multi_factor_unrestricted") => vec![FactorKind::Totp],
            Some("none") => Vec::new(),
            Some("multi_factor") => vec![FactorKind::Sms],
            Some("phishing_resistant") => vec![FactorKind::WebAuthn],
            Some(text) => panic!("no factor reaches {text}"),
        });
        let subject = Subject {
            id: self.names.accounts[&account.name],
            kind: account.kind.unwrap_or(AccountKind::User),
            created_at: account.created.as_deref().map_or(Timestamp::from_seconds(0), moment),
            roles: &account.roles,
            groups: &groups,
            organisations: &organisations,
            factors: factors.into_iter().collect(),
            hold: account.hold,
            excepted_until: account.excepted_until.as_deref().map(moment),
            postponed_until: account.postponed_until.as_deref().map(moment),
            grace: GraceUsed {
                first_prompt: account.first_prompt.as_deref().map(moment),
                skips: account.skips,
                was_registered: account.was_registered,
            },
        };
        let risk = match case.risk.as_deref() {
            None => Some(Risk::None),
            Some("unknown") => None,
            Some(text) => Some(serde_json::from_value(text.into()).unwrap_or_else(|error| panic!("{text}: {error}"))),
        };
        let signals = Signals {
            account: subject,
            target: match case.application.as_deref() {
                None | Some("portal") => Target::Portal,
                Some(name) => Target::Application(self.names.applications[name]),
            },
            asked: case.asks.unwrap_or(Strength::OneFactor),
            client: case.client.unwrap_or(ClientKind::Browser),
            address: case.from,
            country: case.country.as_deref().map(|text| Country::parse(text).unwrap()),
            device: case.device.unwrap_or(Device::New),
            risk,
            remembered: case.remembered.as_deref().map(moment).map(|shown_at| {
                let agreed = case.remembered_until.as_deref().map(moment);
                Remembered { shown_at, until: agreed.unwrap_or_else(|| shown_at.plus(LONGEST_MEMORY)) }
            }),
            now: moment(case.at.as_deref().unwrap_or("2026-03-02T09:00:00Z")),
        };
        evaluate(&self.policies, &signals)
    }

    fn told(&self, access: &Access) -> (String, Vec<String>) {
        match access {
            Access::Blocked(by) => {
                let why = match by {
                    BlockedBy::Hold => "held".to_owned(),
                    BlockedBy::Policy(policy) => self.words[policy].clone(),
                    BlockedBy::BrokenPolicy(policy) => format!("broken: {}", self.words[policy]),
                };
                ("blocked".to_owned(), vec![why])
            }
            Access::Granted(Grant { required, reasons, .. }) => {
                (required.strength.as_str().to_owned(), reasons.iter().map(|reason| self.reason(*reason)).collect())
            }
        }
    }

    fn reason(&self, reason: Reason) -> String {
        match reason {
            Reason::BreakGlass => "break glass".to_owned(),
            Reason::Privileged => "privileged".to_owned(),
            Reason::Pinned => "pinned".to_owned(),
            Reason::Excepted(_) => "excepted".to_owned(),
            Reason::Postponed(_) => "postponed".to_owned(),
            Reason::Remembered(_) => "remembered".to_owned(),
            Reason::Baseline(baseline) => baseline.as_str().to_owned(),
            Reason::InLocation(location) => format!("in {}", self.places[&location]),
            Reason::Policy(policy) => self.words[&policy].clone(),
            Reason::AskedByApplication(_) => "asked".to_owned(),
        }
    }
}

fn registration(of: Registration) -> String {
    match of {
        Registration::NotNeeded => "not needed".to_owned(),
        Registration::Due => "due".to_owned(),
        Registration::CanWait(GraceLeft::Open { until, skips }) => {
            let until = until.map(|end| jiff::Timestamp::from_microsecond(end.as_micros()).unwrap());
            let words = [until.map(|end| format!("until {end}")), skips.map(|left| format!("{left} skips"))];
            words.into_iter().flatten().collect::<Vec<_>>().join(", ")
        }
        Registration::CanWait(GraceLeft::Nothing) => panic!("nothing is left"),
    }
}

fn check(world: &World, file: &File, case: &Case) -> Result<(), String> {
    let account = file.account.iter().find(|account| account.name == case.account);
    let account = account.ok_or_else(|| format!("there is no account `{}`", case.account))?;
    let decision = world.decide(account, case);
    let same = |what: &str, expected: &str, found: &str| {
        if expected == found { Ok(()) } else { Err(format!("{what}: expected `{expected}`, found `{found}`")) }
    };
    let (found, why) = world.told(&decision.access);
    same("what is required", &case.expect, &found)?;
    same("why", &case.why.join("; "), &why.join("; "))?;
    if let Access::Granted(grant) = &decision.access {
        same("registration", case.registration.as_deref().unwrap_or("not needed"), &registration(grant.registration))?;
        same("may register", &case.may_register.unwrap_or(true).to_string(), &grant.may_register.to_string())?;
        let factors = grant.required.among.map(|among| among.iter().collect::<Vec<_>>());
        let mut expected = case.factors.clone();
        if let Some(expected) = &mut expected {
            expected.sort();
        }
        same("factors", &format!("{expected:?}"), &format!("{factors:?}"))?;
        let frequency = grant.controls.frequency.map(|frequency| match frequency {
            super::Frequency::EveryTime => "every time".to_owned(),
            super::Frequency::After(time) => format!("{} min", time.as_secs() / 60),
        });
        same("frequency", &format!("{:?}", case.frequency), &format!("{frequency:?}"))?;
        let idle = grant.controls.idle.map(|idle| idle.as_secs() / 60);
        same("idle", &format!("{:?}", case.idle_minutes), &format!("{idle:?}"))?;
        let not_persistent = case.not_persistent.unwrap_or(false);
        same("not persistent", &not_persistent.to_string(), &grant.controls.not_persistent.to_string())?;
    }
    let would_be = decision.would_be.as_ref().map(|access| world.told(access).0);
    same("would be", &format!("{:?}", case.would_be), &format!("{would_be:?}"))?;
    for (policy, expected) in &case.unmet {
        let considered = decision.considered.iter().find(|considered| world.words[&considered.policy] == *policy);
        let considered = considered.ok_or_else(|| format!("there is no policy `{policy}`"))?;
        let found = match considered.applies {
            Applies::Off => "off".to_owned(),
            Applies::Yes => "applies".to_owned(),
            Applies::WouldApply => "would apply".to_owned(),
            Applies::NotMet(condition) => condition.as_str().to_owned(),
            Applies::Excluded(condition) => format!("excluded by {}", condition.as_str()),
        };
        same(&format!("policy `{policy}`"), expected, &found)?;
    }
    Ok(())
}

#[test]
fn every_case_comes_out_as_written_down() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/access/corpus");
    let (mut count, mut wrong, mut names) = (0, Vec::new(), std::collections::HashSet::new());
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let file: File = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let world = World::of(&file);
        for case in &file.case {
            count += 1;
            assert!(names.insert(case.name.clone()), "`{}` is there twice", case.name);
            if let Err(why) = check(&world, &file, case) {
                wrong.push(format!("{}, `{}` {:?}: {why}", path.file_name().unwrap().display(), case.name, case.rows));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count} cases:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= 150, "there are {count} cases");
}
