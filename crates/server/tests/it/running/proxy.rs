//! Behind a proxy, and without one: whose word counts.

use std::sync::Arc;

use axum::http::{Request, header};
use wardkey_store::testing::TestDatabase;
use wardkey_testkit::{Browser, Folder, TestClock, Transport};

use super::people::add_nurse;
use crate::process::{ISSUER, Server, Setup};

/// What the list of sessions says about where a person signed in who came with this header.
async fn signed_in_from(environment: &[(&str, &str)], header: &str, value: &str) -> String {
    let folder = Folder::new();
    let database = Arc::new(TestDatabase::sqlite());
    let mut nurse = add_nurse(&database).await;
    let server = Server::start_with(&Setup::new(&folder, &database.url(), ""), environment).await;
    let mut browser = Browser::new(Transport::http(server.base.clone()), ISSUER).with_header(header, value);
    nurse.sign_in_and_enrol(&mut browser, TestClock::at_system_time().now()).await;
    browser.open("/profile/sessions").await.text()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forwarding_header_is_believed_from_a_listed_proxy_only() {
    let stranger = signed_in_from(&[], "x-forwarded-for", "203.0.113.7").await;
    assert!(stranger.contains("from 127.0.0.1") && !stranger.contains("203.0.113.7"), "{stranger}");
    // The client wrote the first address itself; the last one is what the proxy saw.
    let listed = [("WARDKEY_SERVER_TRUSTED_PROXIES", "127.0.0.0/8")];
    let proxied = signed_in_from(&listed, "x-forwarded-for", "198.51.100.1, 203.0.113.7").await;
    assert!(proxied.contains("from 203.0.113.7") && !proxied.contains("198.51.100.1"), "{proxied}");
    // Only the header that the proxy overwrites counts.
    let other = signed_in_from(&listed, "forwarded", "for=203.0.113.7").await;
    assert!(!other.contains("203.0.113.7"), "{other}");
}

#[tokio::test]
async fn the_issuer_is_never_taken_from_the_request() {
    let folder = Folder::new();
    let url = format!("sqlite:{}", folder.file("wardkey.db").display());
    let server = Server::start(&Setup::new(&folder, &url, "")).await;
    for (name, value) in
        [("host", "evil.example"), ("x-forwarded-host", "evil.example"), ("forwarded", "host=evil.example")]
    {
        let request = Request::get("/.well-known/openid-configuration").header(name, value);
        let answer = Transport::http(server.base.clone()).send(request.body(Vec::new()).unwrap()).await;
        let text = String::from_utf8_lossy(answer.body()).into_owned();
        assert!(text.contains(ISSUER) && !text.contains("evil.example"), "{name}: {text}");
    }
    let request = Request::get("/").header(header::HOST, "evil.example").body(Vec::new()).unwrap();
    let answer = Transport::http(server.base.clone()).send(request).await;
    let target = answer.headers().get(header::LOCATION).and_then(|target| target.to_str().ok()).unwrap_or_default();
    assert!(target.is_empty() || target.starts_with('/') || target.starts_with(ISSUER), "{target}");
}
