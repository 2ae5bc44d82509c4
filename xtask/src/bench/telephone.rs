//! Texts through a message centre that is not ours, and calls to telephones that are not ours.
//!
//! What is measured runs in this process, with the release's code, a database on disk and real sockets: people who type
//! a password at the speed of a hash could not fill an outbox.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::json;
use wardkey_domain::factor::FactorKind;
use wardkey_domain::factor::voice_call::{CallMode, CallRules};
use wardkey_domain::message::{Allowance, BudgetRules};
use wardkey_domain::op::{Actor, Op, Origin};
use wardkey_domain::secret::Secret;
use wardkey_gateway::ambient::Ambient;
use wardkey_gateway::call::{Line, VoiceGateway};
use wardkey_gateway::testing::Peer;
use wardkey_gateway::text::TextGateway;
use wardkey_gateway::text::smpp::{Smpp, SmppSettings};
use wardkey_gateway::voice::prompts::{CallPrompts, OwnPrompts, PromptSet, Speaker};
use wardkey_gateway::voice::{CallOrder, Trunk, TrunkSettings, TrunkTransport};
use wardkey_testkit::{PASSWORD, TestApp, TestClock};
use wardkey_usecases::Settings;
use wardkey_usecases::message::Gateways;
use wardkey_usecases::signin::{Advance, Begin, Destination, Input, ScreenKind, advance, begin};

use super::world::free_port;

/// How many people wait for a text.
const TEXTS: u32 = 3_000;
/// How many people are called, one after the other.
const CALLED: u32 = 300;
/// How many calls go on at once.
const CALLS: u32 = 50;

/// What was measured.
pub struct Figures {
    /// Texts that leave the outbox, acknowledged and written down.
    pub texts_per_second: f64,
    /// From the request for a call to its INVITE on the wire: the 99th percentile.
    pub to_invite_p99_ms: f64,
    /// How many calls went on at once.
    pub calls_at_once: u32,
    /// How many of their frames were more than 40 ms late, or left out.
    pub late_frames: u32,
    /// By how much the latest frame was late.
    pub worst_frame_ms: u32,
}

/// Measures all of it.
pub fn measure(root: &Path) -> io::Result<Figures> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let texts_per_second = texts().await?;
        let to_invite_p99_ms = to_invite().await?;
        let (late_frames, worst_frame_ms) = calls(root).await?;
        Ok(Figures { texts_per_second, to_invite_p99_ms, calls_at_once: CALLS, late_frames, worst_frame_ms })
    })
}

fn random(bytes: &mut [u8]) {
    // It fails on no system that runs this.
    let _ = aws_lc_rs::rand::fill(bytes);
}

fn ambient(clock: &TestClock) -> Ambient {
    Ambient { clock: clock.clock(), random: Arc::new(random) }
}

/// So many people of one practice at once are no abuse here.
fn without_budgets(settings: &mut Settings) {
    let all = Allowance { hour: 10_000_000, day: 10_000_000 };
    let most = BudgetRules { range: all, organisation: all, service: all, ..BudgetRules::default() };
    settings.message.budgets = BudgetRules { organisation_pence_a_day: 10_000_000, ..most };
}

fn anybody(test: &TestApp) -> Op {
    test.app.op(Actor::Anonymous, Origin { address: Some([192, 0, 2, 9].into()), ..Origin::default() })
}

/// Somebody new goes as far as the question for their number.
async fn asked_for_number(test: &TestApp, number: u32, kind: FactorKind) -> io::Result<Secret<String>> {
    let address = format!("person-{number}@bench.example");
    test.add_person("Y00001", &address).await;
    let start = Begin { request: None, destination: Destination::Portal };
    let (token, _) = begin(&test.app, &anybody(test), start).await.map_err(io::Error::other)?;
    let password = Secret::new(PASSWORD.to_owned());
    for input in [Input::Password { address, password }, Input::BeginEnrolment, Input::ChooseFactor(kind)] {
        step(test, token.expose(), input).await?;
    }
    Ok(token)
}

async fn step(test: &TestApp, token: &str, input: Input) -> io::Result<ScreenKind> {
    match advance(&test.app, &anybody(test), token, input).await.map_err(io::Error::other)? {
        Advance::Ask(screen) => Ok(screen.kind),
        other @ (Advance::Done { .. } | Advance::Refused { .. }) => Err(io::Error::other(format!("{other:?}"))),
    }
}

/// People ask for texts while nobody sends; then the outbox is emptied.
async fn texts() -> io::Result<f64> {
    let mut centre = Peer::start("message-centre.mjs", &[]).await;
    centre.behave(json!({ "quiet": true })).await;
    let clock = TestClock::new();
    let password = Secret::new("secret".to_owned());
    let settings = SmppSettings::new("centre", "127.0.0.1", centre.port, "wardkey", password, "NHSNoReply");
    let smpp = Smpp::start(settings, ambient(&clock)).map_err(io::Error::other)?;
    let gateways = Gateways::new(vec![TextGateway::Smpp(smpp)], Vec::new(), Vec::new());
    let test = TestApp::with_gateways(gateways, clock, without_budgets).await;
    test.add_practice("Y00001").await;
    for number in 0..TEXTS {
        let token = asked_for_number(&test, number, FactorKind::Sms).await?;
        let input = Input::Number { number: format!("074{:08}", 123_00_000 + number), extension: String::new() };
        step(&test, token.expose(), input).await?;
    }
    let started = Instant::now();
    let courier = test.courier();
    while waiting(&test).await? > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let took = started.elapsed();
    courier.stop().await;
    centre.order(&json!({ "act": "count" }));
    let counted = centre.event("count").await;
    if counted.get("accepted").and_then(serde_json::Value::as_u64) != Some(u64::from(TEXTS)) {
        return Err(io::Error::other(format!("the message centre took {counted} of {TEXTS} texts")));
    }
    Ok(f64::from(TEXTS) / took.as_secs_f64())
}

/// How many messages have not been settled.
async fn waiting(test: &TestApp) -> io::Result<u64> {
    let mut tx = test.app.store().read().await.map_err(io::Error::other)?;
    let query = "SELECT COUNT(*) AS n FROM messages WHERE state IN ('waiting', 'sending')";
    let rows = tx.all(query, Vec::new()).await.map_err(io::Error::other)?;
    let count = rows.first().ok_or(io::ErrorKind::InvalidData)?.get::<i64>("n").map_err(io::Error::other)?;
    u64::try_from(count).map_err(io::Error::other)
}

/// People ask for calls, one after the other; each is measured from the request to the INVITE.
async fn to_invite() -> io::Result<f64> {
    let telephone = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = telephone.local_addr()?.port();
    let (arrived, invites) = channel();
    std::thread::spawn(move || {
        let _ = be_busy(&telephone, |at| arrived.send(at).is_ok());
    });
    let trunk = Trunk::start(trunk_to(port), Arc::new(random)).map_err(io::Error::other)?;
    let speaker = Speaker::new("espeak-ng".into(), "en-gb");
    let line = VoiceGateway::Trunk(Line::new(trunk, OwnPrompts::english(), Some(speaker)));
    let gateways = Gateways::new(Vec::new(), vec![line], Vec::new());
    let test = TestApp::with_gateways(gateways, TestClock::new(), without_budgets).await;
    test.add_practice("Y00001").await;
    let courier = test.courier();
    let mut took = Vec::new();
    for number in 0..CALLED {
        let token = asked_for_number(&test, number, FactorKind::VoiceCall).await?;
        let input = Input::Number { number: format!("020794{number:05}"), extension: String::new() };
        let asked = Instant::now();
        step(&test, token.expose(), input).await?;
        took.push(invite(&invites)?.duration_since(asked));
    }
    courier.stop().await;
    took.sort_unstable();
    let p99 = took.get(took.len() * 99 / 100).ok_or(io::ErrorKind::InvalidData)?;
    Ok(p99.as_secs_f64() * 1_000.0)
}

fn invite(invites: &Receiver<Instant>) -> io::Result<Instant> {
    tokio::task::block_in_place(|| invites.recv_timeout(Duration::from_secs(20))).map_err(io::Error::other)
}

/// A telephone that is always busy and notes when it is called. A stand-in: what is measured ends when the INVITE comes.
fn be_busy(telephone: &UdpSocket, mut note: impl FnMut(Instant) -> bool) -> io::Result<()> {
    let mut buffer = [0; 4_096];
    loop {
        let (length, from) = telephone.recv_from(&mut buffer)?;
        let at = Instant::now();
        let request = String::from_utf8_lossy(buffer.get(..length).unwrap_or_default()).into_owned();
        if request.starts_with("INVITE ") {
            telephone.send_to(busy(&request).as_bytes(), from)?;
            if !note(at) {
                return Ok(());
            }
        }
    }
}

fn busy(request: &str) -> String {
    let copied = ["via:", "from:", "to:", "call-id:", "cseq:"];
    let mut answer = "SIP/2.0 486 Busy Here\r\n".to_owned();
    for line in request.lines().skip(1).take_while(|line| !line.is_empty()) {
        let name = line.to_ascii_lowercase();
        if copied.iter().any(|copied| name.starts_with(copied)) {
            answer += line.trim_end();
            answer += if name.starts_with("to:") { ";tag=busy\r\n" } else { "\r\n" };
        }
    }
    answer + "Content-Length: 0\r\n\r\n"
}

fn trunk_to(port: u16) -> TrunkSettings {
    TrunkSettings {
        name: "bench".to_owned(),
        server: SocketAddr::from((Ipv4Addr::LOCALHOST, port)).to_string(),
        transport: TrunkTransport::Udp,
        caller_id: "+441134960000".to_owned(),
        local_address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        media_ports: 20_000..=30_999,
        most_calls: CALLS as usize,
        answer_within: Duration::from_secs(20),
        ping_every: Duration::ZERO,
        ..TrunkSettings::default()
    }
}

/// Calls at once to SIPp, which echoes all it hears: how many frames were late, and by how much the latest.
async fn calls(root: &Path) -> io::Result<(u32, u32)> {
    let (telephones, port) = telephones(root)?;
    let trunk = Trunk::start(trunk_to(port), Arc::new(random)).map_err(io::Error::other)?;
    let rules = CallRules { tellings: 1, listen_for: Duration::from_secs(3), ..CallRules::default() };
    let mut under_way = Vec::new();
    for number in 0..CALLS {
        let trunk = trunk.clone();
        let order = CallOrder {
            id: format!("bench-call-{number}"),
            to: format!("+4420794{number:05}"),
            extension: None,
            mode: CallMode::PressHash,
            prompts: CallPrompts::new(PromptSet::english(), None),
            rules,
        };
        under_way.push(tokio::spawn(async move { trunk.call(order, |_| ()).await }));
    }
    let (mut late, mut worst) = (0, 0);
    for call in under_way {
        let report = call.await.map_err(io::Error::other)?;
        // Ten seconds of speech and listening, at fifty frames a second, and as many back.
        if report.frames.sent < 400 || report.frames.heard < 400 {
            return Err(io::Error::other(format!("a call went wrong: {report:?}")));
        }
        late += report.frames.late_over_40ms;
        worst = worst.max(report.frames.worst_ms);
    }
    drop(telephones);
    Ok((late, worst))
}

/// SIPp as telephones, ended when dropped.
struct Telephones(Child);

impl Drop for Telephones {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn telephones(root: &Path) -> io::Result<(Telephones, u16)> {
    let port = free_port()?;
    let child = Command::new("sipp")
        .arg("-sf")
        .arg(root.join("crates/gateway/tests/it/voice/echoes.xml"))
        .args(["-i", "127.0.0.1", "-p", &port.to_string(), "-mi", "127.0.0.1", "-mp", &free_port()?.to_string()])
        .args(["-t", "u1", "-l", &CALLS.to_string(), "-nostdin", "-skip_rlimit", "-rtp_echo"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| io::Error::other(format!("SIPp cannot be run ({error}): run `make setup`")))?;
    let telephones = Telephones(child);
    // It listens once nobody else can.
    for _ in 0..500 {
        if UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).is_err() {
            return Ok((telephones, port));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Err(io::Error::other("SIPp did not start"))
}
