//! Guessing: slowed down, without locking the owner out, and without telling whether an account exists.

use std::time::Duration;

use wardkey_testkit::{Browser, Page, Person, TestApp};

const NURSE: &str = "nurse@riverside-surgery.example";

async fn enrolled_nurse(test: &TestApp, browser: &mut Browser) -> Person {
    test.add_practice("Y00001").await;
    let mut nurse = test.add_person("Y00001", NURSE).await;
    nurse.sign_in_and_enrol(browser, test.clock.now()).await;
    nurse
}

/// What a stranger sees, without what differs between any two pages.
fn seen(page: &Page) -> (u16, String, Vec<String>) {
    let headers = page.headers.iter().filter(|(name, _)| *name != "set-cookie" && *name != "content-security-policy");
    let mut names: Vec<String> = headers.map(|(name, value)| format!("{name}: {value:?}")).collect();
    names.sort();
    (page.status.as_u16(), page.text(), names)
}

on_both_engines!(an_unknown_address_and_a_wrong_password_read_the_same, |test| {
    let mut known = test.browser();
    enrolled_nurse(test, &mut known).await;
    let mut wrong_password = test.browser();
    Person::new(NURSE, "wrong teal kettle").enter_password(&mut wrong_password).await;
    let mut unknown = test.browser();
    // As long as the known one: the page shows again what was typed.
    Person::new("nursx@riverside-surgery.example", "wrong teal kettle").enter_password(&mut unknown).await;
    assert!(unknown.page().error_summary().is_some());
    assert_eq!(seen(wrong_password.page()), seen(unknown.page()));
    assert_eq!(wrong_password.cookies.names(), unknown.cookies.names());
});

on_both_engines!(an_attacker_does_not_lock_the_owner_out, |test| {
    let mut own = test.browser();
    let nurse = enrolled_nurse(test, &mut own).await;
    own.open("/signout").await;
    own.press("Sign out").await;
    let mut attacker = test.browser_from([198, 51, 100, 9].into());
    for _ in 0..8 {
        Person::new(NURSE, "a guess that is wrong").enter_password(&mut attacker).await;
    }
    // Even the right password has to wait now, in a browser that has never signed in.
    nurse.enter_password(&mut attacker).await;
    assert_eq!(attacker.page().path(), "/signin", "{}", attacker.page().text());
    test.clock.next_code();
    nurse.sign_in(&mut own, test.clock.now()).await;
    assert_eq!(own.open("/session/check").await.status, 204);
});

on_both_engines!(wrong_codes_wait_longer_and_longer, |test| {
    let nurse = enrolled_nurse(test, &mut test.browser()).await;
    let mut stranger = test.browser_from([198, 51, 100, 9].into());
    test.clock.next_code();
    nurse.enter_password(&mut stranger).await;
    let wrong = nurse.phone.as_ref().unwrap().wrong_code(test.clock.now());
    for _ in 0..6 {
        stranger.fill("code", &wrong);
        stranger.press("Continue").await;
    }
    nurse.enter_code(&mut stranger, test.clock.now()).await;
    assert_eq!(stranger.open("/session/check").await.status, 401, "even the right code waits");
    test.clock.advance(Duration::from_secs(60));
    stranger.open("/signin/code").await;
    nurse.enter_code(&mut stranger, test.clock.now()).await;
    assert_eq!(stranger.open("/session/check").await.status, 204);
});
