//! Whoever is delegated something gains nothing more by it, whatever they do, and with whose help.
//!
//! Somebody controls one account and does whatever it may do, again and again: gives and takes roles, takes accounts over, moves
//! them. Whoever's account they have taken over works for them, too. What all of these may do together must never be more than
//! what the first one could do in the beginning.

use std::collections::BTreeSet;

use proptest::prelude::*;
use uuid::Uuid;

use super::{Action, Target};
use crate::directory::{OrganisationPath, Role, RoleGrant};
use crate::id::{AccountId, OrganisationId, RequestId, RoleGrantId, SessionId};
use crate::op::{ActingAccount, Actor, Op, Origin};
use crate::time::Timestamp;

const NOW: Timestamp = Timestamp::from_seconds(1_000);
const PLACES: u128 = 6;
const PEOPLE: u128 = 5;

/// What somebody does to whom.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Give(Role, u128),
    Take(usize),
    /// Sets a password, gives a pass, registers a key: gets in as them.
    TakeOver(Action),
    Move(Action, u128),
}

/// Whoever gets in as somebody by one of these needs nothing of theirs.
const DOORS: [Action; 7] = [
    Action::ResetPassword,
    Action::ReEnrol,
    Action::IssuePass,
    Action::RegisterKey,
    Action::AssignToken,
    Action::IssueActivation,
    Action::RestoreAccount,
];

/// Accounts, by number: where each belongs, and the roles it holds.
#[derive(Clone, Debug)]
struct World {
    homes: Vec<u128>,
    roles: Vec<RoleGrant>,
    ours: BTreeSet<u128>,
}

fn account(n: u128) -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(100 + n))
}

/// Organisations 1 and 2 are roots; 3 and 4 lie below 1, 5 below 3, 6 below 2.
fn place(n: u128) -> OrganisationPath {
    let id = OrganisationId::from_uuid(Uuid::from_u128(n));
    match n {
        3 | 4 => place(1).child(id).unwrap(),
        5 => place(3).child(id).unwrap(),
        6 => place(2).child(id).unwrap(),
        _ => OrganisationPath::root(id),
    }
}

fn grant(holder: u128, role: Role, at: u128) -> RoleGrant {
    let path = place(at);
    let id = RoleGrantId::from_uuid(Uuid::from_u128(9));
    RoleGrant { id, account: account(holder), organisation: path.organisation(), path, role, expires_at: None }
}

impl World {
    fn roles_of(&self, n: u128) -> Vec<RoleGrant> {
        self.roles.iter().filter(|grant| grant.account == account(n)).cloned().collect()
    }

    fn op(&self, n: u128) -> Op {
        let actor = ActingAccount {
            id: account(n),
            organisation: place(1).organisation(),
            session: SessionId::from_uuid(Uuid::from_u128(3)),
            roles: self.roles_of(n),
            second_factor_at: NOW,
            unrestricted_factor_at: Some(NOW),
        };
        let request = RequestId::from_uuid(Uuid::from_u128(4));
        Op { now: NOW, actor: Actor::Account(actor), origin: Origin::default(), request }
    }

    /// Everything that those whom they control may do, and where. What only asks is nothing yet.
    fn rights(&self) -> BTreeSet<(usize, u128)> {
        let mut rights = BTreeSet::new();
        for own in &self.ours {
            let op = self.op(*own);
            for (number, action) in Action::ALL.iter().enumerate().filter(|(_, action)| !action.only_asks()) {
                for at in 1..=PLACES {
                    if op.require(*action, &Target::organisation(&place(at))).is_ok() {
                        rights.insert((number, at));
                    }
                }
            }
        }
        rights
    }

    /// `by`, whom they control, does something to `to`, if it is allowed.
    fn act(&mut self, by: u128, to: u128, deed: Deed) {
        let op = self.op(by);
        let home = place(self.homes[to as usize]);
        let theirs = self.roles_of(to);
        let target = Target { path: &home, account: Some(account(to)), roles: &theirs };
        match deed {
            Deed::Give(role, at) => {
                if op.require_appointment(Action::GrantRole, role, &place(at), &target).is_ok() {
                    self.roles.push(grant(to, role, at));
                }
            }
            Deed::Take(which) => {
                let Some(taken) = theirs.get(which % theirs.len().max(1)) else { return };
                if op.require_appointment(Action::RevokeRole, taken.role, &taken.path, &target).is_ok() {
                    self.roles.retain(|grant| grant != taken);
                }
            }
            Deed::TakeOver(door) => {
                if op.require(door, &target).is_ok() {
                    self.ours.insert(to);
                }
            }
            Deed::Move(how, at) => {
                let may_put = op.require(how, &Target::organisation(&place(at))).is_ok();
                if may_put && op.require(how, &target).is_ok() {
                    self.homes[to as usize] = at;
                }
            }
        }
    }
}

fn any_world() -> impl Strategy<Value = World> {
    let homes = prop::collection::vec(1..=PLACES, PEOPLE as usize);
    let roles = prop::collection::vec((0..PEOPLE, prop::sample::select(Role::ALL), 1..=PLACES), 1..7);
    (homes, roles).prop_map(|(homes, roles)| World {
        homes,
        roles: roles.into_iter().map(|(holder, role, at)| grant(holder, role, at)).collect(),
        ours: BTreeSet::from([0]),
    })
}

fn any_deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        3 => (prop::sample::select(Role::ALL), 1..=PLACES).prop_map(|(role, at)| Deed::Give(role, at)),
        1 => any::<usize>().prop_map(Deed::Take),
        3 => prop::sample::select(&DOORS[..]).prop_map(Deed::TakeOver),
        2 => (prop::sample::select(vec![Action::ImportAccounts, Action::ChangeOrganisation]), 1..=PLACES)
            .prop_map(|(how, at)| Deed::Move(how, at)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_allowed_deeds_gains_a_right(
        mut world in any_world(),
        deeds in prop::collection::vec((any::<prop::sample::Index>(), 0..PEOPLE, any_deed()), 1..40),
    ) {
        let before = world.rights();
        for (by, to, deed) in deeds {
            let ours: Vec<u128> = world.ours.iter().copied().collect();
            world.act(*by.get(&ours), to, deed);
            let now = world.rights();
            prop_assert!(now.is_subset(&before), "{:?} was gained", now.difference(&before).collect::<Vec<_>>());
        }
    }
}

#[test]
fn the_deeds_of_the_property_reach_something() {
    // Somebody who may a lot takes everybody else over, gives a role and takes it again: the property is no empty one.
    let mut world = World {
        homes: vec![1, 3, 5, 4, 2],
        roles: vec![grant(0, Role::TenantAdministrator, 1)],
        ours: BTreeSet::from([0]),
    };
    world.act(0, 1, Deed::Give(Role::LocalAdministrator, 3));
    assert_eq!(world.roles.len(), 2);
    world.act(0, 1, Deed::TakeOver(Action::ResetPassword));
    world.act(1, 2, Deed::TakeOver(Action::IssuePass));
    world.act(1, 4, Deed::TakeOver(Action::IssuePass));
    assert_eq!(world.ours, BTreeSet::from([0, 1, 2]), "the last one lies elsewhere");
    world.act(0, 1, Deed::Take(0));
    assert_eq!(world.roles.len(), 1);
    world.act(0, 2, Deed::Move(Action::ImportAccounts, 6));
    assert_eq!(world.homes[2], 6);
}
