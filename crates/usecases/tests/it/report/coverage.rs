//! How many are covered, from one organisation down.

use wardkey_domain::directory::{OdsCode, Role};
use wardkey_domain::factor::FactorKind;
use wardkey_domain::op::Op;
use wardkey_testkit::TestApp;
use wardkey_usecases::Error;
use wardkey_usecases::report::{CoverageFacts, see_coverage};

use super::counting::count;
use crate::directory::{Ago, acting};

async fn region() -> TestApp {
    let test = TestApp::start().await;
    for (code, parent) in [("Y60", ""), ("QOC", "Y60"), ("A81001", "QOC"), ("A81002", "QOC"), ("QT1", "Y60")] {
        test.add_organisation(code, parent).await;
    }
    for (code, address) in [
        ("A81001", "nurse@a.example"),
        ("A81001", "manager@a.example"),
        ("A81002", "clerk@b.example"),
        ("QOC", "desk@c.example"),
    ] {
        test.add_account(code, address).await;
    }
    test.hold_factor("nurse@a.example", FactorKind::Totp).await;
    test.give_role("manager@a.example", Role::PracticeManager, "A81001").await;
    test.give_role("desk@c.example", Role::LocalAdministrator, "QOC").await;
    count(&test).await;
    test
}

fn below(facts: &CoverageFacts) -> Vec<(String, u64, u64)> {
    let row = |row: &wardkey_usecases::report::OrganisationCoverage| {
        (row.ods_code.clone(), row.coverage.people, row.coverage.covered)
    };
    facts.below.iter().map(row).collect()
}

async fn see(test: &TestApp, op: &Op, code: Option<&str>) -> Result<CoverageFacts, Error> {
    let code = code.map(|code| OdsCode::parse(code).unwrap());
    see_coverage(&test.app, op, code.as_ref()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_practice_manager_sees_their_practice_right_away_and_nothing_else() {
    let test = region().await;
    let manager = acting(&test, "manager@a.example", Ago::AnHour).await;
    let facts = see(&test, &manager, None).await.unwrap();
    let (organisation, above) = facts.organisation.clone().unwrap();
    assert_eq!((organisation.ods_code.as_str(), above.len()), ("A81001", 0));
    assert_eq!((facts.all.people, facts.all.covered, facts.all.uncovered), (2, 1, 1));
    assert_eq!((facts.own, below(&facts)), (Some(facts.all), Vec::new()));
    for elsewhere in ["A81002", "QOC", "Y60", "Z99"] {
        assert!(matches!(see(&test, &manager, Some(elsewhere)).await, Err(Error::NotFound(_))), "{elsewhere}");
    }
    let staff = acting(&test, "nurse@a.example", Ago::JustNow).await;
    for code in [None, Some("A81001")] {
        assert!(matches!(see(&test, &staff, code).await, Err(Error::NotFound(_))), "{code:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_add_up_from_practice_to_region() {
    let test = region().await;
    let operator = test.operator();
    let row = |code: &str, people, covered| (code.to_owned(), people, covered);
    let facts = see(&test, &operator, None).await.unwrap();
    assert_eq!((facts.organisation.clone(), below(&facts)), (None, vec![row("Y60", 4, 1)]));
    let facts = see(&test, &operator, Some("Y60")).await.unwrap();
    assert_eq!(below(&facts), [row("QOC", 4, 1), row("QT1", 0, 0)]);
    let facts = see(&test, &operator, Some("QOC")).await.unwrap();
    assert_eq!(below(&facts), [row("A81001", 2, 1), row("A81002", 1, 0)]);
    assert_eq!((facts.all.people, facts.own.unwrap().people), (4, 1));
    let board = acting(&test, "desk@c.example", Ago::JustNow).await;
    let facts = see(&test, &board, Some("A81001")).await.unwrap();
    let (_, above) = facts.organisation.unwrap();
    // The region is above it, too, and is not theirs to see.
    assert_eq!(above.iter().map(|place| place.ods_code.as_str()).collect::<Vec<_>>(), ["QOC"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_looks_after_several_places_sees_them_together() {
    let test = region().await;
    test.give_role("manager@a.example", Role::PracticeManager, "A81002").await;
    let manager = acting(&test, "manager@a.example", Ago::AnHour).await;
    let facts = see(&test, &manager, None).await.unwrap();
    assert_eq!((facts.organisation.is_none(), facts.all.people), (true, 3));
    assert_eq!(below(&facts).len(), 2);
    // What lies in another of theirs is not counted twice, and is seen right away.
    test.give_role("manager@a.example", Role::PracticeManager, "QOC").await;
    test.give_role("manager@a.example", Role::LocalAdministrator, "QOC").await;
    let manager = acting(&test, "manager@a.example", Ago::AnHour).await;
    let facts = see(&test, &manager, None).await.unwrap();
    assert_eq!(facts.organisation.as_ref().map(|(own, _)| own.ods_code.as_str()), Some("QOC"));
    assert_eq!((facts.all.people, below(&facts).len()), (4, 2));
}
