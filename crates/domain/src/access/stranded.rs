//! Whom a set of policies would leave without anybody who can put it right [CA-16].

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::access::{
    Access, ClientKind, Country, Device, FactorSet, GraceUsed, Hold, Policies, Registration, Risk, Signals, Subject,
    Target, evaluate,
};
use crate::directory::{AccountKind, Role};
use crate::id::{AccountId, GroupId, OrganisationId};
use crate::session::Strength;
use crate::time::Timestamp;

/// Somebody who administers, with everything about them that is decided from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Administrator {
    /// The account. It is active.
    pub id: AccountId,
    /// What kind of account it is.
    pub kind: AccountKind,
    /// When it was made.
    pub created_at: Timestamp,
    /// The roles that it holds.
    pub roles: Vec<Role>,
    /// The organisations that it administers, without those below.
    pub administers: Vec<OrganisationId>,
    /// The groups that it is in.
    pub groups: Vec<GroupId>,
    /// Its organisation, and those above it from the nearest to the root.
    pub organisations: Vec<OrganisationId>,
    /// The second factors that it has enrolled.
    pub factors: FactorSet,
    /// Whether it is held.
    pub hold: Hold,
}

/// Why a set of policies must not be in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Strands {
    /// None of the administrators of an organisation, of whom some could sign in without policies, could sign in with them.
    Organisation(OrganisationId),
    /// No account for breaking glass is named and works.
    BreakGlass,
}

/// The most places that are tried for one person.
const MOST_PLACES: usize = 50;

/// Whom a set of policies would strand; nobody where it may be published.
///
/// Somebody can sign in if there is any network among those that are known, or any other, from which they can with what they have
/// enrolled. An organisation whose administrators could not sign in anyway is not the policies' fault, and one for which only an
/// account for breaking glass is left is stranded.
pub fn stranded(policies: &Policies, administrators: &[Administrator], now: Timestamp) -> Vec<Strands> {
    let none = Policies::built_in();
    let (mut could, mut can) = (BTreeSet::new(), BTreeSet::new());
    let in_question = |one: &&Administrator| !policies.is_break_glass(one.id) && enters(&none, one, None, now);
    for administrator in administrators.iter().filter(in_question) {
        could.extend(&administrator.administers);
        if administrator.administers.iter().all(|organisation| can.contains(organisation)) {
            continue;
        }
        let mut places = std::iter::once(None).chain(policies.sample_addresses().map(Some).take(MOST_PLACES));
        if places.any(|address| enters(policies, administrator, address, now)) {
            can.extend(&administrator.administers);
        }
    }
    let mut found: Vec<_> = could.difference(&can).copied().map(Strands::Organisation).collect();
    let breaks_glass = |one: &&Administrator| policies.is_break_glass(one.id);
    let works = administrators.iter().filter(breaks_glass).any(|one| enters(policies, one, None, now));
    if policies.restrain() && !works {
        found.push(Strands::BreakGlass);
    }
    found
}

/// Whether somebody can sign in to our own pages with what they have enrolled.
fn enters(policies: &Policies, who: &Administrator, address: Option<IpAddr>, now: Timestamp) -> bool {
    let account = Subject {
        id: who.id,
        kind: who.kind,
        created_at: who.created_at,
        roles: &who.roles,
        groups: &who.groups,
        organisations: &who.organisations,
        factors: who.factors,
        hold: who.hold,
        excepted_until: None,
        postponed_until: None,
        grace: GraceUsed { was_registered: true, ..GraceUsed::default() },
    };
    let signals = Signals {
        account,
        target: Target::Portal,
        asked: Strength::OneFactor,
        client: ClientKind::Browser,
        // An address that is in no named location, where none is given.
        address: Some(address.unwrap_or(NOWHERE)),
        country: Country::parse("GB").ok(),
        device: Device::Known,
        risk: Some(Risk::None),
        remembered: None,
        now,
    };
    match evaluate(policies, &signals).access {
        Access::Blocked(_) => false,
        Access::Granted(grant) => grant.registration == Registration::NotNeeded && account.could_meet(grant.required),
    }
}

/// An address that nobody has [RFC 5737 §3].
const NOWHERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 255));

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{
        ActiveLocation, Baselines, Condition, Controls, Grace, Located, Outcome, Policy, PolicyState, Principal,
        Requirement, Scope,
    };
    use crate::factor::FactorKind;
    use crate::id::{NamedLocationId, PolicyId};

    const NOW: Timestamp = Timestamp::from_seconds(1_780_000_000);

    fn organisation(number: u8) -> OrganisationId {
        OrganisationId::new(NOW, [number; 10])
    }

    fn administrator(number: u8, of: u8, factors: &[FactorKind]) -> Administrator {
        Administrator {
            id: AccountId::new(NOW, [number; 10]),
            kind: AccountKind::User,
            created_at: NOW,
            roles: vec![Role::LocalAdministrator],
            administers: vec![organisation(of)],
            groups: Vec::new(),
            organisations: vec![organisation(of), organisation(0)],
            factors: factors.iter().copied().collect(),
            hold: Hold::None,
        }
    }

    fn policy(include: Scope, exclude: Scope, outcome: Outcome) -> Policy {
        Policy {
            id: PolicyId::new(NOW, [1; 10]),
            name: "P".to_owned(),
            state: PolicyState::On,
            include,
            exclude,
            holds_less_than: None,
            risk_from: None,
            outcome,
            controls: Controls::default(),
            missing: None,
        }
    }

    fn compiled(policy: Policy) -> Policies {
        let site =
            ActiveLocation { id: NamedLocationId::new(NOW, [1; 10]), ranges: vec!["192.0.2.0/24".parse().unwrap()] };
        let glass = AccountId::new(NOW, [9; 10]);
        Policies::new(vec![policy], Baselines::default(), vec![site]).with_break_glass([glass])
    }

    fn everybody() -> Vec<Administrator> {
        vec![
            administrator(1, 1, &[FactorKind::Totp]),
            administrator(2, 1, &[]),
            administrator(3, 2, &[FactorKind::WebAuthn]),
            administrator(9, 3, &[FactorKind::WebAuthn]),
        ]
    }

    fn check(policy: Policy, expected: &[Strands]) {
        assert_eq!(stranded(&compiled(policy.clone()), &everybody(), NOW), expected, "{policy:?}");
    }

    #[test]
    fn whoever_could_sign_in_and_cannot_any_more_is_stranded() {
        let all = Scope::default;
        let keys = Outcome::Require(Requirement::of(Strength::PhishingResistant), Grace::None);
        check(policy(all(), all(), Outcome::ControlsOnly), &[]);
        check(policy(all(), all(), keys), &[Strands::Organisation(organisation(1))]);
        let two = [1, 2].map(|number| Strands::Organisation(organisation(number)));
        check(policy(all(), all(), Outcome::Block), &two);
        let one = Scope { people: vec![Principal::Organisation(organisation(2))], ..all() };
        check(policy(one.clone(), all(), Outcome::Block), &two[1..]);
        check(policy(all(), one, Outcome::Block), &two[..1]);
        // From a named location they can.
        let sites = Scope { locations: vec![Located::Anywhere], ..all() };
        check(policy(all(), sites, Outcome::Block), &[]);
        let both = policy(all(), all(), Outcome::Block);
        let only_glass = compiled(both).with_break_glass([1, 3].map(|number| AccountId::new(NOW, [number; 10])));
        assert_eq!(stranded(&only_glass, &everybody(), NOW), [Strands::Organisation(organisation(3))]);
        let broken = Policy { missing: Some(Condition::People), ..policy(all(), all(), Outcome::ControlsOnly) };
        check(broken, &two);
        let off = Policy { state: PolicyState::ReportOnly, ..policy(all(), all(), Outcome::Block) };
        check(off, &[]);
    }

    #[test]
    fn an_account_for_breaking_glass_must_be_there_and_work() {
        let mild = policy(Scope::default(), Scope::default(), Outcome::ControlsOnly);
        let without = compiled(mild.clone()).with_break_glass([]);
        assert_eq!(stranded(&without, &everybody(), NOW), [Strands::BreakGlass]);
        let weak = compiled(mild.clone()).with_break_glass([AccountId::new(NOW, [1; 10])]);
        assert_eq!(stranded(&weak, &everybody(), NOW), [Strands::BreakGlass]);
        let mut held = everybody();
        held[3].hold = Hold::Compromised;
        assert_eq!(stranded(&compiled(mild), &held, NOW), [Strands::BreakGlass]);
        assert_eq!(stranded(&Policies::built_in(), &everybody(), NOW), []);
    }
}
