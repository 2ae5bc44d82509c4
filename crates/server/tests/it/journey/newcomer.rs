//! From the first sign-in to an enrolled account.

use wardkey_testkit::{Person, TestApp};

const NURSE: &str = "nurse@riverside-surgery.example";

async fn nurse(test: &TestApp) -> Person {
    test.add_practice("Y00001").await;
    test.add_person("Y00001", NURSE).await
}

on_both_engines!(a_newcomer_enrols_and_is_signed_in, |test| {
    let mut nurse = nurse(test).await;
    let mut browser = test.browser();
    nurse.sign_in_and_enrol(&mut browser, test.clock.now()).await;
    browser.follow("Continue").await;
    assert_eq!(browser.page().path(), "/");
    assert!(browser.page().heading().starts_with("Hello"));

    let mut elsewhere = test.browser();
    test.clock.next_code();
    nurse.sign_in(&mut elsewhere, test.clock.now()).await;
    assert_eq!(elsewhere.page().path(), "/");
});

on_both_engines!(a_code_signs_in_once, |test| {
    let mut nurse = nurse(test).await;
    nurse.sign_in_and_enrol(&mut test.browser(), test.clock.now()).await;
    test.clock.next_code();
    nurse.sign_in(&mut test.browser(), test.clock.now()).await;
    let mut second = test.browser();
    nurse.enter_password(&mut second).await;
    nurse.enter_code(&mut second, test.clock.now()).await;
    assert_eq!(second.page().path(), "/signin/code");
    assert!(second.page().error_summary().is_some(), "{}", second.page().text());
    assert_eq!(second.open("/session/check").await.status, 401);
});

on_both_engines!(an_enrolment_reaches_nothing_else, |test| {
    let nurse = nurse(test).await;
    let mut browser = test.browser();
    nurse.enter_password(&mut browser).await;
    assert!(browser.page().path().starts_with("/profile"), "{}", browser.page().path());
    assert_eq!(browser.open("/session/check").await.status, 401);
    let closed = [
        "/",
        "/profile/security-info",
        "/profile/security-info/add",
        "/profile/password",
        "/profile/sessions",
        "/profile/sign-ins",
        "/admin",
        "/device",
    ];
    for path in closed {
        browser.open(path).await;
        let at = browser.page().path().to_owned();
        let led_away = at.starts_with("/signin") || at == "/profile" || at.starts_with("/profile/self-enrol");
        assert!(led_away || browser.page().status.is_client_error(), "{path} led to {at}: {}", browser.page().text());
    }
    for open in ["/profile", "/profile/my-profile", "/profile/self-service", "/profile/self-enrol", "/signout"] {
        assert_eq!(browser.open(open).await.status, 200, "{open}");
        assert_eq!(browser.page().path(), open);
    }
});

on_both_engines!(an_unfinished_enrolment_leaves_nothing_behind, |test| {
    let nurse = nurse(test).await;
    let mut browser = test.browser();
    nurse.enter_password(&mut browser).await;
    browser.open("/profile/self-enrol").await;
    browser.press("Confirm").await;
    browser.press("Click me to enrol").await;
    let first = wardkey_testkit::key_on(browser.page());
    let mut again = test.browser();
    nurse.enter_password(&mut again).await;
    again.open("/profile/self-enrol").await;
    again.press("Confirm").await;
    again.press("Click me to enrol").await;
    assert_ne!(first, wardkey_testkit::key_on(again.page()), "a key is shown to one sign-in only");
});

on_both_engines!(the_help_contact_is_on_every_page_of_a_sign_in, |test| {
    let nurse = nurse(test).await;
    let mut browser = test.browser();
    for path in ["/signin", "/signin/help", "/signin/activate"] {
        assert!(browser.open(path).await.shows("Test help desk"), "{path}");
    }
    nurse.enter_password(&mut browser).await;
    browser.open("/profile/self-enrol").await;
    assert!(browser.page().shows("Test help desk"));
});
