//! SMPP against npm `smpp` as the message centre.

use std::time::{Duration, Instant};

use serde_json::json;
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;
use wardkey_gateway::hand_over::{HandOver, Next, ReceiptState, RefusedWhy};
use wardkey_gateway::text::Text;
use wardkey_gateway::text::smpp::{BindMode, LongMessages, MessageIds, Smpp, SmppSettings, SmppTls};

use crate::peer::{Certificate, NOW, Peer, ambient};

const CENTRE: &str = "message-centre.mjs";

fn settings(port: u16) -> SmppSettings {
    let password = Secret::new("secret".to_owned());
    SmppSettings {
        first_pause: Duration::from_millis(20),
        answer_limit: Duration::from_secs(5),
        ..SmppSettings::new("centre", "127.0.0.1", port, "wardkey", password, "NHSNoReply")
    }
}

fn text(body: &str) -> Text {
    Text {
        id: "0198c1f2-0000-7000-8000-000000000001".to_owned(),
        to: "+447700900123".to_owned(),
        body: Secret::new(body.to_owned()),
        expires_at: Timestamp::from_seconds(NOW + 600),
    }
}

async fn started(change: impl FnOnce(&mut SmppSettings)) -> (Peer, Smpp) {
    let mut centre = Peer::start(CENTRE, &[]).await;
    let mut settings = settings(centre.port);
    change(&mut settings);
    let smpp = Smpp::start(settings, ambient()).unwrap();
    centre.event("bind").await;
    (centre, smpp)
}

/// Hands over in the background.
fn submit(smpp: &Smpp, body: &str) -> tokio::task::JoinHandle<HandOver> {
    let (smpp, text) = (smpp.clone(), text(body));
    tokio::spawn(async move { smpp.submit(&text).await })
}

fn accepted(outcome: &HandOver) -> &str {
    match outcome {
        HandOver::Accepted { reference } => reference,
        other => panic!("not accepted: {other:?}"),
    }
}

#[tokio::test]
async fn a_text_in_the_default_alphabet_arrives_as_it_was() {
    let (mut centre, smpp) = started(|_| {}).await;
    let body = "£5 @ 10: [é] {€} 123456\n@id.example #123456";
    assert_eq!(accepted(&smpp.submit(&text(body)).await), "1001");
    let seen = centre.event("submit").await;
    assert_eq!(seen["text"], body);
    assert_eq!(seen["coding"], 0);
    assert_eq!(seen["esm_class"], 0);
    assert_eq!(seen["receipt"], 1);
    assert_eq!(seen["from"], json!([5, 0, "NHSNoReply"]));
    assert_eq!(seen["to"], json!([1, 1, "447700900123"]));
    assert_ne!(seen["validity"], "");
}

#[tokio::test]
async fn other_alphabets_arrive_as_ucs2() {
    let (mut centre, smpp) = started(|_| {}).await;
    let body = "Cod: 123456 – ŵ 🙂 病院";
    accepted(&smpp.submit(&text(body)).await);
    let seen = centre.event("submit").await;
    assert_eq!((&seen["text"], &seen["coding"]), (&json!(body), &json!(8)));
}

#[tokio::test]
async fn a_long_text_goes_in_parts_that_are_joined_by_a_header() {
    let (mut centre, smpp) = started(|_| {}).await;
    let body = "0123456789".repeat(40);
    // One reference for the text: the one of the last part, which alone asks for a receipt.
    assert_eq!(accepted(&smpp.submit(&text(&body)).await), "1003");
    let mut joined = String::new();
    for part in 1..=3 {
        let seen = centre.event("submit").await;
        assert!(seen["udh"].as_str().unwrap().ends_with(&format!("0307030{part}")), "{}", seen["udh"]);
        assert_eq!(seen["esm_class"], 0x40);
        assert_eq!(seen["receipt"], u8::from(part == 3));
        joined.push_str(seen["text"].as_str().unwrap());
    }
    assert_eq!(joined, body);
}

#[tokio::test]
async fn a_long_text_goes_in_one_piece_where_the_centre_cuts_it() {
    let (mut centre, smpp) = started(|settings| settings.long_messages = LongMessages::Payload).await;
    let body = "0123456789".repeat(40);
    accepted(&smpp.submit(&text(&body)).await);
    let seen = centre.event("submit").await;
    assert_eq!((seen["payload"].as_str(), seen["text"].as_str()), (Some(body.as_str()), Some("")));
}

#[tokio::test]
async fn receipts_come_for_what_was_accepted() {
    for (receipts, state, ids, hexadecimal) in [
        ("text", "DELIVRD", MessageIds::Same, false),
        ("tlv", "DELIVRD", MessageIds::Same, false),
        ("text", "UNDELIV", MessageIds::Same, false),
        ("text", "EXPIRED", MessageIds::Same, false),
        ("text", "DELIVRD", MessageIds::HexThenDecimal, true),
    ] {
        let (mut centre, smpp) = started(|settings| settings.message_ids = ids).await;
        centre.behave(json!({ "receipts": receipts, "state": state, "hexadecimal": hexadecimal })).await;
        let mut news = smpp.receipts().unwrap();
        let outcome = smpp.submit(&text("123456")).await;
        let receipt = news.recv().await.unwrap();
        assert_eq!((receipt.gateway.as_str(), receipt.reference.as_str()), ("centre", accepted(&outcome)));
        let expected = match state {
            "DELIVRD" => ReceiptState::Delivered,
            "EXPIRED" => ReceiptState::Expired,
            _ => ReceiptState::Failed("undeliverable".to_owned()),
        };
        assert_eq!(receipt.state, expected);
        assert_eq!(centre.event("deliver_answer").await["status"], 0);
    }
}

#[tokio::test]
async fn a_message_from_outside_is_acknowledged_and_is_no_receipt() {
    let (mut centre, smpp) = started(|_| {}).await;
    let mut news = smpp.receipts().unwrap();
    centre.order(&json!({ "act": "write_to_us" }));
    assert_eq!(centre.event("deliver_answer").await["status"], 0);
    assert!(news.try_recv().is_err());
}

#[tokio::test]
async fn a_centre_that_is_overrun_is_left_alone_for_a_while() {
    let (mut centre, smpp) = started(|settings| settings.first_pause = Duration::from_millis(300)).await;
    for status in ["ESME_RTHROTTLED", "ESME_RMSGQFUL"] {
        centre.behave(json!({ "answer": status })).await;
        let outcome = smpp.submit(&text("1")).await;
        let HandOver::Refused { why: RefusedWhy::Throttled, next: Next::TryLater(Some(pause)) } = outcome else {
            panic!("{outcome:?}")
        };
        centre.behave(json!({ "answer": "accept" })).await;
        // Within the pause the centre is not even asked.
        let soon = smpp.submit(&text("2")).await;
        assert!(
            matches!(soon, HandOver::Refused { why: RefusedWhy::Throttled, next: Next::TryLater(Some(left)) } if left <= pause),
            "{soon:?}"
        );
        // Once it is over, it is asked again. The pause is a matter of time alone, so the clock must be waited for.
        while !matches!(smpp.submit(&text("3")).await, HandOver::Accepted { .. }) {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn a_refusal_says_what_could_help() {
    let (mut centre, smpp) = started(|_| {}).await;
    for (status, expected) in [
        ("ESME_RINVDSTADR", HandOver::give_up(RefusedWhy::Recipient)),
        ("ESME_RINVMSGLEN", HandOver::give_up(RefusedWhy::Message)),
        ("ESME_RSYSERR", HandOver::try_another(RefusedWhy::Gateway)),
        ("ESME_RINVSRCADR", HandOver::try_another(RefusedWhy::Gateway)),
        ("ESME_RUNKNOWNERR", HandOver::Unknown),
    ] {
        centre.behave(json!({ "answer": status })).await;
        assert_eq!(smpp.submit(&text("1")).await, expected, "{status}");
    }
}

#[tokio::test]
async fn what_should_not_be_sent_never_leaves() {
    let (mut centre, smpp) = started(|_| {}).await;
    let late = Text { expires_at: Timestamp::from_seconds(NOW), ..text("1") };
    assert_eq!(smpp.submit(&late).await, HandOver::give_up(RefusedWhy::Expired));
    let nobody = Text { to: "07700900123".to_owned(), ..text("1") };
    assert_eq!(smpp.submit(&nobody).await, HandOver::give_up(RefusedWhy::Recipient));
    assert_eq!(smpp.submit(&text(&"x".repeat(2_000))).await, HandOver::give_up(RefusedWhy::Message));
    accepted(&smpp.submit(&text("the first")).await);
    assert_eq!(centre.event("submit").await["text"], "the first");
}

#[tokio::test]
async fn a_wrong_password_is_tried_elsewhere_and_not_over_and_over() {
    let mut centre = Peer::start(CENTRE, &[]).await;
    let settings = SmppSettings {
        password: Secret::new("wrong".to_owned()),
        first_pause: Duration::from_secs(30),
        ..settings(centre.port)
    };
    let smpp = Smpp::start(settings, ambient()).unwrap();
    centre.event("bind").await;
    for _ in 0..3 {
        assert_eq!(smpp.submit(&text("1")).await, HandOver::try_another(RefusedWhy::Unreachable));
    }
    smpp.shut_down().await;
}

#[tokio::test]
async fn a_centre_that_is_not_there_is_told_at_once() {
    let mut centre = Peer::start(CENTRE, &[]).await;
    let port = centre.port;
    centre.kill();
    let smpp = Smpp::start(settings(port), ambient()).unwrap();
    assert_eq!(smpp.submit(&text("1")).await, HandOver::try_another(RefusedWhy::Unreachable));
}

#[tokio::test]
async fn when_the_line_is_cut_the_unanswered_are_unknown_and_the_queued_go_over_the_next() {
    let (mut centre, smpp) = started(|settings| settings.window = 5).await;
    // Two are answered, five are in the window, three wait behind it.
    centre.behave(json!({ "after": 2 })).await;
    let mut texts = Vec::new();
    for number in 0..10 {
        texts.push(submit(&smpp, &format!("text {number}")));
    }
    let mut seen = Vec::new();
    for _ in 0..7 {
        seen.push(centre.event("submit").await["text"].as_str().unwrap().to_owned());
    }
    centre.behave(json!({ "after": 1_000_000 })).await;
    centre.order(&json!({ "act": "cut" }));
    let mut outcomes = Vec::new();
    for text in texts {
        outcomes.push(text.await.unwrap());
    }
    let unknown = outcomes.iter().filter(|outcome| **outcome == HandOver::Unknown).count();
    let taken = outcomes.iter().filter(|outcome| matches!(outcome, HandOver::Accepted { .. })).count();
    assert_eq!((unknown, taken), (5, 5), "{outcomes:?}");
    // INVARIANT: no text reaches the centre twice, and none of the unknown ones comes again.
    for _ in 0..3 {
        seen.push(centre.event("submit").await["text"].as_str().unwrap().to_owned());
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 10);
}

#[tokio::test]
async fn a_text_that_is_not_answered_is_unknown_and_frees_its_place() {
    let (mut centre, smpp) = started(|settings| {
        settings.window = 1;
        settings.answer_limit = Duration::from_millis(200);
    })
    .await;
    centre.behave(json!({ "answer": "hold" })).await;
    let first = submit(&smpp, "1");
    centre.event("submit").await;
    let second = submit(&smpp, "2");
    assert_eq!(first.await.unwrap(), HandOver::Unknown);
    centre.event("submit").await;
    assert_eq!(second.await.unwrap(), HandOver::Unknown);
    centre.behave(json!({ "answer": "accept" })).await;
    accepted(&smpp.submit(&text("3")).await);
}

#[tokio::test]
async fn a_message_that_could_not_be_read_frees_its_place() {
    let (mut centre, smpp) = started(|settings| settings.window = 1).await;
    centre.behave(json!({ "answer": "nack" })).await;
    assert_eq!(smpp.submit(&text("1")).await, HandOver::try_another(RefusedWhy::Gateway));
    centre.behave(json!({ "answer": "accept" })).await;
    accepted(&smpp.submit(&text("2")).await);
}

#[tokio::test]
async fn probes_are_sent_and_answered() {
    let (mut centre, smpp) = started(|settings| settings.probe_every = Duration::from_millis(50)).await;
    centre.event("enquire_link").await;
    centre.event("enquire_link").await;
    centre.order(&json!({ "act": "enquire" }));
    centre.event("enquire_answer").await;
    accepted(&smpp.submit(&text("1")).await);
}

#[tokio::test]
async fn a_centre_that_answers_no_probe_is_connected_to_anew() {
    let (mut centre, smpp) = started(|settings| {
        settings.probe_every = Duration::from_millis(50);
        settings.answer_limit = Duration::from_millis(300);
    })
    .await;
    centre.behave(json!({ "probes": false, "answer": "hold" })).await;
    let lost = submit(&smpp, "1");
    centre.event("close").await;
    assert_eq!(lost.await.unwrap(), HandOver::Unknown);
    centre.behave(json!({ "probes": true, "answer": "accept" })).await;
    centre.event("bind").await;
}

#[tokio::test]
async fn garbage_and_hostile_lengths_end_the_session_and_nothing_else() {
    let (mut centre, smpp) = started(|_| {}).await;
    for hex in [
        "deadbeefdeadbeefdeadbeefdeadbeef",
        // A length of four gigabytes, of nothing, and of less than a header.
        "ffffffff000000050000000000000001",
        "00000000000000050000000000000001",
        "0000000f000000050000000000000001",
    ] {
        accepted(&smpp.submit(&text("before")).await);
        centre.order(&json!({ "act": "write", "hex": hex }));
        centre.event("bind").await;
        accepted(&smpp.submit(&text("after")).await);
    }
}

#[tokio::test]
async fn an_odd_receipt_costs_no_session() {
    let (mut centre, smpp) = started(|_| {}).await;
    centre.behave(json!({ "answer": "hold" })).await;
    let waiting = submit(&smpp, "waiting");
    centre.event("submit").await;
    // A deliver_sm whose fields run out of its length: it is refused for good, and the session goes on.
    centre.order(&json!({ "act": "write", "hex": "0000001400000005000000007fffff01ffffffff" }));
    assert_eq!(centre.event("deliver_refused").await["status"], 0x66);
    // A refusal of the waiting text, number 2, with octets after it that mean nothing.
    centre.order(&json!({ "act": "write", "hex": "00000014800000040000000b00000002ffffffff" }));
    assert_eq!(waiting.await.unwrap(), HandOver::give_up(RefusedWhy::Recipient));
}

#[tokio::test]
async fn a_request_that_is_none_of_ours_is_refused_politely() {
    let (mut centre, smpp) = started(|_| {}).await;
    centre.order(&json!({ "act": "query" }));
    assert_eq!(centre.event("generic_nack").await["status"], 3);
    accepted(&smpp.submit(&text("1")).await);
}

#[tokio::test]
async fn a_goodbye_of_the_centre_is_answered_and_the_session_renewed() {
    let (mut centre, smpp) = started(|_| {}).await;
    centre.order(&json!({ "act": "unbind" }));
    centre.event("unbind_answer").await;
    centre.event("bind").await;
    accepted(&smpp.submit(&text("1")).await);
}

#[tokio::test]
async fn stopping_waits_for_answers_refuses_what_waits_and_says_goodbye() {
    let (mut centre, smpp) = started(|settings| {
        settings.window = 1;
        settings.answer_limit = Duration::from_millis(300);
    })
    .await;
    centre.behave(json!({ "answer": "hold" })).await;
    let sent = submit(&smpp, "sent");
    centre.event("submit").await;
    let waiting = submit(&smpp, "waiting");
    tokio::task::yield_now().await;
    smpp.shut_down().await;
    centre.event("unbind").await;
    assert_eq!(sent.await.unwrap(), HandOver::Unknown);
    assert_eq!(waiting.await.unwrap(), HandOver::try_another(RefusedWhy::Stopping));
    assert_eq!(smpp.submit(&text("late")).await, HandOver::try_another(RefusedWhy::Stopping));
}

#[tokio::test]
async fn two_sessions_serve_a_centre_that_knows_no_transceiver() {
    let mut centre = Peer::start(CENTRE, &[]).await;
    centre.behave(json!({ "receipts": "text" })).await;
    let smpp = Smpp::start(SmppSettings { bind: BindMode::Pair, ..settings(centre.port) }, ambient()).unwrap();
    let mut binds = [centre.event("bind").await, centre.event("bind").await].map(|bind| bind["command"].to_string());
    binds.sort();
    assert_eq!(binds, ["\"bind_receiver\"", "\"bind_transmitter\""]);
    let mut news = smpp.receipts().unwrap();
    let outcome = smpp.submit(&text("1")).await;
    assert_eq!(news.recv().await.unwrap().reference, accepted(&outcome));
}

#[tokio::test]
async fn over_tls_only_a_known_authority_is_trusted() {
    let certificate = Certificate::new("smpp");
    let centre = Peer::start(CENTRE, &[&certificate.key(), &certificate.cert()]).await;
    for (extra_roots, trusted) in [(Some(certificate.pem.clone()), true), (None, false)] {
        let tls = SmppTls::Tls { extra_roots };
        let settings = SmppSettings { tls, host: "localhost".to_owned(), ..settings(centre.port) };
        let outcome = Smpp::start(settings, ambient()).unwrap().submit(&text("1")).await;
        assert_eq!(matches!(outcome, HandOver::Accepted { .. }), trusted, "{outcome:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_texts_at_once_go_through_one_session_and_each_has_its_own_answer() {
    let (mut centre, smpp) = started(|_| {}).await;
    centre.behave(json!({ "quiet": true })).await;
    accepted(&smpp.submit(&text("warm")).await);
    let began = Instant::now();
    let texts: Vec<_> = (0..1_000).map(|number| submit(&smpp, &format!("{number}"))).collect();
    let mut references = std::collections::BTreeSet::new();
    for text in texts {
        references.insert(accepted(&text.await.unwrap()).to_owned());
    }
    let rate = 1_000.0 / began.elapsed().as_secs_f64();
    println!("{rate:.0} texts a second over one session with a window of 10");
    assert_eq!(references.len(), 1_000, "each text has an answer of its own");
}
