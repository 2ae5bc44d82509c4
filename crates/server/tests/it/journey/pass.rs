//! Temporary access passes: given, used, used up, withdrawn, replaced; and the way of whoever may not carry a phone.

use std::time::Duration;

use wardkey_domain::directory::Role;
use wardkey_domain::factor::{CoreFactors, FactorKind};
use wardkey_testkit::{Browser, ISSUER, Person, SecurityKey, TestApp};
use wardkey_usecases::Settings;
use wardkey_usecases::directory::{NewAdministrator, create_admin};

const NURSE: &str = "nurse@riverside-surgery.example";
const ADMINISTRATOR: &str = "administrator@riverside-surgery.example";

fn keys_suffice(settings: &mut Settings) {
    settings.signin.core = CoreFactors::default().with(FactorKind::WebAuthn, true);
}

fn only_to_enrol(settings: &mut Settings) {
    keys_suffice(settings);
    settings.signin.pass.only_to_enrol = true;
}

/// A practice with a nurse, and an administrator who is signed in.
async fn practice(test: &TestApp) -> (Person, Browser) {
    test.add_practice("Y00001").await;
    let nurse = test.add_person("Y00001", NURSE).await;
    let mut administrator = test.add_person("Y00001", ADMINISTRATOR).await;
    administrator.sign_in_and_enrol(&mut test.browser(), test.clock.now()).await;
    test.give_role(ADMINISTRATOR, Role::LocalAdministrator, "Y00001").await;
    test.clock.next_code();
    let mut desk = test.browser();
    administrator.sign_in(&mut desk, test.clock.now()).await;
    (nurse, desk)
}

/// Gives the nurse a pass, good for as many `minutes`.
async fn give(test: &TestApp, desk: &mut Browser, uses: &str, minutes: &str) -> String {
    desk.open(&format!("/admin/people/{}", test.account(NURSE).await.id)).await;
    desk.follow("Give them a temporary access pass").await;
    desk.fill("uses", uses).fill("lifetime", minutes).fill("reason", "key lost, identity checked");
    desk.press("Give the pass").await;
    let pass = desk.page().with_class("wardkey-key").unwrap_or_else(|| panic!("{}", desk.page().text()));
    pass.trim().to_owned()
}

async fn enter(nurse: &Person, browser: &mut Browser, pass: &str) {
    nurse.enter_password(browser).await;
    assert_eq!(browser.page().path(), "/signin/pass", "{}", browser.page().text());
    browser.fill("pass", pass);
    browser.press("Continue").await;
}

async fn sign_out(browser: &mut Browser) {
    browser.open("/signout").await;
    browser.press("Sign out").await;
}

async fn enrol_key(browser: &mut Browser) -> SecurityKey {
    let mut key = SecurityKey::at(ISSUER);
    browser.open("/profile/self-enrol").await;
    browser.press("Confirm").await;
    browser.fill("method", "webauthn");
    browser.press("Click me to enrol for Multi-Factor Authentication").await;
    key.register(browser, "Set it up").await;
    assert_eq!(browser.page().path(), "/profile/self-enrol/done", "{}", browser.page().text());
    key
}

on_both_engines_with!(keys_suffice, without_a_phone_a_pass_leads_to_a_key_and_a_lost_key_to_another_pass, |test| {
    let (nurse, mut desk) = practice(test).await;
    let pass = give(test, &mut desk, "once", "60").await;
    let mut browser = test.browser();
    enter(&nurse, &mut browser, &pass.to_uppercase()).await;
    let mut key = enrol_key(&mut browser).await;
    sign_out(&mut browser).await;
    nurse.enter_password(&mut browser).await;
    key.touch(&mut browser).await;
    assert_eq!(browser.page().path(), "/", "{}", browser.page().text());
    sign_out(&mut browser).await;

    // It is lost. A pass for the shift signs in, and opens Security info to add another and remove the lost one.
    let pass = give(test, &mut desk, "several", "480").await;
    enter(&nurse, &mut browser, &pass).await;
    assert_eq!(browser.page().path(), "/", "{}", browser.page().text());
    browser.open("/profile/security-info/add-key").await;
    browser.press("Continue").await;
    let mut other = SecurityKey::at(ISSUER);
    browser.fill("label", "New one");
    other.register(&mut browser, "Add it").await;
    assert!(browser.page().shows("has been added"), "{}", browser.page().text());
    browser.follow("Remove Security key or passkey").await;
    browser.press("Remove").await;
    assert!(browser.page().shows("has been removed"), "{}", browser.page().text());
    sign_out(&mut browser).await;
    nurse.enter_password(&mut browser).await;
    assert_eq!(browser.page().path(), "/signin/key", "the pass has ended: {}", browser.page().text());
    other.touch(&mut browser).await;
    assert_eq!(browser.page().path(), "/", "{}", browser.page().text());
});

on_both_engines_with!(only_to_enrol, where_passes_are_for_enrolling_a_lost_key_is_replaced_on_the_way_in, |test| {
    let (nurse, mut desk) = practice(test).await;
    let pass = give(test, &mut desk, "once", "60").await;
    let mut browser = test.browser();
    enter(&nurse, &mut browser, &pass).await;
    enrol_key(&mut browser).await;
    sign_out(&mut browser).await;
    let pass = give(test, &mut desk, "several", "60").await;
    enter(&nurse, &mut browser, &pass).await;
    assert_eq!(browser.page().path(), "/profile", "{}", browser.page().text());
    browser.open("/").await;
    assert_ne!(browser.page().path(), "/", "it leads nowhere else");
    let mut key = enrol_key(&mut browser).await;
    sign_out(&mut browser).await;
    nurse.enter_password(&mut browser).await;
    key.touch(&mut browser).await;
    assert_eq!(browser.page().path(), "/", "{}", browser.page().text());
});

on_both_engines!(a_pass_is_good_once_and_in_its_time, |test| {
    let (mut nurse, mut desk) = practice(test).await;
    nurse.sign_in_and_enrol(&mut test.browser(), test.clock.now()).await;
    let pass = give(test, &mut desk, "once", "30").await;
    let mut browser = test.browser();
    enter(&nurse, &mut browser, &pass).await;
    assert_eq!(browser.page().path(), "/", "{}", browser.page().text());
    let mut thief = test.browser();
    nurse.enter_password(&mut thief).await;
    assert_eq!(thief.page().path(), "/signin/code", "it is used up: {}", thief.page().text());

    let old = give(test, &mut desk, "several", "30").await;
    let pass = give(test, &mut desk, "several", "30").await;
    nurse.enter_password(&mut thief).await;
    for wrong in [old.as_str(), "abcd-efgh-jkmn"] {
        thief.fill("pass", wrong);
        thief.press("Continue").await;
        assert!(thief.page().shows("SIGNIN-048"), "{}", thief.page().text());
    }
    thief.fill("pass", "not one");
    thief.press("Continue").await;
    assert!(thief.page().error_summary().unwrap().contains("as you were given it"), "{}", thief.page().text());
    test.clock.advance(Duration::from_secs(31 * 60));
    thief.open("/signin").await;
    nurse.enter_password(&mut thief).await;
    assert_eq!(thief.page().path(), "/signin/code", "its time is over: {}", thief.page().text());
    assert_ne!(old, pass);
});

on_both_engines!(guesses_at_a_pass_are_slowed_down, |test| {
    let (nurse, mut desk) = practice(test).await;
    let pass = give(test, &mut desk, "several", "480").await;
    let mut thief = test.browser();
    nurse.enter_password(&mut thief).await;
    for _ in 0..20 {
        if thief.page().shows("SIGNIN-002") {
            break;
        }
        thief.fill("pass", "abcd-efgh-jkmn");
        thief.press("Continue").await;
    }
    assert!(thief.page().shows("SIGNIN-002"), "{}", thief.page().text());
    thief.fill("pass", &pass);
    thief.press("Continue").await;
    assert!(thief.page().shows("SIGNIN-002"), "even the right one has to wait: {}", thief.page().text());
});

on_both_engines!(an_administrator_sees_what_became_of_a_pass_and_withdraws_it, |test| {
    let (nurse, mut desk) = practice(test).await;
    let pass = give(test, &mut desk, "several", "480").await;
    desk.follow("Back to the account").await;
    assert!(desk.page().shows("for several uses") && !desk.page().shows(&pass), "{}", desk.page().text());
    desk.follow("Withdraw their temporary access pass").await;
    desk.fill("reason", "given to the wrong person");
    desk.press("Withdraw the pass").await;
    assert!(desk.page().shows("has been withdrawn"), "{}", desk.page().text());
    let mut browser = test.browser();
    nurse.enter_password(&mut browser).await;
    assert_eq!(browser.page().path(), "/profile", "there is no pass: {}", browser.page().text());
    // Bad input loses nothing.
    desk.open(&format!("/admin/people/{}/pass", test.account(NURSE).await.id)).await;
    desk.fill("lifetime", "480").fill("start", "later").fill("time", "half past nine").fill("reason", "for tomorrow");
    desk.press("Give the pass").await;
    assert!(desk.page().error_summary().unwrap().contains("the day and the time"), "{}", desk.page().text());
    assert_eq!(desk.page().field("time"), Some("half past nine"));
});

on_both_engines!(nobody_gives_a_pass_to_themselves_or_to_somebody_privileged, |test| {
    let (_, mut desk) = practice(test).await;
    let own = test.account(ADMINISTRATOR).await.id;
    desk.open(&format!("/admin/people/{own}/pass")).await;
    assert!([403, 404].contains(&desk.page().status.as_u16()), "{}", desk.page().text());
    test.add_person("Y00001", "desk@riverside-surgery.example").await;
    test.give_role("desk@riverside-surgery.example", Role::LocalHelpDesk, "Y00001").await;
    let other = test.account("desk@riverside-surgery.example").await.id;
    desk.open(&format!("/admin/people/{other}")).await;
    assert!(!desk.page().shows("Give them a temporary access pass"), "{}", desk.page().text());
    desk.open(&format!("/admin/people/{other}/pass")).await;
    desk.fill("reason", "phone lost");
    desk.press("Give the pass").await;
    assert_eq!(desk.page().status.as_u16(), 409, "{}", desk.page().text());
});

/// Gets to where a new factor is chosen, by the pass.
async fn chooses(nurse: &Person, test: &TestApp, pass: &str) -> Browser {
    let mut browser = test.browser();
    enter(nurse, &mut browser, pass).await;
    browser.open("/profile/self-enrol").await;
    browser.press("Confirm").await;
    browser.fill("method", "webauthn");
    browser
}

async fn goes_no_further(mut browser: Browser) {
    browser.press("Click me to enrol for Multi-Factor Authentication").await;
    browser.open("/").await;
    assert_eq!(browser.page().path(), "/signin", "{}", browser.page().text());
}

async fn does(test: &TestApp, desk: &mut Browser, link: &str, button: &str) {
    desk.open(&format!("/admin/people/{}", test.account(NURSE).await.id)).await;
    desk.follow(link).await;
    desk.fill("reason", "somebody else has it");
    desk.press(button).await;
    assert!(desk.page().status.is_success(), "{}", desk.page().text());
}

on_both_engines_with!(only_to_enrol, what_a_pass_has_opened_is_stopped_with_it, |test| {
    let (nurse, mut desk) = practice(test).await;
    for (uses, link, button) in [
        ("once", "Withdraw their temporary access pass", "Withdraw the pass"),
        ("several", "Withdraw their temporary access pass", "Withdraw the pass"),
        ("several", "Sign them out everywhere", "Sign them out"),
        ("once", "Make them enrol again", "Remove their sign-in methods"),
    ] {
        let pass = give(test, &mut desk, uses, "60").await;
        let thief = chooses(&nurse, test, &pass).await;
        does(test, &mut desk, link, button).await;
        goes_no_further(thief).await;
    }
    // What its owner has enrolled meanwhile ends it, too.
    let pass = give(test, &mut desk, "several", "60").await;
    let thief = chooses(&nurse, test, &pass).await;
    let mut browser = test.browser();
    enter(&nurse, &mut browser, &pass).await;
    enrol_key(&mut browser).await;
    goes_no_further(thief).await;
});

on_both_engines!(an_account_that_is_disabled_and_enabled_again_has_no_pass, |test| {
    let (nurse, mut desk) = practice(test).await;
    let pass = give(test, &mut desk, "several", "480").await;
    does(test, &mut desk, "Disable the account", "Disable the account").await;
    does(test, &mut desk, "Enable the account", "Enable the account").await;
    let mut thief = test.browser();
    nurse.enter_password(&mut thief).await;
    assert_ne!(thief.page().path(), "/signin/pass", "{pass} is over: {}", thief.page().text());
});

on_both_engines!(whoever_becomes_an_administrator_has_no_pass, |test| {
    let (_, mut desk) = practice(test).await;
    give(test, &mut desk, "several", "480").await;
    let new = NewAdministrator {
        address: NURSE.parse().unwrap(),
        display_name: "The nurse".to_owned(),
        ods_code: "Y00001".parse().unwrap(),
        organisation_name: None,
        role: Role::LocalAdministrator,
    };
    create_admin(&test.app, &test.operator(), new).await.unwrap();
    desk.open(&format!("/admin/people/{}", test.account(NURSE).await.id)).await;
    assert!(desk.page().text().contains("Temporary access pass Ended"), "{}", desk.page().text());
});

on_both_engines!(a_form_that_is_sent_twice_gives_one_pass, |test| {
    let (nurse, mut desk) = practice(test).await;
    desk.open(&format!("/admin/people/{}/pass", test.account(NURSE).await.id)).await;
    desk.fill("reason", "key lost");
    let mut again = desk.clone();
    desk.press("Give the pass").await;
    let pass = desk.page().with_class("wardkey-key").unwrap().trim().to_owned();
    again.press("Give the pass").await;
    assert_eq!(again.page().status.as_u16(), 409, "{}", again.page().text());
    let mut browser = test.browser();
    enter(&nurse, &mut browser, &pass).await;
    assert!(!browser.page().shows("SIGNIN-048"), "the first is good: {}", browser.page().text());
});
