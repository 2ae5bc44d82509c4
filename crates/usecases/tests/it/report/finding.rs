//! Finding people.

use wardkey_domain::access::Baseline;
use wardkey_domain::directory::{AccountKind, Role};
use wardkey_domain::factor::FactorKind;
use wardkey_domain::op::Op;
use wardkey_domain::report::{Cover, MfaStatus, PeopleFilter, SignedIn};
use wardkey_testkit::{EngineKind, TestApp};
use wardkey_usecases::Error;
use wardkey_usecases::report::{FoundPeople, SearchFor, Slice, find_people, list_people};

use super::counting::count;
use crate::directory::{Ago, acting};

async fn practice(test: &TestApp) {
    test.add_organisation("T1", "").await;
    test.add_organisation("A1", "T1").await;
    test.add_organisation("B1", "T1").await;
    for (code, address) in [("A1", "admin@a.example"), ("A1", "nurse@a.example"), ("B1", "nurse@b.example")] {
        test.add_account(code, address).await;
    }
    test.give_role("admin@a.example", Role::LocalAdministrator, "A1").await;
}

fn typed(text: &str) -> SearchFor {
    SearchFor { text: text.to_owned(), ..SearchFor::default() }
}

fn addresses(found: FoundPeople) -> Vec<String> {
    let mut addresses: Vec<_> = found.people.into_iter().map(|person| person.address).collect();
    addresses.sort();
    addresses
}

async fn found(test: &TestApp, op: &Op, search: &SearchFor) -> Vec<String> {
    addresses(find_people(&test.app, op, search, None).await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_finds_only_people_of_their_organisations() {
    let test = TestApp::start().await;
    practice(&test).await;
    let local = acting(&test, "admin@a.example", Ago::JustNow).await;
    assert_eq!(found(&test, &local, &typed("nurse")).await, ["nurse@a.example"]);
    assert_eq!(found(&test, &local, &typed("nurse@b")).await, Vec::<String>::new());
    assert_eq!(found(&test, &test.operator(), &typed("nurse")).await, ["nurse@a.example", "nurse@b.example"]);
    let staff = acting(&test, "nurse@a.example", Ago::JustNow).await;
    assert!(matches!(find_people(&test.app, &staff, &typed("nurse"), None).await, Err(Error::NotFound(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_was_typed_narrows_the_list_to_its_organisation() {
    let test = TestApp::start().await;
    practice(&test).await;
    let operator = test.operator();
    for (text, expected) in [
        ("B1", vec!["nurse@b.example"]),
        ("nurse A1", vec!["nurse@a.example"]),
        ("b1", vec!["nurse@b.example"]),
        ("t1 nurse", vec!["nurse@a.example", "nurse@b.example"]),
        ("Z9 nurse", vec![]),
    ] {
        assert_eq!(found(&test, &operator, &typed(text)).await, expected, "{text}");
    }
    let local = acting(&test, "admin@a.example", Ago::JustNow).await;
    // SECURITY: the code of an organisation elsewhere is a word like any other.
    assert_eq!(found(&test, &local, &typed("B1")).await, Vec::<String>::new());
    assert_eq!(found(&test, &local, &typed("T1 nurse")).await, ["nurse@a.example"]);
    let place = |code: &str| SearchFor { organisation: code.to_owned(), ..SearchFor::default() };
    assert_eq!(found(&test, &operator, &place(" b1 ")).await, ["nurse@b.example"]);
    assert_eq!(found(&test, &local, &place("")).await, ["admin@a.example", "nurse@a.example"]);
    for elsewhere in ["B1", "Z9", "not a code"] {
        let refused = find_people(&test.app, &local, &place(elsewhere), None).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{elsewhere}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_found_by_how_they_stand() {
    let test = TestApp::start().await;
    practice(&test).await;
    test.add_account("B1", "sister@b.example").await;
    test.hold_factor("sister@b.example", FactorKind::Totp).await;
    count(&test).await;
    let operator = test.operator();
    let check = async |filter: PeopleFilter, expected: &[&str]| {
        for text in ["", "test"] {
            let search = SearchFor { text: text.to_owned(), organisation: String::new(), filter };
            assert_eq!(found(&test, &operator, &search).await, expected, "{text:?} {filter:?}");
        }
    };
    let any = PeopleFilter::default();
    let without = ["admin@a.example", "nurse@a.example", "nurse@b.example"];
    check(PeopleFilter { cover: Some(Cover::Uncovered), ..any }, &without).await;
    check(PeopleFilter { cover: Some(Cover::Covered), ..any }, &["sister@b.example"]).await;
    check(PeopleFilter { mfa: Some(MfaStatus::Unregistered), ..any }, &without).await;
    check(PeopleFilter { is_privileged: Some(true), ..any }, &["admin@a.example"]).await;
    check(PeopleFilter { kind: Some(AccountKind::Guest), ..any }, &[]).await;
    check(PeopleFilter { baseline: Some(Baseline::NamedLocation), ..any }, &[]).await;
    check(PeopleFilter { signed_in: Some(SignedIn::Within(7)), ..any }, &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_people_follow_each_other() {
    let test = TestApp::start().await;
    test.add_organisation("T1", "").await;
    for n in 0..45 {
        test.add_account("T1", &format!("nurse{n}@a.example")).await;
    }
    for text in ["test", ""] {
        let (mut after, mut sizes) = (None, Vec::new());
        loop {
            let page = find_people(&test.app, &test.operator(), &typed(text), after.as_deref()).await.unwrap();
            sizes.push(page.people.len());
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(sizes, [20, 20, 5], "{text:?}");
    }
    for bad in ["", "x", "~", "x~y", "@", "x@"] {
        let page = find_people(&test.app, &test.operator(), &typed("test"), Some(bad)).await;
        assert!(matches!(page, Err(Error::Invalid(_))), "{bad}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_does_not_go_on_from_somebody_elsewhere() {
    let test = TestApp::start().await;
    practice(&test).await;
    let local = acting(&test, "admin@a.example", Ago::JustNow).await;
    let (near, far) = (test.account("nurse@a.example").await.id, test.account("nurse@b.example").await.id);
    let nobody = wardkey_domain::id::AccountId::new(test.app.now(), [7; 10]);
    for (id, seen) in [(near, true), (far, false), (nobody, false)] {
        for after in [id.to_string(), format!("{id}@")] {
            let page = find_people(&test.app, &local, &typed(""), Some(&after)).await;
            assert_eq!(page.is_ok(), seen, "{after}: {page:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_has_as_many_as_are_asked_for() {
    let test = TestApp::start().await;
    test.add_organisation("T1", "").await;
    for n in 0..5 {
        test.add_account("T1", &format!("nurse{n}@a.example")).await;
    }
    let (mut after, mut sizes) = (None, Vec::new());
    loop {
        let slice = Slice { after: after.as_deref(), most: 2 };
        let page = list_people(&test.app, &test.operator(), &typed("nurse"), slice).await.unwrap();
        sizes.push(page.people.len());
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(sizes, [2, 2, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_control_character_finds_nobody_and_no_page() {
    for engine in [EngineKind::Sqlite, EngineKind::Postgres] {
        if !engine.is_available() {
            continue;
        }
        let test = TestApp::on_engine(engine).await;
        practice(&test).await;
        for text in ["nurse\0", "nurse\0@a.example", "\u{1}"] {
            let found = find_people(&test.app, &test.operator(), &typed(text), None).await.unwrap();
            assert!(found.people.is_empty(), "{text:?}");
        }
        let id = test.account("nurse@a.example").await.id;
        let page = find_people(&test.app, &test.operator(), &typed("nurse"), Some(&format!("{id}~nu\0"))).await;
        assert!(matches!(page, Err(Error::Invalid(_))), "{page:?}");
    }
}
