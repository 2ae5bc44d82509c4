//! What an application does to an account, once however often it says so.

use std::time::Duration;

use wardkey_domain::directory::Role;
use wardkey_domain::op::{ActingApplication, Actor, Mandate, Op, Origin};
use wardkey_domain::permission::ApiScope;
use wardkey_testkit::TestApp;
use wardkey_usecases::application::{self, AccountDeed, Asked, DeedOutcome, Done, IdempotencyKey, do_once};
use wardkey_usecases::{App, Error, Result};

use super::support::{NURSE, on_both_engines};

const KEY: &str = "8e03978e-40d5-43dd-bc93-6894a57f9324";

/// Two practices, somebody in each, and an application of the first.
async fn application(test: &TestApp) -> Op {
    test.add_practice("Y00001").await;
    test.add_practice("Y00002").await;
    test.add_account("Y00001", NURSE).await;
    test.add_account("Y00002", "other@b.example").await;
    let mut settings = wardkey_domain::application::ClientSettings::web(Vec::new());
    settings.grants = vec![wardkey_domain::application::GrantType::ClientCredentials];
    settings.scopes = "wardkey:people.manage wardkey:contain".parse().unwrap();
    let added = test.add_application("Y00001", settings).await;
    let client = application::find(&test.app, &added.client_id).await.unwrap().unwrap();
    let path = test.account(NURSE).await.path;
    let mandate = Mandate { path, scopes: vec![ApiScope::ManagePeople, ApiScope::Contain] };
    let acting = ActingApplication { id: client.id(), mandate: Some(mandate) };
    test.app.op(Actor::Application(acting), Origin::default())
}

async fn ask(app: &App, op: &Op, key: &str, (address, deed): (&str, AccountDeed), test: &TestApp) -> Result<Done> {
    let account = test.account(address).await.id;
    let key = IdempotencyKey::parse(key).unwrap();
    let text = format!("{account} {deed:?} left");
    do_once(app, op, &Asked { key, text: &text, account, deed, why: "left" }).await
}

async fn events(test: &TestApp, kind: &str) -> i64 {
    let mut tx = test.app.store().read().await.unwrap();
    let sql = "SELECT COUNT(*) AS n FROM audit_events WHERE kind = $1";
    tx.opt(sql, wardkey_store::args![kind]).await.unwrap().unwrap().get("n").unwrap()
}

on_both_engines!(what_is_asked_twice_under_one_key_is_done_once, |test| {
    let op = application(test).await;
    let disable = (NURSE, AccountDeed::Disable);
    let outcome = DeedOutcome::StatusChanged { status: "disabled".to_owned() };
    let first = ask(&test.app, &op, KEY, disable, test).await.unwrap();
    assert_eq!(first, Done::Now(outcome.clone()));
    let quoted = format!("\"{KEY}\"");
    assert_eq!(ask(&test.app, &op, &quoted, disable, test).await.unwrap(), Done::Before(outcome.clone()));
    assert_eq!(events(test, "account_status_changed").await, 1);
    // Without the key it would be refused: the account is disabled already.
    let another = ask(&test.app, &op, "another-key-of-theirs", disable, test).await;
    assert!(matches!(another, Err(Error::Conflict(_))), "{another:?}");
    let changed = ask(&test.app, &op, KEY, (NURSE, AccountDeed::Enable), test).await.unwrap();
    assert_eq!(changed, Done::OtherRequest);
    test.clock.advance(Duration::from_secs(24 * 60 * 60));
    let later = Op { now: test.app.now(), ..op };
    let tomorrow = ask(&test.app, &later, KEY, disable, test).await;
    assert!(matches!(tomorrow, Err(Error::Conflict(_))), "a key stands for a day: {tomorrow:?}");
});

on_both_engines!(what_many_ask_at_once_on_two_nodes_is_done_once, |test| {
    let op = application(test).await;
    let other = test.another_node().await;
    let deed = AccountDeed::MarkCompromised { suspected_for: None };
    let account = test.account(NURSE).await.id;
    let tasks: Vec<_> = (0..8)
        .map(|n| {
            let (app, op) = (if n % 2 == 0 { test.app.clone() } else { other.app.clone() }, op.clone());
            tokio::spawn(async move {
                let key = IdempotencyKey::parse(KEY).unwrap();
                let asked = Asked { key, text: "mark", account, deed, why: "spam" };
                // Whoever waits too long for the others hears that the server is busy, and asks again.
                loop {
                    match do_once(&app, &op, &asked).await {
                        Err(Error::Unavailable { .. }) => {}
                        answered => return answered.unwrap(),
                    }
                }
            })
        })
        .collect();
    let (mut now, mut outcomes) = (0, Vec::new());
    for task in tasks {
        match task.await.unwrap() {
            Done::Now(outcome) => {
                now += 1;
                outcomes.push(outcome);
            }
            Done::Before(outcome) => outcomes.push(outcome),
            Done::OtherRequest => panic!("it is the same request"),
        }
    }
    outcomes.dedup();
    assert_eq!((now, outcomes.len()), (1, 1), "{outcomes:?}");
    assert_eq!(events(test, "account_compromised").await, 1);
});

on_both_engines!(what_is_refused_leaves_nothing_at_its_key, |test| {
    let op = application(test).await;
    let elsewhere = ask(&test.app, &op, KEY, ("other@b.example", AccountDeed::Disable), test).await;
    assert!(matches!(elsewhere, Err(Error::NotFound("account"))), "{elsewhere:?}");
    let done = ask(&test.app, &op, KEY, (NURSE, AccountDeed::EndSessions), test).await.unwrap();
    assert_eq!(done, Done::Now(DeedOutcome::SessionsEnded { sessions: 0 }));
});

on_both_engines!(an_application_contains_somebody_and_nobody_who_holds_a_role, |test| {
    let op = application(test).await;
    test.add_account("Y00001", "helper@a.example").await;
    test.give_role("helper@a.example", Role::LocalHelpDesk, "Y00001").await;
    let mark = AccountDeed::MarkCompromised { suspected_for: Some(Duration::from_secs(3_600)) };
    let marked = ask(&test.app, &op, KEY, (NURSE, mark), test).await.unwrap();
    assert!(matches!(marked, Done::Now(DeedOutcome::Compromised { number: 1, again: false, .. })), "{marked:?}");
    let again = ask(&test.app, &op, "the-second-time-that-they-ask", (NURSE, mark), test).await.unwrap();
    assert!(matches!(again, Done::Now(DeedOutcome::Compromised { number: 1, again: true, .. })), "{again:?}");
    let helper = ask(&test.app, &op, "somebody-who-holds-a-role", ("helper@a.example", mark), test).await;
    assert!(matches!(helper, Err(Error::Forbidden(_))), "{helper:?}");
});

on_both_engines!(keys_are_for_applications_with_a_mandate, |test| {
    let op = application(test).await;
    for other in [test.operator(), op.acting_as(Actor::Anonymous)] {
        let refused = ask(&test.app, &other, KEY, (NURSE, AccountDeed::Disable), test).await;
        assert!(matches!(refused, Err(Error::NotFound(_))), "{refused:?}");
    }
    assert!(test.account(NURSE).await.may_sign_in().is_ok());
});
