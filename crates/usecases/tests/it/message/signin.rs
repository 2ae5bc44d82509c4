//! Signing in by text and by call.

use std::time::Duration;

use wardkey_domain::access::Unusable;
use wardkey_domain::factor::FactorKind;
use wardkey_domain::factor::voice_call::{CallOutcome, CallStanding, Confirm};
use wardkey_domain::signin::Refusal;
use wardkey_testkit::TestApp;
use wardkey_usecases::directory::switch_factors;
use wardkey_usecases::message::{self, Reported};
use wardkey_usecases::signin::{Advance, Input, ScreenKind, choices, view};

use super::support::{LANDLINE, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_text_leaves_with_the_password_and_its_code_signs_in() {
    let world = World::new().await;
    world.enrol(FactorKind::Sms).await;
    let mut browser = world.browser().await;
    let ScreenKind::TextCode { sent, several } = browser.password().await else { panic!("no text") };
    assert_eq!((sent.masked.as_str(), several), ("07••••••123", false));
    let code = world.code_of_text(2).await;
    let text = world.test.messages.texts()[0].clone();
    assert_eq!(text.text.to, "+447700900123");
    assert!(text.text.body.expose().ends_with(&format!("\n\n@localhost #{code}")), "{}", text.text.body.expose());
    let done = browser.code(code).await;
    assert!(matches!(done, Advance::Done { stopover: None, .. }), "{done:?}");
    assert!(world.events().await.contains(&"message_ordered".to_owned()));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_good_in_its_own_sign_in_only() {
    let world = World::new().await;
    world.enrol(FactorKind::Sms).await;
    let mut first = world.browser().await;
    first.password().await;
    let code = world.code_of_text(2).await;
    let mut second = world.browser().await;
    second.password().await;
    world.code_of_text(3).await;
    let refused = second.code(code.clone()).await;
    assert!(matches!(refused, Advance::Refused { refusal: Refusal::WrongCode, .. }), "{refused:?}");
    assert!(matches!(first.code(code).await, Advance::Done { .. }));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_code_does_not_forget_the_wrong_ones() {
    let world = World::new().await;
    world.enrol(FactorKind::Sms).await;
    let mut browser = world.browser().await;
    browser.password().await;
    let right = world.code_of_text(2).await;
    let wrong = if right == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        browser.refused(Input::Code { credential: None, code: wrong.to_owned() }).await;
    }
    world.test.clock.advance(Duration::from_secs(20));
    browser.ask(Input::Send).await;
    browser.refused(Input::Code { credential: None, code: wrong.to_owned() }).await;
    let code = world.code_of_text(3).await;
    let (_, refusal) = browser.refused(Input::Code { credential: None, code }).await;
    assert!(matches!(refusal, Refusal::TooManyTries { .. }), "{refusal:?}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_confirmed_signs_in() {
    let world = World::new().await;
    world.enrol(FactorKind::VoiceCall).await;
    let mut browser = world.browser().await;
    let ScreenKind::Call { sent, code: None, .. } = browser.password().await else { panic!("no call") };
    assert_eq!(sent.masked, "01••••••123");
    let call = world.ringing(2).await;
    let pending = browser.ask(Input::CallDone { label: None }).await;
    assert!(matches!(pending.kind, ScreenKind::Call { .. }), "the button changes nothing before the key");
    world.press(&call, "#").await;
    assert!(world.test.calls.calls()[0].said.iter().any(|said| said.contains("Practice A12345")));
    assert!(matches!(browser.go(Input::CallDone { label: None }).await, Advance::Done { .. }));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_strict_setting_the_code_on_the_page_is_typed_on_the_keypad() {
    let test = TestApp::with(|settings| settings.signin.voice_call.confirm = Confirm::Code).await;
    let world = World::of(test).await;
    let mut browser = world.browser().await;
    browser.password().await;
    browser.ask(Input::BeginEnrolment).await;
    browser.ask(Input::ChooseFactor(FactorKind::VoiceCall)).await;
    let number = Input::Number { number: LANDLINE.to_owned(), extension: "12".to_owned() };
    let ScreenKind::ConfirmCall { code: Some(code), .. } = browser.ask(number).await.kind else { panic!("no code") };
    let call = world.ringing(1).await;
    assert_eq!(world.test.calls.calls()[0].extension.as_deref(), Some("12"));
    world.press(&call, &format!("{}#", code.expose())).await;
    assert!(matches!(browser.go(Input::CallDone { label: None }).await, Advance::Done { .. }));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_a_call_can_fail_has_its_own_reason() {
    let world = World::new().await;
    world.enrol(FactorKind::VoiceCall).await;
    let mut browser = world.browser().await;
    browser.password().await;
    for (count, expected) in (2..).zip([CallOutcome::Busy, CallOutcome::Declined, CallOutcome::HungUp]) {
        let call = world.ringing(count).await;
        match expected {
            CallOutcome::Busy => world.test.calls.be_busy(&call),
            CallOutcome::Declined => world.test.calls.hang_up(&call),
            _ => {
                world.test.calls.answer(&call);
                world.test.calls.hang_up(&call);
            }
        }
        world.settled(&call).await;
        let (screen, refusal) = browser.refused(Input::CallDone { label: None }).await;
        assert_eq!(refusal, Refusal::CallFailed(expected));
        let ScreenKind::Call { standing, .. } = screen else { panic!("{screen:?}") };
        assert_eq!(standing, CallStanding::Ended(expected));
        world.test.clock.advance(Duration::from_secs(100));
        browser.ask(Input::Send).await;
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_presses_zero_hash_ends_the_sign_in_and_everybody_hears_of_it() {
    let world = World::new().await;
    world.test.add_person("A12345", "boss@a.example").await;
    world.test.give_role("boss@a.example", wardkey_domain::directory::Role::LocalAdministrator, "A12345").await;
    world.enrol(FactorKind::VoiceCall).await;
    let mut browser = world.browser().await;
    browser.password().await;
    let call = world.ringing(2).await;
    world.press(&call, "0#").await;
    let (_, refusal) = browser.refused(Input::CallDone { label: None }).await;
    assert_eq!(refusal, Refusal::Reported, "the page says why");
    assert!(world.events().await.contains(&"sign_in_reported".to_owned()));
    world.mails_about("reported", 2).await;
    let mails = world.test.messages.mails();
    for address in ["boss@a.example", "nurse@a.example"] {
        let to_them = mails.iter().find(|mail| mail.mail.to == address && mail.mail.subject.contains("reported"));
        let mail = &to_them.unwrap_or_else(|| panic!("{address} is not told")).mail;
        assert!(mail.text.to_lowercase().contains("phone call"), "{}", mail.text);
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_late_in_a_call_is_taken_whatever_the_row_says_by_then() {
    let world = World::new().await;
    world.enrol(FactorKind::VoiceCall).await;
    let mut browser = world.browser().await;
    browser.password().await;
    let call = world.ringing(2).await;
    world.test.calls.answer(&call);
    world.answered(&call).await;
    // As when the database was away for longer than a worker is believed to live.
    world.test.clock.advance(Duration::from_secs(200));
    let system = world.test.app.op(wardkey_domain::op::Actor::System("test"), wardkey_domain::op::Origin::default());
    wardkey_usecases::message::sweep(&world.test.app, &system).await.unwrap();
    world.settled(&call).await;
    world.test.calls.press(&call, '0');
    world.test.calls.press(&call, '#');
    while !world.events().await.contains(&"sign_in_reported".to_owned()) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let (_, refusal) = browser.refused(Input::CallDone { label: None }).await;
    assert_eq!(refusal, Refusal::Reported);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_comes_after_the_sign_in_ends_every_session() {
    let world = World::new().await;
    world.enrol(FactorKind::Sms).await;
    let mut thief = world.browser().await;
    thief.password().await;
    let code = world.code_of_text(2).await;
    let Advance::Done { session, .. } = thief.code(code).await else { panic!("the thief was quick") };
    let reference = world.newest_reference();
    assert!(is_signed_in(&world, &session).await);
    assert_eq!(message::report(&world.test.app, &world.op(), &reference).await.unwrap(), Reported::Taken);
    assert!(!is_signed_in(&world, &session).await);
    world.stop().await;
}

async fn is_signed_in(world: &World, token: &wardkey_domain::secret::Secret<String>) -> bool {
    let circumstances = wardkey_usecases::Circumstances { session_token: Some(token.clone()), ..Default::default() };
    wardkey_usecases::session::check(&world.test.app, &circumstances).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_counts_once_however_often_it_is_sent() {
    let world = World::new().await;
    world.enrol(FactorKind::Sms).await;
    let mut browser = world.browser().await;
    browser.password().await;
    world.code_of_text(2).await;
    let reference = world.newest_reference();
    for _ in 0..5 {
        assert_eq!(message::report(&world.test.app, &world.op(), &reference).await.unwrap(), Reported::Taken);
    }
    let reports = world.events().await.into_iter().filter(|kind| kind == "sign_in_reported").count();
    assert_eq!(reports, 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_gets_a_text_for_a_number_typed_wrongly_locks_nobody_out() {
    let test = TestApp::with(|settings| settings.message.lock_reported = true).await;
    let world = World::of(test).await;
    let mut browser = world.browser().await;
    browser.password().await;
    browser.ask(Input::BeginEnrolment).await;
    browser.ask(Input::ChooseFactor(FactorKind::Sms)).await;
    browser.ask(Input::Number { number: "07700 900999".to_owned(), extension: String::new() }).await;
    world.code_of_text(1).await;
    let reference = world.newest_reference();
    assert_eq!(message::report(&world.test.app, &world.op(), &reference).await.unwrap(), Reported::Taken);
    let mut again = world.browser().await;
    assert!(matches!(again.password().await, ScreenKind::SelfEnrol));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn typing_a_number_again_and_again_spends_nothing() {
    let world = World::new().await;
    let mut browser = world.browser().await;
    browser.password().await;
    browser.ask(Input::BeginEnrolment).await;
    browser.ask(Input::ChooseFactor(FactorKind::Sms)).await;
    let number = || Input::Number { number: "07700 900999".to_owned(), extension: String::new() };
    browser.ask(number()).await;
    for _ in 0..20 {
        let (_, refusal) = browser.refused(number()).await;
        assert!(matches!(refusal, Refusal::TooSoon { .. }), "{refusal:?}");
    }
    world.test.clock.advance(Duration::from_secs(60));
    browser.ask(number()).await;
    world.code_of_text(2).await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_nobody_asked_for_is_reported_by_its_reference() {
    let world = World::new().await;
    world.enrol(FactorKind::Sms).await;
    let mut thief = world.browser().await;
    thief.password().await;
    let code = world.code_of_text(2).await;
    let reference = world.newest_reference();
    let op = world.op();
    assert!(message::report(&world.test.app, &op, "ABC").await.is_err());
    assert_eq!(message::report(&world.test.app, &op, "ABCD-2345").await.unwrap(), Reported::Unknown);
    assert_eq!(message::report(&world.test.app, &op, &reference).await.unwrap(), Reported::Taken);
    let refused = thief.code(code).await;
    assert!(matches!(refused, Advance::Refused { refusal: Refusal::Reported, .. }), "{refused:?}");
    world.test.clock.advance(Duration::from_secs(3_601));
    assert_eq!(message::report(&world.test.app, &world.op(), &reference).await.unwrap(), Reported::Unknown);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_may_have_reported_accounts_locked() {
    let test = TestApp::with(|settings| settings.message.lock_reported = true).await;
    let world = World::of(test).await;
    world.enrol(FactorKind::VoiceCall).await;
    let mut browser = world.browser().await;
    browser.password().await;
    let call = world.ringing(2).await;
    world.press(&call, "0#").await;
    let mut again = world.browser().await;
    let input = Input::Password {
        address: "nurse@a.example".to_owned(),
        password: wardkey_domain::secret::Secret::new(wardkey_testkit::PASSWORD.to_owned()),
    };
    let (_, refusal) = again.refused(input).await;
    assert_eq!(refusal, Refusal::AccountNotActive);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seventh_text_to_a_factor_in_an_hour_is_refused_and_the_page_still_works() {
    let world = World::new().await;
    world.enrol(FactorKind::Sms).await;
    for number in 2..=7 {
        let mut browser = world.browser().await;
        browser.password().await;
        world.code_of_text(number).await;
    }
    let mut browser = world.browser().await;
    let input = Input::Password {
        address: "nurse@a.example".to_owned(),
        password: wardkey_domain::secret::Secret::new(wardkey_testkit::PASSWORD.to_owned()),
    };
    let (screen, refusal) = browser.refused(input).await;
    assert!(matches!(refusal, Refusal::TooManyMessages { .. }), "{refusal:?}");
    assert!(matches!(screen, ScreenKind::Send { .. }), "{screen:?}");
    world.test.clock.advance(Duration::from_secs(600));
    let shown = view(&world.test.app, &world.op(), browser.token()).await.unwrap();
    assert!(matches!(shown.kind, ScreenKind::Send { .. }), "the password is not asked for again: {:?}", shown.kind);
    assert_eq!(world.test.messages.texts().len(), 7);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_again_too_soon_sends_nothing_and_spends_nothing() {
    let world = World::new().await;
    world.enrol(FactorKind::Sms).await;
    let mut browser = world.browser().await;
    browser.password().await;
    world.code_of_text(2).await;
    for _ in 0..20 {
        let (_, refusal) = browser.refused(Input::Send).await;
        assert!(matches!(refusal, Refusal::TooSoon { .. }), "{refusal:?}");
    }
    world.test.clock.advance(Duration::from_secs(20));
    browser.ask(Input::Send).await;
    world.code_of_text(3).await;
    assert_eq!(world.test.messages.texts().len(), 3);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_organisation_switches_off_cannot_be_used() {
    let world = World::new().await;
    world.enrol(FactorKind::Sms).await;
    let code = "A12345".parse().unwrap();
    let op = world.test.operator();
    assert!(switch_factors(&world.test.app, &op, &code, &[FactorKind::Totp]).await.is_err());
    switch_factors(&world.test.app, &op, &code, &[FactorKind::Sms]).await.unwrap();
    let mut browser = world.browser().await;
    let input = Input::Password {
        address: "nurse@a.example".to_owned(),
        password: wardkey_domain::secret::Secret::new(wardkey_testkit::PASSWORD.to_owned()),
    };
    let (_, refusal) = browser.refused(input).await;
    assert_eq!(refusal, Refusal::NoUsableFactor);
    switch_factors(&world.test.app, &op, &code, &[]).await.unwrap();
    let mut browser = world.browser().await;
    browser.password().await;
    let offered = choices(&world.test.app, &world.op(), browser.token()).await.unwrap();
    assert_eq!((offered.len(), offered[0].unusable), (1, None));
    switch_factors(&world.test.app, &op, &code, &[FactorKind::Sms]).await.unwrap();
    let offered = choices(&world.test.app, &world.op(), browser.token()).await.unwrap();
    assert_eq!(offered[0].unusable, Some(Unusable::SwitchedOff));
    world.stop().await;
}
