//! Texts and calls, as people meet them: signing in, enrolling, changing a number, and reporting.

use std::time::Duration;

use wardkey_domain::factor::voice_call::Confirm;
use wardkey_testkit::{Authenticator, Browser, Person, Telephone, TestApp, number_on};
use wardkey_usecases::Settings;
use wardkey_usecases::message::CallScene;

use crate::{NURSE, token_on};

const MOBILE: &str = "07700 900123";
const DESK: &str = "01632 960001";

async fn start(change: impl FnOnce(&mut Settings)) -> (TestApp, Telephone, Person) {
    let (test, phone) = TestApp::with_telephone(change).await;
    test.add_practice("Y00001").await;
    let nurse = test.add_person("Y00001", NURSE).await;
    (test, phone, nurse)
}

/// Walks to the page that asks for a number.
async fn to_number_page(nurse: &Person, browser: &mut Browser, method: &str) {
    nurse.enter_password(browser).await;
    browser.open("/profile/self-enrol").await;
    browser.press("Confirm").await;
    assert!(browser.page().shows("An authenticator app is safer"), "{}", browser.page().text());
    browser.fill("method", method);
    browser.press("Click me to enrol for Multi-Factor Authentication").await;
    assert_eq!(browser.page().path(), "/profile/self-enrol/number");
}

async fn enrol_by_text(nurse: &Person, browser: &mut Browser, phone: &Telephone) {
    to_number_page(nurse, browser, "sms").await;
    browser.fill("number", MOBILE);
    browser.press("Send me a code").await;
    assert_eq!(browser.page().path(), "/profile/self-enrol/text", "{}", browser.page().text());
    browser.fill("code", &phone.code(1).await);
    browser.press("Done").await;
    assert_eq!(browser.page().path(), "/profile/self-enrol/done", "{}", browser.page().text());
}

async fn enrol_by_call(nurse: &Person, browser: &mut Browser, phone: &Telephone) {
    to_number_page(nurse, browser, "voice_call").await;
    browser.fill("number", DESK).fill("extension", "12");
    browser.press("Call me").await;
    assert_eq!(browser.page().path(), "/profile/self-enrol/call", "{}", browser.page().text());
    let call = phone.answer(1, "#").await;
    assert_eq!(call.extension.as_deref(), Some("12"));
    settled(browser, "/profile/self-enrol/call").await;
    browser.fill("label", "Desk");
    browser.press("Done").await;
    assert_eq!(browser.page().path(), "/profile/self-enrol/done", "{}", browser.page().text());
}

async fn sign_out(browser: &mut Browser) {
    browser.open("/signout").await;
    browser.press("Sign out").await;
}

/// Loads a page of a call, as its refresh does, until the call is over there, too.
async fn settled(browser: &mut Browser, path: &str) {
    for _ in 0..1_000 {
        if browser.open(path).await.header("refresh").is_none() {
            return;
        }
        tokio::task::yield_now().await;
    }
    assert!(browser.page().header("refresh").is_none(), "the call does not end: {}", browser.page().text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_is_enrolled_and_signs_in_by_text() {
    let (test, phone, nurse) = start(|_| {}).await;
    let mut browser = test.browser();
    enrol_by_text(&nurse, &mut browser, &phone).await;
    let page = browser.page();
    assert!(page.shows("a code from a text message") && page.shows("Add Wardkey Authenticator"), "{}", page.text());
    assert!(!page.shows("your authenticator app"), "{}", page.text());
    sign_out(&mut browser).await;
    test.clock.advance(Duration::from_secs(60));
    let page = nurse.enter_password(&mut browser).await;
    assert_eq!(page.path(), "/signin/text", "{}", page.text());
    assert!(page.shows("07••••••123") && page.shows("the number ending 1 2 3"), "{}", page.text());
    assert!(!page.shows("900123"), "{}", page.text());
    assert!(page.header("refresh").is_none(), "what is typed there would be lost");
    let code = phone.code(2).await;
    browser.fill("code", if code == "000000" { "111111" } else { "000000" });
    let page = browser.press("Continue").await;
    assert_eq!(page.path(), "/signin/text");
    assert!(page.error_summary().unwrap().contains("newest text message"), "{}", page.text());
    browser.fill("code", &code);
    assert_eq!(browser.press("Continue").await.path(), "/");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_code_is_sent_after_a_wait_and_the_old_one_is_worth_nothing() {
    let (test, phone, nurse) = start(|_| {}).await;
    let mut browser = test.browser();
    enrol_by_text(&nurse, &mut browser, &phone).await;
    sign_out(&mut browser).await;
    test.clock.advance(Duration::from_secs(60));
    nurse.enter_password(&mut browser).await;
    let old = phone.code(2).await;
    let page = browser.press("Send a new code").await;
    assert_eq!(page.status.as_u16(), 429);
    assert!(page.error_summary().unwrap().contains("Wait 20 seconds"), "{}", page.text());
    assert!(page.headers.contains_key("retry-after"));
    assert!(page.shows("Enter the code from the text message"), "the code that was sent can be entered still");
    test.clock.advance(Duration::from_secs(21));
    assert_eq!(browser.press("Send a new code").await.path(), "/signin/text");
    let new = phone.code(3).await;
    browser.fill("code", &old);
    assert!(old == new || browser.press("Continue").await.error_summary().is_some());
    browser.fill("code", &new);
    assert_eq!(browser.press("Continue").await.path(), "/");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_is_enrolled_and_signs_in_by_a_call() {
    let (test, phone, nurse) = start(|_| {}).await;
    let mut browser = test.browser();
    enrol_by_call(&nurse, &mut browser, &phone).await;
    assert!(browser.page().shows("From now on we call you"), "{}", browser.page().text());
    sign_out(&mut browser).await;
    test.clock.advance(Duration::from_secs(60));
    let page = nurse.enter_password(&mut browser).await;
    assert_eq!(page.path(), "/signin/call", "{}", page.text());
    phone.call(2, |scene| scene == CallScene::Ringing).await;
    let page = browser.open("/signin/call").await;
    assert_eq!(page.header("refresh"), Some("2"), "{}", page.text());
    let page = browser.open("/signin/call?still=yes").await;
    assert!(page.header("refresh").is_none() && page.shows("Check the call by itself"), "{}", page.text());
    // Who presses the button too early waits on, and nothing is lost.
    assert_eq!(browser.press("I have answered on the keypad: continue").await.path(), "/signin/call");
    phone.answer(2, "#").await;
    settled(&mut browser, "/signin/call").await;
    assert!(browser.page().shows("you have confirmed"), "{}", browser.page().text());
    assert!(browser.page().with_id("form-post").is_some());
    assert_eq!(browser.press("Continue").await.path(), "/");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_fails_says_why_and_can_be_made_again() {
    let (test, phone, nurse) = start(|_| {}).await;
    let mut browser = test.browser();
    enrol_by_call(&nurse, &mut browser, &phone).await;
    sign_out(&mut browser).await;
    test.clock.advance(Duration::from_secs(60));
    nurse.enter_password(&mut browser).await;
    let call = phone.call(2, |scene| scene == CallScene::Ringing).await;
    phone.calls.be_busy(&call.id);
    settled(&mut browser, "/signin/call").await;
    let page = browser.page();
    assert!(page.error_summary().unwrap().contains("The line was busy"), "{}", page.text());
    assert!(page.shows("SIGNIN-033") && page.title().starts_with("Error: "), "{}", page.text());
    test.clock.advance(Duration::from_secs(21));
    assert_eq!(browser.press("Call me").await.path(), "/signin/call");
    phone.answer(3, "#").await;
    settled(&mut browser, "/signin/call").await;
    assert_eq!(browser.press("Continue").await.path(), "/");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_the_strict_setting_the_page_shows_what_to_type() {
    let (test, phone, nurse) = start(|settings| settings.signin.voice_call.confirm = Confirm::Code).await;
    let mut browser = test.browser();
    to_number_page(&nurse, &mut browser, "voice_call").await;
    browser.fill("number", MOBILE);
    let page = browser.press("Call me").await;
    let shown = page.with_class("wardkey-keypad-code").unwrap();
    let code: String = shown.chars().filter(char::is_ascii_digit).take(6).collect();
    phone.answer(1, &format!("{code}#")).await;
    settled(&mut browser, "/profile/self-enrol/call").await;
    assert!(browser.page().with_class("wardkey-keypad-code").is_none());
    assert_eq!(browser.press("Done").await.path(), "/profile/self-enrol/done");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_that_is_not_allowed_is_refused_and_kept_as_typed() {
    let (test, _phone, nurse) = start(|_| {}).await;
    let mut browser = test.browser();
    to_number_page(&nurse, &mut browser, "sms").await;
    browser.fill("number", DESK);
    let page = browser.press("Send me a code").await;
    assert!(page.error_summary().unwrap().contains("mobile number"), "{}", page.text());
    assert_eq!(page.field("number"), Some(DESK));
    browser.press("I want to set up a different method").await;
    browser.fill("method", "voice_call");
    browser.press("Click me to enrol for Multi-Factor Authentication").await;
    browser.fill("number", MOBILE).fill("extension", "7");
    let page = browser.press("Call me").await;
    assert!(page.error_summary().unwrap().contains("Only a landline"), "{}", page.text());
    assert_eq!((page.field("number"), page.field("extension")), (Some(MOBILE), Some("7")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_way_is_chosen_by_a_form_and_never_by_an_address() {
    let (test, phone, mut nurse) = start(|_| {}).await;
    let mut browser = test.browser();
    nurse.sign_in_and_enrol(&mut browser, test.clock.now()).await;
    browser.open("/profile/security-info/add-text").await;
    browser.fill("number", MOBILE);
    browser.press("Send me a code").await;
    browser.fill("code", &phone.code(1).await).fill("label", "My mobile");
    let page = browser.press("Done").await;
    assert!(page.shows("The phone has been added") && page.shows("My mobile"), "{}", page.text());
    sign_out(&mut browser).await;
    test.clock.advance(Duration::from_secs(120));
    nurse.enter_password(&mut browser).await;
    assert_eq!(browser.page().path(), "/signin/code");
    browser.follow("Sign in another way").await;
    let token = token_on(&browser);
    let page = browser.page();
    assert!(page.shows("Text message to") && page.shows("07••••••123"), "{}", page.text());
    let page = browser.post("/signin/another-way", &[("form_token", &token)]).await;
    assert!(page.error_summary().unwrap().contains("Select how"), "{}", page.text());
    let mobile = page.forms().iter().flat_map(|form| &form.fields).filter(|field| field.name == "way").nth(1);
    let mobile = mobile.map(|field| field.value.clone()).unwrap();
    // Looking at an address sends nothing.
    browser.open(&format!("/signin/another-way?way={mobile}")).await;
    browser.open(&format!("/signin/code?with={mobile}")).await;
    assert_eq!(phone.messages.texts().len(), 1);
    let page = browser.post("/signin/another-way", &[("form_token", &token), ("way", &mobile)]).await;
    assert_eq!(page.path(), "/signin/text", "{}", page.text());
    browser.fill("code", &phone.code(2).await);
    assert_eq!(browser.press("Continue").await.path(), "/");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_is_changed_and_the_new_one_is_proved_first() {
    let (test, phone, nurse) = start(|_| {}).await;
    let mut browser = test.browser();
    enrol_by_text(&nurse, &mut browser, &phone).await;
    test.clock.advance(Duration::from_secs(60));
    browser.open("/profile/security-info").await;
    browser.follow_starting("Change number").await;
    browser.fill("number", "07700 900456");
    browser.press("Send me a code").await;
    let page = browser.press("Send a new code").await;
    assert_eq!(page.status.as_u16(), 409);
    assert!(page.error_summary().unwrap().contains("Wait"), "{}", page.text());
    let code = phone.code(2).await;
    browser.fill("code", if code == "000000" { "111111" } else { "000000" });
    assert!(browser.press("Done").await.error_summary().unwrap().contains("newest text message"));
    assert!(browser.open("/profile/security-info").await.shows("07••••••123"), "the old one stays until then");
    browser.open("/profile/security-info").await;
    browser.follow_starting("Change number").await;
    test.clock.advance(Duration::from_secs(60));
    browser.fill("number", "07700 900456");
    browser.press("Send me a code").await;
    browser.fill("code", &phone.code(3).await);
    let page = browser.press("Done").await;
    assert!(page.shows("The number has been changed") && page.shows("07••••••456"), "{}", page.text());
    assert!(!page.shows("07••••••123"), "{}", page.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn adding_a_telephone_wants_a_fresh_second_factor_and_comes_back() {
    let (test, phone, nurse) = start(|_| {}).await;
    let mut browser = test.browser();
    enrol_by_text(&nurse, &mut browser, &phone).await;
    test.clock.advance(Duration::from_secs(11 * 60));
    browser.open("/profile/security-info/add-call").await;
    browser.fill("number", DESK);
    browser.press("Call me").await;
    // Nothing is sent to somebody who was only led here.
    assert_eq!(browser.page().path(), "/signin/send", "{}", browser.page().text());
    assert_eq!(phone.messages.texts().len(), 1);
    browser.press("Send me a code").await;
    browser.fill("code", &phone.code(2).await);
    assert_eq!(browser.press("Continue").await.path(), "/profile/security-info/add-call");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_that_nobody_asked_for_is_reported() {
    let (test, phone, nurse) = start(|_| {}).await;
    let mut browser = test.browser();
    enrol_by_text(&nurse, &mut browser, &phone).await;
    test.clock.advance(Duration::from_secs(60));
    let mut thief = test.browser();
    nurse.enter_password(&mut thief).await;
    assert_eq!(thief.page().path(), "/signin/text");
    let words = phone.text(2).await;
    let reference = words.split("reference ").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    let mut owner = test.browser();
    assert!(owner.open("/").await.links().iter().any(|(_, href)| href == "/not-me"), "the footer leads there");
    // Following a link reports nothing, whatever it says.
    owner.open(&format!("/not-me?reference={reference}")).await;
    assert_eq!(thief.open("/signin/text").await.path(), "/signin/text");
    owner.open("/not-me").await;
    for (typed, said) in [("", "Enter the reference"), ("ABCD-2345", "No recent text message")] {
        owner.fill("reference", typed);
        let page = owner.press("Stop that sign-in").await;
        assert!(page.error_summary().unwrap().contains(said), "{}", page.text());
        assert_eq!(page.field("reference").unwrap_or_default(), typed);
    }
    owner.fill("reference", &reference.to_lowercase());
    let page = owner.press("Stop that sign-in").await;
    assert_eq!(page.path(), "/not-me/done");
    assert!(page.shows("that sign-in has been stopped"), "{}", page.text());
    thief.fill("code", &phone.code(2).await);
    let page = thief.press("Continue").await;
    assert!(page.shows("This sign-in has been stopped"), "{}", page.text());
    assert!(
        thief.open("/signin/text").await.shows("This sign-in has been stopped"),
        "also when the page is loaded again"
    );
    assert!(thief.open("/signin").await.shows("Email address"), "and a new one begins from the start");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_moves_an_app_only_together_with_a_code_of_it() {
    let (test, phone, nurse) = start(|_| {}).await;
    let mut browser = test.browser();
    enrol_by_text(&nurse, &mut browser, &phone).await;
    browser.open("/profile/security-info/add-authenticator").await;
    browser.press("Continue").await;
    let old = Authenticator::bind(test.transport(), browser.page(), "Old phone").await;
    browser.press("I have added the account: continue").await;
    assert_eq!(old.approve(&number_on(browser.page()), test.clock.now()).await, "approved");
    browser.press("I have typed the number: continue").await;
    assert_eq!(browser.page().path(), "/profile/security-info", "{}", browser.page().text());
    test.clock.advance(Duration::from_secs(3_000));
    let moving = format!("/profile/security-info/{}/move", old.account.account);
    let page = browser.open(&moving).await;
    assert!(page.field("code").is_none(), "nothing was shown yet: {}", page.text());
    browser.press("Continue").await;
    browser.press("Send me a code").await;
    assert_eq!(browser.page().path(), "/signin/text", "{}", browser.page().text());
    browser.fill("code", &phone.code(2).await);
    assert_eq!(browser.press("Continue").await.path(), moving);
    assert!(browser.page().field("code").is_some(), "{}", browser.page().text());
    // Whoever has taken over the number has no codes.
    for code in ["", "12345", "000000"] {
        browser.fill("code", code);
        let page = browser.press("Continue").await;
        assert_eq!(page.path(), moving, "{}", page.text());
        assert!(page.error_summary().unwrap().contains("6-digit code"), "{}", page.text());
        assert!(page.links().iter().all(|(_, href)| !href.contains("#enrol=")), "{}", page.text());
    }
    let code = old.codes().code(test.clock.now());
    browser.fill("code", &code);
    browser.press("Continue").await;
    let new = Authenticator::bind(test.transport(), browser.page(), "New phone").await;
    assert_eq!(new.account.account, old.account.account);
    // A code is good once.
    browser.open(&moving).await;
    browser.fill("code", &code);
    assert!(browser.press("Continue").await.error_summary().is_some(), "{}", browser.page().text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn codes_for_a_move_are_not_guessed() {
    let (test, phone, nurse) = start(|_| {}).await;
    let mut browser = test.browser();
    enrol_by_text(&nurse, &mut browser, &phone).await;
    browser.open("/profile/security-info/add-authenticator").await;
    browser.press("Continue").await;
    let old = Authenticator::bind(test.transport(), browser.page(), "Old phone").await;
    browser.press("I have added the account: continue").await;
    assert_eq!(old.approve(&number_on(browser.page()), test.clock.now()).await, "approved");
    browser.press("I have typed the number: continue").await;
    let moving = format!("/profile/security-info/{}/move", old.account.account);
    browser.open(&moving).await;
    let right = old.codes().code(test.clock.now());
    let wrong = if right == "000000" { "111111" } else { "000000" };
    for _ in 0..10 {
        browser.fill("code", wrong);
        browser.press("Continue").await;
    }
    browser.fill("code", &right);
    let page = browser.press("Continue").await;
    assert!(page.error_summary().unwrap().contains("too many wrong codes"), "{}", page.text());
}
