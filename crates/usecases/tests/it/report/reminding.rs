//! Reminding people to set up a second factor.

use std::time::Duration;

use wardkey_domain::directory::{OdsCode, Role};
use wardkey_domain::factor::FactorKind;
use wardkey_domain::op::Op;
use wardkey_testkit::TestApp;
use wardkey_usecases::Error;
use wardkey_usecases::report::{REMIND_AGAIN_AFTER, Reminded, remind_people};

use super::counting::count;
use crate::directory::{Ago, acting};

async fn practice() -> TestApp {
    let test = TestApp::start().await;
    for (code, parent) in [("T1", ""), ("A1", "T1"), ("B1", "T1")] {
        test.add_organisation(code, parent).await;
    }
    for (code, address) in
        [("A1", "manager@a.example"), ("A1", "nurse@a.example"), ("A1", "clerk@a.example"), ("B1", "nurse@b.example")]
    {
        test.add_account(code, address).await;
    }
    test.hold_factor("manager@a.example", FactorKind::Totp).await;
    for (address, role) in [("manager@a.example", Role::PracticeManager), ("clerk@a.example", Role::Assessor)] {
        test.give_role(address, role, "A1").await;
    }
    count(&test).await;
    test
}

async fn remind(test: &TestApp, op: &Op, code: &str) -> Result<Reminded, Error> {
    remind_people(&test.app, op, &OdsCode::parse(code).unwrap()).await
}

/// To whom e-mails have gone, once there are so many.
async fn addressees(test: &TestApp, number: usize) -> Vec<String> {
    let mut changes = test.messages.changes();
    let courier = test.courier();
    while test.messages.mails().len() < number {
        tokio::time::timeout(Duration::from_secs(20), changes.changed()).await.expect("a mail").unwrap();
    }
    courier.stop().await;
    let mut to: Vec<_> = test.messages.mails().into_iter().map(|mail| mail.mail.to).collect();
    to.sort();
    to
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_no_second_factor_is_reminded_once_a_week() {
    let test = practice().await;
    let manager = acting(&test, "manager@a.example", Ago::AnHour).await;
    assert_eq!(remind(&test, &manager, "A1").await.unwrap(), Reminded::Sent(2));
    assert_eq!(addressees(&test, 2).await, ["clerk@a.example", "nurse@a.example"]);
    assert_eq!(remind(&test, &manager, "A1").await.unwrap(), Reminded::NotAgain);
    test.clock.advance(REMIND_AGAIN_AFTER);
    test.hold_factor("clerk@a.example", FactorKind::Totp).await;
    count(&test).await;
    let manager = acting(&test, "manager@a.example", Ago::AnHour).await;
    assert_eq!(remind(&test, &manager, "A1").await.unwrap(), Reminded::Sent(1));
    assert_eq!(addressees(&test, 3).await.iter().filter(|to| *to == "nurse@a.example").count(), 2);
    test.hold_factor("nurse@a.example", FactorKind::Totp).await;
    count(&test).await;
    assert_eq!(remind(&test, &manager, "A1").await.unwrap(), Reminded::Nobody);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_practice_manager_reminds_their_own_people_only() {
    let test = practice().await;
    let manager = acting(&test, "manager@a.example", Ago::JustNow).await;
    for elsewhere in ["B1", "T1", "Z9"] {
        assert!(matches!(remind(&test, &manager, elsewhere).await, Err(Error::NotFound(_))), "{elsewhere}");
    }
    let assessor = acting(&test, "clerk@a.example", Ago::JustNow).await;
    assert!(matches!(remind(&test, &assessor, "A1").await, Err(Error::Forbidden(_))));
    assert_eq!(addressees(&test, 0).await, Vec::<String>::new());
}
