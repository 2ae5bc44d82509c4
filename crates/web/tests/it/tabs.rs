//! One browser, several tabs: each goes on to its own destination, whatever the others do.

use wardkey_testkit::TestApp;

use crate::{NURSE, signed_in, token_on};

#[tokio::test]
async fn a_sign_in_that_another_tab_replaced_begins_anew() {
    let test = TestApp::start().await;
    let mut browser = test.browser();
    browser.open("/signin?to=sessions").await;
    let first_tab = token_on(&browser);
    browser.open("/signin").await;
    let fields = [("form_token", first_tab.as_str()), ("address", NURSE), ("password", "irrelevant")];
    let page = browser.post("/signin?to=sessions", &fields).await;
    assert!(page.shows("took too long or was started again in another tab"), "{}", page.text());
    assert_eq!(page.path(), "/signin");
}

#[tokio::test]
async fn a_tab_goes_on_when_another_has_finished_the_sign_in() {
    let test = TestApp::start().await;
    let (nurse, _) = signed_in(&test).await;
    let mut browser = test.browser();
    browser.open("/signin?to=sessions").await;
    let first_tab = token_on(&browser);
    browser.open("/signin").await;
    nurse.sign_in(&mut browser, test.clock.now()).await;
    let fields = [("form_token", first_tab.as_str()), ("address", NURSE), ("password", "irrelevant")];
    assert_eq!(browser.post("/signin?to=sessions", &fields).await.path(), "/profile/sessions");
}

#[tokio::test]
async fn whoever_is_enrolling_reaches_nothing_else() {
    let test = TestApp::start().await;
    test.add_practice("Y00001").await;
    let nurse = test.add_person("Y00001", NURSE).await;
    let mut browser = test.browser();
    nurse.enter_password(&mut browser).await;
    for path in [
        "/",
        "/profile/security-info",
        "/profile/password",
        "/profile/sessions",
        "/profile/sign-ins",
        "/device",
        "/admin",
    ] {
        assert_eq!(browser.open(path).await.path(), "/profile", "{path}");
    }
    assert_eq!(browser.open("/session/check").await.status.as_u16(), 401);
    browser.open("/signout").await;
    browser.press("Sign out").await;
    assert_eq!(browser.open("/profile").await.path(), "/signin");
}

#[tokio::test]
async fn a_page_that_needs_a_sign_in_is_come_back_to() {
    let test = TestApp::start().await;
    let (nurse, _) = signed_in(&test).await;
    let mut browser = test.browser();
    for (asked, reached) in [("/profile/sign-ins", "/profile/sign-ins"), ("/device", "/device"), ("/", "/")] {
        assert_eq!(browser.open(asked).await.path(), "/signin", "{asked}");
        nurse.sign_in(&mut browser, test.clock.now()).await;
        assert_eq!(browser.page().path(), reached);
        browser.open("/signout").await;
        browser.press("Sign out").await;
        test.clock.next_code();
    }
}
