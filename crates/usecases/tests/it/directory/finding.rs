//! Finding people, and seeing their accounts.

use wardkey_domain::directory::Role;
use wardkey_testkit::TestApp;
use wardkey_usecases::Error;
use wardkey_usecases::directory::{find_people, see_account};

use super::administration::{Ago, acting};

async fn practice(test: &TestApp) {
    test.add_organisation("T1", "").await;
    test.add_organisation("A1", "T1").await;
    test.add_organisation("B1", "T1").await;
    for (code, address) in [("A1", "admin@a.example"), ("A1", "nurse@a.example"), ("B1", "nurse@b.example")] {
        test.add_account(code, address).await;
    }
    test.give_role("admin@a.example", Role::LocalAdministrator, "A1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_finds_only_people_of_their_organisations() {
    let test = TestApp::start().await;
    practice(&test).await;
    let found = async |op, text: &str| -> Vec<String> {
        let found = find_people(&test.app, &op, text, None).await.unwrap();
        let mut addresses: Vec<_> = found.people.into_iter().map(|person| person.address).collect();
        addresses.sort();
        addresses
    };
    let local = acting(&test, "admin@a.example", Ago::JustNow).await;
    assert_eq!(found(local.clone(), "nurse").await, ["nurse@a.example"]);
    assert_eq!(found(local.clone(), "nurse@b").await, Vec::<String>::new());
    assert_eq!(found(test.operator(), "nurse").await, ["nurse@a.example", "nurse@b.example"]);
    let staff = acting(&test, "nurse@a.example", Ago::JustNow).await;
    assert!(matches!(find_people(&test.app, &staff, "nurse", None).await, Err(Error::NotFound(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_people_follow_each_other() {
    let test = TestApp::start().await;
    test.add_organisation("T1", "").await;
    for n in 0..45 {
        test.add_account("T1", &format!("nurse{n}@a.example")).await;
    }
    let (mut after, mut sizes) = (None, Vec::new());
    loop {
        let page = find_people(&test.app, &test.operator(), "test", after.as_deref()).await.unwrap();
        sizes.push(page.people.len());
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(sizes, [20, 20, 5]);
    for bad in ["", "x", "~", "x~y"] {
        let page = find_people(&test.app, &test.operator(), "test", Some(bad)).await;
        assert!(matches!(page, Err(Error::Invalid(_))), "{bad}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_elsewhere_is_not_found_rather_than_forbidden() {
    let test = TestApp::start().await;
    practice(&test).await;
    let local = acting(&test, "admin@a.example", Ago::JustNow).await;
    let near = test.account("nurse@a.example").await;
    let far = test.account("nurse@b.example").await;
    let facts = see_account(&test.app, &local, near.id).await.unwrap();
    assert_eq!(facts.account, near);
    assert_eq!(facts.permitted.len(), 12, "{:?}", facts.permitted);
    assert!(matches!(see_account(&test.app, &local, far.id).await, Err(Error::NotFound("account"))));
}
