//! The policies in force, made ready for deciding: compiled when they change, not when somebody signs in.

use std::collections::HashSet;
use std::net::IpAddr;

use ipnet::IpNet;

use crate::access::index::{Index, Met};
use crate::access::{
    Applies, Baselines, ClientKind, Condition, Considered, Country, Device, Located, Networks, Policy, PolicyState,
    Principal, RegistrationRules, Risk, Scope, Signals, Target,
};
use crate::directory::{AccountKind, Role};
use crate::id::{AccountId, NamedLocationId};
use crate::session::Strength;

/// The policies in force, with the baselines and the named locations.
#[derive(Clone, Debug)]
pub struct Policies {
    policies: Vec<Policy>,
    baselines: Baselines,
    rules: RegistrationRules,
    break_glass: HashSet<AccountId>,
    locations: Vec<NamedLocationId>,
    /// An address in each of them.
    samples: Vec<IpAddr>,
    networks: Networks,
    people: Index<Principal>,
    kinds: Index<AccountKind>,
    targets: Index<Target>,
    clients: Index<ClientKind>,
    located: Index<Located>,
    countries: Index<Country>,
    devices: Index<Device>,
    held: Index<Option<Strength>>,
    risks: Index<Risk>,
}

/// A named location that is active, with its ranges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActiveLocation {
    /// The location.
    pub id: NamedLocationId,
    /// Its ranges.
    pub ranges: Vec<IpNet>,
}

/// Each strength that the factors of an account may reach.
const HELD: [Option<Strength>; 5] = [
    None,
    Some(Strength::OneFactor),
    Some(Strength::MultiFactor),
    Some(Strength::MultiFactorUnrestricted),
    Some(Strength::PhishingResistant),
];

impl Default for Policies {
    fn default() -> Self {
        Self::built_in()
    }
}

impl Policies {
    /// No policy, no named location, and the standard baseline for everybody.
    pub fn built_in() -> Self {
        Self::new(Vec::new(), Baselines::default(), Vec::new())
    }

    /// Makes policies ready.
    pub fn new(policies: Vec<Policy>, baselines: Baselines, locations: Vec<ActiveLocation>) -> Self {
        fn index<'a, K: Eq + std::hash::Hash + Copy + 'a>(
            policies: &'a [Policy],
            list: impl Fn(&'a Scope) -> &'a [K],
        ) -> Index<K> {
            Index::of(policies.iter().map(|policy| (list(&policy.include), list(&policy.exclude))))
        }
        let ranges = locations
            .iter()
            .zip(0..)
            .flat_map(|(location, place)| location.ranges.iter().map(move |range| (*range, place)));
        let networks = Networks::new(ranges);
        let held: Vec<_> = policies.iter().map(held_by).collect();
        let risks: Vec<_> = policies.iter().map(risks_of).collect();
        Self {
            people: index(&policies, |scope| &scope.people),
            kinds: index(&policies, |scope| &scope.kinds),
            targets: index(&policies, |scope| &scope.applications),
            clients: index(&policies, |scope| &scope.clients),
            located: index(&policies, |scope| &scope.locations),
            countries: index(&policies, |scope| &scope.countries),
            devices: index(&policies, |scope| &scope.devices),
            held: Index::of(held.iter().map(|list| (list.as_slice(), [].as_slice()))),
            risks: Index::of(risks.iter().map(|list| (list.as_slice(), [].as_slice()))),
            samples: locations.iter().filter_map(|location| Some(location.ranges.first()?.network())).collect(),
            locations: locations.into_iter().map(|location| location.id).collect(),
            policies,
            baselines,
            rules: RegistrationRules::default(),
            break_glass: HashSet::new(),
            networks,
        }
    }

    /// With other rules for registering.
    #[must_use]
    pub fn with_rules(self, rules: RegistrationRules) -> Self {
        Self { rules, ..self }
    }

    /// With accounts that no policy is about, so that somebody gets in when policies are wrong [CA-16].
    #[must_use]
    pub fn with_break_glass(self, accounts: impl IntoIterator<Item = AccountId>) -> Self {
        Self { break_glass: accounts.into_iter().collect(), ..self }
    }

    /// What holds for registering.
    pub const fn rules(&self) -> RegistrationRules {
        self.rules
    }

    /// Whether no policy is about an account.
    pub fn is_break_glass(&self, account: AccountId) -> bool {
        self.break_glass.contains(&account)
    }

    /// The policies, in order.
    pub fn list(&self) -> &[Policy] {
        &self.policies
    }

    /// The baselines.
    pub const fn baselines(&self) -> &Baselines {
        &self.baselines
    }

    /// Whether any policy counts.
    pub fn restrain(&self) -> bool {
        self.policies.iter().any(|policy| policy.state == PolicyState::On)
    }

    /// An address in each named location.
    pub(super) fn sample_addresses(&self) -> impl Iterator<Item = IpAddr> {
        self.samples.iter().copied()
    }

    /// The active named locations that the sign-in comes from.
    pub fn located(&self, signals: &Signals<'_>) -> impl Iterator<Item = NamedLocationId> {
        let found = signals.address.map(|address| self.networks.at(address)).unwrap_or_default();
        found.iter().filter_map(|place| self.locations.get(usize::try_from(*place).ok()?).copied())
    }

    /// Looks at every policy.
    pub(super) fn consider(&self, signals: &Signals<'_>) -> Vec<Considered> {
        let met = self.met(signals);
        let is_break_glass = self.is_break_glass(signals.account.id);
        let considered = self.policies.iter().enumerate().map(|(place, policy)| {
            let unmet = if is_break_glass {
                Some(Applies::Excluded(Condition::People))
            } else {
                first_unmet(&met, policy, place)
            };
            let applies = match (policy.state, unmet) {
                (PolicyState::Off, _) => Applies::Off,
                (_, Some(unmet)) => unmet,
                (PolicyState::ReportOnly, None) => Applies::WouldApply,
                (PolicyState::On, None) => Applies::Yes,
            };
            Considered { policy: policy.id, applies }
        });
        considered.collect()
    }

    /// What each condition makes of a sign-in, in the order of [`Condition::ALL`].
    fn met(&self, signals: &Signals<'_>) -> [Met; Condition::ALL.len()] {
        let account = &signals.account;
        let people = [Principal::Account(account.id)]
            .into_iter()
            .chain(account.groups.iter().copied().map(Principal::Group))
            .chain(account.roles.iter().copied().map(Principal::Role))
            // Every account is at least this.
            .chain([Principal::Role(Role::Staff)])
            .chain(account.organisations.iter().copied().map(Principal::Organisation));
        let mut located: Vec<_> = self.located(signals).map(Located::At).collect();
        if !located.is_empty() {
            located.push(Located::Anywhere);
        }
        let or_unknown = |met: Option<Met>, unknown: &dyn Fn() -> Met| met.unwrap_or_else(unknown);
        [
            self.people.met(people),
            self.kinds.met([account.kind]),
            self.targets.met([signals.target]),
            self.clients.met([signals.client]),
            or_unknown(signals.address.map(|_| self.located.met(located)), &|| self.located.unknown()),
            or_unknown(signals.country.map(|country| self.countries.met([country])), &|| self.countries.unknown()),
            self.devices.met([signals.device]),
            self.held.met([account.held()]),
            or_unknown(signals.risk.map(|risk| self.risks.met([risk])), &|| self.risks.unknown()),
        ]
    }
}

/// The first condition of a policy that a sign-in does not meet.
fn first_unmet(met: &[Met; Condition::ALL.len()], policy: &Policy, place: usize) -> Option<Applies> {
    Condition::ALL.iter().zip(met).find_map(|(condition, met)| {
        if met.excluded.contains(place) {
            return Some(Applies::Excluded(*condition));
        }
        // SECURITY: what names something that is not there any more counts as met.
        let is_met = met.included.contains(place) || policy.missing == Some(*condition);
        (!is_met).then_some(Applies::NotMet(*condition))
    })
}

fn held_by(policy: &Policy) -> Vec<Option<Strength>> {
    let least = policy.holds_less_than;
    least.map_or_else(Vec::new, |least| HELD.into_iter().filter(|held| held.is_none_or(|held| held < least)).collect())
}

fn risks_of(policy: &Policy) -> Vec<Risk> {
    let from = policy.risk_from;
    from.map_or_else(Vec::new, |from| Risk::ALL.into_iter().filter(|risk| *risk >= from).collect())
}
