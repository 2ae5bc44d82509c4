use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;

use super::*;

fn records() -> Vec<Record> {
    let record = |number: i64| Record {
        number,
        at: Timestamp::from_seconds(1),
        kind: "signed_in".to_owned(),
        data: Vec::new(),
        json: format!(r#"{{"number":{number}}}"#),
        short: String::new(),
    };
    vec![record(1), record(2)]
}

/// A collector that answers `answer`; what it was asked.
async fn collector(answer: String) -> (u16, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let (mut asked, mut octets) = (String::new(), [0; 4096]);
        while !asked.ends_with("{\"number\":2}\n") {
            let count = stream.read(&mut octets).await.unwrap();
            asked.push_str(std::str::from_utf8(&octets[..count]).unwrap());
        }
        let _ = stream.write_all(answer.as_bytes()).await;
        // One that has said nothing keeps the connection until it is left.
        let _ = stream.read(&mut octets).await;
        asked
    });
    (port, asked)
}

fn answer(head: &str) -> String {
    format!("HTTP/1.1 {head}\r\ncontent-length: 0\r\n\r\n")
}

async fn handed_over(port: u16) -> Result<(), NotTaken> {
    let settings = CollectorSettings {
        token: Some(Secret::new("sesame".to_owned())),
        allow: vec![format!("127.0.0.1:{port}").parse().unwrap()],
        total_limit: Duration::from_millis(500),
        ..CollectorSettings::new("siem", &format!("http://127.0.0.1:{port}/raw?channel=1"))
    };
    Collector::new(settings).unwrap().hand_over(&records()).await
}

#[tokio::test]
async fn a_batch_is_lines_of_json_and_any_success_says_that_it_was_taken() {
    for head in ["200 OK", "202 Accepted", "204 No Content"] {
        let (port, asked) = collector(answer(head)).await;
        assert_eq!(handed_over(port).await, Ok(()), "{head}");
        let asked = asked.await.unwrap();
        assert!(asked.starts_with("POST /raw?channel=1 HTTP/1.1\r\n"), "{asked}");
        assert!(asked.contains("\r\nauthorization: Bearer sesame\r\n"), "{asked}");
        assert!(asked.contains("\r\ncontent-type: application/x-ndjson\r\n"), "{asked}");
        assert!(asked.ends_with("\r\n\r\n{\"number\":1}\n{\"number\":2}\n"), "{asked}");
    }
}

#[tokio::test]
async fn a_redirect_takes_nothing_and_leads_nowhere() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = elsewhere.local_addr().unwrap();
    for status in [301, 302, 307, 308] {
        let (port, _) = collector(answer(&format!("{status} Moved\r\nlocation: http://{target}/"))).await;
        assert_eq!(handed_over(port).await, Err(Why::Status(status).into()));
    }
    let followed = tokio::time::timeout(Duration::from_millis(100), elsewhere.accept()).await;
    assert!(followed.is_err(), "it went there");
}

#[tokio::test]
async fn a_collector_that_is_slow_or_asks_for_patience_is_told_apart() {
    let patience = Some(Duration::from_secs(7));
    for (answer, expected) in [
        (answer("429 Too Many Requests\r\nretry-after: 7"), NotTaken { why: Why::Status(429), patience }),
        (answer("503 Service Unavailable"), Why::Status(503).into()),
        (answer("413 Content Too Large"), Why::Status(413).into()),
        (String::new(), Why::TimedOut.into()),
        ("no HTTP\r\n\r\n".to_owned(), Why::Broken.into()),
    ] {
        let (port, _) = collector(answer).await;
        assert_eq!(handed_over(port).await, Err(expected));
    }
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    assert_eq!(handed_over(port).await, Err(Why::Unreachable.into()));
}
