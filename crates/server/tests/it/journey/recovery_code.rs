//! Recovery codes: made, used for the day, used for good, used up, switched off, and not for everybody.

use std::time::Duration;

use wardkey_domain::directory::Role;
use wardkey_domain::factor::FactorKind;
use wardkey_testkit::{Browser, Person, TestApp};
use wardkey_usecases::directory::switch_factors;

const NURSE: &str = "nurse@riverside-surgery.example";
const ADMINISTRATOR: &str = "administrator@riverside-surgery.example";

/// A nurse who has an app and recovery codes, and a browser in which they are signed out.
async fn nurse(test: &TestApp) -> (Person, Browser, Vec<String>) {
    test.add_practice("Y00001").await;
    let mut nurse = test.add_person("Y00001", NURSE).await;
    let mut browser = test.browser();
    nurse.sign_in_and_enrol(&mut browser, test.clock.now()).await;
    let codes = make(&mut browser).await;
    sign_out(&mut browser).await;
    (nurse, browser, codes)
}

async fn make(browser: &mut Browser) -> Vec<String> {
    browser.open("/profile/security-info").await;
    browser.follow("Make recovery codes").await;
    browser.press("Make codes").await;
    codes_on(browser)
}

/// The codes that a page shows.
fn codes_on(browser: &Browser) -> Vec<String> {
    let text = browser.page().text();
    let is_code = |word: &&str| word.len() == 17 && word.matches('-').count() == 2;
    let codes: Vec<String> = text.split_whitespace().filter(is_code).map(str::to_owned).collect();
    assert_eq!(codes.len(), 10, "{text}");
    codes
}

async fn sign_out(browser: &mut Browser) {
    browser.open("/signout").await;
    browser.press("Sign out").await;
}

/// Enters the password, chooses the recovery codes and enters one.
async fn recover(nurse: &Person, browser: &mut Browser, code: &str) {
    nurse.enter_password(browser).await;
    browser.open("/signin/another-way").await;
    let way = browser.page().text();
    assert!(way.contains("Recovery code"), "{way}");
    let form = browser.page().forms().iter().find(|form| form.action == "/signin/another-way").unwrap().clone();
    let last = form.fields.iter().rfind(|field| field.name == "way").unwrap().value.clone();
    browser.fill("way", &last);
    browser.press("Continue").await;
    assert_eq!(browser.page().path(), "/signin/recovery-code", "{}", browser.page().text());
    browser.fill("recovery_code", code);
    browser.press("Continue").await;
}

on_both_engines!(whoever_left_their_phone_at_home_is_in_by_a_recovery_code_once, |test| {
    let (nurse, mut browser, codes) = nurse(test).await;
    recover(&nurse, &mut browser, &codes[3].to_uppercase().replace('-', " ")).await;
    assert_eq!(browser.page().path(), "/signin/recovered", "{}", browser.page().text());
    assert!(browser.page().shows("You have 9 left"), "{}", browser.page().text());
    browser.press("Not now, continue").await;
    assert_eq!(browser.page().path(), "/", "{}", browser.page().text());
    browser.open("/profile/security-info").await;
    assert!(browser.page().shows("9 of 10 left"), "{}", browser.page().text());
    // What would weaken the account wants what it has, and the code is no proof of that.
    browser.open("/profile/security-info/recovery-codes").await;
    browser.press("Make new codes").await;
    assert_eq!(browser.page().path(), "/signin/code", "{}", browser.page().text());

    let mut thief = test.browser();
    recover(&nurse, &mut thief, &codes[3]).await;
    assert!(thief.page().shows("SIGNIN-050"), "it works once: {}", thief.page().text());

    // Its owner is told by another channel.
    let _courier = test.courier();
    let told = || test.messages.mails().into_iter().find(|mail| mail.mail.subject == "A recovery code was used");
    while told().is_none() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(told().unwrap().mail.text.contains("You have 9 left."));
});

on_both_engines!(whoever_has_lost_their_phone_sets_up_another_by_a_recovery_code, |test| {
    let (mut nurse, mut browser, codes) = nurse(test).await;
    recover(&nurse, &mut browser, &codes[0]).await;
    browser.press("Set up a new way").await;
    assert!(!browser.page().shows("is now on"), "it was on before: {}", browser.page().text());
    assert!(browser.has_button("Not now, continue"));
    nurse.set_up_app(&mut browser, test.clock.now()).await;
    // The lost one goes.
    browser.open("/profile/security-info").await;
    browser.follow("Remove Authenticator app").await;
    browser.press("Remove").await;
    assert!(browser.page().shows("has been removed"), "{}", browser.page().text());
    sign_out(&mut browser).await;
    test.clock.next_code();
    nurse.sign_in(&mut browser, test.clock.now()).await;
    assert_eq!(browser.page().path(), "/");
});

on_both_engines!(new_codes_void_the_sheet_before_and_removing_them_all, |test| {
    let (nurse, mut browser, old) = nurse(test).await;
    test.clock.next_code();
    nurse.sign_in(&mut browser, test.clock.now()).await;
    // Whoever is in by a code of the sheet is out when there is another.
    let mut at_home = test.browser();
    recover(&nurse, &mut at_home, &old[1]).await;
    at_home.press("Not now, continue").await;
    assert_eq!(at_home.page().path(), "/");
    browser.open("/profile/security-info/recovery-codes").await;
    browser.press("Make new codes").await;
    let new = codes_on(&browser);
    browser.open("/profile/security-info/recovery-codes").await;
    browser.press("Make new codes").await;
    assert!(browser.page().shows("You have made codes just now"), "{}", browser.page().text());
    at_home.open("/profile/security-info").await;
    assert_eq!(at_home.page().path(), "/signin", "{}", at_home.page().text());
    assert!(old.iter().all(|code| !new.contains(code)));
    let mut other = test.browser();
    recover(&nurse, &mut other, &old[0]).await;
    assert!(other.page().shows("SIGNIN-050"), "{}", other.page().text());
    // What a code has opened ends with the codes.
    let mut opened = test.browser();
    recover(&nurse, &mut opened, &new[0]).await;
    browser.open("/profile/security-info/recovery-codes").await;
    browser.press("Remove my codes").await;
    assert!(browser.page().shows("have been removed"), "{}", browser.page().text());
    opened.press("Not now, continue").await;
    assert_ne!(opened.page().path(), "/", "{}", opened.page().text());
    nurse.enter_password(&mut other).await;
    other.open("/signin/another-way").await;
    assert!(!other.page().shows("Recovery code"), "{}", other.page().text());
});

on_both_engines!(the_last_two_codes_ask_for_new_ones, |test| {
    let (nurse, _, codes) = nurse(test).await;
    for (index, code) in codes.iter().enumerate() {
        let mut browser = test.browser();
        recover(&nurse, &mut browser, code).await;
        let (left, asks) = (9 - index, browser.page().shows("Make new ones in Security info"));
        assert_eq!(asks, left <= 2, "{left} left: {}", browser.page().text());
        browser.press("Not now, continue").await;
        browser.open("/profile/security-info").await;
        assert_eq!(browser.page().shows("Make new ones"), left <= 2, "{}", browser.page().text());
    }
    let mut browser = test.browser();
    nurse.enter_password(&mut browser).await;
    assert!(!browser.page().shows("Sign in another way"), "none is left: {}", browser.page().text());
});

const RENEW: &str = "/profile/security-info/recovery-codes/renew";

on_both_engines!(who_has_used_all_but_two_codes_is_led_to_new_ones_once_after_each_use, |test| {
    let (nurse, mut browser, codes) = nurse(test).await;
    let mut used = codes.iter();
    let mut use_up = async |how_many: usize| {
        for code in used.by_ref().take(how_many) {
            let mut browser = test.browser();
            recover(&nurse, &mut browser, code).await;
            browser.press("Not now, continue").await;
            assert_eq!(browser.page().path(), "/", "who is in by a code makes none: {}", browser.page().text());
        }
        test.clock.next_code();
    };
    use_up(7).await;
    nurse.sign_in(&mut browser, test.clock.now()).await;
    assert_eq!(browser.page().path(), "/", "three are left");
    sign_out(&mut browser).await;
    use_up(1).await;
    nurse.sign_in(&mut browser, test.clock.now()).await;
    assert_eq!(browser.page().path(), RENEW, "{}", browser.page().text());
    assert!(browser.page().shows("You have 2 recovery codes left"), "{}", browser.page().text());
    browser.follow("Not now, continue").await;
    assert_eq!(browser.page().path(), "/");
    sign_out(&mut browser).await;
    test.clock.next_code();
    nurse.sign_in(&mut browser, test.clock.now()).await;
    assert_eq!(browser.page().path(), "/", "nobody with a queue is asked each time");
    sign_out(&mut browser).await;
    use_up(2).await;
    browser.open("/signin?to=sessions").await;
    nurse.sign_in(&mut browser, test.clock.now()).await;
    assert!(browser.page().shows("You have used all your recovery codes"), "{}", browser.page().text());
    browser.press("Make new codes").await;
    codes_on(&browser);
    browser.follow("I have kept them").await;
    assert_eq!(browser.page().path(), "/profile/sessions", "on the way to where they wanted to go");
    // Back, and again: there are enough.
    browser.open(&format!("{RENEW}?to=sessions")).await;
    assert_eq!(browser.page().path(), "/profile/sessions");
});

on_both_engines!(who_sets_up_a_new_way_by_one_of_the_last_codes_makes_new_ones_then, |test| {
    let (mut nurse, mut browser, codes) = nurse(test).await;
    for code in &codes[..7] {
        let mut elsewhere = test.browser();
        recover(&nurse, &mut elsewhere, code).await;
        elsewhere.press("Not now, continue").await;
    }
    recover(&nurse, &mut browser, &codes[7]).await;
    browser.press("Set up a new way").await;
    nurse.set_up_app(&mut browser, test.clock.now()).await;
    browser.follow("Continue").await;
    assert_eq!(browser.page().path(), RENEW, "{}", browser.page().text());
    test.clock.next_code();
    browser.press("Make new codes").await;
    let new = codes_on(&browser);
    let mut other = test.browser();
    recover(&nurse, &mut other, &codes[8]).await;
    assert!(other.page().shows("SIGNIN-050"), "{}", other.page().text());
    recover(&nurse, &mut other, &new[8]).await;
    assert_eq!(other.page().path(), "/signin/recovered", "{}", other.page().text());
});

on_both_engines!(nobody_is_led_to_new_codes_where_they_are_switched_off, |test| {
    let (nurse, mut browser, codes) = nurse(test).await;
    for code in &codes[..8] {
        let mut elsewhere = test.browser();
        recover(&nurse, &mut elsewhere, code).await;
        elsewhere.press("Not now, continue").await;
    }
    let practice = "Y00001".parse().unwrap();
    switch_factors(&test.app, &test.operator(), &practice, &[FactorKind::RecoveryCode]).await.unwrap();
    test.clock.next_code();
    nurse.sign_in(&mut browser, test.clock.now()).await;
    assert_eq!(browser.page().path(), "/", "{}", browser.page().text());
    browser.open(RENEW).await;
    assert_eq!(browser.page().path(), "/", "{}", browser.page().text());
});

on_both_engines!(wrong_recovery_codes_are_slowed_down, |test| {
    let (nurse, mut browser, codes) = nurse(test).await;
    recover(&nurse, &mut browser, "22222-22222-22222").await;
    browser.fill("recovery_code", "12345");
    browser.press("Continue").await;
    assert!(browser.page().shows("15 letters and numbers"), "it is no try: {}", browser.page().text());
    for _ in 0..6 {
        browser.fill("recovery_code", "22222-22222-22222");
        browser.press("Continue").await;
    }
    browser.fill("recovery_code", &codes[0]);
    browser.press("Continue").await;
    assert!(browser.page().shows("SIGNIN-002"), "{}", browser.page().text());
    test.clock.advance(Duration::from_secs(120));
    browser.fill("recovery_code", &codes[0]);
    browser.press("Continue").await;
    assert_eq!(browser.page().path(), "/signin/recovered", "{}", browser.page().text());
});

on_both_engines!(an_organisation_may_switch_recovery_codes_off_and_a_privileged_account_has_none, |test| {
    let (nurse, mut browser, codes) = nurse(test).await;
    let code = "Y00001".parse().unwrap();
    // Chosen, and then switched off.
    recover(&nurse, &mut browser, "22222-22222-22222").await;
    switch_factors(&test.app, &test.operator(), &code, &[FactorKind::RecoveryCode]).await.unwrap();
    browser.fill("recovery_code", &codes[0]);
    browser.press("Continue").await;
    assert_ne!(browser.page().path(), "/signin/recovered", "{}", browser.page().text());
    let mut other = test.browser();
    test.clock.next_code();
    nurse.sign_in(&mut other, test.clock.now()).await;
    other.open("/profile/security-info").await;
    assert!(!other.page().shows("Recovery codes"), "{}", other.page().text());
    other.open("/profile/security-info/recovery-codes").await;
    assert_eq!(other.page().status.as_u16(), 404);
    switch_factors(&test.app, &test.operator(), &code, &[]).await.unwrap();
    // Used, and then switched off: it enrols nothing.
    let mut opened = test.browser();
    recover(&nurse, &mut opened, &codes[1]).await;
    opened.press("Set up a new way").await;
    switch_factors(&test.app, &test.operator(), &code, &[FactorKind::RecoveryCode]).await.unwrap();
    opened.fill("method", "totp");
    opened.press("Click me to enrol for Multi-Factor Authentication").await;
    assert_ne!(opened.page().path(), "/profile/self-enrol/app", "{}", opened.page().text());
    switch_factors(&test.app, &test.operator(), &code, &[]).await.unwrap();
    test.give_role(NURSE, Role::LocalAdministrator, "Y00001").await;
    let mut later = test.browser();
    nurse.enter_password(&mut later).await;
    later.open("/signin/another-way").await;
    assert!(!later.page().shows("Recovery code"), "{}", later.page().text());
});

on_both_engines!(making_somebody_enrol_again_voids_their_codes_and_the_desk_sees_how_many_are_left, |test| {
    let (nurse, mut browser, codes) = nurse(test).await;
    let mut administrator = test.add_person("Y00001", ADMINISTRATOR).await;
    administrator.sign_in_and_enrol(&mut test.browser(), test.clock.now()).await;
    test.give_role(ADMINISTRATOR, Role::LocalAdministrator, "Y00001").await;
    test.clock.next_code();
    let mut desk = test.browser();
    administrator.sign_in(&mut desk, test.clock.now()).await;
    let account = format!("/admin/people/{}", test.account(NURSE).await.id);
    desk.open(&account).await;
    assert!(desk.page().shows("10 of 10 left"), "{}", desk.page().text());
    recover(&nurse, &mut browser, &codes[0]).await;
    desk.follow("Make them enrol again").await;
    desk.fill("reason", "phone lost, identity checked");
    desk.press("Remove their sign-in methods").await;
    browser.press("Not now, continue").await;
    assert_ne!(browser.page().path(), "/", "{}", browser.page().text());
    let mut later = test.browser();
    nurse.enter_password(&mut later).await;
    assert_eq!(later.page().path(), "/profile", "they enrol as a newcomer: {}", later.page().text());
    desk.open(&account).await;
    assert!(!desk.page().shows("Recovery codes"), "{}", desk.page().text());
});

on_both_engines!(of_two_nodes_that_see_one_code_in_the_same_second_one_takes_it, |test| {
    let (nurse, _, codes) = nurse(test).await;
    let node = test.another_node().await;
    let (mut here, mut there) = (test.browser(), node.browser());
    for browser in [&mut here, &mut there] {
        recover(&nurse, browser, "22222-22222-22222").await;
        browser.fill("recovery_code", &codes[0]);
    }
    tokio::join!(here.press("Continue"), there.press("Continue"));
    let taken = [&here, &there].into_iter().filter(|browser| browser.page().path() == "/signin/recovered").count();
    assert_eq!(taken, 1, "{} and {}", here.page().text(), there.page().text());
});
