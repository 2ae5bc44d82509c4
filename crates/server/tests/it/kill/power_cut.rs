//! The test itself: load, a cut, a look.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use wardkey_store::testing::TestDatabase;
use wardkey_testkit::{Browser, Folder, OidcClient, Person, TestApp, TestClock, Transport};

use super::ledger::{Entry, Ledger};
use super::load::Load;
use crate::process::{ISSUER, Server, Setup};

/// People who act at the same time.
const WORKERS: usize = 4;
/// People who may enrol in one round.
const PEOPLE_A_ROUND: usize = 24;

/// How often the server is killed: a few times unless somebody asks for more.
pub(super) fn kills() -> usize {
    std::env::var("WARDKEY_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(6)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    let folder = Folder::new();
    let database = Arc::new(TestDatabase::sqlite());
    let setup = Setup::new(&folder, &database.url(), "[throttle]\nnetwork_free = 100000\n");
    let (people, client) = prepare(&database, kills() * PEOPLE_A_ROUND).await;
    let people = Arc::new(Mutex::new(people.into()));
    let ledger = Arc::new(Mutex::new(Ledger::default()));
    let mut random = Random::new();
    for round in 0..kills() {
        let mut server = Server::start(&setup).await;
        let transport = Transport::http(server.base.clone());
        let client = OidcClient { transport: transport.clone(), ..client.clone() };
        let load = Load { transport, client: client.clone(), people: Arc::clone(&people), ledger: Arc::clone(&ledger) };
        let workers: Vec<_> = (0..WORKERS).map(|_| tokio::spawn(load.clone().work())).collect();
        tokio::time::sleep(Duration::from_millis(100 + random.below(1_400))).await;
        server.kill();
        for worker in workers {
            // Most end because the server is gone; one that saw something wrong says so.
            let message = worker.await.err().map(|error| panic_message(error.into_panic()));
            assert!(
                !message.as_ref().is_some_and(|text| text.contains("accepted twice")),
                "round {round}: {message:?}"
            );
        }
        check_against_process(&setup, &client, &ledger, round).await;
    }
    check_audit(&setup, &ledger.lock().unwrap());
}

/// Fills the database with people who have not enrolled, and one application.
async fn prepare(database: &Arc<TestDatabase>, count: usize) -> (Vec<Person>, OidcClient) {
    let test = TestApp::on(Arc::clone(database), TestClock::at_system_time(), |_| {}).await;
    test.add_practice("Y00001").await;
    let mut people = Vec::new();
    for number in 0..count {
        people.push(test.add_person("Y00001", &format!("person-{number}@riverside-surgery.example")).await);
    }
    let client = test.add_web_application("Y00001").await;
    (people, client)
}

/// Starts the server again and asks it for everything that it had acknowledged since it was last asked.
async fn check_against_process(setup: &Setup, client: &OidcClient, ledger: &Mutex<Ledger>, round: usize) {
    let server = Server::start(setup).await;
    let transport = Transport::http(server.base.clone());
    let client = OidcClient { transport: transport.clone(), ..client.clone() };
    let entries: Vec<(String, Entry)> = ledger.lock().unwrap().0.clone().into_iter().collect();
    for (address, entry) in entries.iter().filter(|(_, entry)| !entry.is_checked) {
        let about = format!("round {round}, {address}");
        for session in &entry.sessions {
            let mut browser = Browser::new(transport.clone(), ISSUER);
            browser.cookies.plant("wardkey-session", session);
            assert_eq!(browser.open("/session/check").await.status, 204, "{about}: a session is lost");
        }
        for exchanged in &entry.exchanged {
            let again = client.exchange(&exchanged.code, &exchanged.verifier).await;
            assert_eq!(again.unwrap_err().error, "invalid_grant", "{about}: a code was accepted twice");
        }
        let Some(person) = &entry.person else { continue };
        let mut browser = Browser::new(transport.clone(), ISSUER);
        person.enter_password(&mut browser).await;
        assert_eq!(browser.page().path(), "/signin/code", "{about}: an enrolment is lost");
        for spent in &entry.spent {
            browser.fill("code", spent);
            browser.press("Continue").await;
            assert_eq!(browser.page().path(), "/signin/code", "{about}: a code was accepted twice");
        }
    }
    // Not looked at again: sessions end, and wrong codes wait.
    ledger.lock().unwrap().0.values_mut().for_each(|entry| entry.is_checked = true);
    assert!(server.stop().await.success(), "round {round}: the server does not stop in good order");
}

/// Everything that was acknowledged stands in the audit, no code opened twice, and the chain verifies.
fn check_audit(setup: &Setup, ledger: &Ledger) {
    let verified = setup.must(&["audit", "verify"]);
    assert!(verified.contains("are sound"), "{verified}");
    let mut events: BTreeMap<String, usize> = BTreeMap::new();
    for line in setup.must(&["audit", "export", "--format", "jsonl"]).lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        let kind = event["kind"].as_str().or_else(|| event["event"]["kind"].as_str()).unwrap_or_default();
        *events.entry(kind.to_owned()).or_default() += 1;
    }
    let count = |kind: &str| events.get(kind).copied().unwrap_or_default();
    let enrolled = ledger.0.values().filter(|entry| entry.person.is_some()).count();
    let signed_in: usize = ledger.0.values().map(|entry| entry.sign_ins).sum();
    assert!(enrolled > 0, "the load has done nothing");
    assert!(count("credential_enrolled") >= enrolled, "{events:?} against {enrolled} enrolments");
    assert!(count("signed_in") >= signed_in, "{events:?} against {signed_in} sign-ins");
    // Each sign-in spends a code, and each code is good once. An enrolment that was cut off may have spent one unseen.
    let typed: usize = ledger.0.values().map(|entry| entry.typed.len()).sum();
    assert!(count("signed_in") <= typed + WORKERS * kills(), "{events:?} against {typed} codes");
}

fn panic_message(panic: Box<dyn std::any::Any + Send>) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}

/// Moments that differ from round to round and not from run to run (xorshift).
pub(super) struct Random(u64);

impl Random {
    pub(super) const fn new() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }

    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}
