//! A stop that loses nothing.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use wardkey_store::testing::TestDatabase;
use wardkey_testkit::{Browser, Folder, TestClock, Transport};

use super::people::add_nurse;
use crate::process::{ISSUER, Server, Setup};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_in_progress_is_answered_and_everything_is_sealed() {
    let folder = Folder::new();
    let database = Arc::new(TestDatabase::sqlite());
    let mut nurse = add_nurse(&database).await;
    let setup = Setup::new(&folder, &database.url(), "");
    let server = Server::start(&setup).await;
    let mut browser = Browser::new(Transport::http(server.base.clone()), ISSUER);
    nurse.sign_in_and_enrol(&mut browser, TestClock::at_system_time().now()).await;

    // The head has arrived, the body has not: the request is in progress.
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let head = b"POST /signin HTTP/1.1\r\nHost: localhost:8480\r\nConnection: close\r\n\
        Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 10\r\n\r\naddr";
    stream.write_all(head).await.unwrap();
    let stopping = tokio::spawn(server.stop());
    tokio::time::sleep(Duration::from_millis(300)).await;
    stream.write_all(b"ess=me").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 "), "{answer}");
    assert!(stopping.await.unwrap().success());

    let verified = setup.must(&["audit", "verify"]);
    let events = setup.must(&["audit", "export", "--format", "jsonl"]);
    assert!(!verified.contains("not sealed yet"), "{verified}{events}");
    assert!(events.contains("credential_enrolled") && events.contains("signed_in"), "{events}");
}

#[tokio::test]
async fn a_stop_is_quick_when_nothing_is_going_on() {
    let folder = Folder::new();
    let url = format!("sqlite:{}", folder.file("wardkey.db").display());
    let server = Server::start(&Setup::new(&folder, &url, "")).await;
    // An idle connection that a client keeps open does not hold the stop up.
    let mut idle = TcpStream::connect(server.address()).await.unwrap();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut answer = [0; 15];
    idle.read_exact(&mut answer).await.unwrap();
    let stopped = tokio::time::timeout(Duration::from_secs(4), server.stop()).await;
    assert!(stopped.expect("it stops").success());
}
