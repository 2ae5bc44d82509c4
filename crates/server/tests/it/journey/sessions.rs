//! Sessions: listed, ended, and ended by what changes an account.

use std::time::Duration;

use wardkey_domain::directory::Role;
use wardkey_testkit::{Browser, PASSWORD, Person, TestApp};
use wardkey_usecases::directory;

const NURSE: &str = "nurse@riverside-surgery.example";

/// A nurse who is signed in with two browsers.
async fn in_two_browsers(test: &TestApp) -> (Person, Browser, Browser) {
    test.add_practice("Y00001").await;
    let mut nurse = test.add_person("Y00001", NURSE).await;
    let (mut first, mut second) = (test.browser(), test.browser());
    nurse.sign_in_and_enrol(&mut first, test.clock.now()).await;
    test.clock.next_code();
    nurse.sign_in(&mut second, test.clock.now()).await;
    (nurse, first, second)
}

async fn is_signed_in(browser: &mut Browser) -> bool {
    match browser.open("/session/check").await.status.as_u16() {
        204 => true,
        401 => false,
        other => panic!("/session/check answers {other}"),
    }
}

on_both_engines!(a_session_can_be_ended_from_another, |test| {
    let (_, mut first, mut second) = in_two_browsers(test).await;
    second.open("/profile/sessions").await;
    second.press("Sign out:").await;
    assert!(!is_signed_in(&mut first).await);
    assert!(is_signed_in(&mut second).await);
});

on_both_engines!(signing_out_everywhere_ends_every_session, |test| {
    let (_, mut first, mut second) = in_two_browsers(test).await;
    first.open("/profile/sessions").await;
    first.press("Sign out everywhere").await;
    assert!(!is_signed_in(&mut first).await);
    assert!(!is_signed_in(&mut second).await);
});

on_both_engines!(signing_out_ends_this_session_only, |test| {
    let (_, mut first, mut second) = in_two_browsers(test).await;
    let token = first.cookies.value("wardkey-session").unwrap().to_owned();
    first.open("/signout").await;
    first.press("Sign out").await;
    assert!(is_signed_in(&mut second).await);
    // SECURITY: the cookie is worth nothing, whoever kept a copy.
    first.cookies.plant("wardkey-session", &token);
    assert!(!is_signed_in(&mut first).await);
});

on_both_engines!(a_changed_password_ends_the_other_sessions, |test| {
    let (_, mut first, mut second) = in_two_browsers(test).await;
    second.open("/profile/password").await;
    let new = "violet anchor meadow 93";
    second.fill("current", PASSWORD).fill("password", new).fill("again", new);
    second.press("Change password").await;
    assert!(second.page().error_summary().is_none(), "{}", second.page().text());
    assert!(!is_signed_in(&mut first).await);
    assert!(is_signed_in(&mut second).await);
});

on_both_engines!(a_disabled_account_is_signed_out_at_once, |test| {
    let (nurse, mut first, mut second) = in_two_browsers(test).await;
    let account = test.account(NURSE).await;
    directory::disable(&test.app, &test.operator(), account.id, "left the practice").await.unwrap();
    assert!(!is_signed_in(&mut first).await);
    assert!(!is_signed_in(&mut second).await);
    test.clock.next_code();
    nurse.enter_password(&mut second).await;
    assert!(second.page().path().starts_with("/signin"), "{}", second.page().path());
});

on_both_engines!(re_enrolment_ends_sessions_and_starts_anew, |test| {
    let (mut nurse, mut first, _) = in_two_browsers(test).await;
    let account = test.account(NURSE).await;
    directory::re_enrol(&test.app, &test.operator(), account.id, "lost the phone").await.unwrap();
    assert!(!is_signed_in(&mut first).await);
    let mut anew = test.browser();
    nurse.sign_in_and_enrol(&mut anew, test.clock.now()).await;
    assert!(is_signed_in(&mut anew).await);
});

on_both_engines!(a_new_role_ends_the_sessions_before_it, |test| {
    let (_, mut first, _) = in_two_browsers(test).await;
    test.give_role(NURSE, Role::LocalAdministrator, "Y00001").await;
    assert!(!is_signed_in(&mut first).await);
});

on_both_engines!(an_idle_session_ends_and_a_busy_one_ends_after_a_day, |test| {
    let (_, mut idle, mut busy) = in_two_browsers(test).await;
    for _ in 0..3 {
        test.clock.advance(Duration::from_secs(50 * 60));
        assert!(is_signed_in(&mut busy).await);
    }
    assert!(!is_signed_in(&mut idle).await);
    for _ in 0..27 {
        test.clock.advance(Duration::from_secs(50 * 60));
        busy.open("/").await;
    }
    assert!(!is_signed_in(&mut busy).await, "a day is over");
});

on_both_engines!(the_session_is_new_at_every_sign_in, |test| {
    let (nurse, mut first, _) = in_two_browsers(test).await;
    let before = first.cookies.value("wardkey-session").unwrap().to_owned();
    first.open("/signout").await;
    first.press("Sign out").await;
    test.clock.next_code();
    nurse.sign_in(&mut first, test.clock.now()).await;
    assert_ne!(first.cookies.value("wardkey-session").unwrap(), before);
});
