//! "I cannot sign in": whom it names, and to whom.

use wardkey_domain::directory::Role;
use wardkey_testkit::TestApp;

use crate::NURSE;

const ADMINISTRATOR: &str = "administrator@riverside-surgery.example";

#[tokio::test]
async fn a_stranger_learns_the_help_desk_of_an_organisation_but_not_its_administrators() {
    let test = TestApp::start().await;
    test.add_practice("Y00001").await;
    test.add_person("Y00001", ADMINISTRATOR).await;
    test.give_role(ADMINISTRATOR, Role::LocalAdministrator, "Y00001").await;
    let named = test.account(ADMINISTRATOR).await.display_name;
    let mut browser = test.browser();
    browser.open("/signin/help").await;
    browser.fill("organisation", " y00001 ");
    let page = browser.press("Find").await;
    assert!(page.shows("are helped by"), "{}", page.text());
    assert!(!page.shows(&named), "{}", page.text());
    browser.fill("organisation", "nowhere");
    assert!(browser.press("Find").await.error_summary().is_some());
}

#[tokio::test]
async fn whoever_has_proved_a_password_is_told_who_looks_after_them() {
    let test = TestApp::start().await;
    test.add_practice("Y00001").await;
    let nurse = test.add_person("Y00001", NURSE).await;
    test.add_person("Y00001", ADMINISTRATOR).await;
    test.give_role(ADMINISTRATOR, Role::LocalAdministrator, "Y00001").await;
    let named = test.account(ADMINISTRATOR).await.display_name;
    let mut browser = test.browser();
    nurse.enter_password(&mut browser).await;
    let page = browser.open("/signin/help").await;
    assert!(page.shows(&named), "{}", page.text());
}
