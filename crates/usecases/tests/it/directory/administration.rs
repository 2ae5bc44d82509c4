//! What administrators do to accounts.

use std::time::Duration;

use wardkey_domain::credential::MustChange;
use wardkey_domain::directory::{Role, StatusName};
use wardkey_domain::id::SessionId;
use wardkey_domain::op::{ActingAccount, Actor, Op, Origin};
use wardkey_testkit::{Person, TestApp};
use wardkey_usecases::Error;
use wardkey_usecases::directory::{
    NewRole, disable, enable, end_sessions, grant_role, re_enrol, revoke_role, set_temporary_password,
};

/// How long ago the second factor of a session was verified.
#[derive(Clone, Copy)]
pub(crate) enum Ago {
    JustNow,
    AnHour,
}

/// An operation by the person with this address, with the roles they hold.
pub(crate) async fn acting(test: &TestApp, address: &str, ago: Ago) -> Op {
    let account = test.account(address).await;
    let now = test.app.now();
    let mut tx = test.app.store().read().await.unwrap();
    let roles = wardkey_store::directory::list_account_roles(&mut tx, account.id, now).await.unwrap();
    let ago = match ago {
        Ago::JustNow => Duration::ZERO,
        Ago::AnHour => Duration::from_secs(3_600),
    };
    let actor = ActingAccount {
        id: account.id,
        organisation: account.organisation,
        session: SessionId::new(now, [7; 10]),
        roles,
        second_factor_at: now.minus(ago),
        unrestricted_factor_at: Some(now.minus(ago)),
    };
    test.app.op(Actor::Account(actor), Origin::default())
}

/// A trust with one practice; an administrator of the practice, a primary one of the trust, and a nurse.
async fn practice() -> TestApp {
    let test = TestApp::start().await;
    test.add_organisation("T1", "").await;
    test.add_organisation("A1", "T1").await;
    for address in ["admin@a.example", "nurse@a.example", "desk@a.example", "primary@a.example"] {
        test.add_person("A1", address).await;
    }
    test.give_role("admin@a.example", Role::LocalAdministrator, "A1").await;
    test.give_role("desk@a.example", Role::LocalHelpDesk, "A1").await;
    test.give_role("primary@a.example", Role::PrimaryLocalAdministrator, "T1").await;
    test
}

pub(crate) fn outcome<T>(result: Result<T, Error>) -> &'static str {
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

#[tokio::test(flavor = "multi_thread")]
async fn a_temporary_password_must_be_changed() {
    let test = practice().await;
    let admin = acting(&test, "admin@a.example", Ago::JustNow).await;
    let nurse = test.account("nurse@a.example").await;
    let password = set_temporary_password(&test.app, &admin, nurse.id, "forgot it").await.unwrap();
    let mut tx = test.app.store().read().await.unwrap();
    let stored = wardkey_store::credential::password(&mut tx, nurse.id).await.unwrap().unwrap();
    assert_eq!(stored.must_change, Some(MustChange::Temporary));
    let mut browser = test.browser();
    Person::new("nurse@a.example", password.expose()).enter_password(&mut browser).await;
    assert_eq!(browser.page().path(), "/signin/new-password");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_may_sets_a_temporary_password() {
    let test = practice().await;
    let check = async |who: &str, ago, whose: &str, reason: &str, expected: &str| {
        let op = acting(&test, who, ago).await;
        let id = test.account(whose).await.id;
        let done = set_temporary_password(&test.app, &op, id, reason).await;
        assert_eq!(outcome(done), expected, "{who} on {whose}");
    };
    check("admin@a.example", Ago::JustNow, "nurse@a.example", " ", "invalid").await;
    check("admin@a.example", Ago::AnHour, "nurse@a.example", "why", "fresh factor").await;
    check("admin@a.example", Ago::JustNow, "admin@a.example", "why", "forbidden").await;
    check("admin@a.example", Ago::JustNow, "primary@a.example", "why", "forbidden").await;
    check("desk@a.example", Ago::JustNow, "admin@a.example", "why", "forbidden").await;
    check("nurse@a.example", Ago::JustNow, "desk@a.example", "why", "not found").await;
    check("admin@a.example", Ago::JustNow, "desk@a.example", "why", "done").await;
    check("primary@a.example", Ago::JustNow, "admin@a.example", "why", "done").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_account_is_signed_out_and_stays_out_until_it_is_enabled() {
    let test = practice().await;
    let admin = acting(&test, "admin@a.example", Ago::JustNow).await;
    let mut person = Person::new("nurse@a.example", wardkey_testkit::PASSWORD);
    let mut browser = test.browser();
    person.sign_in_and_enrol(&mut browser, test.app.now()).await;
    browser.open("/profile/sessions").await;
    assert_eq!(browser.page().path(), "/profile/sessions");

    let nurse = test.account("nurse@a.example").await;
    let disabled = disable(&test.app, &admin, nurse.id, "left").await.unwrap();
    assert_eq!(disabled.status.name(), StatusName::Disabled);
    browser.open("/profile/sessions").await;
    assert_ne!(browser.page().path(), "/profile/sessions");
    assert_eq!(outcome(disable(&test.app, &admin, nurse.id, "left").await), "conflict");

    let enabled = enable(&test.app, &admin, nurse.id, "came back").await.unwrap();
    assert_eq!(enabled.status.name(), StatusName::Active);
}

#[tokio::test(flavor = "multi_thread")]
async fn re_enrolment_removes_the_phone_and_ends_the_sessions() {
    let test = practice().await;
    let admin = acting(&test, "admin@a.example", Ago::JustNow).await;
    let mut person = Person::new("nurse@a.example", wardkey_testkit::PASSWORD);
    let mut browser = test.browser();
    person.sign_in_and_enrol(&mut browser, test.app.now()).await;
    let nurse = test.account("nurse@a.example").await;
    let done = re_enrol(&test.app, &admin, nurse.id, "lost phone").await.unwrap();
    assert_eq!((done.removed, done.activation.is_none()), (1, true));
    browser.open("/profile/sessions").await;
    assert_ne!(browser.page().path(), "/profile/sessions");
    assert_eq!(end_sessions(&test.app, &admin, nurse.id, "to be sure").await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_privileged_account_needs_a_code_to_enrol_again() {
    let test = practice().await;
    let primary = acting(&test, "primary@a.example", Ago::JustNow).await;
    let admin = test.account("admin@a.example").await;
    let done = re_enrol(&test.app, &primary, admin.id, "lost phone").await.unwrap();
    assert!(done.activation.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_gives_only_roles_that_they_may_appoint_to() {
    let test = practice().await;
    let check = async |who: &str, whose: &str, role: Role, organisation: &str, expected: &str| {
        let op = acting(&test, who, Ago::JustNow).await;
        let account = test.account(whose).await.id;
        let new = NewRole { account, role, organisation: organisation.parse().unwrap(), expires_at: None };
        let done = grant_role(&test.app, &op, &new).await;
        assert_eq!(outcome(done), expected, "{who} makes {whose} {role:?} of {organisation}");
    };
    test.add_organisation("Z9", "").await;
    let (primary, nurse) = ("primary@a.example", "nurse@a.example");
    check("admin@a.example", nurse, Role::LocalHelpDesk, "A1", "forbidden").await;
    check(primary, nurse, Role::TenantAdministrator, "T1", "forbidden").await;
    check(primary, nurse, Role::PrimaryLocalAdministrator, "A1", "forbidden").await;
    for elsewhere in ["Z9", "X0"] {
        // SECURITY: there is one of these, and the other is none.
        check(primary, nurse, Role::LocalAdministrator, elsewhere, "invalid").await;
    }
    check(primary, primary, Role::LocalAdministrator, "A1", "forbidden").await;
    check(primary, nurse, Role::LocalAdministrator, "A1", "done").await;
    check(primary, nurse, Role::LocalAdministrator, "A1", "conflict").await;
    disable(&test.app, &test.operator(), test.account("desk@a.example").await.id, "left").await.unwrap();
    check(primary, "desk@a.example", Role::PracticeManager, "A1", "conflict").await;

    let op = acting(&test, primary, Ago::JustNow).await;
    let held = acting(&test, nurse, Ago::JustNow).await;
    let grant = held.account().unwrap().roles[0].clone();
    revoke_role(&test.app, &op, grant.id, "moved on").await.unwrap();
    assert_eq!(outcome(revoke_role(&test.app, &op, grant.id, "again").await), "not found");
    assert!(acting(&test, nurse, Ago::JustNow).await.account().unwrap().roles.is_empty());
}
