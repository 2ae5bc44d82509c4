//! Two nodes on one PostgreSQL, behind one address.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use wardkey_domain::time::Timestamp;
use wardkey_testkit::{
    Balancer, Browser, CutLink, EngineKind, Folder, OidcClient, Person, TestApp, TestClock, Transport,
};

use crate::process::{ISSUER, Server, Setup};

const STEP: Duration = Duration::from_secs(30);

/// A database with somebody who is not enrolled yet, and an application.
struct Ground {
    folder: Folder,
    database: Arc<wardkey_store::testing::TestDatabase>,
    nurse: Person,
    client: OidcClient,
}

async fn ground() -> Ground {
    let database = Arc::new(EngineKind::Postgres.database());
    let test = TestApp::on(Arc::clone(&database), TestClock::at_system_time(), |_| {}).await;
    test.add_practice("Y00001").await;
    let nurse = test.add_person("Y00001", "nurse@riverside-surgery.example").await;
    let client = test.add_web_application("Y00001").await;
    drop(test);
    Ground { folder: Folder::new(), database, nurse, client }
}

fn browser(base: &str) -> Browser {
    Browser::new(Transport::http(base), ISSUER)
}

/// The same browser, talking to another node.
fn at(browser: &Browser, base: &str) -> Browser {
    let mut moved = browser.clone();
    moved.transport = Transport::http(base);
    moved
}

async fn is_signed_in(browser: &mut Browser) -> bool {
    browser.open("/session/check").await.status == 204
}

async fn until_refused(browser: &mut Browser) -> Duration {
    let began = Instant::now();
    while is_signed_in(browser).await {
        assert!(began.elapsed() < Duration::from_secs(3), "a revoked session is still good on the other node");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    began.elapsed()
}

async fn sign_out(browser: &mut Browser) {
    browser.open("/signout").await;
    browser.press("Sign out").await;
}

/// Host and port of the database, as its address names them.
fn socket_of(url: &str) -> (SocketAddr, String) {
    let parsed = url::Url::parse(url).unwrap();
    let host = parsed.host_str().unwrap_or("127.0.0.1").replace("localhost", "127.0.0.1");
    let address = format!("{host}:{}", parsed.port().unwrap_or(5432)).parse().unwrap();
    (address, parsed.to_string())
}

/// The time, when the code before this one will be good for a while: a server of its own has a clock of its own.
async fn early_in_a_step() -> Timestamp {
    loop {
        let now = TestClock::at_system_time().now();
        if now.as_seconds().rem_euclid(30) < 15 {
            return now;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_begun_on_one_node_ends_on_the_other() {
    if !EngineKind::Postgres.is_available() {
        return;
    }
    let mut ground = ground().await;
    let setup = Setup::new(&ground.folder, &ground.database.url(), "");
    let (first, second) = (Server::start(&setup).await, Server::start(&setup).await);
    let balancer = Balancer::start(vec![first.address(), second.address()]).await;
    let base = format!("http://{}", balancer.address());
    let mut nurse_at_work = browser(&base);
    let now = early_in_a_step().await;
    ground.nurse.sign_in_and_enrol(&mut nurse_at_work, now.minus(STEP)).await;
    let client = OidcClient { transport: Transport::http(base.clone()), ..ground.client };
    let authorization = client.authorization(&[]);
    nurse_at_work.open(authorization.url.as_str()).await;
    let code = client.code(&authorization, nurse_at_work.answer_to_application());
    let tokens = client.exchange(&code, &authorization.pkce.verifier).await.unwrap();
    client.id_token(&tokens, &authorization).await;
    // The code that was spent on one node is spent on the other.
    let mut twice = [browser(&first.base), browser(&second.base)];
    let mut accepted = 0;
    for browser in &mut twice {
        ground.nurse.enter_password(browser).await;
        ground.nurse.enter_code(browser, now).await;
        accepted += u32::from(is_signed_in(browser).await);
    }
    assert_eq!(accepted, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_ended_on_one_node_is_refused_by_the_other() {
    if !EngineKind::Postgres.is_available() {
        return;
    }
    let mut ground = ground().await;
    let setup = Setup::new(&ground.folder, &ground.database.url(), "");
    let (first, second) = (Server::start(&setup).await, Server::start(&setup).await);
    let mut here = browser(&first.base);
    ground.nurse.sign_in_and_enrol(&mut here, TestClock::at_system_time().now()).await;
    let mut there = at(&here, &second.base);
    assert!(is_signed_in(&mut there).await);
    sign_out(&mut here).await;
    let took = until_refused(&mut there).await;
    assert!(took < Duration::from_secs(1), "{took:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_link_cut_a_revoked_session_is_refused_within_three_seconds() {
    if !EngineKind::Postgres.is_available() {
        return;
    }
    let mut ground = ground().await;
    let (database, url) = socket_of(&ground.database.url());
    let link = CutLink::start(database).await;
    let through = url.replace(&database.to_string(), &link.address().to_string());
    let through = through.replace(&format!("localhost:{}", database.port()), &link.address().to_string());
    assert!(through.contains(&link.address().to_string()), "the address of the database names its port");
    let first = Server::start(&Setup::new(&ground.folder, &ground.database.url(), "")).await;
    let second = Server::start(&Setup::new(&ground.folder, &through, "[cache]\nsessions = 1000\n")).await;
    let mut here = browser(&first.base);
    ground.nurse.sign_in_and_enrol(&mut here, TestClock::at_system_time().now()).await;
    let mut there = at(&here, &second.base);
    assert!(is_signed_in(&mut there).await);
    link.cut();
    assert!(is_signed_in(&mut there).await);
    sign_out(&mut here).await;
    until_refused(&mut there).await;
    // Once mended, the node hears again, and a new session works there.
    link.mend();
    let mut again = browser(&second.base);
    ground.nurse.enter_password(&mut again).await;
    ground.nurse.enter_code(&mut again, TestClock::at_system_time().now().plus(STEP)).await;
    assert!(is_signed_in(&mut again).await);
}
