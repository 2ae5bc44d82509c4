//! Policies are published, confirmed, and taken back.

use std::time::Duration;

use wardkey_domain::access::{ClientKind, Device, DiffLine, Risk};
use wardkey_domain::directory::Role;
use wardkey_domain::factor::FactorKind;
use wardkey_domain::op::{Actor, Op};
use wardkey_domain::session::Strength;
use wardkey_testkit::TestApp;
use wardkey_usecases::access::{
    Draft, Membership, Publication, Supposed, WouldBe, change_members, check_policies, confirm_policies, make_group,
    policy_history, policy_text, publish_policies, roll_back_lapsed, roll_back_policies, what_if,
};
use wardkey_usecases::{Circumstances, Error, Result};

use crate::directory::administration::{Ago, acting};

const BLOCK: &str = "break-glass = [\"safe@a.example\"]\n\n[[policy]]\nname = \"Nobody from abroad\"\nstate = \"on\"\n\
    then = \"block\"\n\n[policy.exclude]\ncountries = [\"GB\"]\n";

/// A practice with its administrator, a nurse, and an account for breaking glass that has a key.
async fn practice() -> TestApp {
    let test = TestApp::start().await;
    test.add_organisation("A1", "").await;
    for address in ["admin@a.example", "nurse@a.example", "safe@a.example", "boss@a.example"] {
        test.add_person("A1", address).await;
    }
    test.give_role("admin@a.example", Role::LocalAdministrator, "A1").await;
    test.give_role("safe@a.example", Role::TenantAdministrator, "A1").await;
    test.give_role("boss@a.example", Role::TenantAdministrator, "A1").await;
    test.hold_factor("admin@a.example", FactorKind::Totp).await;
    test.hold_factor("boss@a.example", FactorKind::Totp).await;
    test.hold_factor("safe@a.example", FactorKind::WebAuthn).await;
    test
}

/// Somebody with a session of their own, begun now.
async fn signed_in(test: &TestApp, address: &str) -> Op {
    let circumstances: Circumstances = test.signed_in(address).await;
    let authenticated = wardkey_usecases::session::authenticate(&test.app, &circumstances).await.unwrap().unwrap();
    authenticated.op(&test.app, &circumstances)
}

async fn version(test: &TestApp) -> Option<i64> {
    policy_history(&test.app, &test.operator()).await.unwrap().in_force.set.as_ref().map(|set| set.version)
}

async fn publish(test: &TestApp, op: &Op, text: &str) -> Result<Publication> {
    let base = version(test).await;
    publish_policies(&test.app, op, text, base, "try it").await
}

fn problems(publication: Result<Publication>) -> String {
    match publication.unwrap() {
        Publication::Published(_) => String::new(),
        Publication::Refused(problems) => problems.join("; "),
    }
}

fn nurse(address: &str, country: &str) -> Supposed {
    Supposed {
        account: "nurse@a.example".to_owned(),
        application: String::new(),
        address: address.to_owned(),
        country: country.to_owned(),
        client: ClientKind::Browser,
        device: Device::Known,
        is_remembered: false,
        risk: Some(Risk::None),
        asked: Strength::OneFactor,
        at: None,
    }
}

async fn ask(test: &TestApp, supposed: &Supposed) -> WouldBe {
    what_if(&test.app, &test.operator(), supposed).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_published_counts_at_once_and_is_taken_back_unless_it_is_confirmed() {
    let test = practice().await;
    let boss = signed_in(&test, "boss@a.example").await;
    assert!(ask(&test, &nurse("", "FR")).await.explained.outcome.starts_with("the password and a second factor"));
    assert_eq!(problems(publish(&test, &boss, BLOCK).await), "");
    assert_eq!(version(&test).await, Some(1));
    assert_eq!(ask(&test, &nurse("", "FR")).await.explained.outcome, "nobody comes in");
    // From before it was published: no.
    assert!(matches!(confirm_policies(&test.app, &boss, 1).await, Err(Error::Conflict(_))));
    test.clock.advance(Duration::from_secs(10 * 60 - 1));
    assert_eq!(version(&test).await, Some(1));
    test.clock.advance(Duration::from_secs(1));
    // Before anybody notes it.
    assert_eq!(version(&test).await, None);
    assert!(ask(&test, &nurse("", "FR")).await.explained.outcome.starts_with("the password and a second factor"));
    let late = signed_in(&test, "boss@a.example").await;
    assert!(matches!(confirm_policies(&test.app, &late, 1).await, Err(Error::Conflict(_))));
    let job = test.app.op(Actor::System("roll_back_policies"), Default::default());
    assert_eq!(roll_back_lapsed(&test.app, &job).await.unwrap(), 1);
    assert_eq!(roll_back_lapsed(&test.app, &job).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_signs_in_afterwards_confirms_it_for_good() {
    let test = practice().await;
    let boss = signed_in(&test, "boss@a.example").await;
    // Whoever confirms it comes from nowhere, and must get in.
    let home = "countries = [\"GB\"]";
    let but_for_the_boss = BLOCK.replace(home, &format!("{home}\npeople = [\"account:boss@a.example\"]"));
    publish(&test, &boss, &but_for_the_boss).await.unwrap();
    test.clock.advance(Duration::from_secs(60));
    let again = signed_in(&test, "boss@a.example").await;
    confirm_policies(&test.app, &again, 1).await.unwrap();
    assert!(matches!(roll_back_policies(&test.app, &again, 1).await, Err(Error::Conflict(_))));
    test.clock.advance(Duration::from_secs(3_600));
    assert_eq!(version(&test).await, Some(1));
    // The next one is taken back, and this one is in force again.
    let boss = signed_in(&test, "boss@a.example").await;
    publish(&test, &boss, "").await.unwrap();
    assert_eq!(version(&test).await, Some(2));
    roll_back_policies(&test.app, &boss, 2).await.unwrap();
    assert_eq!(version(&test).await, Some(1));
    assert_eq!(
        policy_text(&test.app, &boss, None).await.unwrap(),
        policy_text(&test.app, &boss, Some(1)).await.unwrap()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_strand_somebody_is_refused_with_the_reason() {
    let test = practice().await;
    let operator = test.operator();
    for (text, expected) in [
        (BLOCK.replace("break-glass = [\"safe@a.example\"]", ""), "no account for breaking glass works"),
        (BLOCK.replace("safe@a.example", "nurse@a.example"), "no account for breaking glass works"),
        (BLOCK.replace("safe@a.example", "nobody@a.example"), "there is no account `nobody@a.example`"),
        (
            BLOCK.replace("[policy.exclude]\ncountries = [\"GB\"]", "[policy.include]\npeople = [\"role:staff\"]"),
            "no administrator of",
        ),
        (BLOCK.replace("\"block\"", "\"blok\""), "unknown variant"),
        (BLOCK.replace("countries = [\"GB\"]", "people = [\"group:nurses\"]"), "there is no `group:nurses`"),
    ] {
        let found = problems(publish(&test, &operator, &text).await);
        assert!(found.contains(expected), "{expected}: {found}");
        let checked: Draft = check_policies(&test.app, &operator, &text).await.unwrap();
        assert_eq!(checked.problems.is_empty(), expected.is_empty(), "{text}");
        if !expected.is_empty() {
            assert_eq!(version(&test).await, None, "nothing has changed");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_publish_at_once_do_not_undo_each_other() {
    let test = practice().await;
    let operator = test.operator();
    publish_policies(&test.app, &operator, BLOCK, None, "first").await.unwrap();
    let second = publish_policies(&test.app, &operator, "", None, "second").await;
    assert!(matches!(second, Err(Error::Conflict(_))), "{second:?}");
    let draft = check_policies(&test.app, &operator, "").await.unwrap();
    assert_eq!(draft.base, Some(1));
    assert!(
        draft.diff.iter().any(|line| matches!(line, DiffLine::Removed(text) if text.contains("Nobody from abroad")))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_whoever_administers_the_service_publishes_and_a_nurse_sees_nothing() {
    let test = practice().await;
    let local = acting(&test, "admin@a.example", Ago::JustNow).await;
    assert!(matches!(publish(&test, &local, BLOCK).await, Err(Error::Forbidden(_) | Error::NotFound(_))));
    assert!(policy_text(&test.app, &local, None).await.is_ok());
    let nurse_op = acting(&test, "nurse@a.example", Ago::JustNow).await;
    assert!(matches!(policy_text(&test.app, &nurse_op, None).await, Err(Error::NotFound(_))));
    assert!(matches!(what_if(&test.app, &nurse_op, &nurse("", "")).await, Err(Error::NotFound(_))));
    let stale = acting(&test, "boss@a.example", Ago::AnHour).await;
    assert!(matches!(publish(&test, &stale, BLOCK).await, Err(Error::FreshFactorNeeded)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_if_says_which_policy_and_why_and_what_is_wrong_with_the_question() {
    let test = practice().await;
    publish(&test, &test.operator(), BLOCK).await.unwrap();
    let abroad = ask(&test, &nurse("198.51.100.7", "FR")).await.explained;
    assert_eq!(abroad.reasons, ["the policy “Nobody from abroad” lets nobody in like this"]);
    assert_eq!(abroad.policies[0].words, "applied");
    let home = ask(&test, &nurse("198.51.100.7", "GB")).await.explained;
    assert_eq!(home.policies[0].words, "did not apply: this country is excluded");
    assert_eq!(home.reasons, ["the standard baseline always asks for two factors"]);
    assert_eq!(home.steps, ["enters their password", "must set up a second way to sign in"]);
    let wrong = Supposed { account: "who".to_owned(), application: "none".to_owned(), ..nurse("house", "Wales") };
    let Err(Error::Invalid(errors)) = what_if(&test.app, &test.operator(), &wrong).await else { panic!() };
    let fields: Vec<_> = errors.iter().map(|error| error.field).collect();
    assert_eq!(fields, ["account", "application", "address", "country"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_is_filled_counts_in_the_next_sign_in() {
    let test = practice().await;
    let operator = test.operator();
    make_group(&test.app, &operator, "A1", "nurses").await.unwrap();
    assert!(matches!(make_group(&test.app, &operator, "A1", "nurses").await, Err(Error::Conflict(_))));
    assert!(matches!(make_group(&test.app, &operator, "A1", "Nurses!").await, Err(Error::Invalid(_))));
    let text = BLOCK.replace("[policy.exclude]\ncountries = [\"GB\"]", "[policy.include]\npeople = [\"group:nurses\"]");
    assert_eq!(problems(publish(&test, &operator, &text).await), "");
    assert_ne!(ask(&test, &nurse("", "GB")).await.explained.outcome, "nobody comes in");
    let who = ["nurse@a.example".to_owned(), "ghost@a.example".to_owned()];
    let done = change_members(&test.app, &operator, "nurses", &who, Membership::Inside).await.unwrap();
    assert_eq!((done.changed, done.unchanged, done.unknown), (1, 0, vec!["ghost@a.example".to_owned()]));
    assert_eq!(ask(&test, &nurse("", "GB")).await.explained.outcome, "nobody comes in");
    change_members(&test.app, &operator, "nurses", &who[..1], Membership::Outside).await.unwrap();
    assert_ne!(ask(&test, &nurse("", "GB")).await.explained.outcome, "nobody comes in");
}
