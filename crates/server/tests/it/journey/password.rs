//! Passwords that somebody else set, and rules of new ones.

use std::time::Duration;

use wardkey_testkit::{Browser, PASSWORD, Person, TestApp};
use wardkey_usecases::directory::set_temporary_password;

const NURSE: &str = "nurse@riverside-surgery.example";
const CHOSEN: &str = "violet anchor meadow 93";

async fn with_temporary_password(test: &TestApp) -> Person {
    test.add_practice("Y00001").await;
    test.add_person("Y00001", NURSE).await;
    let account = test.account(NURSE).await.id;
    let temporary = set_temporary_password(&test.app, &test.operator(), account, "forgot it").await.unwrap();
    Person::new(NURSE, temporary.expose())
}

async fn choose(browser: &mut Browser, password: &str, again: &str) {
    browser.fill("password", password).fill("again", again);
    browser.press("Set password").await;
}

on_both_engines!(a_temporary_password_must_be_replaced, |test| {
    let person = with_temporary_password(test).await;
    let mut browser = test.browser();
    person.enter_password(&mut browser).await;
    assert_eq!(browser.page().path(), "/signin/new-password", "{}", browser.page().text());
    for (password, again) in [
        ("short 1", "short 1"),
        (&person.password, &person.password),
        (PASSWORD, PASSWORD),
        ("passwordpassword", "passwordpassword"),
        ("my name is Person 77", "my name is Person 77"),
        (CHOSEN, "violet anchor meadow 94"),
    ] {
        choose(&mut browser, password, again).await;
        assert_eq!(browser.page().path(), "/signin/new-password", "`{password}` was taken");
        assert!(browser.page().error_summary().is_some(), "`{password}`: {}", browser.page().text());
    }
    choose(&mut browser, CHOSEN, CHOSEN).await;
    assert!(browser.page().path().starts_with("/profile"), "{}", browser.page().text());
    let mut nurse = Person::new(NURSE, CHOSEN);
    nurse.self_enrol(&mut browser, test.clock.now()).await;
    assert_eq!(browser.open("/session/check").await.status, 204);

    let mut old = test.browser();
    person.enter_password(&mut old).await;
    assert_eq!(old.page().path(), "/signin");
});

on_both_engines!(a_temporary_password_lapses, |test| {
    let person = with_temporary_password(test).await;
    test.clock.advance(Duration::from_secs(4 * 86_400));
    let mut browser = test.browser();
    person.enter_password(&mut browser).await;
    assert!(browser.page().path().starts_with("/signin"));
    assert_ne!(browser.page().path(), "/signin/new-password");
});

on_both_engines!(a_password_expires_after_a_year, |test| {
    test.add_practice("Y00001").await;
    let mut nurse = test.add_person("Y00001", NURSE).await;
    nurse.sign_in_and_enrol(&mut test.browser(), test.clock.now()).await;
    test.clock.advance(Duration::from_secs(366 * 86_400));
    let mut browser = test.browser();
    nurse.enter_password(&mut browser).await;
    nurse.enter_code(&mut browser, test.clock.now()).await;
    assert_eq!(browser.page().path(), "/signin/new-password", "{}", browser.page().text());
    choose(&mut browser, CHOSEN, CHOSEN).await;
    let after = browser.page().text();
    assert_eq!(browser.open("/session/check").await.status, 204, "{after}");
});
