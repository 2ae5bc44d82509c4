use std::sync::Mutex;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

/// A server for one request, which answers `answer` and reports what it was asked.
async fn serve(answer: Vec<u8>) -> (u16, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut asked = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            let count = stream.read(&mut buffer).await.unwrap();
            asked.extend_from_slice(&buffer[..count]);
            let text = String::from_utf8_lossy(&asked).into_owned();
            let complete = text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
                let length = head
                    .lines()
                    .find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(str::to_owned));
                length.is_none_or(|length| body.len() >= length.parse::<usize>().unwrap())
            });
            if count == 0 || complete {
                break;
            }
        }
        // A client that refuses a large answer closes early.
        let _ = stream.write_all(&answer).await;
        String::from_utf8(asked).unwrap()
    });
    (port, asked)
}

fn answer(head: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {head}\r\nconnection: close\r\n\r\n{body}").into_bytes()
}

fn outbound(allow: &[String]) -> Outbound {
    let allow = allow.iter().map(|entry| entry.parse().unwrap()).collect();
    Outbound::new(&OutboundSettings { allow, total_limit: Duration::from_secs(2), ..OutboundSettings::default() })
        .unwrap()
}

fn allowing(port: u16) -> Outbound {
    outbound(&[format!("127.0.0.1:{port}"), format!("localhost:{port}")])
}

#[tokio::test]
async fn an_allow_listed_address_is_fetched() {
    let (port, asked) = serve(answer("200 OK", r#"{"keys":[]}"#)).await;
    let body = allowing(port).get_json(&format!("http://127.0.0.1:{port}/jwks")).await.unwrap();
    assert_eq!(body, r#"{"keys":[]}"#);
    let asked = asked.await.unwrap();
    assert!(asked.starts_with("GET /jwks HTTP/1.1\r\n"), "{asked}");
    assert!(!asked.to_lowercase().contains("referer"), "{asked}");
}

#[tokio::test]
async fn an_allow_listed_name_is_resolved_and_called() {
    let (port, asked) = serve(answer("200 OK", "{}")).await;
    assert_eq!(allowing(port).get_json(&format!("http://localhost:{port}/")).await.unwrap(), "{}");
    assert!(asked.await.unwrap().to_lowercase().contains(&format!("host: localhost:{port}")));
}

#[tokio::test]
async fn a_form_is_posted() {
    let (port, asked) = serve(answer("204 No Content", "")).await;
    let address = format!("http://127.0.0.1:{port}/logout");
    allowing(port).post_form(&address, &[("logout_token", "a.b c+d")]).await.unwrap();
    let asked = asked.await.unwrap();
    assert!(asked.ends_with("\r\n\r\nlogout_token=a.b+c%2Bd"), "{asked}");
    assert!(asked.contains("application/x-www-form-urlencoded"), "{asked}");
}

#[tokio::test]
async fn an_answer_to_a_form_is_read_whether_it_is_taken_or_refused() {
    for (status, outcome) in [
        ("200 OK", Some(FormAnswer::Taken("{}".to_owned()))),
        ("400 Bad Request", Some(FormAnswer::Refused("{}".to_owned()))),
        ("401 Unauthorized", Some(FormAnswer::Refused("{}".to_owned()))),
        ("302 Found", None),
        ("403 Forbidden", None),
        ("429 Too Many Requests", None),
        ("500 Internal Server Error", None),
    ] {
        let (port, asked) = serve(answer(status, "{}")).await;
        let address = format!("http://127.0.0.1:{port}/token");
        let answered = allowing(port).post_form_for_json(&address, &[("code", "a b")]).await;
        assert!(answered.ok() == outcome, "{status}");
        assert!(asked.await.unwrap().ends_with("\r\n\r\ncode=a+b"));
    }
    let (port, _) = serve(answer("400 Bad Request", &"x".repeat(MAX_BODY + 1))).await;
    let large = allowing(port).post_form_for_json(&format!("http://127.0.0.1:{port}/"), &[]).await;
    assert!(matches!(large, Err(OutboundError::TooLarge)));
}

#[tokio::test]
async fn a_bearer_says_so() {
    let (port, asked) = serve(answer("200 OK", "{}")).await;
    let address = format!("http://127.0.0.1:{port}/userinfo");
    allowing(port).get_json_as_bearer(&address, &Secret::new("abc".to_owned())).await.unwrap();
    assert!(asked.await.unwrap().to_lowercase().contains("\r\nauthorization: bearer abc\r\n"));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (elsewhere, asked_elsewhere) = serve(answer("200 OK", "secret")).await;
    let (port, _) = serve(answer(&format!("302 Found\r\nlocation: http://127.0.0.1:{elsewhere}/"), "")).await;
    let outbound = outbound(&[format!("127.0.0.1:{port}"), format!("127.0.0.1:{elsewhere}")]);
    let refused = outbound.get_json(&format!("http://127.0.0.1:{port}/")).await;
    assert!(matches!(refused, Err(OutboundError::Status(302))), "{refused:?}");
    assert!(!asked_elsewhere.is_finished());
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_refused() {
    let announced = answer(&format!("200 OK\r\ncontent-length: {}", MAX_BODY + 1), "");
    let unannounced = answer("200 OK", &"x".repeat(MAX_BODY + 1));
    for answer in [announced, unannounced] {
        let (port, _) = serve(answer).await;
        let refused = allowing(port).get_json(&format!("http://127.0.0.1:{port}/")).await;
        assert!(matches!(refused, Err(OutboundError::TooLarge)), "{refused:?}");
    }
}

#[tokio::test]
async fn the_largest_answer_is_read() {
    let (port, _) = serve(answer("200 OK", &"x".repeat(MAX_BODY))).await;
    assert_eq!(allowing(port).get_json(&format!("http://127.0.0.1:{port}/")).await.unwrap().len(), MAX_BODY);
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_given_up() {
    // The listener's backlog accepts the connection; nobody ever answers.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let settings = OutboundSettings {
        allow: vec![format!("127.0.0.1:{port}").parse().unwrap()],
        total_limit: Duration::from_millis(50),
        ..OutboundSettings::default()
    };
    let refused = Outbound::new(&settings).unwrap().get_json(&format!("http://127.0.0.1:{port}/")).await;
    assert!(matches!(refused, Err(OutboundError::TimedOut)), "{refused:?}");
}

#[tokio::test]
async fn a_refused_address_is_never_connected_to() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let connected = Arc::new(Mutex::new(false));
    let seen = Arc::clone(&connected);
    let accepting = tokio::spawn(async move {
        let _ = listener.accept().await;
        *seen.lock().unwrap() = true;
    });
    for (address, why) in [
        (format!("https://127.0.0.1:{port}/"), "special-use"),
        (format!("https://localhost:{port}/"), "special-use"),
        (format!("https://[::1]:{port}/"), "special-use"),
        (format!("https://[::ffff:127.0.0.1]:{port}/"), "special-use"),
        (format!("https://2130706433:{port}/"), "special-use"),
        (format!("https://0x7f.1:{port}/"), "special-use"),
        (format!("http://127.0.0.1:{port}/"), "not https"),
        (format!("http://example.com:{port}/"), "not https"),
        ("file:///etc/passwd".to_owned(), "plain https"),
        ("ftp://example.com/".to_owned(), "not https"),
        ("https://user@example.com/".to_owned(), "plain https"),
        ("https://example.com/#x".to_owned(), "plain https"),
        ("/jwks".to_owned(), "plain https"),
        (String::new(), "plain https"),
    ] {
        let refused = outbound(&[]).get_json(&address).await.unwrap_err().to_string();
        assert!(refused.contains(why), "{address}: {refused}");
    }
    assert!(!accepting.is_finished() && !*connected.lock().unwrap());
    accepting.abort();
}

#[tokio::test]
async fn tls_trusts_the_extra_authorities_and_nobody_unknown() {
    let issued = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let serve_tls = async || {
        let key = rustls::pki_types::PrivateKeyDer::Pkcs8(issued.signing_key.serialize_der().into());
        let config =
            rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(vec![issued.cert.der().clone()], key)
                .unwrap();
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            if let Ok(mut stream) = acceptor.accept(stream).await {
                let mut buffer = [0; 4096];
                let _ = stream.read(&mut buffer).await;
                let _ = stream.write_all(&answer("200 OK", "{}")).await;
                let _ = stream.shutdown().await;
            }
        });
        port
    };
    for (extra_roots, trusted) in [(Some(issued.cert.pem().into_bytes()), true), (None, false)] {
        let port = serve_tls().await;
        let settings = OutboundSettings {
            allow: vec![format!("localhost:{port}").parse().unwrap()],
            extra_roots,
            ..Default::default()
        };
        let answered = Outbound::new(&settings).unwrap().get_json(&format!("https://localhost:{port}/")).await;
        assert_eq!(answered.is_ok(), trusted, "{answered:?}");
    }
}

#[test]
fn registration_refuses_what_could_never_be_called() {
    let outbound = outbound(&["localhost:9000".to_owned()]);
    for (address, good) in [
        ("https://app.example/jwks", true),
        ("http://localhost:9000/jwks", true),
        ("https://localhost/jwks", true),
        ("http://app.example/jwks", false),
        ("https://10.0.0.1/jwks", false),
        ("https://[fe80::1]/jwks", false),
        ("nonsense", false),
    ] {
        assert_eq!(outbound.check(address).is_ok(), good, "{address}");
    }
}

#[test]
fn roots_that_are_not_certificates_are_refused() {
    for pem in ["", "nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let settings = OutboundSettings { extra_roots: Some(pem.into()), ..OutboundSettings::default() };
        assert!(matches!(Outbound::new(&settings), Err(TlsSetupError::BadRoots)), "{pem}");
    }
}
