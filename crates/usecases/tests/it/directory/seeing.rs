//! Seeing accounts.

use wardkey_domain::directory::Role;
use wardkey_domain::permission::Action;
use wardkey_testkit::TestApp;
use wardkey_usecases::Error;
use wardkey_usecases::directory::see_account;

use super::administration::{Ago, acting};

#[tokio::test(flavor = "multi_thread")]
async fn an_account_elsewhere_is_not_found_rather_than_forbidden() {
    let test = TestApp::start().await;
    test.add_organisation("T1", "").await;
    test.add_organisation("A1", "T1").await;
    test.add_organisation("B1", "T1").await;
    for (code, address) in [("A1", "admin@a.example"), ("A1", "nurse@a.example"), ("B1", "nurse@b.example")] {
        test.add_account(code, address).await;
    }
    test.give_role("admin@a.example", Role::LocalAdministrator, "A1").await;
    let local = acting(&test, "admin@a.example", Ago::JustNow).await;
    let near = test.account("nurse@a.example").await;
    let far = test.account("nurse@b.example").await;
    let facts = see_account(&test.app, &local, near.id).await.unwrap();
    assert_eq!(facts.account, near);
    let may = |action| facts.permitted.contains(&action);
    assert!(may(Action::ReEnrol) && may(Action::EnableMfa) && !may(Action::GrantRole), "{:?}", facts.permitted);
    assert!(matches!(see_account(&test.app, &local, far.id).await, Err(Error::NotFound("account"))));
}
