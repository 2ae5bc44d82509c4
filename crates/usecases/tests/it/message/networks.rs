//! Several networks, of which some fail: which one is asked, and what is never sent twice.

use std::time::Duration;

use wardkey_domain::factor::FactorKind;
use wardkey_domain::factor::voice_call::{CallOutcome, CallStanding};
use wardkey_domain::message::DeliveryState;
use wardkey_domain::secret::Secret;
use wardkey_domain::signin::Refusal;
use wardkey_gateway::call::{CallCapture, CallEnd, CallNext, VoiceGateway};
use wardkey_gateway::capture::{Capture, TextCapture};
use wardkey_gateway::hand_over::{HandOver, NetworkSign, RefusedWhy};
use wardkey_gateway::text::TextGateway;
use wardkey_testkit::{PASSWORD, TestApp, TestClock};
use wardkey_usecases::message::Gateways;
use wardkey_usecases::signin::{Advance, Input, ScreenKind, view};

use super::support::{Browser, NURSE, World};

/// A world with two networks for texts and two for calls.
struct Two {
    world: World,
    first: TextCapture,
    first_texts: Capture,
    second_texts: Capture,
    first_calls: CallCapture,
    second_calls: CallCapture,
}

impl Two {
    async fn new(kind: FactorKind) -> Self {
        let clock = TestClock::new();
        let (first_texts, second_texts) = (Capture::new(clock.clock()), Capture::new(clock.clock()));
        let first = first_texts.text_capture("first");
        let (first_calls, second_calls) = (CallCapture::new("first_line"), CallCapture::new("second_line"));
        let gateways = Gateways::new(
            vec![TextGateway::Capture(first.clone()), second_texts.texts_of("second")],
            vec![VoiceGateway::Capture(first_calls.clone()), VoiceGateway::Capture(second_calls.clone())],
            vec![second_texts.mails_of("mails")],
        );
        let mut test = TestApp::with_gateways(gateways, clock, |_| {}).await;
        (test.messages, test.calls) = (first_texts.clone(), first_calls.clone());
        let mut world = World::of(test).await;
        world.enrol(kind).await;
        // From now on the world looks at the second networks.
        (world.test.messages, world.test.calls) = (second_texts.clone(), second_calls.clone());
        Self { world, first, first_texts, second_texts, first_calls, second_calls }
    }

    /// How many texts each network has sent.
    fn sent(&self) -> (usize, usize) {
        (self.first_texts.texts().len(), self.second_texts.texts().len())
    }

    /// Asks for a text, by a sign-in of its own, in a minute of its own.
    async fn ask(&self) -> Browser<'_> {
        self.world.test.clock.advance(Duration::from_secs(1));
        let mut browser = self.world.browser().await;
        let asked = browser.password().await;
        assert!(matches!(asked, ScreenKind::TextCode { .. }), "{asked:?}");
        browser
    }

    async fn reaches(&self, browser: &Browser<'_>, state: DeliveryState) {
        for _ in 0..2_000 {
            let screen = view(&self.world.test.app, &self.world.op(), browser.token()).await.unwrap();
            let ScreenKind::TextCode { sent, .. } = screen.kind else { panic!("{:?}", screen.kind) };
            if sent.state == state {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("the text does not become {state:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_one_network_refuses_leaves_by_the_next() {
    let two = Two::new(FactorKind::Sms).await;
    two.first.end_next(HandOver::try_another(RefusedWhy::Gateway));
    let mut browser = two.ask().await;
    let code = two.world.code_of_text(1).await;
    two.reaches(&browser, DeliveryState::Delivered).await;
    assert_eq!(two.sent(), (1, 1), "the enrolment's by the first, this one by the second");
    browser.code(code).await;
    two.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_may_be_on_its_way_leaves_by_no_other_network_and_a_new_code_is_offered_at_once() {
    let two = Two::new(FactorKind::Sms).await;
    two.first.end_next(HandOver::Unknown);
    let mut browser = two.ask().await;
    two.reaches(&browser, DeliveryState::Unknown).await;
    assert_eq!(two.sent(), (2, 0));
    // No second passes.
    let ScreenKind::TextCode { .. } = browser.ask(Input::Send).await.kind else { panic!("no new code") };
    two.reaches(&browser, DeliveryState::Delivered).await;
    assert_eq!(two.sent(), (3, 0));
    two.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_fails_three_times_is_asked_last_and_after_a_while_first_again() {
    let two = Two::new(FactorKind::Sms).await;
    for failed in 1..=3 {
        two.first.end_next(HandOver::try_another(RefusedWhy::Unreachable));
        let browser = two.ask().await;
        two.reaches(&browser, DeliveryState::Delivered).await;
        assert_eq!(two.sent(), (1, failed));
    }
    let browser = two.ask().await;
    two.reaches(&browser, DeliveryState::Delivered).await;
    assert_eq!(two.sent(), (1, 4), "the first would have taken it, and was not asked");
    assert!(!two.world.test.app.gateways().standings(two.world.test.clock.now())[0].is_up);
    two.world.test.clock.advance(Duration::from_secs(30));
    let browser = two.ask().await;
    two.reaches(&browser, DeliveryState::Delivered).await;
    assert_eq!(two.sent(), (2, 4));
    two.world.stop().await;
}

/// Ends the next call of the first network so, and says how many calls each has made then.
async fn calls_after(next: CallNext) -> (usize, usize) {
    let two = Two::new(FactorKind::VoiceCall).await;
    two.first_calls.end_next(CallEnd { outcome: CallOutcome::ServiceError, next, sign: NetworkSign::Fails });
    let mut browser = two.world.browser().await;
    let ScreenKind::Call { .. } = browser.password().await else { panic!("no call") };
    if next == CallNext::TryAnother {
        let call = two.world.ringing(1).await;
        two.world.press(&call, "#").await;
        assert!(matches!(browser.go(Input::CallDone { label: None }).await, Advance::Done { .. }));
    } else {
        let failed = async || {
            let screen = view(&two.world.test.app, &two.world.op(), browser.token()).await.unwrap();
            matches!(screen.kind, ScreenKind::Call { standing: CallStanding::Ended(CallOutcome::ServiceError), .. })
        };
        while !failed().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    let made = (two.first_calls.calls().len(), two.second_calls.calls().len());
    two.world.stop().await;
    made
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_one_network_refuses_leaves_by_the_next_unless_a_telephone_may_have_rung() {
    assert_eq!(calls_after(CallNext::TryAnother).await, (1, 1), "the enrolment's by the first, this one by the second");
    assert_eq!(calls_after(CallNext::Over).await, (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn when_every_network_is_down_nobody_is_sent_to_wait_for_a_text_and_after_a_while_they_are_tried_again() {
    let clock = TestClock::new();
    let texts = Capture::new(clock.clock());
    let only = texts.text_capture("only");
    let gateways = Gateways::new(vec![TextGateway::Capture(only.clone())], Vec::new(), vec![texts.mails_of("mails")]);
    let mut test = TestApp::with_gateways(gateways, clock, |_| {}).await;
    test.messages = texts.clone();
    let world = World::of(test).await;
    world.enrol(FactorKind::Sms).await;
    let unavailable = || world.test.app.gateways().unavailable(world.test.clock.now());
    assert_eq!(unavailable(), [FactorKind::VoiceCall], "for calls there is no network at all");
    for _ in 0..3 {
        only.end_next(HandOver::Unknown);
        world.browser().await.password().await;
        world.test.clock.advance(Duration::from_secs(1));
    }
    while !unavailable().contains(&FactorKind::Sms) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mut browser = world.browser().await;
    let password = Input::Password { address: NURSE.to_owned(), password: Secret::new(PASSWORD.to_owned()) };
    let (_, refusal) = browser.refused(password).await;
    assert_eq!(refusal, Refusal::NoUsableFactor);
    world.test.clock.advance(Duration::from_secs(30));
    let mut browser = world.browser().await;
    let ScreenKind::TextCode { .. } = browser.password().await else { panic!("no text") };
    world.stop().await;
}
