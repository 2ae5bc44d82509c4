//! `kill -9` while texts are handed over to a message centre: none is lost, and none that was acknowledged is sent again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use wardkey_domain::id::MessageId;
use wardkey_domain::message::{DeliveryState, MessageKind};
use wardkey_domain::op::{Actor, Origin};
use wardkey_domain::secret::Secret;
use wardkey_gateway::testing::Peer;
use wardkey_store as store;
use wardkey_store::message::NewMessage;
use wardkey_store::testing::TestDatabase;
use wardkey_testkit::{Folder, TestApp, TestClock};
use wardkey_usecases::message::sweep;

use super::power_cut::{Random, kills};
use crate::process::{Server, Setup};

/// Texts that wait for each kill.
const TEXTS_A_KILL: usize = 50;
const PASSWORD: &[(&str, &str)] = &[("WARDKEY_SMPP_PASSWORD", "secret")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_text_is_lost_or_sent_twice_when_the_process_is_killed() {
    let mut centre = Peer::start("message-centre.mjs", &[]).await;
    let folder = Folder::new();
    let database = Arc::new(TestDatabase::sqlite());
    let smpp = format!(
        "[smpp]\nhost = \"127.0.0.1\"\nport = {}\nsystem_id = \"wardkey\"\nsender = \"Wardkey\"\ntls = \"off\"\nwindow = 4\n",
        centre.port
    );
    let setup = Setup::new(&folder, &database.url(), &smpp);
    let count = kills() * TEXTS_A_KILL;
    let numbers = fill(&database, count).await;
    let mut random = Random::new();
    for _ in 0..kills() {
        let mut server = Server::start_with(&setup, PASSWORD).await;
        tokio::time::sleep(Duration::from_millis(20 + random.below(150))).await;
        server.kill();
    }
    // What is left is sent by a server that lives.
    let server = Server::start_with(&setup, PASSWORD).await;
    while waiting(&database).await > 0 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(server.stop().await.success(), "the server does not stop in good order");
    let states = after_the_last_claim(&database).await;
    let sent = heard(&mut centre).await;
    check(&numbers, &states, &sent);
}

/// Writes texts into the outbox, each to a number of its own.
async fn fill(database: &Arc<TestDatabase>, count: usize) -> BTreeMap<String, MessageId> {
    let test = TestApp::on(Arc::clone(database), TestClock::at_system_time(), |_| {}).await;
    test.add_practice("Y00001").await;
    test.add_person("Y00001", "nurse@riverside-surgery.example").await;
    let account = test.account("nurse@riverside-surgery.example").await;
    let now = test.clock.now();
    let mut numbers = BTreeMap::new();
    let mut tx = test.app.store().begin().await.unwrap();
    for number in 0..count {
        let to = format!("+4477009{number:05}");
        // As the outbox keeps it.
        let payload = json!({
            "by": "text", "to": { "e164": to, "extension": null }, "code": "123456", "application": null,
            "organisation": "Riverside Surgery", "minutes": 10, "report": "ABCD-2345",
        });
        let payload = Secret::new(payload.to_string().into_bytes());
        let id = MessageId::new(now, test.app.id_entropy());
        let message = NewMessage {
            id,
            kind: MessageKind::SignInText,
            account: account.id,
            organisation: account.organisation,
            flow: None,
            payload: &payload,
            expires_at: now.plus(Duration::from_secs(86_400)),
            report: None,
        };
        store::message::insert_message(&mut tx, &message, now).await.unwrap();
        numbers.insert(to.trim_start_matches('+').to_owned(), id);
    }
    tx.commit().await.unwrap();
    numbers
}

async fn waiting(database: &Arc<TestDatabase>) -> u64 {
    let store = database.open().await;
    let mut tx = store.read().await.unwrap();
    let states = store::message::count_messages(&mut tx).await.unwrap();
    states.iter().find(|(state, _)| *state == DeliveryState::Waiting).map_or(0, |(_, count)| *count)
}

/// What has become of each message, once every worker that died is known to be dead.
async fn after_the_last_claim(database: &Arc<TestDatabase>) -> BTreeMap<MessageId, DeliveryState> {
    let test = TestApp::on(Arc::clone(database), TestClock::at_system_time(), |_| {}).await;
    test.clock.advance(Duration::from_secs(120));
    for _ in 0..20 {
        let op = test.app.op(Actor::System("test"), Origin::default());
        sweep(&test.app, &op).await.unwrap();
    }
    let mut tx = test.app.store().read().await.unwrap();
    let rows = tx.all("SELECT id, state FROM messages", Vec::new()).await.unwrap();
    rows.iter().map(|row| (row.get("id").unwrap(), row.get::<String>("state").unwrap().parse().unwrap())).collect()
}

/// How often each number was sent to, as the centre has it.
async fn heard(centre: &mut Peer) -> BTreeMap<String, usize> {
    centre.order(&json!({ "act": "manners", "change": {} }));
    let mut sent = BTreeMap::new();
    // What was told before the answer to that order is everything.
    loop {
        let event = centre.event_of(&["submit", "changed"]).await;
        if event["event"] == "changed" {
            return sent;
        }
        *sent.entry(event["to"][2].as_str().unwrap().to_owned()).or_default() += 1;
    }
}

fn check(
    numbers: &BTreeMap<String, MessageId>,
    states: &BTreeMap<MessageId, DeliveryState>,
    sent: &BTreeMap<String, usize>,
) {
    let mut tally: BTreeMap<&str, usize> = BTreeMap::new();
    for (number, id) in numbers {
        let state = states[id];
        *tally.entry(state.as_str()).or_default() += 1;
        let times = sent.get(number).copied().unwrap_or_default();
        match state {
            DeliveryState::HandedOver | DeliveryState::Delivered => assert_eq!(times, 1, "{number} was not sent once"),
            DeliveryState::Unknown => assert!(times <= 1, "{number} was sent again although nobody knew"),
            DeliveryState::Waiting
            | DeliveryState::Sending
            | DeliveryState::Failed
            | DeliveryState::Expired
            | DeliveryState::Withdrawn => panic!("{number} is {state:?}"),
        }
    }
    println!("{tally:?} of {} texts after {} kills", numbers.len(), kills());
    assert!(tally.contains_key("handed_over"), "nothing was sent at all");
}
