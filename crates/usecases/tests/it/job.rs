//! Jobs: done again and again, by one node when they must be, finished when the server stops.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use wardkey_store::args;
use wardkey_testkit::{EngineKind, TestApp};
use wardkey_usecases::Error;
use wardkey_usecases::job::{Job, Jobs, Round};

const OFTEN: Duration = Duration::from_millis(1);
const NEVER: Duration = Duration::from_secs(60 * 60);

/// Counts rounds, and tells whoever waits for them.
#[derive(Clone, Default)]
struct Rounds(Arc<(AtomicUsize, Notify)>);

impl Rounds {
    fn count(&self) -> usize {
        self.0.0.load(Ordering::SeqCst)
    }

    fn add(&self) -> usize {
        self.0.1.notify_waiters();
        self.0.0.fetch_add(1, Ordering::SeqCst) + 1
    }

    async fn reach(&self, count: usize) {
        let reached = async {
            loop {
                let told = self.0.1.notified();
                if self.count() >= count {
                    return;
                }
                told.await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), reached).await.expect("the rounds are done");
    }
}

#[tokio::test]
async fn a_job_is_done_until_the_server_stops() {
    let app = TestApp::start().await;
    let (rounds, mut jobs) = (Rounds::default(), Jobs::new(&app.app));
    let counted = rounds.clone();
    jobs.start(Job::every("test", OFTEN), move |_, _| {
        counted.add();
        async { Ok(Round::Done) }
    });
    rounds.reach(5).await;
    jobs.stop().await;
    let stopped_at = rounds.count();
    tokio::task::yield_now().await;
    assert_eq!(rounds.count(), stopped_at);
}

#[tokio::test]
async fn a_round_that_fails_or_panics_does_not_end_its_job() {
    let app = TestApp::start().await;
    let (rounds, mut jobs) = (Rounds::default(), Jobs::new(&app.app));
    let counted = rounds.clone();
    jobs.start(Job::every("test", OFTEN), move |_, _| {
        let round = counted.add();
        async move {
            match round {
                1 => Err(Error::fault("do it")),
                2 => panic!("a fault"),
                _ => Ok(Round::Done),
            }
        }
    });
    rounds.reach(4).await;
    jobs.stop().await;
}

#[tokio::test]
async fn more_is_done_at_once_and_a_stop_finishes_what_must_be() {
    let app = TestApp::start().await;
    let (rounds, mut jobs) = (Rounds::default(), Jobs::new(&app.app));
    let counted = rounds.clone();
    jobs.start(Job { finish: true, ..Job::every("test", NEVER) }, move |_, _| {
        let round = counted.add();
        async move { Ok(if matches!(round, 3 | 6) { Round::Done } else { Round::More }) }
    });
    rounds.reach(3).await;
    jobs.stop().await;
    assert_eq!(rounds.count(), 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_node_does_what_must_be_done_alone_and_another_takes_over() {
    if !EngineKind::Postgres.is_available() {
        return;
    }
    let first = TestApp::on_engine(EngineKind::Postgres).await;
    let second = first.another_node().await;
    let start = |app: &TestApp, rounds: &Rounds| {
        let (counted, mut jobs) = (rounds.clone(), Jobs::new(&app.app));
        jobs.start(Job { alone: true, ..Job::every("test", OFTEN) }, move |_, _| {
            counted.add();
            async { Ok(Round::Done) }
        });
        jobs
    };
    let (ours, theirs) = (Rounds::default(), Rounds::default());
    let jobs = start(&first, &ours);
    ours.reach(1).await;
    let other_jobs = start(&second, &theirs);
    ours.reach(20).await;
    assert_eq!(theirs.count(), 0);
    jobs.stop().await;
    theirs.reach(3).await;
    other_jobs.stop().await;
}

/// Until when somebody holds the job of these tests.
async fn held_until(app: &TestApp) -> i64 {
    let mut tx = app.app.store().read().await.unwrap();
    let row = tx.opt("SELECT expires_at FROM leases WHERE name = 'test'", args![]).await.unwrap();
    row.unwrap().get("expires_at").unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_keeps_a_job_while_a_round_waits_for_somebody_else() {
    if !EngineKind::Postgres.is_available() {
        return;
    }
    let app = TestApp::on_engine(EngineKind::Postgres).await;
    let (rounds, mut jobs, answer) = (Rounds::default(), Jobs::new(&app.app), Arc::new(Notify::new()));
    let (counted, awaited) = (rounds.clone(), Arc::clone(&answer));
    jobs.start(Job { alone: true, ..Job::every("test", NEVER) }, move |_, _| {
        counted.add();
        let awaited = Arc::clone(&awaited);
        async move {
            awaited.notified().await;
            Ok(Round::Done)
        }
    });
    rounds.reach(1).await;
    let held = held_until(&app).await;
    app.clock.advance(Duration::from_secs(4));
    let renewed = async { while held_until(&app).await <= held {} };
    tokio::time::timeout(Duration::from_secs(20), renewed).await.expect("the lease is renewed");
    answer.notify_one();
    jobs.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_jobs_of_the_product_start_and_stop() {
    let app = TestApp::start().await;
    wardkey_usecases::job::start(&app.app).stop().await;
}
