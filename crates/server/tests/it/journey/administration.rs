//! The administration area, page by page.

use std::time::Duration;

use wardkey_domain::directory::Role;
use wardkey_testkit::{Browser, Person, TestApp};

const ADMINISTRATOR: &str = "administrator@riverside-surgery.example";
const NURSE: &str = "nurse@riverside-surgery.example";
const ELSEWHERE: &str = "nurse@elsewhere.example";
const NEXT_CODE: Duration = Duration::from_secs(31);

/// A practice with a nurse and an administrator, who is signed in; and another practice.
async fn signed_in_administrator(test: &TestApp, role: Role) -> (Person, Browser) {
    test.add_practice("Y00001").await;
    test.add_practice("Y00002").await;
    test.add_person("Y00001", NURSE).await;
    test.add_person("Y00002", ELSEWHERE).await;
    let mut administrator = test.add_person("Y00001", ADMINISTRATOR).await;
    administrator.sign_in_and_enrol(&mut test.browser(), test.clock.now()).await;
    test.give_role(ADMINISTRATOR, role, "Y00001").await;
    test.clock.advance(NEXT_CODE);
    let mut browser = test.browser();
    administrator.sign_in(&mut browser, test.clock.now()).await;
    (administrator, browser)
}

async fn find(browser: &mut Browser, typed: &str) -> Vec<String> {
    browser.open("/admin").await;
    browser.fill("q", typed);
    browser.press("Search").await;
    browser.page().rows().into_iter().skip(1).collect()
}

async fn page_of(test: &TestApp, address: &str) -> String {
    format!("/admin/people/{}", test.account(address).await.id)
}

on_both_engines!(an_administrator_finds_a_person_and_sets_a_temporary_password, |test| {
    let (_, mut browser) = signed_in_administrator(test, Role::LocalAdministrator).await;
    let found = find(&mut browser, "nurse").await;
    assert!(found.len() == 1 && found.iter().all(|row| row.contains(NURSE)), "{found:?}");
    browser.follow("Test Person").await;
    assert!(browser.page().shows("No second factor yet"), "{}", browser.page().text());
    browser.follow("Set a temporary password").await;
    browser.press("Set a temporary password").await;
    assert!(browser.page().error_summary().is_some(), "a reason is needed: {}", browser.page().text());
    browser.fill("reason", "forgot it, identity checked");
    browser.press("Set a temporary password").await;
    let password = browser.page().with_class("wardkey-key").unwrap_or_default();

    let mut nurse = test.browser();
    Person::new(NURSE, password.trim()).enter_password(&mut nurse).await;
    assert_eq!(nurse.page().path(), "/signin/new-password", "{}", nurse.page().text());
    browser.open(&page_of(test, NURSE).await).await;
    assert!(!browser.page().shows(password.trim()), "it is shown once");
    assert!(browser.page().shows("Must be changed at the next sign-in"));
});

on_both_engines!(an_administrator_signs_a_person_out_disables_and_enables_them, |test| {
    let (_, mut browser) = signed_in_administrator(test, Role::LocalAdministrator).await;
    let mut nurse = Person::new(NURSE, wardkey_testkit::PASSWORD);
    let mut theirs = test.browser();
    nurse.sign_in_and_enrol(&mut theirs, test.clock.now()).await;
    let page = page_of(test, NURSE).await;
    for (link, button, notice) in [
        ("Sign them out everywhere", "Sign them out", "signed out everywhere"),
        ("Disable the account", "Disable the account", "has been disabled"),
        ("Enable the account", "Enable the account", "has been enabled"),
        ("Make them enrol again", "Remove their sign-in methods", "enrol again"),
    ] {
        browser.open(&page).await;
        browser.follow(link).await;
        browser.fill("reason", "because");
        browser.press(button).await;
        assert_eq!(browser.page().path(), page, "{link}: {}", browser.page().text());
        assert!(browser.page().shows(notice), "{link}: {}", browser.page().text());
        assert_eq!(theirs.open("/session/check").await.status, 401, "{link}");
    }
    nurse.phone = None;
    nurse.sign_in_and_enrol(&mut test.browser(), test.clock.now()).await;
});

on_both_engines!(what_an_administrator_may_not_see_is_not_found, |test| {
    let (_, mut browser) = signed_in_administrator(test, Role::LocalAdministrator).await;
    assert_eq!(find(&mut browser, "nurse@else").await, Vec::<String>::new());
    let far = page_of(test, ELSEWHERE).await;
    for path in [far.as_str(), &format!("{far}/disable"), "/admin/people/x", "/admin/people/x/disable"] {
        assert_eq!(browser.open(path).await.status, 404, "{path}");
    }
    let near = page_of(test, NURSE).await;
    assert_eq!(browser.open(&format!("{near}/promote")).await.status, 404);
    let own = page_of(test, ADMINISTRATOR).await;
    assert_eq!(browser.open(&format!("{own}/disable")).await.status, 403);
});

on_both_engines!(staff_do_not_find_the_administration_area, |test| {
    let (_, _) = signed_in_administrator(test, Role::LocalAdministrator).await;
    let mut nurse = Person::new(NURSE, wardkey_testkit::PASSWORD);
    let mut browser = test.browser();
    nurse.sign_in_and_enrol(&mut browser, test.clock.now()).await;
    let own = page_of(test, NURSE).await;
    for path in ["/admin", own.as_str(), &format!("{own}/disable")] {
        let status = browser.open(path).await.status;
        assert!(status == 404 || (path != "/admin" && status == 403), "{path}: {status}");
    }
});

on_both_engines!(a_practice_manager_sees_and_changes_nothing, |test| {
    let (_, mut browser) = signed_in_administrator(test, Role::PracticeManager).await;
    let page = page_of(test, NURSE).await;
    assert_eq!(browser.open(&page).await.status, 200);
    let deeds = browser.page().links().into_iter().map(|(_, address)| address);
    let about = deeds.filter(|address| address.contains("/people/") || address.contains("?for="));
    let views = ["sign-ins", "devices"].map(|what| format!("{page}/{what}"));
    let deeds: Vec<_> = about.filter(|address| !views.contains(address)).collect();
    let may_ask = |address: &String| address.starts_with("/admin/exceptions/request");
    assert!(deeds.iter().all(may_ask), "they may ask, and look why: {deeds:?}");
    for deed in ["disable", "exception", "withdraw-exception", "postpone"] {
        let status = browser.open(&format!("{page}/{deed}")).await.status.as_u16();
        assert!([403, 404].contains(&status), "{deed}: {status}");
    }
});

on_both_engines!(a_change_needs_a_fresh_second_factor, |test| {
    let (administrator, mut browser) = signed_in_administrator(test, Role::LocalAdministrator).await;
    test.clock.advance(Duration::from_secs(15 * 60));
    let page = page_of(test, NURSE).await;
    assert_eq!(browser.open(&page).await.status, 200);
    browser.open(&format!("{page}/disable")).await;
    assert_eq!(browser.page().path(), "/signin/code", "{}", browser.page().text());
    administrator.enter_code(&mut browser, test.clock.now()).await;
    assert_eq!(browser.page().path(), "/admin", "{}", browser.page().text());
    browser.open(&format!("{page}/disable")).await;
    assert!(browser.has_button("Disable the account"), "{}", browser.page().text());
});
