//! What is counted keeps up with what happens.

use wardkey_domain::directory::Role;
use wardkey_domain::factor::FactorKind;
use wardkey_domain::permission::Extent;
use wardkey_domain::report::Coverage;
use wardkey_testkit::TestApp;
use wardkey_usecases::directory::{disable, enable, re_enrol};
use wardkey_usecases::report::count_changes;

/// Counts everything that has changed, as the job does.
pub(crate) async fn count(test: &TestApp) {
    while count_changes(&test.app, &test.operator()).await.unwrap() {}
}

async fn coverage(test: &TestApp) -> Coverage {
    let mut tx = test.app.store().read().await.unwrap();
    wardkey_store::report::coverage_of(&mut tx, &Extent::Everything).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_administrators_do_is_counted() {
    let test = TestApp::start().await;
    test.add_organisation("T1", "").await;
    let nurse = test.add_account("T1", "nurse@a.example").await;
    test.hold_factor("nurse@a.example", FactorKind::Totp).await;
    test.add_account("T1", "clerk@a.example").await;
    count(&test).await;
    let both = Coverage { people: 2, covered: 1, uncovered: 1, never_signed_in: 2, ..Coverage::default() };
    assert_eq!(coverage(&test).await, both);
    test.give_role("clerk@a.example", Role::LocalAdministrator, "T1").await;
    count(&test).await;
    assert_eq!(coverage(&test).await, Coverage { privileged: 1, privileged_without: 1, ..both });
    disable(&test.app, &test.operator(), nurse.id, "left").await.unwrap();
    count(&test).await;
    assert_eq!((coverage(&test).await.people, coverage(&test).await.covered), (1, 0));
    enable(&test.app, &test.operator(), nurse.id, "is back").await.unwrap();
    re_enrol(&test.app, &test.operator(), nurse.id, "lost the phone").await.unwrap();
    count(&test).await;
    assert_eq!((coverage(&test).await.people, coverage(&test).await.uncovered), (2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_added_is_counted_at_once() {
    let test = TestApp::start().await;
    test.add_organisation("T1", "").await;
    test.add_account("T1", "clerk@a.example").await;
    assert_eq!(coverage(&test).await.people, 1);
    // The change that is still waiting is no second person.
    count(&test).await;
    assert_eq!(coverage(&test).await.people, 1);
}
