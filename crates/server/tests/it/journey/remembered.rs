//! Browsers that their owners have had remembered: what that spares, for how long, and what ends it [AUT-11, SES-5].

use std::time::Duration;

use wardkey_domain::directory::Role;
use wardkey_testkit::{Browser, PASSWORD, Person, TestApp};
use wardkey_usecases::access::{Publication, publish_policies};

const NURSE: &str = "nurse@riverside-surgery.example";
const ADMINISTRATOR: &str = "administrator@riverside-surgery.example";
const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

/// Says for how long browsers are remembered in the practice, if at all.
async fn publish(test: &TestApp, remember: &str) {
    let text = format!("[[baseline]]\nof = \"organisation:Y00001\"\nis = \"standard\"\n{remember}\n");
    let base = wardkey_usecases::access::policy_history(&test.app, &test.operator()).await.unwrap();
    let base = base.in_force.set.as_ref().map(|set| set.version);
    let published = publish_policies(&test.app, &test.operator(), &text, base, "shared computers are few").await;
    assert!(matches!(published, Ok(Publication::Published(_))), "{published:?}");
}

/// A nurse who has an app, in a practice where browsers are remembered for so long.
async fn practice(test: &TestApp, remember: &str) -> Person {
    test.add_practice("Y00001").await;
    publish(test, &format!("remember = \"{remember}\"")).await;
    let mut nurse = test.add_person("Y00001", NURSE).await;
    nurse.sign_in_and_enrol(&mut test.browser(), test.clock.now()).await;
    test.clock.next_code();
    nurse
}

/// Signs in with both, and answers whether the browser should be remembered.
async fn sign_in_and_say(test: &TestApp, nurse: &Person, browser: &mut Browser, answer: &str) {
    test.clock.next_code();
    nurse.sign_in(browser, test.clock.now()).await;
    assert_eq!(browser.page().path(), "/profile/sessions/remember", "{}", browser.page().text());
    browser.press(answer).await;
    assert_eq!(browser.page().path(), "/", "{}", browser.page().text());
}

async fn remembered(test: &TestApp, nurse: &Person) -> Browser {
    let mut browser = test.browser();
    sign_in_and_say(test, nurse, &mut browser, "Yes, remember it").await;
    browser
}

async fn sign_out(browser: &mut Browser) {
    browser.open("/signout").await;
    browser.press("Sign out").await;
}

/// Where a password alone leads.
async fn by_password(nurse: &Person, browser: &mut Browser) -> String {
    nurse.enter_password(browser).await.path().to_owned()
}

fn after(test: &TestApp, seconds: u64) {
    test.clock.advance(Duration::from_secs(seconds));
}

on_both_engines!(a_remembered_browser_asks_for_the_password_alone_and_no_longer_than_the_baseline_says, |test| {
    let nurse = practice(test, "14 days").await;
    let mut browser = remembered(test, &nurse).await;
    sign_out(&mut browser).await;
    after(test, 14 * DAY - 60);
    assert_eq!(by_password(&nurse, &mut browser).await, "/");
    // Never without the password, and nowhere else.
    sign_out(&mut browser).await;
    browser.open("/profile").await;
    assert_eq!(browser.page().path(), "/signin", "{}", browser.page().text());
    assert_eq!(by_password(&nurse, &mut test.browser()).await, "/signin/code");
    // To sign in with the password alone has not made it any longer.
    assert!(by_password(&nurse, &mut browser).await.starts_with("/profile"), "{}", browser.page().text());
    after(test, 60);
    browser.open("/profile").await;
    assert!(browser.page().path().starts_with("/signin"), "the session ends, too: {}", browser.page().text());
    assert_eq!(by_password(&nurse, &mut browser).await, "/signin/code");
    test.clock.next_code();
    nurse.enter_code(&mut browser, test.clock.now()).await;
    assert_eq!(browser.page().path(), "/profile/sessions/remember", "{}", browser.page().text());
});

on_both_engines!(whoever_says_no_is_asked_for_both_and_not_about_the_browser_again, |test| {
    let nurse = practice(test, "14 days").await;
    let mut browser = test.browser();
    sign_in_and_say(test, &nurse, &mut browser, "No, ask me each time").await;
    sign_out(&mut browser).await;
    assert_eq!(by_password(&nurse, &mut browser).await, "/signin/code");
    test.clock.next_code();
    nurse.enter_code(&mut browser, test.clock.now()).await;
    assert_eq!(browser.page().path(), "/", "{}", browser.page().text());
    // Who thinks better of it finds it in the list.
    browser.open("/profile/sessions").await;
    browser.press("Remember this browser for 14 days").await;
    assert!(browser.page().shows("This browser is remembered"), "{}", browser.page().text());
    assert!(!browser.has_button("Remember this browser for 14 days"));
    sign_out(&mut browser).await;
    assert_eq!(by_password(&nurse, &mut browser).await, "/");
});

on_both_engines!(a_remembered_browser_is_forgotten_from_another_by_an_administrator_and_by_itself, |test| {
    let nurse = practice(test, "14 days").await;
    let mut lost = remembered(test, &nurse).await;
    let mut other = remembered(test, &nurse).await;
    other.open("/profile/sessions").await;
    assert!(other.page().shows("Remembered until"), "{}", other.page().text());
    other.press("Forget it:").await;
    assert!(other.page().shows("The browser has been forgotten"), "{}", other.page().text());
    lost.open("/profile").await;
    assert_eq!(lost.page().path(), "/signin", "the session there has ended");
    assert_eq!(by_password(&nurse, &mut lost).await, "/signin/code");

    let mut administrator = test.add_person("Y00001", ADMINISTRATOR).await;
    administrator.sign_in_and_enrol(&mut test.browser(), test.clock.now()).await;
    for (role, may) in [(Role::PracticeManager, false), (Role::LocalAdministrator, true)] {
        test.give_role(ADMINISTRATOR, role, "Y00001").await;
        test.clock.next_code();
        let mut desk = test.browser();
        administrator.sign_in(&mut desk, test.clock.now()).await;
        if desk.page().path() == "/profile/sessions/remember" {
            assert!(!may, "whoever is privileged is prompted everywhere: {}", desk.page().text());
        }
        desk.open(&format!("/admin/people/{}", test.account(NURSE).await.id)).await;
        desk.follow("The browsers that they have used").await;
        assert!(desk.page().shows("Remembered until"), "{}", desk.page().text());
        let button = "Forget it:";
        let has_button = desk.page().forms().iter().any(|form| form.action.ends_with("/forget"));
        assert_eq!(has_button, may, "{role:?}: {}", desk.page().text());
        if may {
            desk.press(button).await;
            assert!(desk.page().shows("the person is signed out there"), "{}", desk.page().text());
            assert!(!desk.page().shows("Remembered until"), "{}", desk.page().text());
        }
    }
    other.open("/profile").await;
    assert_eq!(other.page().path(), "/signin", "{}", other.page().text());
    assert_eq!(by_password(&nurse, &mut other).await, "/signin/code");

    let mut own = remembered(test, &nurse).await;
    own.open("/profile/sessions").await;
    own.press("Forget it and sign out").await;
    own.open("/profile").await;
    assert_eq!(own.page().path(), "/signin");
    assert_eq!(by_password(&nurse, &mut own).await, "/signin/code");
});

on_both_engines!(a_new_password_and_other_rules_end_what_was_remembered, |test| {
    let nurse = practice(test, "14 days").await;
    let mut browser = remembered(test, &nurse).await;
    browser.open("/profile/password").await;
    let new = "violet anchor meadow 93";
    browser.fill("current", PASSWORD).fill("password", new).fill("again", new);
    browser.press("Change password").await;
    assert!(browser.page().shows("Your password has been changed"), "{}", browser.page().text());
    let nurse = Person { password: new.to_owned(), ..nurse };
    sign_out(&mut browser).await;
    assert_eq!(by_password(&nurse, &mut browser).await, "/signin/code");

    let mut browser = remembered(test, &nurse).await;
    sign_out(&mut browser).await;
    assert_eq!(by_password(&nurse, &mut browser).await, "/");
    publish(test, "").await;
    after(test, 61);
    browser.open("/profile").await;
    assert!(browser.page().path().starts_with("/signin"), "{}", browser.page().text());
    assert_eq!(by_password(&nurse, &mut browser).await, "/signin/code");
});

on_both_engines!(nothing_is_remembered_without_a_second_factor_and_without_the_browser, |test| {
    let nurse = practice(test, "8 h").await;
    let mut browser = remembered(test, &nurse).await;
    sign_out(&mut browser).await;
    after(test, 4 * HOUR);
    assert_eq!(by_password(&nurse, &mut browser).await, "/");
    // By the password alone nobody makes it longer.
    browser.open("/profile/sessions").await;
    let token = browser.page().field("form_token").unwrap_or_default().to_owned();
    for path in ["/profile/sessions/devices/remember", "/profile/sessions/remember"] {
        browser.post(path, &[("form_token", &token), ("answer", "remember")]).await;
    }
    sign_out(&mut browser).await;
    after(test, 4 * HOUR);
    assert_eq!(by_password(&nurse, &mut browser).await, "/signin/code");

    // A session that somebody has carried to another computer has not the browser's own cookie.
    let mut carried = test.browser();
    test.clock.next_code();
    nurse.sign_in(&mut carried, test.clock.now()).await;
    carried.cookies.forget("wardkey-device");
    carried.press("Yes, remember it").await;
    sign_out(&mut carried).await;
    assert_eq!(by_password(&nurse, &mut carried).await, "/signin/code");
});
