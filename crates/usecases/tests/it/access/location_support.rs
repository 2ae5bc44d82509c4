//! A trust with two practices, and the people who look after their named locations.

use wardkey_domain::access::{Phase, Prerequisite};
use wardkey_domain::directory::Role;
use wardkey_domain::id::NamedLocationId;
use wardkey_domain::op::Op;
use wardkey_testkit::TestApp;
use wardkey_usecases::access::{
    LocationFacts, SeenLocation, TypedLocation, TypedTerms, approve_location, next_location, request_location,
    see_location, submit_location,
};
use wardkey_usecases::{App, Error, Result};

use crate::directory::administration::{Ago, acting};

/// Asks for the named locations of practice `A1`.
pub const ADMIN: &str = "admin@a.example";
/// Answers for them.
pub const OWNER: &str = "owner@a.example";
/// Approves named locations.
pub const TENANT: &str = "tenant@t.example";
/// Approves them, too.
pub const OTHER_TENANT: &str = "tenant2@t.example";
/// Asks for those of practice `B1`.
pub const ELSEWHERE: &str = "admin@b.example";
/// Sees the people of `A1`, and asks for nothing.
pub const MANAGER: &str = "manager@a.example";

/// Everything confirmed.
pub const ALL: &[Prerequisite] = &Prerequisite::ALL;

pub struct World {
    pub test: TestApp,
}

impl World {
    pub async fn new() -> Self {
        Self::of(TestApp::start().await).await
    }

    pub async fn of(test: TestApp) -> Self {
        test.add_organisation("T1", "").await;
        test.add_organisation("A1", "T1").await;
        test.add_organisation("B1", "T1").await;
        for (address, organisation) in
            [(ADMIN, "A1"), (OWNER, "A1"), (MANAGER, "A1"), (ELSEWHERE, "B1"), (TENANT, "T1"), (OTHER_TENANT, "T1")]
        {
            test.add_person(organisation, address).await;
        }
        test.give_role(ADMIN, Role::LocalAdministrator, "A1").await;
        test.give_role(MANAGER, Role::PracticeManager, "A1").await;
        test.give_role(ELSEWHERE, Role::LocalAdministrator, "B1").await;
        for tenant in [TENANT, OTHER_TENANT] {
            test.give_role(tenant, Role::TenantAdministrator, "T1").await;
        }
        Self { test }
    }

    pub const fn app(&self) -> &App {
        &self.test.app
    }

    /// An operation by somebody who has just proved a second factor.
    pub async fn by(&self, address: &str) -> Op {
        acting(&self.test, address, Ago::JustNow).await
    }

    /// Keeps a draft, by whoever administers the practice.
    pub async fn draft(&self, name: &str, ranges: &str) -> NamedLocationId {
        let op = self.by(ADMIN).await;
        let id = next_location(self.app(), &op);
        let terms = TypedTerms { owner: OWNER, ranges };
        let typed = TypedLocation { organisation: "A1", name, connection: "internet", terms };
        request_location(self.app(), &op, id, &typed).await.unwrap();
        id
    }

    /// The same, handed in.
    pub async fn submitted(&self, name: &str, ranges: &str) -> NamedLocationId {
        let id = self.draft(name, ranges).await;
        submit_location(self.app(), &self.by(ADMIN).await, self.seen(id).await, ALL).await.unwrap();
        id
    }

    /// The same, approved.
    pub async fn active(&self, name: &str, ranges: &str) -> NamedLocationId {
        let id = self.submitted(name, ranges).await;
        approve_location(self.app(), &self.by(TENANT).await, self.seen(id).await, ALL).await.unwrap();
        assert_eq!(self.phase(id).await, Phase::Active);
        id
    }

    /// The location as whoever approves sees it.
    pub async fn facts(&self, id: NamedLocationId) -> LocationFacts {
        see_location(self.app(), &self.by(TENANT).await, id).await.unwrap()
    }

    pub async fn seen(&self, id: NamedLocationId) -> SeenLocation {
        SeenLocation { id, version: self.facts(id).await.location.version }
    }

    pub async fn phase(&self, id: NamedLocationId) -> Phase {
        self.facts(id).await.phase
    }

    /// The names of the locations that policies would be compiled from.
    pub async fn active_names(&self) -> Vec<String> {
        let mut tx = self.app().store().read().await.unwrap();
        let active = wardkey_store::access::list_active_locations(&mut tx, self.app().now()).await.unwrap();
        active.into_iter().map(|active| active.name.to_string()).collect()
    }

    /// How many events of this kind there are.
    pub async fn events(&self, kind: &str) -> usize {
        let mut tx = self.app().store().read().await.unwrap();
        let sql = "SELECT kind FROM audit_events WHERE kind = $1";
        tx.all(sql, vec![kind.into()]).await.unwrap().len()
    }

    /// To whom mails of this kind are on their way, in order.
    pub async fn told(&self, kind: &str) -> Vec<String> {
        let mut tx = self.app().store().read().await.unwrap();
        let sql = "SELECT a.address FROM messages m JOIN accounts a ON a.id = m.account_id WHERE m.kind = $1 \
                   ORDER BY a.address";
        let rows = tx.all(sql, vec![kind.into()]).await.unwrap();
        rows.iter().map(|row| row.get("address").unwrap()).collect()
    }
}

/// What became of something, in a word.
pub fn outcome<T>(result: Result<T>) -> &'static str {
    match result {
        Ok(_) => "done",
        Err(Error::NotFound(_)) => "not found",
        Err(Error::Forbidden(_)) => "forbidden",
        Err(Error::Conflict(_)) => "conflict",
        Err(Error::Invalid(_)) => "invalid",
        Err(Error::FreshFactorNeeded) => "fresh factor",
        Err(other) => panic!("{other:?}"),
    }
}
