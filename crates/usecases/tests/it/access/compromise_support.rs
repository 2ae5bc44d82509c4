//! A trust with two practices, people of every kind, and what they do.

use std::time::Duration;

use wardkey_domain::access::Hold;
use wardkey_domain::access::compromise::{Point, QuarantineVerdict};
use wardkey_domain::audit::Event;
use wardkey_domain::credential::{Credential, CredentialState, Label};
use wardkey_domain::directory::{Role, StatusName};
use wardkey_domain::factor::{FactorKind, definition};
use wardkey_domain::id::{CaseId, CredentialId, SessionId};
use wardkey_domain::op::{ActingAccount, Actor, Op, Origin};
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;
use wardkey_testkit::TestApp;
use wardkey_usecases::Error;
use wardkey_usecases::access::{
    CaseFacts, Marked, Marking, Restored, decide_factor, mark_compromised, next_marking, restore, see_case, tick_point,
};

pub const NURSE: &str = "nurse@a.example";
pub const DESK: &str = "desk@a.example";
pub const LOCAL: &str = "local@a.example";
pub const PRIMARY: &str = "primary@t.example";
pub const ELSEWHERE: &str = "local@b.example";
pub const NATIONAL: &str = "national@n.example";
pub const TENANT: &str = "tenant@n.example";
pub const ANALYST: &str = "analyst@n.example";

/// A trust T1 with the practices A1 and B1, and a national team.
pub async fn trust() -> TestApp {
    let test = TestApp::start().await;
    fill(&test).await;
    test
}

/// The same in a product that is there already.
pub async fn fill(test: &TestApp) {
    for (code, parent) in [("T1", ""), ("A1", "T1"), ("B1", "T1"), ("N1", "")] {
        test.add_organisation(code, parent).await;
    }
    for (code, address) in [
        ("A1", NURSE),
        ("A1", DESK),
        ("A1", LOCAL),
        ("T1", PRIMARY),
        ("B1", ELSEWHERE),
        ("N1", NATIONAL),
        ("N1", TENANT),
        ("N1", ANALYST),
    ] {
        test.add_person(code, address).await;
    }
    for (address, role, code) in [
        (DESK, Role::LocalHelpDesk, "A1"),
        (LOCAL, Role::LocalAdministrator, "A1"),
        (PRIMARY, Role::PrimaryLocalAdministrator, "T1"),
        (ELSEWHERE, Role::LocalAdministrator, "B1"),
        (NATIONAL, Role::NationalHelpDesk, "N1"),
        (TENANT, Role::TenantAdministrator, "N1"),
        (ANALYST, Role::SecurityAnalyst, "N1"),
    ] {
        test.give_role(address, role, code).await;
    }
}

/// An operation by the person with this address, whose second factor is fresh.
pub async fn acting(test: &TestApp, address: &str) -> Op {
    let account = test.account(address).await;
    let now = test.app.now();
    let mut tx = test.app.store().read().await.unwrap();
    let roles = wardkey_store::directory::list_account_roles(&mut tx, account.id, now).await.unwrap();
    let actor = ActingAccount {
        id: account.id,
        organisation: account.organisation,
        session: SessionId::new(now, [7; 10]),
        roles,
        second_factor_at: now,
        unrestricted_factor_at: Some(now),
    };
    test.app.op(Actor::Account(actor), Origin::default())
}

pub fn outcome<T>(result: Result<T, Error>) -> &'static str {
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

/// Enrols an app that shows codes, as it was at `created_at`.
pub async fn enrol(test: &TestApp, whose: &str, number: u8, created_at: Timestamp) -> CredentialId {
    enrol_kind(test, whose, number, created_at, FactorKind::Totp).await
}

pub async fn enrol_kind(
    test: &TestApp,
    whose: &str,
    number: u8,
    created_at: Timestamp,
    kind: FactorKind,
) -> CredentialId {
    let account = test.account(whose).await;
    let credential = Credential {
        id: CredentialId::new(created_at, [number; 10]),
        account: account.id,
        organisation: account.organisation,
        kind,
        label: Label::numbered(definition(kind).name, number.into()),
        state: CredentialState::Active,
        is_default: number == 1,
        created_at,
        last_used_at: None,
        version: 1,
    };
    let mut tx = test.app.store().begin().await.unwrap();
    let secret = Secret::new(vec![number; 20]);
    wardkey_store::credential::insert_credential(&mut tx, &credential, Some(&secret), None).await.unwrap();
    tx.commit().await.unwrap();
    credential.id
}

/// Marks somebody, with the usual suspicion.
pub async fn mark(test: &TestApp, op: &Op, whose: &str) -> Result<Marked, Error> {
    mark_since(test, op, whose, None).await
}

pub async fn mark_since(test: &TestApp, op: &Op, whose: &str, since: Option<Timestamp>) -> Result<Marked, Error> {
    let marking = Marking { id: next_marking(&test.app, op), since, why: "sends spam" };
    mark_compromised(&test.app, op, test.account(whose).await.id, marking).await
}

/// Does everything on the check-list, and removes what is quarantined.
pub async fn work_through(test: &TestApp, op: &Op, case: CaseId) {
    for factor in see(test, op, case).await.quarantined.iter().filter(|factor| factor.decided.is_none()) {
        let factor = factor.held.credential.id;
        decide_factor(&test.app, op, case, factor, QuarantineVerdict::Removed).await.unwrap();
    }
    for point in Point::ALL.into_iter().filter(|point| point.is_said()) {
        tick_point(&test.app, op, case, point).await.unwrap();
    }
}

/// Marks somebody, works the case through and gives the account back.
pub async fn pin(test: &TestApp, whose: &str) -> (CaseId, Restored) {
    let op = acting(test, TENANT).await;
    let case = mark(test, &op, whose).await.unwrap().case;
    work_through(test, &op, case).await;
    (case, restore(&test.app, &op, case, "all is well").await.unwrap())
}

pub async fn see(test: &TestApp, op: &Op, case: CaseId) -> CaseFacts {
    see_case(&test.app, op, case).await.unwrap()
}

pub async fn hold(test: &TestApp, whose: &str) -> Hold {
    let account = test.account(whose).await.id;
    let mut tx = test.app.store().read().await.unwrap();
    wardkey_store::access::hold_of(&mut tx, account).await.unwrap()
}

pub async fn status(test: &TestApp, whose: &str) -> StatusName {
    test.account(whose).await.status.name()
}

/// The kinds of the audit's events about somebody, the oldest first.
pub async fn audited(test: &TestApp, whose: &str) -> Vec<&'static str> {
    let account = test.account(whose).await.id;
    let mut tx = test.app.store().read().await.unwrap();
    let (start, end) = (Timestamp::from_seconds(0), test.app.now().plus(Duration::from_secs(1)));
    let rows = wardkey_store::audit::list_between(&mut tx, start, end, None, 1_000).await.unwrap();
    let events = rows.iter().map(|row| serde_json::from_str::<Event>(&row.entry.event).unwrap());
    events.filter(|event| event.account() == Some(account)).map(|event| event.kind()).collect()
}
