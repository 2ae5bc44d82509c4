//! Streams: every event arrives, in order, whatever ends in between.

use std::time::Duration;

use wardkey_domain::audit::StreamStanding;
use wardkey_domain::op::{Actor, Origin};
use wardkey_gateway::siem::{NotTaken, Receiver, ReceiverCapture, Taken, Why};
use wardkey_store::args;
use wardkey_usecases::audit::{
    ExportFormat, Period, Stream, StreamBegin, StreamReport, export, forget_stream, list_streams,
};
use wardkey_usecases::job::{Round, Streamer};
use wardkey_usecases::{App, Error};

use super::world::{World, engines, refusal, visitor, write};

/// A stream from the beginning, in batches of five, into memory.
fn stream(name: &str) -> (Stream, ReceiverCapture) {
    let capture = ReceiverCapture::new(name);
    let stream = Stream::new(name.parse().unwrap(), Receiver::Capture(capture.clone()));
    (Stream { begin: StreamBegin::Beginning, batch: 5, ..stream }, capture)
}

/// One server that streams; a new one is a restart.
struct Server {
    app: App,
    streamer: Streamer,
}

impl Server {
    async fn start(world: &World, stream: &Stream) -> Self {
        let app = world.test.streaming(vec![stream.clone()]).await;
        Self { streamer: Streamer::new(app.clone(), stream.clone()), app }
    }

    async fn round(&mut self) -> Round {
        let op = self.app.op(Actor::System("stream_audit"), Origin::default());
        self.streamer.round(&op).await.unwrap()
    }

    /// As the job does it: until nothing is left, or nothing is taken.
    async fn rounds(&mut self) {
        while self.round().await == Round::More {}
    }

    async fn reports(&self, world: &World) -> Vec<StreamReport> {
        list_streams(&self.app, &world.test.operator()).await.unwrap()
    }

    async fn standing(&self, world: &World) -> (i64, StreamStanding) {
        let report = self.reports(world).await.remove(0);
        (report.behind, report.standing.unwrap())
    }
}

/// The numbers of all sealed events, in the order in which blocks have them.
async fn sealed(world: &World) -> Vec<i64> {
    let mut tx = world.app().store().read().await.unwrap();
    let page = wardkey_store::audit::list_sealed(&mut tx, Default::default(), 10_000).await.unwrap();
    page.events.iter().map(|(_, event)| event.number).collect()
}

async fn sealed_events(world: &World, count: u8) {
    world.write(count).await;
    world.seal().await;
}

const UNREACHABLE: Taken = Taken::Nothing(NotTaken { why: Why::Unreachable, patience: None });

#[tokio::test]
async fn every_sealed_event_arrives_once_in_order_and_as_an_export_has_it() {
    for engine in engines() {
        let world = World::on(engine).await;
        let (stream, capture) = stream("siem");
        sealed_events(&world, 12).await;
        let mut server = Server::start(&world, &stream).await;
        server.rounds().await;
        world.write(3).await;
        server.rounds().await;
        assert_eq!(capture.numbers().len(), 13, "twelve and the key's, and nothing that is not sealed");
        world.seal().await;
        server.rounds().await;
        assert_eq!(capture.numbers(), sealed(&world).await);
        assert!(capture.batches().iter().all(|batch| batch.len() <= 5));
        let mut out = Vec::new();
        export(world.app(), &world.test.operator(), ExportFormat::JsonLines, Period::default(), &mut out)
            .await
            .unwrap();
        let mut exported: Vec<String> = String::from_utf8(out).unwrap().lines().map(str::to_owned).collect();
        let mut streamed: Vec<String> = capture.batches().into_iter().flatten().map(|record| record.json).collect();
        exported.sort_unstable();
        streamed.sort_unstable();
        assert_eq!(streamed, exported);
        let (behind, standing) = server.standing(&world).await;
        assert_eq!((behind, standing.failing), (0, None));
    }
}

#[tokio::test]
async fn handing_over_makes_no_event_but_its_beginning() {
    let world = World::on(wardkey_testkit::EngineKind::Sqlite).await;
    let (stream, capture) = stream("siem");
    let mut server = Server::start(&world, &stream).await;
    for _ in 0..5 {
        world.seal().await;
        server.rounds().await;
    }
    let kinds: Vec<String> = capture.batches().into_iter().flatten().map(|record| record.kind).collect();
    assert_eq!(kinds, ["audit_stream_begun", "audit_key_made"]);
}

#[tokio::test]
async fn what_was_under_way_when_a_server_died_arrives_again() {
    for engine in engines() {
        let world = World::on(engine).await;
        let (stream, capture) = stream("siem");
        sealed_events(&world, 13).await;
        let mut server = Server::start(&world, &stream).await;
        assert_eq!(server.round().await, Round::More);
        // Two of five arrive, and nobody says so.
        capture.end_next(Taken::Some(2));
        server.rounds().await;
        drop(server);
        world.test.clock.advance(Duration::from_secs(1));
        Server::start(&world, &stream).await.rounds().await;
        let (numbers, sealed) = (capture.numbers(), sealed(&world).await);
        assert_eq!(numbers[..7], sealed[..7]);
        assert_eq!(numbers[7..], sealed[5..], "again from where it was last taken");
    }
}

#[tokio::test]
async fn a_receiver_that_is_down_for_days_loses_nothing_and_is_not_asked_all_the_time() {
    for engine in engines() {
        let world = World::on(engine).await;
        let (stream, capture) = stream("siem");
        sealed_events(&world, 4).await;
        for _ in 0..60 {
            capture.end_next(UNREACHABLE);
        }
        let mut server = Server::start(&world, &stream).await;
        let begun = world.test.clock.now();
        for _ in 0..1_000 {
            server.rounds().await;
            world.test.clock.advance(Duration::from_secs(2));
        }
        let (behind, standing) = server.standing(&world).await;
        let failing = standing.failing.unwrap();
        assert_eq!((failing.error.as_str(), failing.since, behind), ("unreachable", begun, 5));
        assert!((10..20).contains(&failing.tries), "{}", failing.tries);
        sealed_events(&world, 9).await;
        assert_eq!(server.standing(&world).await.0, 15, "the stream's own beginning is an event, too");
        assert!(capture.numbers().is_empty());
        for _ in 0..60 {
            world.test.clock.advance(Duration::from_secs(7_200));
            server.rounds().await;
        }
        assert_eq!(capture.numbers(), sealed(&world).await);
        let (behind, standing) = server.standing(&world).await;
        assert_eq!((behind, standing.failing), (0, None));
    }
}

#[tokio::test]
async fn patience_that_a_receiver_asks_for_outlives_a_restart() {
    let world = World::on(wardkey_testkit::EngineKind::Sqlite).await;
    let (stream, capture) = stream("siem");
    sealed_events(&world, 1).await;
    let patience = Some(Duration::from_secs(90));
    capture.end_next(Taken::Nothing(NotTaken { why: Why::Status(503), patience }));
    Server::start(&world, &stream).await.rounds().await;
    for (wait, arrived) in [(0, 0), (89, 0), (1, 2)] {
        world.test.clock.advance(Duration::from_secs(wait));
        let mut server = Server::start(&world, &stream).await;
        server.rounds().await;
        assert_eq!(capture.numbers().len(), arrived, "after {wait} s more");
        if arrived == 0 {
            let (_, standing) = server.standing(&world).await;
            assert_eq!(standing.failing.map(|failing| failing.error).as_deref(), Some("status_503"));
        }
    }
}

#[tokio::test]
async fn a_batch_that_is_too_large_is_made_smaller_and_grows_again() {
    let world = World::on(wardkey_testkit::EngineKind::Sqlite).await;
    let (stream, capture) = stream("siem");
    sealed_events(&world, 19).await;
    let mut server = Server::start(&world, &stream).await;
    for why in [Why::Status(413), Why::TimedOut, Why::Status(413)] {
        capture.end_next(Taken::Nothing(NotTaken { why, patience: None }));
        server.rounds().await;
        world.test.clock.advance(Duration::from_secs(60));
    }
    server.rounds().await;
    let sizes: Vec<usize> = capture.batches().iter().map(Vec::len).collect();
    assert_eq!(sizes, [1, 2, 4, 5, 5, 3]);
    assert_eq!(capture.numbers(), sealed(&world).await);
}

#[tokio::test]
async fn a_stream_begins_now_or_at_the_beginning_and_goes_on_where_it_was() {
    for engine in engines() {
        let world = World::on(engine).await;
        sealed_events(&world, 3).await;
        let (from_now, capture) = stream("siem");
        let from_now = Stream { begin: StreamBegin::Now, ..from_now };
        let before = sealed(&world).await.len();
        Server::start(&world, &from_now).await.rounds().await;
        assert!(capture.numbers().is_empty());
        sealed_events(&world, 2).await;
        // What the configuration says of the beginning counts once.
        let changed = Stream { begin: StreamBegin::Beginning, ..from_now };
        Server::start(&world, &changed).await.rounds().await;
        assert_eq!(capture.numbers(), sealed(&world).await[before..]);
    }
}

#[tokio::test]
async fn an_event_that_is_sealed_late_arrives_late() {
    for engine in engines() {
        let world = World::on(engine).await;
        let (stream, capture) = stream("siem");
        let mut server = Server::start(&world, &stream).await;
        world.write(6).await;
        world.tamper(&["UPDATE audit_events SET number = number + 20 WHERE number > 3"]).await;
        world.seal().await;
        server.rounds().await;
        let early = capture.numbers();
        write(world.app(), refusal()).await;
        // As if its transaction had begun before those that were sealed.
        world.tamper(&["UPDATE audit_events SET number = 5 WHERE kind = 'token_refused'"]).await;
        world.seal().await;
        server.rounds().await;
        let late = capture.numbers().split_off(early.len());
        assert!(late.contains(&5) && early.iter().max() > Some(&5), "{early:?} {late:?}");
        assert_eq!(capture.numbers(), sealed(&world).await);
    }
}

#[tokio::test]
async fn an_event_that_somebody_has_spoilt_is_told_and_holds_nobody_up() {
    let world = World::on(wardkey_testkit::EngineKind::Sqlite).await;
    let (stream, capture) = stream("siem");
    sealed_events(&world, 3).await;
    world.tamper(&["CREATE TABLE kept AS SELECT event FROM audit_events WHERE number = 2"]).await;
    let spoilt = "no \"json\"\n<13>1 forged";
    let mut tx = world.app().store().begin().await.unwrap();
    tx.exec("UPDATE audit_events SET event = $1 WHERE number = 2", args![spoilt]).await.unwrap();
    tx.commit().await.unwrap();
    Server::start(&world, &stream).await.rounds().await;
    let records: Vec<_> = capture.batches().into_iter().flatten().collect();
    let line: serde_json::Value = serde_json::from_str(&records[1].json).unwrap();
    assert_eq!((records.len(), line["event"].as_str()), (4, Some(spoilt)));
    assert!(records.iter().all(|record| !record.json.contains('\n') && !record.short.contains('\n')));
    world.tamper(&["UPDATE audit_events SET event = (SELECT event FROM kept) WHERE number = 2"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_that_both_hand_over_skip_nothing() {
    for engine in engines() {
        let world = World::on(engine).await;
        let (stream, capture) = stream("siem");
        sealed_events(&world, 60).await;
        let (mut one, mut two) = (Server::start(&world, &stream).await, Server::start(&world, &stream).await);
        tokio::join!(
            async {
                for _ in 0..40 {
                    one.round().await;
                }
            },
            async {
                for _ in 0..40 {
                    two.round().await;
                }
            }
        );
        let mut arrived = capture.numbers();
        arrived.sort_unstable();
        arrived.dedup();
        let mut all = sealed(&world).await;
        all.sort_unstable();
        assert_eq!(arrived, all);
        assert_eq!(one.standing(&world).await.0, 0);
    }
}

#[tokio::test]
async fn a_stream_that_is_no_longer_configured_is_kept_until_it_is_forgotten() {
    let world = World::on(wardkey_testkit::EngineKind::Sqlite).await;
    let (old, _) = stream("old");
    let (new, _) = stream("new");
    sealed_events(&world, 2).await;
    let mut server = Server::start(&world, &old).await;
    server.rounds().await;
    let operator = world.test.operator();
    let name = "old".parse().unwrap();
    assert!(matches!(forget_stream(&server.app, &operator, &name).await, Err(Error::Conflict(_))));
    let renamed = Server::start(&world, &new).await;
    let told: Vec<_> = renamed
        .reports(&world)
        .await
        .into_iter()
        .map(|report| (report.name.to_string(), report.is_configured, report.standing.is_some()))
        .collect();
    assert_eq!(told, [("new".to_owned(), true, false), ("old".to_owned(), false, true)]);
    assert!(matches!(forget_stream(&renamed.app, &visitor(&renamed.app), &name).await, Err(Error::NotFound(_))));
    assert_eq!(forget_stream(&renamed.app, &operator, &name).await.unwrap().name, name);
    assert!(matches!(forget_stream(&renamed.app, &operator, &name).await, Err(Error::NotFound(_))));
    world.seal().await;
    let mut tx = world.app().store().read().await.unwrap();
    let last = wardkey_store::audit::list_events(&mut tx, 1, i64::MAX, 100).await.unwrap().pop().unwrap();
    assert_eq!(last.entry.kind, "audit_stream_forgotten");
    assert_eq!(last.entry.actor, "operator:test");
}

#[tokio::test]
async fn who_may_not_read_the_audit_sees_no_streams() {
    let world = World::on(wardkey_testkit::EngineKind::Sqlite).await;
    assert!(matches!(list_streams(world.app(), &visitor(world.app())).await, Err(Error::NotFound(_))));
}

#[test]
fn every_kind_of_event_fits_a_syslog_message() {
    for described in wardkey_domain::audit::Event::ALL {
        assert!(described.kind.len() <= 32, "{} is cut off [RFC 5424 §6]", described.kind);
    }
}
