//! What a client may take of a listener.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::Instant;
use wardkey_testkit::Folder;

use crate::process::{Server, Setup};

async fn server(listen: &str) -> (Folder, Server) {
    let folder = Folder::new();
    let url = format!("sqlite:{}", folder.file("wardkey.db").display());
    let setup = Setup::new(&folder, &url, &format!("[listen]\nhttp = \"127.0.0.1:0\"\n{listen}"));
    let server = Server::start(&setup).await;
    (folder, server)
}

#[tokio::test]
async fn silence_and_half_a_head_are_not_waited_for() {
    let (_folder, server) = server("header_time_out = \"1 s\"\n").await;
    for head in ["", "P", "GET /healthz HTTP/1.1\r\nHost: x\r\n"] {
        let mut slow = TcpStream::connect(server.address()).await.unwrap();
        slow.write_all(head.as_bytes()).await.unwrap();
        let began = Instant::now();
        let mut answer = Vec::new();
        let cut_off = tokio::time::timeout(Duration::from_secs(10), slow.read_to_end(&mut answer)).await;
        cut_off.expect("it is cut off").unwrap();
        assert!(began.elapsed() >= Duration::from_millis(500), "{head:?}: {:?}", began.elapsed());
    }
}

#[tokio::test]
async fn connections_beyond_the_limit_are_turned_away_at_once() {
    let (_folder, server) = server("connections = 2\n").await;
    let mut kept = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        let mut answer = [0; 15];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200 OK");
        kept.push(stream);
    }
    let mut third = TcpStream::connect(server.address()).await.unwrap();
    let mut answer = String::new();
    third.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("Retry-After: 1"), "{answer}");
    drop(kept);
}

#[tokio::test]
async fn a_head_that_never_ends_is_refused() {
    let (_folder, server) = server("").await;
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let mut request = b"GET /healthz HTTP/1.1\r\nHost: x\r\n".to_vec();
    for number in 0..3_000 {
        request.extend(format!("X-Filler-{number}: {}\r\n", "x".repeat(60)).bytes());
    }
    // The server may close before it has read everything.
    let _ = stream.write_all(&request).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431") || answer.starts_with("HTTP/1.1 400"), "{answer}");
}
