//! Mail against npm `smtp-server`; its letters are read back by npm `postal-mime`.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;
use wardkey_gateway::hand_over::{HandOver, RefusedWhy};
use wardkey_gateway::mail::{Mail, MailLogin, Smtp, SmtpSettings, SmtpTls};

use crate::peer::{Certificate, NOW, Peer};

fn settings(port: u16, certificate: &Certificate) -> SmtpSettings {
    SmtpSettings {
        extra_roots: Some(certificate.pem.clone()),
        from_name: "Wardkey at Riverside".to_owned(),
        reply_to: Some("help@riverside.example".to_owned()),
        letter_limit: Duration::from_secs(5),
        connect_limit: Duration::from_secs(5),
        ..SmtpSettings::new("post", "localhost", port, "noreply@riverside.example", "id.riverside.example")
    }
}

fn smtp(settings: SmtpSettings) -> Smtp {
    Smtp::new(settings, Arc::new(|| Timestamp::from_seconds(NOW))).unwrap()
}

fn mail() -> Mail {
    Mail {
        id: "0198c1f2-0000-7000-8000-000000000001".to_owned(),
        to: "nurse@riverside.example".to_owned(),
        to_name: "Siân Ŵyn".to_owned(),
        subject: "A way to sign in was added – £".to_owned(),
        text: "Hello Siân,\n.\nthe dot above stands alone\n".to_owned(),
        html: "<p>Hello Siân,</p>\n".to_owned(),
    }
}

fn taken() -> HandOver {
    HandOver::Accepted { reference: mail().id }
}

async fn server(tls: &str, certificate: &Certificate) -> Peer {
    Peer::start("mail-server.mjs", &[Path::new(tls), &certificate.key(), &certificate.cert()]).await
}

fn has(letter: &Value, header: &str) -> bool {
    letter["headers"].as_array().unwrap().iter().any(|line| line == header)
}

#[tokio::test]
async fn a_letter_arrives_as_it_was_written() {
    let certificate = Certificate::new("letter");
    let mut peer = server("starttls", &certificate).await;
    let smtp = smtp(settings(peer.port, &certificate));
    assert_eq!(smtp.send(&mail()).await, taken());
    let letter = peer.event("letter").await;
    assert_eq!(letter["secure"], true);
    assert_eq!(letter["greeting"], "id.riverside.example");
    assert_eq!(letter["from"], "noreply@riverside.example");
    assert_eq!(letter["to"], json!(["nurse@riverside.example"]));
    assert_eq!(letter["subject"], mail().subject);
    assert_eq!(letter["recipients"][0]["name"], "Siân Ŵyn");
    assert_eq!(letter["sender"][0]["name"], "Wardkey at Riverside");
    assert_eq!(letter["text"].as_str().unwrap().trim_end(), mail().text.trim_end());
    assert_eq!(letter["html"].as_str().unwrap().trim_end(), mail().html.trim_end());
    for header in [
        "Message-ID: <0198c1f2-0000-7000-8000-000000000001@id.riverside.example>",
        "Auto-Submitted: auto-generated",
        "Reply-To: help@riverside.example",
        "Date: Sun, 22 Nov 2026 04:00:00 +0000",
        "MIME-Version: 1.0",
    ] {
        assert!(has(&letter, header), "{header}: {}", letter["headers"]);
    }
}

#[tokio::test]
async fn a_second_copy_has_the_same_name() {
    let certificate = Certificate::new("copy");
    let mut peer = server("implicit", &certificate).await;
    let smtp = smtp(SmtpSettings { tls: SmtpTls::Implicit, ..settings(peer.port, &certificate) });
    peer.behave(json!({ "letter": "cut" })).await;
    // The letter's end was written and nobody answered: it may be in somebody's inbox.
    assert_eq!(smtp.send(&mail()).await, HandOver::Unknown);
    let first = peer.event("letter").await;
    peer.behave(json!({ "letter": 0 })).await;
    assert_eq!(smtp.send(&mail()).await, taken());
    let second = peer.event("letter").await;
    let name = |letter: &Value| {
        let headers = letter["headers"].as_array().unwrap();
        headers.iter().find(|line| line.as_str().unwrap().starts_with("Message-ID:")).cloned()
    };
    assert!(name(&first).is_some());
    assert_eq!(name(&first), name(&second));
}

#[tokio::test]
async fn a_header_cannot_be_smuggled_in() {
    let certificate = Certificate::new("smuggle");
    let mut peer = server("starttls", &certificate).await;
    let smtp = smtp(settings(peer.port, &certificate));
    let hostile = "x\r\nBcc: everybody@riverside.example\r\n\r\nbody";
    let mail = Mail { subject: hostile.to_owned(), to_name: hostile.to_owned(), ..mail() };
    assert_eq!(smtp.send(&mail).await, taken());
    let letter = peer.event("letter").await;
    assert_eq!(letter["to"], json!(["nurse@riverside.example"]));
    assert_eq!(letter["subject"], "x Bcc: everybody@riverside.example body");
    assert!(!letter["headers"].to_string().contains("\"Bcc"), "{}", letter["headers"]);
    let hostile = Mail { to: "nurse@riverside.example>\r\nRCPT TO:<x@y.example".to_owned(), ..mail };
    assert_eq!(smtp.send(&hostile).await, HandOver::give_up(RefusedWhy::Recipient));
}

#[tokio::test]
async fn who_must_log_in_does() {
    let certificate = Certificate::new("login");
    for tls in ["starttls", "implicit"] {
        let mut peer = server(tls, &certificate).await;
        peer.behave(json!({ "login": "wardkey:secret" })).await;
        let how = if tls == "implicit" { SmtpTls::Implicit } else { SmtpTls::StartTls };
        for (password, expected) in [
            (Some("secret"), taken()),
            (Some("wrong"), HandOver::try_another(RefusedWhy::Credentials)),
            (None, HandOver::try_another(RefusedWhy::Credentials)),
        ] {
            let login = password
                .map(|password| MailLogin { user: "wardkey".to_owned(), password: Secret::new(password.to_owned()) });
            let settings = SmtpSettings { login, tls: how.clone(), ..settings(peer.port, &certificate) };
            assert_eq!(smtp(settings).send(&mail()).await, expected, "{tls} {password:?}");
        }
    }
}

#[tokio::test]
async fn a_refusal_says_what_could_help() {
    let certificate = Certificate::new("refusal");
    let mut peer = server("starttls", &certificate).await;
    let smtp = smtp(settings(peer.port, &certificate));
    let later = HandOver::try_later(RefusedWhy::Throttled, None);
    for (who, status, expected) in [
        ("sender", 451, later.clone()),
        ("sender", 550, HandOver::try_another(RefusedWhy::Gateway)),
        ("recipient", 450, later.clone()),
        ("recipient", 550, HandOver::give_up(RefusedWhy::Recipient)),
        ("letter", 452, later),
        ("letter", 554, HandOver::give_up(RefusedWhy::Message)),
    ] {
        peer.behave(json!({ who: status })).await;
        assert_eq!(smtp.send(&mail()).await, expected, "{who} {status}");
        peer.behave(json!({ who: 0 })).await;
    }
    assert_eq!(smtp.send(&mail()).await, taken());
}

#[tokio::test]
async fn a_server_that_never_answers_the_letter_leaves_it_unknown() {
    let certificate = Certificate::new("hang");
    let mut peer = server("starttls", &certificate).await;
    peer.behave(json!({ "letter": "hang" })).await;
    let smtp = smtp(SmtpSettings { letter_limit: Duration::from_millis(300), ..settings(peer.port, &certificate) });
    assert_eq!(smtp.send(&mail()).await, HandOver::Unknown);
}

#[tokio::test]
async fn connections_are_used_again_and_a_stale_one_costs_no_mail() {
    let certificate = Certificate::new("pool");
    let mut peer = server("starttls", &certificate).await;
    let smtp = smtp(settings(peer.port, &certificate));
    for _ in 0..3 {
        assert_eq!(smtp.send(&mail()).await, taken());
    }
    peer.event("connect").await;
    for _ in 0..3 {
        peer.event("letter").await;
    }
    peer.order(&json!({ "act": "cut" }));
    // The next thing that the server sees after the three letters is the end of the one connection.
    peer.event("close").await;
    assert_eq!(smtp.send(&mail()).await, taken());
    peer.event("connect").await;
    smtp.shut_down().await;
    peer.event("close").await;
    assert_eq!(smtp.send(&mail()).await, HandOver::try_another(RefusedWhy::Stopping));
}

#[tokio::test]
async fn nothing_is_sent_in_the_clear_or_to_a_stranger() {
    let certificate = Certificate::new("clear");
    let plain = server("plain", &certificate).await;
    let smtp_plain = smtp(settings(plain.port, &certificate));
    assert_eq!(smtp_plain.send(&mail()).await, HandOver::try_another(RefusedWhy::Gateway));
    for tls in [SmtpTls::StartTls, SmtpTls::Implicit] {
        let word = if tls == SmtpTls::Implicit { "implicit" } else { "starttls" };
        let stranger = server(word, &certificate).await;
        let settings = SmtpSettings { extra_roots: None, tls, ..settings(stranger.port, &certificate) };
        assert_eq!(smtp(settings).send(&mail()).await, HandOver::try_another(RefusedWhy::Unreachable));
    }
    // Towards this very machine it may be.
    let local = SmtpSettings { tls: SmtpTls::Plain, ..settings(plain.port, &certificate) };
    assert_eq!(smtp(local).send(&mail()).await, taken());
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_at_once() {
    let certificate = Certificate::new("absent");
    let mut peer = server("starttls", &certificate).await;
    peer.kill();
    let smtp = smtp(settings(peer.port, &certificate));
    assert_eq!(smtp.send(&mail()).await, HandOver::try_another(RefusedWhy::Unreachable));
}

/// A server that consents to TLS and, in the same breath, says what shall be taken for protected.
#[tokio::test]
async fn words_injected_before_the_handshake_are_not_believed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let injecting = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 mail\r\n").await.unwrap();
        let mut line = String::new();
        stream.read_line(&mut line).await.unwrap();
        stream.write_all(b"250-mail\r\n250 STARTTLS\r\n").await.unwrap();
        stream.read_line(&mut line).await.unwrap();
        stream.write_all(b"220 go\r\n250 AUTH PLAIN\r\n").await.unwrap();
        line.clear();
        let heard = stream.read_line(&mut line).await;
        assert!(!matches!(heard, Ok(count) if count > 0 && line.contains("EHLO")));
    });
    let certificate = Certificate::new("inject");
    let smtp = smtp(settings(port, &certificate));
    assert_eq!(smtp.send(&mail()).await, HandOver::try_another(RefusedWhy::Unreachable));
    injecting.await.unwrap();
}

#[tokio::test]
async fn a_server_that_talks_without_end_is_left() {
    for greeting in ["220-".to_owned() + &"x".repeat(100_000), "nonsense\r\n".to_owned(), "2".to_owned()] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.write_all(greeting.as_bytes()).await;
        });
        let certificate = Certificate::new("endless");
        let smtp = smtp(settings(port, &certificate));
        assert_eq!(smtp.send(&mail()).await, HandOver::try_another(RefusedWhy::Unreachable));
    }
}
