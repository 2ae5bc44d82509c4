//! Lifting the pin of an account that was given back.

use std::time::Duration;

use wardkey_domain::access::Hold;
use wardkey_domain::directory::Role;
use wardkey_usecases::access::{ask_to_lift_pin, lift_pin};
use wardkey_usecases::directory::disable;

use super::compromise_support::*;
use crate::application::support::on_both_engines;

const OTHER: &str = "second@n.example";

#[tokio::test(flavor = "multi_thread")]
async fn two_national_people_lift_a_pin_and_nobody_else() {
    let test = trust().await;
    pin(&test, NURSE).await;
    let nurse = test.account(NURSE).await.id;
    let ask = async |who| outcome(ask_to_lift_pin(&test.app, &acting(&test, who).await, nurse, "retired").await);
    let confirm = async |who| outcome(lift_pin(&test.app, &acting(&test, who).await, nurse, "checked").await);
    for (who, expected) in [
        (NURSE, "forbidden"),
        (DESK, "forbidden"),
        (LOCAL, "forbidden"),
        (PRIMARY, "forbidden"),
        (NATIONAL, "forbidden"),
        (ELSEWHERE, "not found"),
    ] {
        assert_eq!(ask(who).await, expected, "{who} asks");
    }
    assert_eq!(outcome(ask_to_lift_pin(&test.app, &test.operator(), nurse, "x").await), "forbidden", "no person");
    assert_eq!(confirm(TENANT).await, "conflict", "nobody has asked");
    assert_eq!(ask(TENANT).await, "done");
    assert_eq!(ask(ANALYST).await, "conflict", "somebody has");
    for (who, expected) in [
        (NURSE, "forbidden"),
        (DESK, "forbidden"),
        (LOCAL, "forbidden"),
        (PRIMARY, "forbidden"),
        (NATIONAL, "forbidden"),
        (TENANT, "conflict"),
    ] {
        assert_eq!(confirm(who).await, expected, "{who} confirms");
        assert_eq!(hold(&test, NURSE).await, Hold::Pinned, "{who}");
    }
    assert_eq!(outcome(lift_pin(&test.app, &test.operator(), nurse, "x").await), "forbidden", "no person");
    assert_eq!(confirm(ANALYST).await, "done");
    assert_eq!(hold(&test, NURSE).await, Hold::None);
    assert_eq!(confirm(ANALYST).await, "conflict", "once");
    let audited = audited(&test, NURSE).await;
    assert!(audited.contains(&"pin_lift_asked") && audited.contains(&"pin_lifted"), "{audited:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_lapses_after_a_day() {
    let test = trust().await;
    pin(&test, NURSE).await;
    let nurse = test.account(NURSE).await.id;
    ask_to_lift_pin(&test.app, &acting(&test, TENANT).await, nurse, "retired").await.unwrap();
    test.clock.advance(Duration::from_secs(86_400));
    let late = lift_pin(&test.app, &acting(&test, ANALYST).await, nurse, "checked").await;
    assert_eq!(outcome(late), "conflict");
    assert_eq!(hold(&test, NURSE).await, Hold::Pinned);
    // Whoever asks anew needs somebody else again.
    ask_to_lift_pin(&test.app, &acting(&test, ANALYST).await, nurse, "retired").await.unwrap();
    assert_eq!(outcome(lift_pin(&test.app, &acting(&test, ANALYST).await, nurse, "x").await), "conflict");
    lift_pin(&test.app, &acting(&test, TENANT).await, nurse, "checked").await.unwrap();
    assert_eq!(hold(&test, NURSE).await, Hold::None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_worth_nothing_when_whoever_asked_may_not_any_more_or_the_account_is_marked_again() {
    let test = trust().await;
    test.add_person("N1", OTHER).await;
    test.give_role(OTHER, Role::SecurityAnalyst, "N1").await;
    pin(&test, NURSE).await;
    let nurse = test.account(NURSE).await.id;
    ask_to_lift_pin(&test.app, &acting(&test, OTHER).await, nurse, "retired").await.unwrap();
    disable(&test.app, &test.operator(), test.account(OTHER).await.id, "found out").await.unwrap();
    assert_eq!(outcome(lift_pin(&test.app, &acting(&test, ANALYST).await, nurse, "x").await), "conflict");
    assert_eq!(hold(&test, NURSE).await, Hold::Pinned);
    test.clock.advance(Duration::from_secs(86_400));
    ask_to_lift_pin(&test.app, &acting(&test, TENANT).await, nurse, "retired").await.unwrap();
    let again = mark(&test, &acting(&test, LOCAL).await, NURSE).await.unwrap();
    assert_eq!((again.again, again.number), (false, 2), "another case");
    assert_eq!(outcome(lift_pin(&test.app, &acting(&test, ANALYST).await, nurse, "x").await), "conflict");
    assert_eq!(hold(&test, NURSE).await, Hold::Compromised, "a compromised account is given back first");
    let op = acting(&test, LOCAL).await;
    work_through(&test, &op, again.case).await;
    wardkey_usecases::access::restore(&test.app, &op, again.case, "well").await.unwrap();
    assert_eq!(outcome(lift_pin(&test.app, &acting(&test, ANALYST).await, nurse, "x").await), "conflict", "ask anew");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_lifts_their_own_pin_and_nobody_that_of_somebody_with_more_rights() {
    let test = trust().await;
    test.add_person("N1", OTHER).await;
    test.give_role(OTHER, Role::TenantAdministrator, "N1").await;
    pin(&test, LOCAL).await;
    let local = test.account(LOCAL).await.id;
    let asks = async |who| outcome(ask_to_lift_pin(&test.app, &acting(&test, who).await, local, "x").await);
    assert_eq!(asks(LOCAL).await, "forbidden");
    assert_eq!(asks(ANALYST).await, "forbidden", "a local administrator resets passwords, an analyst does not");
    assert_eq!(asks(TENANT).await, "done");
    let other = acting(&test, OTHER).await;
    lift_pin(&test.app, &other, local, "checked").await.unwrap();
    assert_eq!(hold(&test, LOCAL).await, Hold::None);
}

on_both_engines!(of_two_nodes_that_confirm_at_once_one_lifts, |test| {
    fill(test).await;
    test.add_person("N1", OTHER).await;
    test.give_role(OTHER, Role::TenantAdministrator, "N1").await;
    pin(test, NURSE).await;
    let (node, nurse) = (test.another_node().await, test.account(NURSE).await.id);
    ask_to_lift_pin(&test.app, &acting(test, TENANT).await, nurse, "retired").await.unwrap();
    let (here, there) = (acting(test, OTHER).await, acting(test, ANALYST).await);
    let both = tokio::join!(lift_pin(&test.app, &here, nurse, "x"), lift_pin(&node.app, &there, nurse, "x"));
    let outcomes = [outcome(both.0), outcome(both.1)];
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == "done").count(), 1, "{outcomes:?}");
    assert_eq!(audited(test, NURSE).await.iter().filter(|kind| **kind == "pin_lifted").count(), 1);
});
