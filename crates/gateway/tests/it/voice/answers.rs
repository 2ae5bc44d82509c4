//! The telephone is answered.

use std::time::Duration;

use tokio::join;
use wardkey_domain::factor::voice_call::{CallOutcome, PromptId};
use wardkey_gateway::voice::prompts::{CallPrompts, PromptSet, Speaker};
use wardkey_gateway::voice::{CallOrder, CallProgress, CallReport, HandedOver, Trunk, TrunkTransport, TryAnother};
use wardkey_wire::g711::Law;

use super::phone::Phone;
use super::sipp::{Scenario, Sipp, scenario};
use super::world::{CODE, call, order_with_extension, over, press_hash, type_code};

const INSTRUCTED: [PromptId; 3] = [PromptId::Greeting, PromptId::Context, PromptId::PressHash];
const ASKED: [PromptId; 3] = [PromptId::Greeting, PromptId::Context, PromptId::TypeCode];

/// A telephone that speaks A-law and knows keys as events, unless the formats say otherwise.
async fn telephone(scenario: Scenario, phone: &Phone, formats: &str) -> Sipp {
    scenario.key("audio_port", phone.port()).key("formats", formats).start().await
}

/// Makes one call; `person` is who answers.
async fn answered(order: CallOrder, person: impl AsyncFnOnce(&mut Phone)) -> CallReport {
    answered_by(Phone::new().await, "8 96", order, person).await
}

async fn answered_by(
    mut phone: Phone,
    formats: &str,
    order: CallOrder,
    person: impl AsyncFnOnce(&mut Phone),
) -> CallReport {
    let sipp = telephone(scenario!("answers_at_once"), &phone, formats).await;
    let trunk = over(TrunkTransport::Udp, sipp.port);
    let ((report, steps), ()) = join!(call(&trunk, order), person(&mut phone));
    sipp.ends_well().await;
    let expected = [CallProgress::Invited, CallProgress::Ringing, CallProgress::Answered];
    assert_eq!(steps[..3], expected);
    assert_eq!((report.handed_over, report.try_another), (HandedOver::Yes, TryAnother::No));
    assert_eq!(report.sip_status, Some(200));
    trunk.shut_down().await;
    report
}

async fn check(order: CallOrder, outcome: CallOutcome, person: impl AsyncFnOnce(&mut Phone)) {
    assert_eq!(answered(order, person).await.outcome, outcome);
}

/// With a password, over this transport: the prompts arrive as they were recorded, and a hash confirms.
async fn confirms_with_a_password(transport: TrunkTransport, scenario: Scenario) {
    let mut phone = Phone::new().await;
    let sipp = telephone(scenario, &phone, "8 96").await;
    let trunk: Trunk = over(transport, sipp.port);
    let person = async {
        phone.hear_all(&INSTRUCTED).await;
        phone.press("#").await;
        phone.hear(PromptId::ThankYou).await;
    };
    let ((report, steps), ()) = join!(call(&trunk, press_hash()), person);
    assert_eq!(report.outcome, CallOutcome::Confirmed);
    assert_eq!(
        steps[1..],
        [CallProgress::Ringing, CallProgress::Answered, CallProgress::Decided(CallOutcome::Confirmed)]
    );
    assert!(report.frames.sent > 30 && report.talked_for > Duration::from_millis(600), "{report:?}");
    let messages = sipp.messages();
    sipp.ends_well().await;
    assert!(!messages.to_lowercase().contains("rsip"), "the library names itself");
    trunk.shut_down().await;
}

#[tokio::test]
async fn a_hash_confirms_over_udp_with_a_password() {
    confirms_with_a_password(TrunkTransport::Udp, scenario!("answers")).await;
}

#[tokio::test]
async fn a_hash_confirms_over_tcp_with_a_password() {
    confirms_with_a_password(TrunkTransport::Tcp, scenario!("answers").tcp()).await;
}

#[tokio::test]
async fn a_hash_before_the_question_does_not_confirm() {
    let asked_in_vain = [PromptId::PressHash, PromptId::PressHash, PromptId::PressHash, PromptId::Goodbye];
    check(press_hash(), CallOutcome::NoResponse, async |phone| {
        phone.hear(PromptId::Greeting).await;
        phone.press("#").await;
        phone.hear(PromptId::Context).await;
        phone.hear_all(&asked_in_vain).await;
    })
    .await;
    check(press_hash(), CallOutcome::Voicemail, async |phone| {
        phone.connected().await;
        phone.press("#").await;
        phone.hear(PromptId::Greeting).await;
        phone.press("##").await;
        phone.hear(PromptId::Context).await;
        phone.press("#").await;
        phone.hear_all(&asked_in_vain).await;
    })
    .await;
}

#[tokio::test]
async fn a_greeting_that_presses_hash_does_not_confirm() {
    check(press_hash(), CallOutcome::Voicemail, async |phone| {
        phone.connected().await;
        // Through everything that is said, and well into the silence after it.
        for _ in 0..30 {
            phone.say(&[0; 1_600]).await;
            phone.press("#").await;
        }
        phone.hear(PromptId::CannotConfirm).await;
    })
    .await;
}

#[tokio::test]
async fn zero_and_hash_report() {
    check(press_hash(), CallOutcome::Reported, async |phone| {
        phone.hear(PromptId::Greeting).await;
        phone.press("0#").await;
        phone.hear(PromptId::Reported).await;
    })
    .await;
}

#[tokio::test]
async fn the_code_on_the_screen_confirms() {
    check(type_code(), CallOutcome::Confirmed, async |phone| {
        phone.hear_all(&ASKED).await;
        phone.press("11*").await;
        phone.press(CODE).await;
        phone.press("#").await;
        phone.hear(PromptId::ThankYou).await;
    })
    .await;
}

#[tokio::test]
async fn three_wrong_codes_do_not_confirm() {
    check(type_code(), CallOutcome::WrongCode, async |phone| {
        phone.hear_all(&ASKED).await;
        for code in ["111111#", "482916#"] {
            phone.press(code).await;
            phone.hear_all(&[PromptId::WrongCode, PromptId::TypeCode]).await;
        }
        phone.press("482914#").await;
        phone.hear(PromptId::NoMoreTries).await;
    })
    .await;
}

#[tokio::test]
async fn a_hash_alone_is_no_code_in_the_strict_way() {
    check(type_code(), CallOutcome::NoResponse, async |phone| {
        phone.hear_all(&ASKED).await;
        phone.press("#").await;
        phone.hear_all(&[PromptId::TypeCode, PromptId::TypeCode, PromptId::Goodbye]).await;
    })
    .await;
}

#[tokio::test]
async fn silence_does_not_confirm() {
    check(press_hash(), CallOutcome::NoResponse, async |phone| {
        phone.hear_all(&INSTRUCTED).await;
        phone.hear_all(&[PromptId::PressHash, PromptId::PressHash, PromptId::Goodbye]).await;
    })
    .await;
}

#[tokio::test]
async fn voicemail_does_not_confirm() {
    let greeting = "The person you are calling is not available. Please leave a message after the tone, and hang up \
                    when you have finished, or press hash for more options. Thank you for calling.";
    let greeting = Speaker::default().say(greeting).await.unwrap();
    let beep: Vec<i16> =
        (0..4_800).map(|at| ((f64::from(at) * std::f64::consts::TAU / 8.0).sin() * 9_000.0) as i16).collect();
    let report = answered(press_hash(), async |phone| {
        phone.connected().await;
        phone.say(greeting.samples()).await;
        phone.say(&beep).await;
        phone.hear(PromptId::Goodbye).await;
    })
    .await;
    assert_eq!(report.outcome, CallOutcome::Voicemail);
    assert!(report.frames.heard > 300, "{report:?}");
}

#[tokio::test]
async fn a_recorded_voice_that_then_presses_hash_does_not_confirm() {
    let greeting = Speaker::default()
        .say("The person you are calling cannot come to the telephone. Please leave a message after the tone.")
        .await
        .unwrap();
    check(press_hash(), CallOutcome::Voicemail, async |phone| {
        phone.hear_all(&INSTRUCTED).await;
        phone.say(greeting.samples()).await;
        phone.press("#").await;
        phone.hear(PromptId::CannotConfirm).await;
    })
    .await;
}

#[tokio::test]
async fn keys_are_heard_by_their_sound() {
    for (law, formats) in [(Law::A, "8"), (Law::Mu, "0"), (Law::A, "8 96")] {
        let phone = Phone::speaking(law).await;
        let report = answered_by(phone, formats, type_code(), async |phone| {
            phone.hear_all(&ASKED).await;
            phone.sound_keys(CODE).await;
            phone.sound_keys("#").await;
            phone.hear(PromptId::ThankYou).await;
        })
        .await;
        assert_eq!(report.outcome, CallOutcome::Confirmed, "{formats}");
    }
}

#[tokio::test]
async fn an_extension_is_dialled_before_the_conversation() {
    for formats in ["8 96", "8"] {
        let phone = Phone::new().await;
        let order = order_with_extension("203");
        let report = answered_by(phone, formats, order, async |phone| {
            phone.hear_all(&INSTRUCTED).await;
            if formats.contains("96") {
                assert_eq!(phone.keys, "203");
            }
            phone.press("#").await;
        })
        .await;
        // Without events on either side the key of the phone is still understood under the number that it uses.
        let expected = if formats.contains("96") { CallOutcome::Confirmed } else { CallOutcome::NoResponse };
        assert_eq!(report.outcome, expected, "{formats}");
    }
}

#[tokio::test]
async fn our_own_words_arrive_as_they_were_recorded() {
    let speaker = Speaker::default();
    let context = speaker.say("This call is about a sign-in to Demo Records, at Moorland Trust.").await.unwrap();
    let set = PromptSet::english();
    let mut order = press_hash();
    order.prompts = CallPrompts::new(set.clone(), Some(context.clone()));
    check(order, CallOutcome::Reported, async |phone| {
        phone.hear_prompt(set.prompt(PromptId::Greeting).unwrap()).await;
        phone.hear_prompt(&context).await;
        phone.press("0#").await;
        phone.hear_prompt(set.prompt(PromptId::Reported).unwrap()).await;
    })
    .await;
}

#[tokio::test]
async fn who_rings_off_has_hung_up() {
    let phone = Phone::new().await;
    let sipp = telephone(scenario!("hangs_up"), &phone, "8 96").await;
    let trunk = over(TrunkTransport::Udp, sipp.port);
    let (report, _) = call(&trunk, press_hash()).await;
    sipp.ends_well().await;
    assert_eq!((report.outcome, report.handed_over), (CallOutcome::HungUp, HandedOver::Yes));
}

#[tokio::test]
async fn keys_before_the_answer_do_not_count() {
    // The announcement is over before the test's phone speaks: what it sends then arrives while the telephone rings.
    let mut phone = Phone::new().await;
    let sipp = telephone(scenario!("announces"), &phone, "8 96").await;
    let trunk = over(TrunkTransport::Udp, sipp.port);
    let person = async {
        // The description came before the answer and is not repeated in it, so hearing anything shows that it was kept.
        phone.hear_all(&INSTRUCTED).await;
        phone.press("#").await;
    };
    let ((report, steps), ()) = join!(call(&trunk, press_hash()), person);
    sipp.ends_well().await;
    assert_eq!(report.outcome, CallOutcome::Confirmed);
    assert_eq!(steps[1], CallProgress::Ringing);
}

/// SIPp itself presses keys here, from recordings of Debian's package.
async fn recorded(keys: &[&str], order: CallOrder) -> CallOutcome {
    let recording = |key: &&str| {
        let path = format!("/usr/share/sip-tester/dtmf_2833_{key}.pcap");
        assert!(std::path::Path::new(&path).exists(), "`{path}` is missing: install Debian's `sip-tester`");
        format!("<nop><action><exec play_pcap_audio=\"{path}\"/></action></nop>")
    };
    let played = keys.iter().map(recording).collect::<Vec<_>>().join("<pause milliseconds=\"400\"/>");
    let sipp = scenario!("presses").text("<!-- keys -->", &played).start().await;
    let trunk = over(TrunkTransport::Udp, sipp.port);
    let (report, _) = call(&trunk, order).await;
    sipp.ends_well().await;
    report.outcome
}

#[tokio::test]
async fn recorded_keys_confirm_report_and_are_wrong() {
    let strict = || {
        let mut order = type_code();
        order.rules.code_tries = 1;
        order.rules.listen_for = Duration::from_secs(2);
        order
    };
    let patient = || {
        let mut order = press_hash();
        order.rules.listen_for = Duration::from_secs(2);
        order
    };
    let (confirmed, reported, wrong) = join!(
        recorded(&["pound"], patient()),
        recorded(&["0", "pound"], patient()),
        recorded(&["4", "8", "2", "9", "1", "6", "pound"], strict()),
    );
    assert_eq!((confirmed, reported, wrong), (CallOutcome::Confirmed, CallOutcome::Reported, CallOutcome::WrongCode));
}
