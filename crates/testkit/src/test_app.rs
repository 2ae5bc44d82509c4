//! The whole product in one process: a database of its own, a clock that stands still, nothing left to chance.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use wardkey_domain::directory::HelpContact;
use wardkey_domain::factor::password::HashParams;
use wardkey_domain::factor::telephone::TelephoneRules;
use wardkey_domain::op::{Actor, Op, Origin};
use wardkey_gateway::breached_password::BreachedPasswords;
use wardkey_gateway::call::{CallCapture, VoiceGateway};
use wardkey_gateway::capture::Capture;
use wardkey_gateway::certificate_status::CertificateStatus;
use wardkey_gateway::outbound::{Outbound, OutboundSettings};
use wardkey_store::Store;
use wardkey_store::testing::TestDatabase;
use wardkey_usecases::audit::Stream;
use wardkey_usecases::hashing::HashingSettings;
use wardkey_usecases::job::Sealer;
use wardkey_usecases::message::{Courier, Gateways};
use wardkey_usecases::{App, CacheSettings, Issuer, Parts, Random, Settings, audit};
use wardkey_web::{AddressReader, TokenReader, WebSettings};

use crate::browser::Browser;
use crate::clock::TestClock;
use crate::transport::Transport;

/// The issuer of the product in a test.
pub const ISSUER: &str = "http://localhost:8480";

/// Which engine a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EngineKind {
    /// A file of its own.
    Sqlite,
    /// A database of its own on the test server.
    Postgres,
}

impl EngineKind {
    /// Whether this run has it.
    pub fn is_available(self) -> bool {
        self == Self::Sqlite || wardkey_store::testing::has_postgres()
    }

    /// An empty database.
    pub fn database(self) -> TestDatabase {
        match self {
            Self::Sqlite => TestDatabase::sqlite(),
            Self::Postgres => TestDatabase::postgres(),
        }
    }
}

/// The whole product in one process.
///
/// When it is dropped, everything in the audit is sealed and the chain must verify.
pub struct TestApp {
    /// The application.
    pub app: App,
    /// Its clock.
    pub clock: TestClock,
    /// Where its texts and e-mails go.
    pub messages: Capture,
    /// Where its calls go.
    pub calls: CallCapture,
    router: Router,
    database: Arc<TestDatabase>,
    settings: Settings,
}

impl TestApp {
    /// The product on SQLite with its usual settings, but hashes that cost nothing.
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// The product on an engine of one's choice.
    pub async fn on_engine(engine: EngineKind) -> Self {
        Self::on(Arc::new(engine.database()), TestClock::new(), |_| {}).await
    }

    /// The product on SQLite with other settings.
    pub async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::on(Arc::new(TestDatabase::sqlite()), TestClock::new(), change).await
    }

    /// The product as one more node on `database`.
    ///
    /// # Panics
    /// When it cannot be built.
    pub async fn on(database: Arc<TestDatabase>, clock: TestClock, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = settings();
        change(&mut settings);
        Self::build(database, clock, settings, calls_nobody(), None).await
    }

    /// The product on SQLite, whose messages leave by these networks.
    ///
    /// # Panics
    /// When it cannot be built.
    pub async fn with_gateways(gateways: Gateways, clock: TestClock, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = settings();
        change(&mut settings);
        Self::build(Arc::new(TestDatabase::sqlite()), clock, settings, calls_nobody(), Some(gateways)).await
    }

    /// The product on SQLite, which may call these hosts, each `name:port`, although they are on this machine.
    ///
    /// # Panics
    /// When it cannot be built.
    pub async fn calling(hosts: &[String]) -> Self {
        Self::calling_with(hosts, |_| {}).await
    }

    /// The same, with other settings.
    ///
    /// # Panics
    /// When it cannot be built.
    pub async fn calling_with(hosts: &[String], change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = settings();
        change(&mut settings);
        let allow = hosts.iter().map(|host| host.parse().expect("a host and a port")).collect();
        let outbound = Outbound::new(&OutboundSettings { allow, ..OutboundSettings::default() }).expect("a client");
        Self::build(Arc::new(TestDatabase::sqlite()), TestClock::new(), settings, outbound, None).await
    }

    async fn build(
        database: Arc<TestDatabase>,
        clock: TestClock,
        settings: Settings,
        outbound: Outbound,
        gateways: Option<Gateways>,
    ) -> Self {
        let (messages, calls) = (Capture::new(clock.clock()), CallCapture::new("calls"));
        let gateways = gateways.unwrap_or_else(|| captured(&messages, &calls));
        let app = build(database.store().await, &clock, settings.clone(), outbound, gateways, Vec::new());
        let token_reader = TokenReader(wardkey_protocols::file::tokens_in);
        let address_reader = AddressReader(wardkey_protocols::file::addresses_in);
        let web = WebSettings { token_reader, address_reader, ..WebSettings::default() };
        let routes = wardkey_web::router(app.clone(), web.clone()).merge(wardkey_protocols::router(app.clone()));
        let router = wardkey_web::wrap(routes, app.clone(), web);
        Self { app, clock, messages, calls, router, database, settings }
    }

    /// Another node on the same database, with the same clock.
    pub async fn another_node(&self) -> Self {
        let settings = self.settings.clone();
        Self::on(Arc::clone(&self.database), self.clock.clone(), |changed| *changed = settings).await
    }

    /// The product as another server on the same database, which hands the audit over by `streams`.
    pub async fn streaming(&self, streams: Vec<Stream>) -> App {
        let store = self.database.open().await;
        build(store, &self.clock, self.settings.clone(), calls_nobody(), Gateways::default(), streams)
    }

    /// The whole product as a service.
    pub fn transport(&self) -> Transport {
        Transport::router(self.router.clone())
    }

    /// A new browser.
    pub fn browser(&self) -> Browser {
        Browser::new(self.transport(), self.settings.issuer.as_str())
    }

    /// A new browser in another network.
    pub fn browser_from(&self, address: IpAddr) -> Browser {
        Browser::new(self.transport().from_address(address), self.settings.issuer.as_str())
    }

    /// Sends what is due, until this is dropped.
    pub fn courier(&self) -> Courier {
        Courier::start(&self.app)
    }

    /// The circumstances of an operator at the command line.
    pub fn operator(&self) -> Op {
        self.app.op(Actor::Operator("test".to_owned()), Origin::default())
    }

    /// The settings.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The database.
    pub const fn database(&self) -> &Arc<TestDatabase> {
        &self.database
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let (database, clock, settings) = (Arc::clone(&self.database), self.clock.clone(), self.settings.clone());
        // A thread of its own: this one may stand inside a runtime, and must not wait for anything on it.
        let verified = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
            runtime.expect("a runtime").block_on(verify_audit(&database, &clock, settings));
        });
        assert!(verified.join().is_ok(), "the audit does not verify");
    }
}

async fn verify_audit(database: &TestDatabase, clock: &TestClock, settings: Settings) {
    let app = build(database.open().await, clock, settings, calls_nobody(), Gateways::default(), Vec::new());
    // Refusals are counted for a minute before they are written down.
    clock.advance(Duration::from_secs(120));
    Sealer::new(&app).drain().await.expect("the audit can be sealed");
    let op = app.op(Actor::Operator("test".to_owned()), Origin::default());
    let found = audit::verify(&app, &op).await.expect("the audit can be read");
    assert!(found.problem.is_none(), "{:?}", found.problem);
}

/// Outgoing requests without exceptions. Made once: it reads the system's certificate authorities.
fn calls_nobody() -> Outbound {
    static OUTBOUND: OnceLock<Outbound> = OnceLock::new();
    OUTBOUND.get_or_init(|| Outbound::new(&OutboundSettings::default()).expect("a client")).clone()
}

/// Networks that lead nowhere but into memory.
fn captured(messages: &Capture, calls: &CallCapture) -> Gateways {
    Gateways::new(
        vec![messages.texts_of("texts")],
        vec![VoiceGateway::Capture(calls.clone())],
        vec![messages.mails_of("mails")],
    )
}

fn build(
    store: Store,
    clock: &TestClock,
    settings: Settings,
    outbound: Outbound,
    gateways: Gateways,
    streams: Vec<Stream>,
) -> App {
    App::new(Parts {
        store,
        clock: clock.clock(),
        random: random(),
        push_outbound: outbound.clone(),
        certificate_status: CertificateStatus::new(outbound.clone()),
        care_identity: None,
        outbound,
        breached: BreachedPasswords::none(),
        gateways,
        streams,
        settings,
    })
}

/// The usual settings, with hashes that cost nothing.
fn settings() -> Settings {
    Settings {
        issuer: Issuer::parse(ISSUER).expect("an issuer"),
        demo: false,
        help: HelpContact {
            name: "Test help desk".to_owned(),
            telephone: Some("01632 960000".to_owned()),
            address: None,
            hours: None,
        },
        hashing: HashingSettings { params: HashParams::cheapest(), threads: Some(1), ..HashingSettings::default() },
        password: Default::default(),
        totp: Default::default(),
        // Numbers that belong to nobody.
        telephone: TelephoneRules { drama: true, ..TelephoneRules::default() },
        max_telephones: 2,
        restricted: Default::default(),
        places: Default::default(),
        location_ranges: Default::default(),
        card_origin: None,
        push_contact: None,
        message: Default::default(),
        throttle: Default::default(),
        session: Default::default(),
        signin: Default::default(),
        access: Default::default(),
        provisioning: Default::default(),
        visits: Default::default(),
        api: Default::default(),
        cache: CacheSettings { sessions: 1_000, tokens: 1_000 },
        oidc: Default::default(),
        audit: Default::default(),
    }
}

#[expect(clippy::disallowed_methods, reason = "a test draws real randomness, so that tests never share a token")]
fn random() -> Random {
    Arc::new(|bytes: &mut [u8]| getrandom::fill(bytes).expect("the system has randomness"))
}
