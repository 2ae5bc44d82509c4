//! Seeing accounts.

use wardkey_domain::directory::Role;
use wardkey_domain::permission::Action;
use wardkey_testkit::TestApp;
use wardkey_usecases::Error;
use wardkey_usecases::directory::{list_organisations, see_account};

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

#[tokio::test(flavor = "multi_thread")]
async fn somebody_lists_the_organisations_that_they_look_after() {
    let test = TestApp::start().await;
    for (code, parent) in [("T1", ""), ("A1", "T1"), ("A2", "A1"), ("B1", "T1")] {
        test.add_organisation(code, parent).await;
    }
    test.add_account("A1", "admin@a.example").await;
    test.add_account("A1", "nurse@a.example").await;
    test.give_role("admin@a.example", Role::LocalAdministrator, "A1").await;
    let local = acting(&test, "admin@a.example", Ago::JustNow).await;
    let first = list_organisations(&test.app, &local, None, 1).await.unwrap();
    assert_eq!((first.organisations.len(), first.next.as_ref().map(|code| code.as_str())), (1, Some("A1")));
    let second = list_organisations(&test.app, &local, first.next.as_ref(), 1).await.unwrap();
    assert_eq!((second.organisations[0].ods_code.as_str(), second.next), ("A2", None));
    assert_eq!(list_organisations(&test.app, &test.operator(), None, 9).await.unwrap().organisations.len(), 4);
    let staff = acting(&test, "nurse@a.example", Ago::JustNow).await;
    assert!(matches!(list_organisations(&test.app, &staff, None, 9).await, Err(Error::NotFound(_))));
}
