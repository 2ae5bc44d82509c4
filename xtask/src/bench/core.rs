//! The set `core`: sign-in, tokens, session checks.

use std::io;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::Arc;
use std::time::Duration;

use wardkey_testkit::EngineKind;

use super::browser::{Browser, Landed};
use super::connection::{Connection, request};
use super::load::{self, CONCURRENCY};
use super::peer::Peer;
use super::report::{Goal, Report};
use super::world::{PASSWORD, Server, World, free_port};
use super::{access, authenticator, ceiling, flood, history, html, people, smartcard, telephone};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const VERIFIER: &str = "a-code-verifier-of-the-bench-that-is-long-enough-0123456789";
/// How many people sign in for one figure.
const SIGN_INS: usize = 1_500;
/// A figure and its limit are measured in so many turns.
const TURNS: u32 = 4;
/// Sign-ins are measured in so many turns.
const SHARES: usize = 5;
const TURN: Duration = Duration::from_millis(1_500);

/// The parts of the set, for `--only`.
pub const PARTS: [&str; 12] = [
    "sign_in",
    "plain",
    "peer",
    "flood",
    "large",
    "growth",
    "telephone",
    "push",
    "smartcard",
    "access",
    "history",
    "people",
];

/// Measures everything, or one part, prints the table and writes it down.
pub async fn run(root: &Path, only: Option<&str>) -> io::Result<()> {
    let wants = |part: &str| only.is_none_or(|only| only == part);
    let mut report = Report::default();
    if only.is_none_or(|only| {
        !["large", "growth", "telephone", "push", "smartcard", "access", "history", "people"].contains(&only)
    }) {
        small(&mut report, root, wants).await?;
    }
    if wants("large") {
        let world = World::prepare(root, 100_000)?;
        let server = world.serve().await?;
        let people = People::enrol(&world, &server, 0, 300).await?;
        people.sign_in(&world, &server).await?;
        report.add("rss_100k_mib", server.resident_mib()?, "MiB", Some(Goal::AtMost(120.0)));
    }
    if wants("growth") {
        growth(&mut report, root).await?;
    }
    if wants("telephone") {
        telephone(&mut report, root).await?;
    }
    if wants("push") {
        push(&mut report, root).await?;
    }
    if wants("smartcard") {
        smartcard(&mut report)?;
    }
    if wants("history") {
        past(&mut report).await?;
    }
    if wants("people") {
        people_among_two_million(&mut report).await?;
    }
    if wants("access") {
        access(&mut report)?;
    }
    report.write(&root.join("target/bench"), only.is_none())
}

/// Texts and calls.
async fn telephone(report: &mut Report, root: &Path) -> io::Result<()> {
    let root = root.to_owned();
    // Its own threads, as many as there are processors: unlike the other parts, what is measured runs in this process.
    let measured = tokio::task::spawn_blocking(move || telephone::measure(&root));
    let figures = measured.await.map_err(io::Error::other)??;
    report.add("smpp_texts_per_s", figures.texts_per_second, "texts/s", Some(Goal::AtLeast(500.0)));
    report.add("decision_to_invite_ms", figures.to_invite_p99_ms, "ms", Some(Goal::AtMost(50.0)));
    report.add("calls_at_once", f64::from(figures.calls_at_once), "calls", Some(Goal::AtLeast(50.0)));
    report.add("calls_late_frames", f64::from(figures.late_frames), "frames", Some(Goal::AtMost(0.0)));
    report.add("calls_worst_frame_ms", f64::from(figures.worst_frame_ms), "ms", None);
    Ok(())
}

/// Requests to apps, and whoever waits for their answers.
async fn push(report: &mut Report, root: &Path) -> io::Result<()> {
    let root = root.to_owned();
    // Its own threads: part of what is measured runs in this process.
    let measured = tokio::task::spawn_blocking(move || authenticator::measure(&root));
    let figures = measured.await.map_err(io::Error::other)??;
    report.add("push_request_to_send_ms", figures.to_send_p99_ms, "ms", Some(Goal::AtMost(20.0)));
    report.add("approval_to_page_ms", figures.to_page_p99_ms, "ms", Some(Goal::AtMost(50.0)));
    match figures.to_other_node_p99_ms {
        Some(value) => report.add("approval_to_page_two_nodes_ms", value, "ms", Some(Goal::AtMost(250.0))),
        None => println!("approval_to_page_two_nodes_ms: not measured, WARDKEY_TEST_POSTGRES is not set"),
    }
    report.add("rss_100k_waiting_mib", figures.waiting_mib, "MiB", Some(Goal::AtMost(200.0)));
    report.add("rss_waiting_connection_kib", figures.connection_kib, "KiB", None);
    report.add("approval_to_page_100k_waiting_ms", figures.to_page_full_p99_ms, "ms", None);
    Ok(())
}

/// Reading cards, and lists of those that were revoked.
fn smartcard(report: &mut Report) -> io::Result<()> {
    let figures = smartcard::measure()?;
    report.add("p256_ceiling", figures.verifications_per_second, "checks/s", None);
    let to = ("p256_ceiling", figures.verifications_per_second);
    report.ratio("card_read", figures.cards_per_second, "cards/s", to, Goal::AtLeast(0.4));
    report.add("sha256_of_list_ms", figures.hash_ms, "ms", None);
    let to = ("sha256_of_list_ms", figures.hash_ms);
    report.ratio("list_200k_first_card_ms", figures.first_card_ms, "ms", to, Goal::AtMost(10.0));
    report.add("list_200k_next_card_us", figures.next_card_us, "µs", Some(Goal::AtMost(50.0)));
    Ok(())
}

/// Deciding what a sign-in comes to.
fn access(report: &mut Report) -> io::Result<()> {
    let figures = access::measure()?;
    report.add("decision_us_p50", figures.p50_us, "µs", Some(Goal::AtMost(50.0)));
    report.add("decision_us_p99", figures.p99_us, "µs", Some(Goal::AtMost(200.0)));
    report.add("compile_4m_ranges_ms", figures.compile_ms, "ms", None);
    report.add("decision_blocked_per_mille", figures.blocked_per_mille, "‰", None);
    Ok(())
}

/// Publishing policies, and replaying what happened under them.
async fn past(report: &mut Report) -> io::Result<()> {
    let names = |engine| match engine {
        EngineKind::Sqlite => ("publish_1000_policies_ms", "replay_1m_s", "replay_harder_per_mille"),
        EngineKind::Postgres => {
            ("publish_1000_policies_postgres_ms", "replay_1m_postgres_s", "replay_harder_postgres_per_mille")
        }
    };
    for engine in [EngineKind::Sqlite, EngineKind::Postgres] {
        let figures = history::measure(engine).await?;
        let (publish, replay, harder) = names(engine);
        report.add(publish, figures.publish_ms, "ms", Some(Goal::AtMost(1_000.0)));
        report.add(replay, figures.replay_s, "s", Some(Goal::AtMost(60.0)));
        report.add(harder, figures.harder_per_mille, "‰", None);
    }
    Ok(())
}

/// Finding people among two million, and counting them.
async fn people_among_two_million(report: &mut Report) -> io::Result<()> {
    let names = |engine| match engine {
        EngineKind::Sqlite => [
            "search_ms_2m",
            "filter_ms_2m",
            "people_slowest_ms",
            "national_rollup_ms",
            "people_counted",
            "status_report_20k_ms",
            "bulk_50k_s",
            "bulk_sign_in_growth",
        ],
        EngineKind::Postgres => [
            "search_ms_2m_postgres",
            "filter_ms_2m_postgres",
            "people_slowest_postgres_ms",
            "national_rollup_postgres_ms",
            "people_counted_postgres",
            "status_report_20k_postgres_ms",
            "bulk_50k_postgres_s",
            "bulk_sign_in_growth_postgres",
        ],
    };
    for engine in [EngineKind::Sqlite, EngineKind::Postgres] {
        let figures = people::measure(engine).await?;
        let [search, filter, slowest, rollup, counted, status, bulk, growth] = names(engine);
        report.add(search, figures.search_p99_ms, "ms", Some(Goal::AtMost(300.0)));
        report.add(filter, figures.filter_p99_ms, "ms", Some(Goal::AtMost(300.0)));
        println!("the slowest: {}", figures.slowest.1);
        report.add(slowest, figures.slowest.0, "ms", None);
        report.add(rollup, figures.rollup_ms, "ms", Some(Goal::AtMost(1_000.0)));
        report.add(counted, figures.counted_per_s, "accounts/s", None);
        report.add(status, figures.status_report_ms, "ms", Some(Goal::AtMost(2_000.0)));
        report.add(bulk, figures.bulk_s, "s", Some(Goal::AtMost(120.0)));
        report.add(growth, figures.bulk_sign_in_growth, "times", Some(Goal::AtMost(1.5)));
    }
    Ok(())
}

/// The parts that need a small data set only.
async fn small(report: &mut Report, root: &Path, wants: impl Fn(&str) -> bool) -> io::Result<()> {
    let limits = Limits::start().await?;
    let world = World::prepare(root, 2_000)?;
    let server = world.serve().await?;
    report.add("ready_ms", server.ready.as_secs_f64() * 1_000.0, "ms", Some(Goal::AtMost(150.0)));
    report.add("rss_idle_mib", server.resident_mib()?, "MiB", Some(Goal::AtMost(50.0)));
    let people = People::enrol(&world, &server, 0, SIGN_INS).await?;
    if wants("sign_in") {
        let (sign_in, argon2) = people.sign_in_beside_limit(&world, &server).await?;
        report.add("argon2_ceiling", argon2, "hashes/s", None);
        report.ratio("sign_in", sign_in, "sign-ins/s", ("argon2_ceiling", argon2), Goal::AtLeast(0.85));
    }
    let tokens = Tokens::of(&world, &server, &people).await?;
    if wants("plain") {
        plain(report, &world, &server, &tokens, &limits).await?;
    }
    drop(limits);
    if wants("peer") {
        against_peer(report, root, &world, &server, &people).await?;
    }
    if wants("flood") {
        let argon2 = ceiling::argon2(Duration::from_secs(3))?;
        let (calm, flooded) = flood::session_check(&server, &tokens.cookie, argon2).await?;
        report.add("session_check_p99_calm", calm, "ms", None);
        let to = ("session_check_p99_calm", calm);
        report.ratio("session_check_p99_under_hash_flood", flooded, "ms", to, Goal::AtMost(1.5));
    }
    Ok(())
}

/// Plain requests, over a bare hello-world.
async fn plain(
    report: &mut Report,
    world: &World,
    server: &Server,
    tokens: &Tokens,
    limits: &Limits,
) -> io::Result<()> {
    let port = server.port;
    let introspect = html::encode([
        ("token", tokens.access.as_str()),
        ("client_id", &world.client.0),
        ("client_secret", &world.client.1),
    ]);
    let bearer = format!("Bearer {}", tokens.access);
    let requests = [
        ("jwks", request("GET", "/oauth/jwks", port, &[], ""), 200, 0.8),
        ("session_check", request("GET", "/session/check", port, &[("cookie", &tokens.cookie)], ""), 204, 0.5),
        ("introspection", request("POST", "/oauth/introspect", port, &[FORM], &introspect), 200, 0.4),
        ("userinfo", request("GET", "/oauth/userinfo", port, &[("authorization", &bearer)], ""), 200, 0.4),
    ];
    let mut figures = Vec::new();
    let mut ceilings = Vec::new();
    for (name, request, expected, goal) in requests {
        let (own, ceiling) = limits.beside(port, &request, expected).await?;
        figures.push((name, own, own / ceiling, goal));
        ceilings.push(ceiling);
    }
    #[expect(clippy::cast_precision_loss, reason = "four")]
    let ceiling = ceilings.iter().sum::<f64>() / ceilings.len() as f64;
    report.add("http_ceiling", ceiling, "requests/s", None);
    for (name, own, ratio, goal) in figures {
        report.beside(name, own, "requests/s", ("http_ceiling", ratio), Goal::AtLeast(goal));
    }
    Ok(())
}

/// The token endpoint, durable, over the peer's, in memory.
async fn against_peer(
    report: &mut Report,
    root: &Path,
    world: &World,
    server: &Server,
    people: &People,
) -> io::Result<()> {
    let peer = Peer::start(root, 0).await?;
    let theirs = ("bench".to_owned(), "bench-secret-of-the-peer-0123456789".to_owned());
    let other = client_credentials(peer.port, "/token", &theirs).await?;
    report.add("client_credentials_peer", other, "requests/s", None);
    drop(peer);
    let own = client_credentials(server.port, "/oauth/token", &world.client).await?;
    report.ratio("client_credentials", own, "requests/s", ("client_credentials_peer", other), Goal::AtLeast(4.0));
    // A fresh one: its memory holds a thousand things, and the tokens of the last figure have pushed everything else out.
    let peer = Peer::start(root, CONCURRENCY).await?;
    let other = refresh(peer.port, "/token", &theirs, peer.refresh_tokens.clone()).await?;
    report.add("refresh_peer", other, "requests/s", None);
    let mut tokens = Vec::new();
    for number in 0..CONCURRENCY {
        tokens.push(people.tokens(world, server, number).await?.refresh);
    }
    let own = refresh(server.port, "/oauth/token", &world.client, tokens).await?;
    report.ratio("refresh", own, "requests/s", ("refresh_peer", other), Goal::AtLeast(4.0));
    Ok(())
}

async fn client_credentials(port: u16, path: &str, client: &(String, String)) -> io::Result<f64> {
    let body = html::encode([
        ("grant_type", "client_credentials"),
        ("client_id", client.0.as_str()),
        ("client_secret", &client.1),
    ]);
    load::repeated(port, request("POST", path, port, &[FORM], &body), 200, load::MEASURED).await
}

/// Refreshes a second: each worker holds a token of its own and gets a new one each time.
async fn refresh(port: u16, path: &'static str, client: &(String, String), tokens: Vec<String>) -> io::Result<f64> {
    let (client, tokens) = (Arc::new(client.clone()), Arc::new(tokens));
    load::closed(load::MEASURED, move |number, meter| {
        let (client, tokens) = (Arc::clone(&client), Arc::clone(&tokens));
        async move {
            let mut token = tokens.get(number).cloned().ok_or(io::ErrorKind::InvalidInput)?;
            let mut connection = Connection::new(port);
            while meter.goes_on() {
                let body = html::encode([
                    ("grant_type", "refresh_token"),
                    ("refresh_token", token.as_str()),
                    ("client_id", &client.0),
                    ("client_secret", &client.1),
                ]);
                let answer = connection.send(&request("POST", path, port, &[FORM], &body)).await?;
                token = member(&answer.body, "refresh_token")?;
                meter.count();
            }
            Ok(())
        }
    })
    .await
}

/// A million accounts against a thousand.
async fn growth(report: &mut Report, root: &Path) -> io::Result<()> {
    let mut rates = Vec::new();
    for accounts in [1_000, 1_000_000] {
        let world = World::prepare(root, accounts)?;
        let server = world.serve().await?;
        let people = People::enrol(&world, &server, 0, 600).await?;
        rates.push(people.sign_in(&world, &server).await?);
    }
    if let [few, many] = rates.as_slice() {
        report.add("sign_in_thousand", *few, "sign-ins/s", None);
        report.add("sign_in_million", *many, "sign-ins/s", None);
        report.add("sign_in_growth", few / many, "times", Some(Goal::AtMost(1.1)));
    }
    Ok(())
}

/// A bare hello-world, which runs beside the server all the time.
struct Limits {
    _hello: Ended,
    port: u16,
}

impl Limits {
    async fn start() -> io::Result<Self> {
        let port = free_port()?;
        let child = Command::new(std::env::current_exe()?).args(["hello", &port.to_string()]).spawn()?;
        let limits = Self { _hello: Ended(child), port };
        for _ in 0..200 {
            if Connection::new(port).send(&limits.hello()).await.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(limits)
    }

    fn hello(&self) -> Vec<u8> {
        request("GET", "/", self.port, &[], "")
    }

    /// Requests a second of `request` at `port`, and of the hello-world, taken in turns: the machine is not equally fast at
    /// all times.
    async fn beside(&self, port: u16, request: &[u8], expected: u16) -> io::Result<(f64, f64)> {
        let (mut own, mut ceiling) = (0.0, 0.0);
        for _ in 0..TURNS {
            ceiling += load::repeated(self.port, self.hello(), 200, TURN).await? / f64::from(TURNS);
            own += load::repeated(port, request.to_vec(), expected, TURN).await? / f64::from(TURNS);
        }
        Ok((own, ceiling))
    }
}

struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// People with an authenticator each.
struct People {
    first: usize,
    keys: Arc<Vec<Vec<u8>>>,
}

/// What one person's sign-in leaves behind.
struct Tokens {
    cookie: String,
    access: String,
    refresh: String,
}

impl People {
    /// Signs `count` people in for the first time and sets up an authenticator for each, as they would.
    async fn enrol(world: &World, server: &Server, first: usize, count: usize) -> io::Result<Self> {
        let keys_file = world.keys_file();
        if let Ok(text) = std::fs::read(&keys_file) {
            let keys: Vec<Vec<u8>> = serde_json::from_slice(&text)?;
            if keys.len() >= count {
                // The run before this one may have spent this half-minute's codes.
                wait_for_next_step().await;
                return Ok(Self { first, keys: Arc::new(keys) });
            }
        }
        let keys = Arc::new(std::sync::Mutex::new(vec![Vec::new(); count]));
        let (port, kept) = (server.port, Arc::clone(&keys));
        load::jobs(count, move |job| {
            let kept = Arc::clone(&kept);
            async move {
                let key = enrol(port, &World::address(first + job)).await?;
                let mut kept = kept.lock().map_err(|_| io::Error::other("a worker failed"))?;
                if let Some(place) = kept.get_mut(job) {
                    *place = key;
                }
                Ok(())
            }
        })
        .await?;
        let keys = keys.lock().map_err(|_| io::Error::other("a worker failed"))?.clone();
        std::fs::write(&keys_file, serde_json::to_vec(&keys)?)?;
        wait_for_next_step().await;
        Ok(Self { first, keys: Arc::new(keys) })
    }

    /// Whole sign-ins a second: password, code, authorization code, token, each person once in a fresh browser.
    async fn sign_in(&self, world: &World, server: &Server) -> io::Result<f64> {
        let rate = self.sign_in_some(world, server, 0, self.keys.len()).await?;
        wait_for_next_step().await;
        Ok(rate)
    }

    /// The same and the hashes a second, taken in turns.
    async fn sign_in_beside_limit(&self, world: &World, server: &Server) -> io::Result<(f64, f64)> {
        let share = self.keys.len() / SHARES;
        let (mut seconds, mut hashes) = (0.0, ceiling::argon2(TURN)?);
        for turn in 0..SHARES {
            let rate = self.sign_in_some(world, server, turn * share, share).await?;
            seconds += 1.0 / rate;
            hashes += ceiling::argon2(TURN)?;
        }
        wait_for_next_step().await;
        #[expect(clippy::cast_precision_loss, reason = "five")]
        let shares = SHARES as f64;
        Ok((shares / seconds, hashes / (shares + 1.0)))
    }

    async fn sign_in_some(&self, world: &World, server: &Server, from: usize, count: usize) -> io::Result<f64> {
        let (keys, first, port) = (Arc::clone(&self.keys), self.first, server.port);
        let client = Arc::new(world.client.clone());
        load::jobs(count, move |job| {
            let (keys, client) = (Arc::clone(&keys), Arc::clone(&client));
            async move {
                let key = keys.get(from + job).ok_or(io::ErrorKind::InvalidInput)?;
                sign_in(port, &World::address(first + from + job), key, &client).await.map(drop)
            }
        })
        .await
    }

    async fn tokens(&self, world: &World, server: &Server, number: usize) -> io::Result<Tokens> {
        let key = self.keys.get(number).ok_or(io::ErrorKind::InvalidInput)?;
        sign_in(server.port, &World::address(self.first + number), key, &world.client).await
    }
}

impl Tokens {
    async fn of(world: &World, server: &Server, people: &People) -> io::Result<Self> {
        // Not one of those who sign in again for the refresh figure.
        people.tokens(world, server, CONCURRENCY).await
    }
}

async fn enrol(port: u16, address: &str) -> io::Result<Vec<u8>> {
    let mut browser = Browser::new(port);
    let page = page(browser.open("/signin").await?)?;
    page_of(browser.submit(&page, &[("address", address), ("password", PASSWORD)]).await?, "the password")?;
    let offer = page_of(browser.open("/profile/self-enrol").await?, "the offer to enrol")?;
    let methods = page_of(browser.submit_to(&offer, "/profile/self-enrol", &[]).await?, "the methods")?;
    let page = page_of(browser.submit(&methods, &[("method", "totp")]).await?, "the authenticator")?;
    let text = html::text_of_id(&page.text(), "key").ok_or_else(|| io::Error::other("no key on the page"))?;
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let key = data_encoding::BASE32_NOPAD.decode(text.as_bytes()).map_err(io::Error::other)?;
    let done = page_of(browser.submit(&page, &[("code", &code(&key))]).await?, "the first code")?;
    if done.status != 200 || browser.cookie("session").is_none() {
        return Err(io::Error::other(format!("{address} could not enrol: {}", done.status)));
    }
    Ok(key)
}

async fn sign_in(port: u16, address: &str, key: &[u8], client: &(String, String)) -> io::Result<Tokens> {
    let mut browser = Browser::new(port);
    let challenge = challenge();
    let query = html::encode([
        ("response_type", "code"),
        ("client_id", client.0.as_str()),
        ("redirect_uri", "http://127.0.0.1:9/callback"),
        ("scope", "openid offline_access"),
        ("state", "bench"),
        ("prompt", "consent"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ]);
    let first = page(browser.open(&format!("/oauth/authorize?{query}")).await?)?;
    let second =
        page_of(browser.submit(&first, &[("address", address), ("password", PASSWORD)]).await?, "the password")?;
    let back = match browser.submit(&second, &[("code", &code(key))]).await? {
        Landed::Away(to) => to,
        Landed::Page(page) => {
            return Err(io::Error::other(format!(
                "{address}: not back at the application, but {}: {}",
                page.status,
                page.text()
            )));
        }
    };
    let code = back.split(['?', '&']).find_map(|part| part.strip_prefix("code=")).ok_or(io::ErrorKind::InvalidData)?;
    let body = html::encode([
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", "http://127.0.0.1:9/callback"),
        ("code_verifier", VERIFIER),
        ("client_id", &client.0),
        ("client_secret", &client.1),
    ]);
    let answer = Connection::new(port).send(&request("POST", "/oauth/token", port, &[FORM], &body)).await?;
    let cookie = browser.cookie("session").map(|(name, value)| format!("{name}={value}"));
    Ok(Tokens {
        cookie: cookie.ok_or(io::ErrorKind::InvalidData)?,
        access: member(&answer.body, "access_token")?,
        refresh: member(&answer.body, "refresh_token")?,
    })
}

fn page(landed: Landed) -> io::Result<super::connection::Answer> {
    page_of(landed, "the first page")
}

fn page_of(landed: Landed, what: &str) -> io::Result<super::connection::Answer> {
    match landed {
        Landed::Page(page) if page.status == 200 => Ok(page),
        Landed::Page(page) => Err(io::Error::other(format!("{what} answered {}: {}", page.status, page.text()))),
        Landed::Away(to) => Err(io::Error::other(format!("{what} led to {to}"))),
    }
}

fn member(body: &[u8], name: &str) -> io::Result<String> {
    let value: serde_json::Value = serde_json::from_slice(body)?;
    let text = value.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
    text.ok_or_else(|| io::Error::other(format!("no `{name}` in {}", String::from_utf8_lossy(body))))
}

fn challenge() -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, VERIFIER.as_bytes());
    data_encoding::BASE64URL_NOPAD.encode(digest.as_ref())
}

fn seconds() -> u64 {
    std::time::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs())
}

/// A code was spent at enrolment or at a sign-in; the next one comes with the next half-minute.
async fn wait_for_next_step() {
    tokio::time::sleep(std::time::Duration::from_secs(31 - seconds() % 30)).await;
}

/// The code of now [RFC 6238].
fn code(key: &[u8]) -> String {
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key);
    let tag = aws_lc_rs::hmac::sign(&key, &(seconds() / 30).to_be_bytes());
    let offset = usize::from(tag.as_ref().last().copied().unwrap_or(0) & 15);
    let number = tag.as_ref().iter().skip(offset).take(4).fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
}
