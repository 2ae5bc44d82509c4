//! Requests to authenticator apps: how soon a push service hears of one, how soon the page hears of its answer, and what it
//! costs that many people wait at once.
//!
//! The first runs in this process, as people who type a password at the speed of a hash would hide it; the others against the
//! released server, over real sockets.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use aws_lc_rs::agreement::{ECDH_P256, PrivateKey};
use data_encoding::BASE64URL_NOPAD;
use hyper::body::Incoming;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use wardkey_domain::time::Timestamp;
use wardkey_testkit::{Authenticator, Browser, TestApp, Transport, number_on};

use super::connection::request;
use super::world::{PASSWORD, Server, World};

/// How many people are asked for the first figure, twice each.
const ASKED: u32 = 100;
/// How many people approve for the others, and how often each: an hour has room for twelve requests.
const PEOPLE: usize = 30;
const ROUNDS: usize = 10;
/// How many pages wait at once, and how many share one connection of HTTP/2, as behind a reverse proxy.
const STREAMS: usize = 100_000;
const SHARED: usize = 64;
/// How many pages wait on a connection of HTTP/1.1 each: a process may have 20,000 files open on many a machine.
const CONNECTIONS: usize = 10_000;

const GO_ON: &str = "I have typed the number: continue";

/// What was measured.
pub struct Figures {
    /// From asking to the push service's first byte: the 99th percentile.
    pub to_send_p99_ms: f64,
    /// From sending an approval to the page's event, on one node.
    pub to_page_p99_ms: f64,
    /// The same with the page at one node and the app at another, on PostgreSQL.
    pub to_other_node_p99_ms: Option<f64>,
    /// The memory that 100,000 waiting pages add to that of a server on which people have signed in.
    pub waiting_mib: f64,
    /// The memory that each of 10,000 adds that has a connection of its own.
    pub connection_kib: f64,
    /// From sending an approval to the page's event while 100,000 others wait.
    pub to_page_full_p99_ms: f64,
}

/// Measures all of it.
pub fn measure(root: &Path) -> io::Result<Figures> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let to_send_p99_ms = to_send().await?;
        let to_other_node_p99_ms = match std::env::var("WARDKEY_TEST_POSTGRES") {
            Ok(postgres) => Some(two_nodes(root, &postgres).await?),
            Err(_) => None,
        };
        let to_page_p99_ms = one_node(root).await?;
        let connection_kib = connections(root).await?;
        let (waiting_mib, to_page_full_p99_ms) = crowd(root).await?;
        Ok(Figures {
            to_send_p99_ms,
            to_page_p99_ms,
            to_other_node_p99_ms,
            waiting_mib,
            connection_kib,
            to_page_full_p99_ms,
        })
    })
}

/// Somebody with an app.
struct Person {
    address: String,
    app: Authenticator,
    browser: Browser,
}

async fn enrol(server: &Server, first: usize) -> io::Result<Vec<Person>> {
    let mut people = Vec::new();
    for number in first..first + PEOPLE {
        people.push(Person::enrol(server, World::address(number)).await?);
    }
    Ok(people)
}

impl Person {
    /// Signs in for the first time and sets up an app.
    async fn enrol(server: &Server, address: String) -> io::Result<Self> {
        let mut browser = Browser::new(towards(server), &format!("http://localhost:{}", server.port));
        enter_password(&mut browser, &address).await;
        browser.open("/profile/self-enrol").await;
        browser.press("Confirm").await;
        browser.press("Click me to enrol for Multi-Factor Authentication").await;
        let app = Authenticator::bind(towards(server), browser.page(), "Bench").await;
        browser.press("I have added the account: continue").await;
        expect_approved(&app.approve(&number_on(browser.page()), now()).await)?;
        browser.press(GO_ON).await;
        Ok(Self { address, app, browser })
    }

    /// Goes as far as the page that shows the number.
    async fn ask(&mut self) {
        self.browser.open("/signout").await;
        if self.browser.has_button("Sign out") {
            self.browser.press("Sign out").await;
        }
        enter_password(&mut self.browser, &self.address).await;
    }

    /// The request for the stream of the page that the browser shows.
    fn stream(&self, server: &Server) -> Vec<u8> {
        let cookies = self.browser.cookies.header().unwrap_or_default();
        request("GET", "/signin/wait", server.port, &[("cookie", &cookies)], "")
    }
}

async fn enter_password(browser: &mut Browser, address: &str) {
    browser.open("/signin").await;
    browser.fill("address", address).fill("password", PASSWORD);
    browser.press("Sign in").await;
}

fn now() -> Timestamp {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
    Timestamp::from_seconds(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

fn towards(server: &Server) -> Transport {
    Transport::http(format!("http://127.0.0.1:{}", server.port))
}

fn expect_approved(outcome: &str) -> io::Result<()> {
    if outcome == "approved" { Ok(()) } else { Err(io::Error::other(format!("an approval was answered `{outcome}`"))) }
}

fn p99(mut took: Vec<Duration>) -> io::Result<f64> {
    took.sort_unstable();
    let p99 = took.get(took.len() * 99 / 100).ok_or(io::ErrorKind::InvalidData)?;
    Ok(p99.as_secs_f64() * 1_000.0)
}

/// People are asked while a push service listens; each is measured from the decision to ask to the service's first byte.
async fn to_send() -> io::Result<f64> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let host = format!("127.0.0.1:{}", listener.local_addr()?.port());
    let (note, arrived) = channel();
    std::thread::spawn(move || receive(&listener, &note));
    let test = TestApp::calling(std::slice::from_ref(&host)).await;
    test.add_practice("Y00001").await;
    let courier = test.courier();
    let mut took = Vec::new();
    for number in 0..ASKED {
        let person = test.add_person("Y00001", &World::address(number as usize)).await;
        let mut browser = test.browser();
        let app = person.sign_in_and_bind(&mut browser, test.transport(), "Bench", test.clock.now()).await;
        let (p256dh, auth) = recipient()?;
        let subscribed = app.subscribe(test.clock.now(), &format!("http://{host}/{number}"), &p256dh, &auth).await;
        subscribed.map_err(io::Error::other)?;
        browser.open("/signout").await;
        browser.press("Sign out").await;
        person.enter_password(&mut browser).await;
        came(&arrived)?;
        for _ in 0..2 {
            let number = number_on(browser.page());
            let wrong = if number == "11" { "12" } else { "11" };
            app.approve(wrong, test.clock.now()).await;
            browser.press(GO_ON).await;
            let asked = Instant::now();
            browser.press("Ask the app").await;
            took.push(came(&arrived)?.duration_since(asked));
        }
    }
    courier.stop().await;
    p99(took)
}

fn came(arrived: &Receiver<Instant>) -> io::Result<Instant> {
    tokio::task::block_in_place(|| arrived.recv_timeout(Duration::from_secs(20))).map_err(io::Error::other)
}

/// Where a browser would be woken: a key and a secret of its own.
fn recipient() -> io::Result<(String, String)> {
    let key = PrivateKey::generate(&ECDH_P256).and_then(|key| key.compute_public_key()).map_err(io::Error::other)?;
    let mut secret = [0; 16];
    aws_lc_rs::rand::fill(&mut secret).map_err(io::Error::other)?;
    Ok((BASE64URL_NOPAD.encode(key.as_ref()), BASE64URL_NOPAD.encode(&secret)))
}

/// A push service that takes everything. A stand-in: what is measured ends when the message comes.
fn receive(listener: &TcpListener, note: &Sender<Instant>) {
    for connection in listener.incoming().flatten() {
        let note = note.clone();
        std::thread::spawn(move || converse(connection, &note));
    }
}

fn converse(mut connection: TcpStream, note: &Sender<Instant>) -> io::Result<()> {
    let (mut read, mut buffer) = (Vec::new(), [0; 8_192]);
    loop {
        let length = connection.read(&mut buffer)?;
        if length == 0 {
            return Ok(());
        }
        if read.is_empty() && note.send(Instant::now()).is_err() {
            return Ok(());
        }
        read.extend_from_slice(buffer.get(..length).unwrap_or_default());
        let text = String::from_utf8_lossy(&read).to_ascii_lowercase();
        let Some((head, _)) = text.split_once("\r\n\r\n") else { continue };
        let body = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.trim().parse().ok());
        let whole = head.len() + 4 + body.unwrap_or(0_usize);
        if read.len() >= whole {
            read.clear();
            connection.write_all(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")?;
        }
    }
}

/// Each person signs in several times; each is measured from sending the approval to `apps` until the page at `pages` hears.
async fn approvals(pages: &Server, apps: &Server, people: &mut [Person]) -> io::Result<Vec<Duration>> {
    let mut took = Vec::new();
    for round in 0..ROUNDS * people.len() {
        let place = round % people.len();
        let person = people.get_mut(place).ok_or(io::ErrorKind::InvalidInput)?;
        person.ask().await;
        let mut stream = Stream::open(pages, &person.stream(pages)).await?;
        let app = person.app.at(towards(apps));
        let request = app.request(now()).await;
        let answer = app.account.approve(&request, &number_on(person.browser.page())).map_err(io::Error::other)?;
        let sent = Instant::now();
        let (outcome, heard) = tokio::join!(app.answer(&answer), stream.changed());
        took.push(heard?.duration_since(sent));
        expect_approved(&outcome.map_err(io::Error::other)?)?;
        person.browser.press(GO_ON).await;
    }
    Ok(took)
}

async fn two_nodes(root: &Path, postgres: &str) -> io::Result<f64> {
    let world = World::on_postgres(root, postgres, PEOPLE)?;
    let first = world.serve().await?;
    let second = world.serve_beside(&first).await?;
    let mut people = enrol(&first, 0).await?;
    p99(approvals(&first, &second, &mut people).await?)
}

async fn one_node(root: &Path) -> io::Result<f64> {
    let server = World::fresh(root, "push", PEOPLE)?.serve().await?;
    let mut people = enrol(&server, 0).await?;
    p99(approvals(&server, &server, &mut people).await?)
}

/// A page that waits, on a connection of its own.
struct Stream(tokio::net::TcpStream);

impl Stream {
    async fn open(server: &Server, request: &[u8]) -> io::Result<Self> {
        let mut connection = tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, server.port)).await?;
        connection.set_nodelay(true)?;
        connection.write_all(request).await?;
        let mut head = Vec::new();
        while !head.windows(4).any(|end| end == b"\r\n\r\n") {
            if connection.read_buf(&mut head).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        if !head.starts_with(b"HTTP/1.1 200") || head.windows(7).any(|word| word == b"changed") {
            return Err(io::Error::other(format!("no stream: {}", String::from_utf8_lossy(&head))));
        }
        Ok(Self(connection))
    }

    /// Waits for the word to go on; says when it came.
    async fn changed(&mut self) -> io::Result<Instant> {
        let mut heard = Vec::new();
        loop {
            if self.0.read_buf(&mut heard).await? == 0 {
                return Err(io::Error::other("the stream ended without a word"));
            }
            if heard.windows(7).any(|word| word == b"changed") {
                return Ok(Instant::now());
            }
        }
    }
}

/// What each page costs that waits on a connection of its own, in KiB.
async fn connections(root: &Path) -> io::Result<f64> {
    let server = World::fresh(root, "push-connections", PEOPLE)?.serve().await?;
    let mut requests = Vec::new();
    for person in &mut enrol(&server, 0).await? {
        person.ask().await;
        requests.push(person.stream(&server));
    }
    let idle = server.resident_mib()?;
    let mut streams = Vec::with_capacity(CONNECTIONS);
    for request in requests.iter().cycle().take(CONNECTIONS) {
        streams.push(Stream::open(&server, request).await?);
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let after = server.resident_mib()?;
    drop(streams);
    #[expect(clippy::cast_precision_loss, reason = "ten thousand")]
    let each = (after - idle) * 1_024.0 / CONNECTIONS as f64;
    Ok(each)
}

/// The memory that so many waiting pages add, and how soon somebody hears of an approval among them.
async fn crowd(root: &Path) -> io::Result<(f64, f64)> {
    let server = World::fresh(root, "push-waiting", 2 * PEOPLE)?.serve().await?;
    let (mut waiters, mut people) = (enrol(&server, 0).await?, enrol(&server, PEOPLE).await?);
    let mut cookies = Vec::new();
    for person in &mut waiters {
        person.ask().await;
        cookies.push(person.browser.cookies.header().unwrap_or_default());
    }
    // Idle again, but for what hashing passwords has left with the allocator.
    let idle = server.resident_mib()?;
    let mut streams = Vec::with_capacity(STREAMS);
    while streams.len() < STREAMS {
        streams.extend(share(&server, &cookies, streams.len()).await?);
    }
    let after = server.resident_mib()?;
    let took = approvals(&server, &server, &mut people).await?;
    drop(streams);
    Ok((after - idle, p99(took)?))
}

/// Pages that wait on one connection.
async fn share(server: &Server, cookies: &[String], first: usize) -> io::Result<Vec<Incoming>> {
    let socket = tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, server.port)).await?;
    let shaken = http2::handshake(TokioExecutor::new(), TokioIo::new(socket)).await;
    let (mut sender, connection) = shaken.map_err(io::Error::other)?;
    tokio::spawn(connection);
    let mut streams = Vec::with_capacity(SHARED);
    for number in first..first + SHARED.min(STREAMS - first) {
        let cookie = cookies.get(number % cookies.len()).ok_or(io::ErrorKind::InvalidInput)?;
        let address = format!("http://localhost:{}/signin/wait", server.port);
        let request = axum::http::Request::get(address).header("cookie", cookie).body(String::new());
        let answer = sender.send_request(request.map_err(io::Error::other)?).await.map_err(io::Error::other)?;
        if answer.status() != 200 {
            return Err(io::Error::other(format!("no stream: {}", answer.status())));
        }
        streams.push(answer.into_body());
    }
    Ok(streams)
}
