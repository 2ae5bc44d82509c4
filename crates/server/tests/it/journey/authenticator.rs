//! An app that is asked: enrolling it, signing in with it, being bombed, reporting, and moving to a new phone.

use std::net::IpAddr;
use std::time::Duration;

use wardkey_domain::factor::push::FraudReason;
use wardkey_domain::time::Timestamp;
use wardkey_testkit::{Authenticator, Browser, Person, TestApp, number_on};
use wardkey_wire::authenticator::Answer;

const NURSE: &str = "nurse@riverside-surgery.example";
const GO_ON: &str = "I have typed the number: continue";
const ELSEWHERE: [u8; 4] = [198, 51, 100, 7];
const FAR_AWAY: [u8; 4] = [203, 0, 113, 9];

async fn nurse(test: &TestApp) -> Person {
    test.add_practice("Y00001").await;
    test.add_person("Y00001", NURSE).await
}

/// A nurse whose browser is known and whose app is bound; she is signed out again.
async fn enrolled(test: &TestApp) -> (Person, Browser, Authenticator) {
    let nurse = nurse(test).await;
    let mut browser = test.browser();
    let app = nurse.sign_in_and_bind(&mut browser, test.transport(), "Work phone", test.clock.now()).await;
    sign_out(&mut browser).await;
    (nurse, browser, app)
}

async fn sign_out(browser: &mut Browser) {
    browser.open("/signout").await;
    browser.press("Sign out").await;
}

fn from(test: &TestApp, address: [u8; 4]) -> Browser {
    test.browser_from(IpAddr::from(address))
}

/// A number of as many digits that is certainly another.
fn wrong(number: &str) -> String {
    if number.ends_with('1') { number.replace('1', "2") } else { format!("{}1", &number[..number.len() - 1]) }
}

on_both_engines!(a_nurse_enrols_an_app_and_signs_in_with_its_number, |test| {
    let (nurse, mut browser, app) = enrolled(test).await;
    nurse.enter_password(&mut browser).await;
    assert_eq!(browser.page().path(), "/signin/app", "{}", browser.page().text());
    assert!(browser.page().shows("Work phone"));
    let number = number_on(browser.page());
    let request = app.request(test.clock.now()).await;
    assert_eq!((request.purpose.as_str(), request.digits), ("sign_in", 2));
    assert!(request.context.contains(r#""address":"192.0.2.10""#) && request.context.contains(r#""known":true"#));
    assert!(!request.context.contains(&format!(r#""{number}""#)), "the app is never told the number");
    browser.press(GO_ON).await;
    assert_eq!(number_on(browser.page()), number, "before the answer nothing changes");
    assert_eq!(app.approve(&number, test.clock.now()).await, "approved");
    browser.press(GO_ON).await;
    assert_eq!(browser.page().path(), "/", "{}", browser.page().text());
});

on_both_engines!(an_answer_counts_once_and_only_for_its_own_request, |test| {
    let (nurse, mut browser, app) = enrolled(test).await;
    nurse.enter_password(&mut browser).await;
    let first = app.request(test.clock.now()).await;
    let number = number_on(browser.page());
    let right = app.account.approve(&first, &number).unwrap();
    // Tampered with in any part, it is no answer, and the request stays open.
    let another = app.account.approve(&first, &wrong(&number)).unwrap();
    for spoilt in [
        Answer { number: Some(wrong(&number)), ..right.clone() },
        Answer { number: None, reason: Some("not_started".into()), ..right.clone() },
        Answer { signature: another.signature, ..right.clone() },
    ] {
        assert_eq!(app.answer(&spoilt).await, Err("not_accepted".to_owned()));
    }
    // A second sign-in of the same browser replaces the first: the old answer is for a request that is over.
    sign_out_of_flow(&mut browser).await;
    nurse.enter_password(&mut browser).await;
    let second = app.requests(test.clock.now()).await.unwrap().requests;
    let other = second.iter().find(|request| request.request != first.request).unwrap();
    let swapped = Answer { request: other.request.clone(), ..right.clone() };
    assert_eq!(app.answer(&swapped).await, Err("not_accepted".to_owned()), "an answer to another request");
    let now_number = number_on(browser.page());
    let answer = app.account.approve(other, &now_number).unwrap();
    assert_eq!(app.answer(&answer).await, Ok("approved".to_owned()));
    assert_eq!(app.answer(&answer).await, Ok("over".to_owned()), "replayed");
    browser.press(GO_ON).await;
    assert_eq!(browser.page().path(), "/");
});

async fn sign_out_of_flow(browser: &mut Browser) {
    browser.press("Not you? Start again").await;
}

on_both_engines!(a_wrong_number_is_said_and_the_next_request_has_another, |test| {
    let (nurse, mut browser, app) = enrolled(test).await;
    nurse.enter_password(&mut browser).await;
    for turn in 0..3 {
        let number = number_on(browser.page());
        assert_eq!(app.approve(&wrong(&number), test.clock.now()).await, "wrong_number");
        browser.press(GO_ON).await;
        assert!(
            browser.page().error_summary().unwrap().contains("not the one on this page"),
            "{}",
            browser.page().text()
        );
        assert!(browser.page().shows("SIGNIN-027"));
        browser.press("Ask the app").await;
        if turn == 2 {
            let told = browser.page().error_summary().unwrap();
            assert!(told.contains("too often") && browser.page().shows("SIGNIN-023"), "{told}");
        }
    }
    assert!(app.requests(test.clock.now()).await.unwrap().requests.is_empty());
    // A code of the same app helps at once.
    browser.press("Use a code from the app").await;
    assert_eq!(browser.page().path(), "/signin/code", "{}", browser.page().text());
    test.clock.next_code();
    browser.fill("code", &app.codes().code(test.clock.now()));
    browser.press("Continue").await;
    assert_eq!(browser.page().path(), "/", "{}", browser.page().text());
    // She got in: the wait is over.
    sign_out(&mut browser).await;
    nurse.enter_password(&mut browser).await;
    assert_eq!(browser.page().path(), "/signin/app", "{}", browser.page().text());
});

on_both_engines!(a_page_that_is_behind_loses_nothing, |test| {
    let (nurse, mut browser, app) = enrolled(test).await;
    nurse.enter_password(&mut browser).await;
    let mut other_tab = browser.clone();
    other_tab.press("Use a code from the app").await;
    browser.press(GO_ON).await;
    assert_eq!(browser.page().path(), "/signin/code", "{}", browser.page().text());
    test.clock.next_code();
    browser.fill("code", &app.codes().code(test.clock.now()));
    browser.press("Continue").await;
    assert_eq!(browser.page().path(), "/", "{}", browser.page().text());
});

on_both_engines!(who_says_that_it_is_not_them_ends_the_sign_in_and_its_network_asks_no_more, |test| {
    let (nurse, mut browser, app) = enrolled(test).await;
    let mut thief = from(test, ELSEWHERE);
    nurse.enter_password(&mut thief).await;
    assert_eq!(app.refuse(FraudReason::NotStarted, test.clock.now()).await, "refused");
    thief.press(GO_ON).await;
    assert!(thief.page().shows("SIGNIN-019"), "{}", thief.page().text());
    // From that network nothing is asked any more; from elsewhere and from the nurse's own browser it is.
    let mut again = from(test, ELSEWHERE);
    nurse.enter_password(&mut again).await;
    assert!(again.page().shows("SIGNIN-025"), "{}", again.page().text());
    assert!(app.requests(test.clock.now()).await.unwrap().requests.is_empty());
    nurse.enter_password(&mut browser).await;
    assert_eq!(app.approve(&number_on(browser.page()), test.clock.now()).await, "approved");
    browser.press(GO_ON).await;
    assert_eq!(browser.page().path(), "/");
});

on_both_engines!(the_phones_own_network_is_never_refused, |test| {
    let nurse = nurse(test).await;
    let mut browser = test.browser();
    let app = nurse.sign_in_and_bind(&mut browser, test.transport(), "Work phone", test.clock.now()).await;
    // Somebody in the same surgery, in a browser that is not known; the phone is on the same network.
    let mut colleague = from(test, [192, 0, 2, 77]);
    nurse.enter_password(&mut colleague).await;
    assert_eq!(app.refuse(FraudReason::NotStarted, test.clock.now()).await, "refused");
    let mut own = from(test, [192, 0, 2, 78]);
    nurse.enter_password(&mut own).await;
    assert_eq!(own.page().path(), "/signin/app", "{}", own.page().text());
    drop(app);
});

on_both_engines!(a_stranger_with_the_password_neither_displaces_nor_delays_the_owner, |test| {
    let (nurse, mut browser, app) = enrolled(test).await;
    let mut thief = from(test, ELSEWHERE);
    nurse.enter_password(&mut thief).await;
    let mut other = from(test, FAR_AWAY);
    nurse.enter_password(&mut other).await;
    assert!(other.page().shows("SIGNIN-024"), "one unknown request at a time: {}", other.page().text());
    // However often the thief asks, it is the thief who waits.
    for _ in 0..6 {
        let mut again = from(test, ELSEWHERE);
        nurse.enter_password(&mut again).await;
    }
    nurse.enter_password(&mut browser).await;
    assert_eq!(browser.page().path(), "/signin/app", "{}", browser.page().text());
    let open = app.requests(test.clock.now()).await.unwrap().requests;
    assert_eq!(open.len(), 2, "the owner's and one of a stranger");
    let ours = open.iter().find(|request| request.context.contains(r#""known":true"#)).unwrap();
    let theirs = open.iter().find(|request| request.context.contains(r#""known":false"#)).unwrap();
    assert!(theirs.context.contains("198.51.100.7"));
    let answer = app.account.approve(ours, &number_on(browser.page())).unwrap();
    assert_eq!(app.answer(&answer).await, Ok("approved".to_owned()));
    browser.press(GO_ON).await;
    assert_eq!(browser.page().path(), "/");
});

on_both_engines!(nobody_is_asked_for_ever, |test| {
    let (nurse, mut browser, app) = enrolled(test).await;
    nurse.enter_password(&mut browser).await;
    test.clock.advance(Duration::from_secs(300));
    assert!(app.requests(test.clock.now()).await.unwrap().requests.is_empty());
    browser.press(GO_ON).await;
    assert!(browser.page().shows("SIGNIN-028"), "{}", browser.page().text());
    browser.press("Ask the app").await;
    assert_eq!(app.approve(&number_on(browser.page()), test.clock.now()).await, "approved");
    browser.press(GO_ON).await;
    assert_eq!(browser.page().path(), "/");
});

on_both_engines!(a_binding_code_binds_one_app_and_nothing_before_its_number, |test| {
    let nurse = nurse(test).await;
    let mut browser = test.browser();
    nurse.enter_password(&mut browser).await;
    browser.open("/profile/self-enrol").await;
    browser.press("Confirm").await;
    browser.press("Click me to enrol for Multi-Factor Authentication").await;
    let link = browser.page().links().into_iter().map(|(_, href)| href).find(|href| href.contains("#enrol=")).unwrap();
    let app = Authenticator::bind_by(test.transport(), &link, "Somebody's phone").await.unwrap();
    let second = Authenticator::bind_by(test.transport(), &link, "Another").await;
    assert_eq!(second.err(), Some("not_accepted".to_owned()), "a code is good once");
    browser.press("I have added the account: continue").await;
    assert!(browser.page().shows("Somebody's phone") || browser.page().shows("Somebody’s phone"));
    // Whoever bound it without seeing the page does not know the number; the nurse sees a strange name and goes back.
    let number = number_on(browser.page());
    assert_eq!((number.len(), app.request(test.clock.now()).await.digits), (6, 6), "too many for guessing blindly");
    assert_eq!(app.approve(&wrong(&number), test.clock.now()).await, "wrong_number");
    browser.press("I want to set up a different method").await;
    browser.press("Click me to enrol for Multi-Factor Authentication").await;
    let told = app.requests(test.clock.now()).await.unwrap();
    assert_eq!(
        told.gone,
        std::slice::from_ref(&app.account.account),
        "drawing another code voids the app that used the first"
    );
    test.clock.advance(Duration::from_secs(601));
    let link = browser.page().links().into_iter().map(|(_, href)| href).find(|href| href.contains("#enrol=")).unwrap();
    let late = Authenticator::bind_by(test.transport(), &link, "Late").await;
    assert_eq!(late.err(), Some("not_accepted".to_owned()), "a code is good for ten minutes");
});

on_both_engines!(an_app_that_was_removed_is_asked_nothing_and_proves_nothing, |test| {
    let nurse = nurse(test).await;
    let mut browser = test.browser();
    let first = nurse.sign_in_and_bind(&mut browser, test.transport(), "Old phone", test.clock.now()).await;
    let second = add_app(test, &mut browser, "New phone").await;
    browser.open("/profile/security-info").await;
    assert!(browser.page().shows("Old phone") && browser.page().shows("New phone"), "{}", browser.page().text());
    // Somebody is being asked on it at this moment.
    let mut waiting = test.browser();
    nurse.enter_password(&mut waiting).await;
    assert!(waiting.page().shows("Old phone"), "{}", waiting.page().text());
    let request = first.request(test.clock.now()).await;
    let answer = first.account.approve(&request, &number_on(waiting.page())).unwrap();
    let removal = format!("/profile/security-info/{}/remove", first.account.account);
    browser.open(&removal).await;
    browser.press("Remove").await;
    assert!(!browser.page().shows("Old phone"), "{}", browser.page().text());
    assert_eq!(first.answer(&answer).await, Ok("over".to_owned()), "it comes too late");
    waiting.press(GO_ON).await;
    let page = waiting.page();
    assert!(page.shows("SIGNIN-020") && page.shows("New phone"), "the other one is offered: {}", page.text());
    let told = first.requests(test.clock.now()).await.unwrap();
    assert_eq!(told.gone, std::slice::from_ref(&first.account.account));
    let mut elsewhere = test.browser();
    nurse.enter_password(&mut elsewhere).await;
    assert!(elsewhere.page().shows("New phone"), "{}", elsewhere.page().text());
    assert_eq!(second.requests(test.clock.now()).await.unwrap().requests.len(), 1);
});

on_both_engines!(a_code_of_an_app_opens_what_a_code_opens_and_changes_no_methods, |test| {
    let (nurse, mut browser, app) = enrolled(test).await;
    // Whoever has stolen password and backup signs in with a code…
    nurse.enter_password(&mut browser).await;
    browser.press("Use a code from the app").await;
    test.clock.next_code();
    browser.fill("code", &app.codes().code(test.clock.now()));
    browser.press("Continue").await;
    assert_eq!(browser.page().path(), "/", "{}", browser.page().text());
    // …and is asked for the app itself before anything is added or removed, however fresh the code is.
    browser.open("/profile/security-info/add-authenticator").await;
    browser.press("Continue").await;
    assert!(!browser.has_button("Use a code from the app"), "{}", browser.page().text());
    browser.press("Ask the app").await;
    assert!(!browser.has_button("Use a code from the app"), "{}", browser.page().text());
    let token = browser.page().field("form_token").unwrap().to_owned();
    let refused = browser.post("/signin/app/code", &[("form_token", &token)]).await;
    assert!(refused.error_summary().is_some() && refused.shows("SIGNIN-020"), "{}", refused.text());
    test.clock.next_code();
    let code = app.codes().code(test.clock.now());
    let ignored = browser.post("/signin/code", &[("form_token", &token), ("code", &code)]).await;
    assert_eq!(ignored.path(), "/signin/app", "{}", ignored.text());
    browser.open("/signin/app").await;
    assert_eq!(app.approve(&number_on(browser.page()), test.clock.now()).await, "approved");
    browser.press(GO_ON).await;
    assert_eq!(browser.page().path(), "/profile/security-info/add-authenticator", "{}", browser.page().text());
});

on_both_engines!(a_code_of_an_app_does_not_shut_its_owner_out, |test| {
    let (nurse, mut browser, app) = enrolled(test).await;
    nurse.enter_password(&mut browser).await;
    browser.press("Use a code from the app").await;
    test.clock.next_code();
    browser.fill("code", &app.codes().code(test.clock.now()));
    browser.press("Continue").await;
    assert_eq!(browser.page().path(), "/", "{}", browser.page().text());
    browser.open("/profile/password").await;
    let new = "lantern orbit kettle 77";
    assert!(browser.page().path().starts_with("/signin"), "{}", browser.page().text());
    browser.press("Ask the app").await;
    assert_eq!(app.approve(&number_on(browser.page()), test.clock.now()).await, "approved");
    browser.press(GO_ON).await;
    browser.fill("current", &nurse.password).fill("password", new).fill("again", new);
    browser.press("Change password").await;
    assert!(browser.page().shows("password has been changed"), "{}", browser.page().text());
});

on_both_engines!(reporting_a_step_up_ends_the_session_that_it_came_from, |test| {
    let nurse = nurse(test).await;
    let mut browser = test.browser();
    let app = nurse.sign_in_and_bind(&mut browser, test.transport(), "Work phone", test.clock.now()).await;
    test.clock.advance(Duration::from_secs(3_000));
    browser.open("/profile/security-info/add-authenticator").await;
    browser.press("Continue").await;
    browser.press("Ask the app").await;
    assert_eq!(app.refuse(FraudReason::NotStarted, test.clock.now()).await, "refused");
    browser.open("/profile/security-info").await;
    assert!(browser.page().path().starts_with("/signin"), "{}", browser.page().text());
});

on_both_engines!(reporting_a_browser_that_is_known_ends_every_session_and_it_is_known_no_more, |test| {
    let (nurse, _browser, app) = enrolled(test).await;
    // A thief has got in once by a code from a backup. They hold that session, and ask again for another.
    let mut thief = from(test, ELSEWHERE);
    nurse.enter_password(&mut thief).await;
    thief.press("Use a code from the app").await;
    test.clock.next_code();
    thief.fill("code", &app.codes().code(test.clock.now()));
    thief.press("Continue").await;
    assert_eq!(thief.page().path(), "/", "{}", thief.page().text());
    let mut again = thief.clone();
    let session = again.cookies.names().into_iter().find(|name| name.contains("session")).unwrap();
    again.cookies.forget(&session);
    nurse.enter_password(&mut again).await;
    assert!(app.request(test.clock.now()).await.context.contains(r#""known":true"#));
    assert_eq!(app.refuse(FraudReason::NotStarted, test.clock.now()).await, "refused");
    thief.open("/profile/security-info").await;
    assert!(thief.page().path().starts_with("/signin"), "{}", thief.page().text());
    nurse.enter_password(&mut thief).await;
    assert!(app.request(test.clock.now()).await.context.contains(r#""known":false"#));
});

on_both_engines!(whoever_shares_a_network_displaces_nobody_and_who_starts_again_frees_their_own, |test| {
    let (nurse, _browser, app) = enrolled(test).await;
    let mut owner = from(test, [192, 0, 2, 77]);
    nurse.enter_password(&mut owner).await;
    let request = app.request(test.clock.now()).await;
    // A thief in the same building finds the place taken, and leaves it so.
    let mut thief = from(test, [192, 0, 2, 78]);
    nurse.enter_password(&mut thief).await;
    assert!(thief.page().shows("SIGNIN-024"), "{}", thief.page().text());
    assert_eq!(app.request(test.clock.now()).await.request, request.request);
    // Whoever begins anew, in another tab or by the button, gives up their own request and asks at once.
    owner.open("/signin").await;
    assert!(app.requests(test.clock.now()).await.unwrap().requests.is_empty());
    nurse.enter_password(&mut owner).await;
    assert_eq!(owner.page().path(), "/signin/app", "{}", owner.page().text());
    owner.press("Not you? Start again").await;
    assert!(app.requests(test.clock.now()).await.unwrap().requests.is_empty());
    nurse.enter_password(&mut owner).await;
    assert_eq!(app.approve(&number_on(owner.page()), test.clock.now()).await, "approved");
    owner.press(GO_ON).await;
    assert_eq!(owner.page().path(), "/", "{}", owner.page().text());
});

async fn add_app(test: &TestApp, browser: &mut Browser, device: &str) -> Authenticator {
    browser.open("/profile/security-info/add-authenticator").await;
    browser.press("Continue").await;
    let app = Authenticator::bind(test.transport(), browser.page(), device).await;
    browser.press("I have added the account: continue").await;
    assert_eq!(app.approve(&number_on(browser.page()), test.clock.now()).await, "approved");
    browser.press(GO_ON).await;
    assert_eq!(browser.page().path(), "/profile/security-info", "{}", browser.page().text());
    app
}

on_both_engines!(an_app_moves_to_a_new_phone_by_another_factor_and_the_old_phone_is_out, |test| {
    let nurse = nurse(test).await;
    let mut browser = test.browser();
    let old = nurse.sign_in_and_bind(&mut browser, test.transport(), "Phone", test.clock.now()).await;
    let other = add_app(test, &mut browser, "Tablet").await;
    let moving = format!("/profile/security-info/{}/move", old.account.account);
    let mut elsewhere = test.browser();
    nurse.enter_password(&mut elsewhere).await;
    assert_eq!(old.approve(&number_on(elsewhere.page()), test.clock.now()).await, "approved");
    elsewhere.press(GO_ON).await;
    assert_eq!(elsewhere.page().path(), "/", "{}", elsewhere.page().text());
    // The session was begun with the very app that moves: another is asked for, and no code counts.
    test.clock.advance(Duration::from_secs(3_000));
    browser.open(&moving).await;
    browser.press("Continue").await;
    assert_eq!(browser.page().path(), "/signin/send", "{}", browser.page().text());
    assert!(browser.page().shows("Tablet"), "{}", browser.page().text());
    assert!(!browser.has_button("Use a code from the app"), "{}", browser.page().text());
    browser.press("Ask the app").await;
    assert_eq!(other.approve(&number_on(browser.page()), test.clock.now()).await, "approved");
    browser.press(GO_ON).await;
    assert_eq!(browser.page().path(), moving, "{}", browser.page().text());
    browser.press("Continue").await;
    let new = Authenticator::bind(test.transport(), browser.page(), "New phone").await;
    assert_eq!(new.account.account, old.account.account, "it stays the same account");
    assert!(
        old.requests(test.clock.now()).await.unwrap().gone.is_empty(),
        "until the number is typed the old one works"
    );
    browser.press("I have added the account: continue").await;
    assert_eq!(new.approve(&number_on(browser.page()), test.clock.now()).await, "approved");
    browser.press(GO_ON).await;
    assert!(browser.page().shows("The app has moved"), "{}", browser.page().text());
    assert!(browser.page().shows("New phone"), "it has the new phone's name: {}", browser.page().text());
    assert_eq!(old.requests(test.clock.now()).await.unwrap().gone.len(), 1, "the old phone's key is revoked");
    elsewhere.open("/profile/security-info").await;
    assert!(elsewhere.page().path().starts_with("/signin"), "what it opened is over: {}", elsewhere.page().text());
    // And so are its codes.
    sign_out(&mut browser).await;
    nurse.enter_password(&mut browser).await;
    assert_eq!(new.requests(test.clock.now()).await.unwrap().requests.len(), 1);
    browser.press("Use a code from the app").await;
    browser.fill("code", &old.codes().code(test.clock.now()));
    browser.press("Continue").await;
    assert!(browser.page().error_summary().is_some(), "a code of the old phone: {}", browser.page().text());
    browser.fill("code", &new.codes().code(test.clock.now()));
    browser.press("Continue").await;
    assert_eq!(browser.page().path(), "/", "{}", browser.page().text());
});

on_both_engines!(on_a_new_phone_the_sign_in_itself_proves_enough_to_move_the_app, |test| {
    let nurse = nurse(test).await;
    let mut browser = test.browser();
    let old = nurse.sign_in_and_bind(&mut browser, test.transport(), "Lost phone", test.clock.now()).await;
    let tablet = add_app(test, &mut browser, "Tablet").await;
    let moving = format!("/profile/security-info/{}/move", old.account.account);
    let mut fresh = test.browser();
    fresh.open(&moving).await;
    fresh.fill("address", NURSE).fill("password", &nurse.password);
    fresh.press("Sign in").await;
    assert!(fresh.page().shows("Tablet"), "the lost phone is not asked: {}", fresh.page().text());
    assert!(old.requests(test.clock.now()).await.unwrap().requests.is_empty());
    assert_eq!(tablet.approve(&number_on(fresh.page()), test.clock.now()).await, "approved");
    fresh.press(GO_ON).await;
    assert_eq!(fresh.page().path(), moving, "{}", fresh.page().text());
    fresh.press("Continue").await;
    let new = Authenticator::bind(test.transport(), fresh.page(), "New phone").await;
    assert_eq!(new.account.account, old.account.account);
});

on_both_engines!(a_statement_is_good_for_two_minutes, |test| {
    let (_nurse, _browser, app) = enrolled(test).await;
    let now = test.clock.now();
    let at = |seconds: i64| Timestamp::from_seconds(now.as_seconds() + seconds);
    assert!(app.requests(at(-119)).await.is_ok());
    assert_eq!(app.requests(at(-121)).await.err(), Some("clock".to_owned()));
    assert_eq!(app.requests(at(121)).await.err(), Some("clock".to_owned()));
});
