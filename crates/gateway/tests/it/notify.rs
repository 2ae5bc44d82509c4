//! GOV.UK Notify: a stand-in that checks what the real one checks, and the official client as the judge of our requests.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tokio::net::TcpListener;
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;
use wardkey_gateway::ambient::Clock;
use wardkey_gateway::hand_over::{HandOver, Next, ReceiptState, RefusedWhy};
use wardkey_gateway::text::notify::{LookUpError, Notify, NotifyReceipts, NotifySettings};
use wardkey_gateway::text::{Text, TextGateway};

use crate::peer::Peer;

const KEY: &str = "ward-26785a09-ab16-4eb0-8407-a37497a57506-3d844edf-8d35-48ac-975b-e847b4f122b0";
const TEMPLATE: &str = "f33517ff-2a88-4f6e-b855-c550268ce08a";
const SENDER: &str = "8e222534-7f05-4972-86e3-17c5d9f894e2";
const ID: &str = "0198c1f2-0000-7000-8000-000000000001";

/// The stand-in compares tokens with its own clock, as Notify does.
fn clock(offset: i64) -> Clock {
    Arc::new(move || {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        Timestamp::from_seconds(i64::try_from(now).unwrap() + offset)
    })
}

fn settings(port: u16) -> NotifySettings {
    NotifySettings {
        address: format!("http://127.0.0.1:{port}"),
        total_limit: Duration::from_secs(5),
        first_look: Duration::from_millis(20),
        receipts: NotifyReceipts::CalledBack,
        ..NotifySettings::new("notify", KEY.parse().unwrap(), TEMPLATE)
    }
}

fn notify(port: u16) -> Notify {
    Notify::start(settings(port), clock(0)).unwrap()
}

fn text() -> Text {
    Text {
        id: ID.to_owned(),
        to: "+447700900123".to_owned(),
        body: Secret::new("123456 is your code\n\n@id.example #123456".to_owned()),
        expires_at: clock(600)(),
    }
}

async fn stand_in() -> Peer {
    Peer::start("notify.mjs", &[]).await
}

#[tokio::test]
async fn our_request_is_the_one_of_the_official_client() {
    let mut peer = stand_in().await;
    let settings = NotifySettings { sender: Some(SENDER.to_owned()), ..settings(peer.port) };
    let notify = Notify::start(settings, clock(0)).unwrap();
    let text = text();
    let outcome = notify.submit(&text).await;
    assert!(matches!(&outcome, HandOver::Accepted { reference } if reference.len() == 36), "{outcome:?}");
    let ours = peer.event("request").await;
    let message = text.body.expose();
    peer.order(&json!({
        "act": "reference", "key": KEY, "to": text.to, "message": message, "reference": ID, "sender": SENDER,
    }));
    let theirs = peer.event("request").await;
    for part in ["method", "path", "body"] {
        assert_eq!(ours[part], theirs[part], "{part}");
    }
    assert_eq!(ours["headers"]["content-type"], "application/json");
    assert_eq!(theirs["headers"]["content-type"], "application/json");
    assert_eq!(ours["token"]["header"], theirs["token"]["header"]);
    let claims =
        |request: &Value| -> Vec<String> { request["token"]["claims"].as_object().unwrap().keys().cloned().collect() };
    assert_eq!(claims(&ours), claims(&theirs));
    assert_eq!(ours["token"]["claims"]["iss"], theirs["token"]["claims"]["iss"]);
}

#[tokio::test]
async fn a_number_that_notify_refuses_is_given_up() {
    let peer = stand_in().await;
    let short = Text { to: "+4477009".to_owned(), ..text() };
    assert_eq!(notify(peer.port).submit(&short).await, HandOver::give_up(RefusedWhy::Recipient));
    let national = Text { to: "07700900123".to_owned(), ..text() };
    assert_eq!(notify(peer.port).submit(&national).await, HandOver::give_up(RefusedWhy::Recipient));
    let late = Text { expires_at: clock(0)(), ..text() };
    assert_eq!(notify(peer.port).submit(&late).await, HandOver::give_up(RefusedWhy::Expired));
}

#[tokio::test]
async fn what_is_set_up_wrongly_is_tried_elsewhere() {
    let peer = stand_in().await;
    let port = peer.port;
    let template = NotifySettings { template: SENDER.to_owned(), ..settings(port) };
    let field = NotifySettings { field: "code".to_owned(), ..settings(port) };
    let path = NotifySettings { address: format!("http://127.0.0.1:{port}/elsewhere"), ..settings(port) };
    for wrong in [template, field, path] {
        let outcome = Notify::start(wrong, clock(0)).unwrap().submit(&text()).await;
        assert_eq!(outcome, HandOver::try_another(RefusedWhy::Gateway));
    }
}

#[tokio::test]
async fn a_wrong_key_and_a_wrong_clock_are_tried_elsewhere() {
    let peer = stand_in().await;
    let other = KEY.replace("122b0", "122b1").parse().unwrap();
    let notify = Notify::start(NotifySettings { key: other, ..settings(peer.port) }, clock(0)).unwrap();
    assert_eq!(notify.submit(&text()).await, HandOver::try_another(RefusedWhy::Credentials));
    let slow = Notify::start(settings(peer.port), clock(-60)).unwrap();
    assert_eq!(slow.submit(&text()).await, HandOver::try_another(RefusedWhy::Credentials));
}

#[tokio::test]
async fn the_limits_of_notify_are_told_apart() {
    let mut peer = stand_in().await;
    let limit = |error: &str| json!({ "status": 429, "errors": [{ "error": error, "message": "Exceeded" }] });
    peer.behave(json!({ "fault": limit("RateLimitError") })).await;
    let outcome = notify(peer.port).submit(&text()).await;
    assert!(
        matches!(outcome, HandOver::Refused { why: RefusedWhy::Throttled, next: Next::TryLater(Some(_)) }),
        "{outcome:?}"
    );
    peer.behave(json!({ "fault": limit("TooManyRequestsError") })).await;
    assert_eq!(notify(peer.port).submit(&text()).await, HandOver::try_another(RefusedWhy::Limit));
}

#[tokio::test]
async fn whatever_happens_after_the_request_was_written_is_unknown() {
    let mut peer = stand_in().await;
    let server_error = |status: u16| json!({ "status": status, "errors": [{ "error": "Exception", "message": "x" }] });
    for fault in [json!("hang"), json!("cut"), json!("nonsense"), json!("half"), server_error(500), server_error(503)] {
        peer.behave(json!({ "fault": fault })).await;
        let settings = NotifySettings { total_limit: Duration::from_millis(500), ..settings(peer.port) };
        let notify = Notify::start(settings, clock(0)).unwrap();
        assert_eq!(notify.submit(&text()).await, HandOver::Unknown, "{fault}");
        peer.event("request").await;
        // INVARIANT: it was asked once. The next thing it hears is the next order.
        peer.behave(json!({ "fault": null })).await;
        assert!(matches!(notify.submit(&text()).await, HandOver::Accepted { .. }));
        peer.event("request").await;
    }
}

#[tokio::test]
async fn a_connection_that_went_stale_is_no_reason_to_send_twice() {
    let mut peer = stand_in().await;
    let notify = notify(peer.port);
    for _ in 0..3 {
        assert!(matches!(notify.submit(&text()).await, HandOver::Accepted { .. }));
        peer.event("request").await;
    }
    peer.behave(json!({ "fault": "cut" })).await;
    assert_eq!(notify.submit(&text()).await, HandOver::Unknown);
    peer.event("request").await;
    peer.behave(json!({ "fault": null })).await;
    assert!(matches!(notify.submit(&text()).await, HandOver::Accepted { .. }));
}

#[tokio::test]
async fn what_fails_before_the_request_is_tried_elsewhere() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    // TLS with a server that speaks none: nothing of the request has left.
    let deaf = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        drop(stream);
        listener
    });
    let settings_of = |address: String| NotifySettings { address, ..settings(port) };
    let tls = Notify::start(settings_of(format!("https://localhost:{port}")), clock(0)).unwrap();
    assert_eq!(tls.submit(&text()).await, HandOver::try_another(RefusedWhy::Unreachable));
    drop(deaf.await.unwrap());
    assert_eq!(notify(port).submit(&text()).await, HandOver::try_another(RefusedWhy::Unreachable));
    let nowhere = Notify::start(settings_of("https://notify.invalid".to_owned()), clock(0)).unwrap();
    assert_eq!(nowhere.submit(&text()).await, HandOver::try_another(RefusedWhy::Unreachable));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let mut peer = stand_in().await;
    let elsewhere = json!({ "location": format!("http://127.0.0.1:{}/v2/notifications/sms", peer.port) });
    peer.behave(json!({ "fault": { "status": 307, "headers": elsewhere } })).await;
    assert_eq!(notify(peer.port).submit(&text()).await, HandOver::try_another(RefusedWhy::Gateway));
}

#[tokio::test]
async fn receipts_are_asked_for_until_they_are_final() {
    let mut peer = stand_in().await;
    for (word, expected) in [
        ("delivered", ReceiptState::Delivered),
        ("permanent-failure", ReceiptState::Failed("permanent-failure".to_owned())),
        ("technical-failure", ReceiptState::Failed("technical-failure".to_owned())),
    ] {
        peer.behave(json!({ "status": "sending" })).await;
        let settings = NotifySettings { receipts: NotifyReceipts::Polled, ..settings(peer.port) };
        let notify = TextGateway::Notify(Notify::start(settings, clock(0)).unwrap());
        let mut news = notify.receipts().unwrap();
        let HandOver::Accepted { reference } = notify.submit(&text()).await else { panic!("not accepted") };
        assert_eq!(peer.event("request").await["method"], "POST");
        // Asked while it is on its way, and asked again.
        for _ in 0..2 {
            let asked = peer.event("request").await;
            assert_eq!(
                (asked["method"].as_str(), asked["path"].as_str().unwrap().rsplit('/').next()),
                (Some("GET"), Some(&*reference))
            );
        }
        assert_eq!(notify.look_up(&reference).await, None);
        peer.behave(json!({ "status": word })).await;
        let receipt = news.recv().await.unwrap();
        assert_eq!((receipt.gateway.as_str(), &receipt.reference, &receipt.state), ("notify", &reference, &expected));
        assert_eq!(notify.look_up(&reference).await, Some(expected));
        notify.shut_down().await;
    }
}

#[tokio::test]
async fn a_text_that_notify_does_not_know_is_told_apart_from_a_failure() {
    let mut peer = stand_in().await;
    let notify = notify(peer.port);
    assert_eq!(notify.look_up(ID).await, Err(LookUpError::NotFound));
    // Nothing that is not an id becomes part of an address.
    assert_eq!(notify.look_up("../../v2/templates").await, Err(LookUpError::NotFound));
    peer.behave(json!({ "fault": { "status": 500 } })).await;
    assert_eq!(notify.look_up(ID).await, Err(LookUpError::Refused(500)));
}
