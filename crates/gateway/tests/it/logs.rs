//! What the gateways write into the log, whatever happens to a message: nothing of it.

use std::time::Duration;

use serde_json::json;
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;
use wardkey_gateway::mail::{Mail, MailLogin, Smtp, SmtpSettings, SmtpTls};
use wardkey_gateway::text::Text;
use wardkey_gateway::text::notify::{Notify, NotifyReceipts, NotifySettings};
use wardkey_gateway::text::smpp::{Smpp, SmppSettings};

use crate::log::Log;
use crate::peer::{NOW, Peer, ambient};

/// What must never be read in a log.
const SECRETS: [&str; 8] = [
    "7700900123",
    "483920",
    "nurse@",
    "Ann Nurse",
    "a9-subject",
    "a9-passw",
    "3d844edf-8d35-48ac-975b-e847b4f122b0",
    "Bearer",
];

fn text() -> Text {
    Text {
        id: "0198c1f2-0000-7000-8000-000000000001".to_owned(),
        to: "+447700900123".to_owned(),
        body: Secret::new("483920 is your code".to_owned()),
        expires_at: Timestamp::from_seconds(NOW + 600),
    }
}

async fn texts_by_smpp() {
    let mut centre = Peer::start("message-centre.mjs", &[]).await;
    for word in ["secret", "a9-passw"] {
        let password = Secret::new(word.to_owned());
        let settings = SmppSettings {
            answer_limit: Duration::from_millis(300),
            first_pause: Duration::from_millis(10),
            ..SmppSettings::new("centre", "127.0.0.1", centre.port, "wardkey", password, "NHS")
        };
        let smpp = Smpp::start(settings, ambient()).unwrap();
        for answer in ["accept", "ESME_RINVDSTADR", "nack", "hold", "ESME_RTHROTTLED"] {
            centre.behave(json!({ "answer": answer, "receipts": "text" })).await;
            smpp.submit(&text()).await;
        }
        if word == "secret" {
            centre.order(&json!({ "act": "write", "hex": "0000001400000005000000007fffff01ffffffff" }));
            centre.event("deliver_refused").await;
            centre.order(&json!({ "act": "write", "hex": "deadbeefdeadbeefdeadbeefdeadbeef" }));
            centre.event("bind").await;
        }
        smpp.shut_down().await;
        tracing::info!("{smpp:?} {:?}", text());
    }
}

async fn texts_by_notify() {
    let mut peer = Peer::start("notify.mjs", &[]).await;
    let key = "ward-26785a09-ab16-4eb0-8407-a37497a57506-3d844edf-8d35-48ac-975b-e847b4f122b0".parse().unwrap();
    let settings = NotifySettings {
        address: format!("http://127.0.0.1:{}", peer.port),
        total_limit: Duration::from_millis(300),
        receipts: NotifyReceipts::CalledBack,
        ..NotifySettings::new("notify", key, "f33517ff-2a88-4f6e-b855-c550268ce08a")
    };
    // The clock stands still, so that every token is too old: a refusal of the key.
    let notify = Notify::start(settings, ambient().clock).unwrap();
    notify.submit(&text()).await;
    peer.kill();
    notify.submit(&text()).await;
}

async fn mails() {
    let mut peer = Peer::start("mail-server.mjs", &["plain".as_ref()]).await;
    let settings = SmtpSettings {
        tls: SmtpTls::Plain,
        letter_limit: Duration::from_millis(300),
        ..SmtpSettings::new("post", "127.0.0.1", peer.port, "noreply@example.com", "id.example")
    };
    let login = MailLogin { user: "wardkey".to_owned(), password: Secret::new("a9-password".to_owned()) };
    let mail = Mail {
        id: "1".to_owned(),
        to: "nurse@example.com".to_owned(),
        to_name: "Ann Nurse".to_owned(),
        subject: "a9-subject".to_owned(),
        text: "483920".to_owned(),
        html: "483920".to_owned(),
    };
    let clock = ambient().clock;
    let smtp = Smtp::new(settings.clone(), clock.clone()).unwrap();
    for (who, what) in [
        ("sender", json!(550)),
        ("recipient", json!(550)),
        ("recipient", json!(450)),
        ("letter", json!(554)),
        ("letter", json!("hang")),
    ] {
        peer.behave(json!({ who: what })).await;
        smtp.send(&mail).await;
        peer.behave(json!({ who: 0 })).await;
    }
    smtp.send(&mail).await;
    Smtp::new(SmtpSettings { login: Some(login), ..settings }, clock).unwrap().send(&mail).await;
    peer.kill();
    smtp.send(&mail).await;
}

// What other tests log meanwhile is read as well: it must hold nothing either.
#[tokio::test]
async fn no_number_code_name_or_password_reaches_the_log() {
    let log = Log::of_this_process();
    texts_by_smpp().await;
    texts_by_notify().await;
    mails().await;
    let log = log.written();
    for expected in [
        "bound to the message centre",
        "cannot be read",
        "is not SMPP",
        "refuses our name or password",
        "refuses our API key",
        "a mail was not taken",
    ] {
        assert!(log.contains(expected), "the log has no `{expected}`, so it proves nothing: {log}");
    }
    for secret in SECRETS {
        assert!(!log.contains(secret), "the log has `{secret}`: {log}");
    }
}
