//! Group commit under faults and sudden death.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use tokio::time::timeout;

use crate::testing::TestDatabase;
use crate::{Store, StoreError, Tx, args};

/// Longer than anything here takes, so that a lost wake-up fails instead of hanging.
const FOREVER: Duration = Duration::from_secs(60);

const INSERT: &str = "INSERT INTO halves (deed, half) VALUES ($1, $2)";

async fn prepared(database: &TestDatabase) -> Store {
    let store = database.store().await;
    let mut tx = store.begin().await.unwrap();
    tx.script(
        "CREATE TABLE IF NOT EXISTS halves (deed BIGINT, half BIGINT, PRIMARY KEY (deed, half));
         CREATE TABLE IF NOT EXISTS owners (id BIGINT PRIMARY KEY);
         CREATE TABLE IF NOT EXISTS owned (owner BIGINT REFERENCES owners (id) DEFERRABLE INITIALLY DEFERRED);",
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    store
}

/// A deed of two halves that must happen together.
async fn deed(store: &Store, deed: i64) -> Result<(), StoreError> {
    halves(store.begin().await?, deed).await
}

/// The same, by a transaction that only inserts.
async fn appended(store: &Store, deed: i64) -> Result<(), StoreError> {
    halves(store.begin_appending().await?, deed).await
}

async fn halves(mut tx: Tx, deed: i64) -> Result<(), StoreError> {
    tx.exec(INSERT, args![deed, 1]).await?;
    tokio::task::yield_now().await;
    tx.exec(INSERT, args![deed, 2]).await?;
    tx.commit().await
}

/// All deeds that happened. Panics when one happened by half.
async fn whole_deeds(store: &Store) -> Vec<i64> {
    let sql = "SELECT deed, COUNT(*) AS halves FROM halves GROUP BY deed ORDER BY deed";
    let rows = store.read().await.unwrap().all(sql, args![]).await.unwrap();
    let whole = |row: &crate::Row| (row.get::<i64>("halves").unwrap() == 2).then(|| row.get("deed").unwrap());
    rows.iter().map(|row| whole(row).expect("a deed happened by half")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_transactions_share_a_commit() {
    let database = TestDatabase::sqlite();
    let store = prepared(&database).await;
    let before = store.sqlite_commits().await;
    let workers = (0..64).map(|number| {
        tokio::spawn({
            let store = store.clone();
            async move { deed(&store, number).await }
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        timeout(FOREVER, worker).await.unwrap().unwrap().unwrap();
    }
    assert_eq!(whole_deeds(&store).await.len(), 64);
    let commits = store.sqlite_commits().await - before;
    assert!(commits < 48, "{commits} commits for 64 transactions");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_in_line_and_those_at_the_seat_share_commits() {
    let database = TestDatabase::sqlite();
    let store = prepared(&database).await;
    let before = store.sqlite_commits().await;
    let workers = (0..64).map(|number| {
        tokio::spawn({
            let store = store.clone();
            async move { if number % 4 == 0 { deed(&store, number).await } else { appended(&store, number).await } }
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        timeout(FOREVER, worker).await.unwrap().unwrap().unwrap();
    }
    assert_eq!(whole_deeds(&store).await.len(), 64);
    let commits = store.sqlite_commits().await - before;
    assert!(commits < 48, "{commits} commits for 64 transactions");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_in_line_who_breaks_a_rule_fails_alone() {
    let database = TestDatabase::sqlite();
    let store = prepared(&database).await;
    deed(&store, 7).await.unwrap();
    // While somebody has the seat they all come to stand in one line.
    let held = store.begin().await.unwrap();
    let line = (0..20).map(|number| {
        tokio::spawn({
            let store = store.clone();
            async move { (number, appended(&store, number).await) }
        })
    });
    let line = line.collect::<Vec<_>>();
    tokio::time::sleep(Duration::from_millis(50)).await;
    drop(held);
    for each in line {
        let (number, outcome) =
            timeout(FOREVER, each).await.expect("whoever leaves the seat sees to the line").unwrap();
        match outcome {
            Err(error) => assert!(number == 7 && error.is_unique().is_some(), "{number}: {error:?}"),
            Ok(()) => assert_ne!(number, 7),
        }
    }
    assert_eq!(whole_deeds(&store).await, (0..20).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_stands_in_line_only_inserts() {
    let database = TestDatabase::sqlite();
    let store = prepared(&database).await;
    for other in ["UPDATE halves SET half = $1", "INSERT INTO halves SELECT deed, $1 FROM halves", "DELETE FROM halves"]
    {
        let mut tx = store.begin_appending().await.unwrap();
        assert!(tx.exec(other, args![1]).await.is_err(), "{other}");
    }
    assert!(store.begin_appending().await.unwrap().all("SELECT 1 AS one", args![]).await.is_err());
    let mut tx = store.begin_appending().await.unwrap();
    tx.exec(INSERT, args![1, 1]).await.unwrap();
    drop(tx);
    assert!(whole_deeds(&store).await.is_empty(), "what is dropped never happened");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_runtime_that_stops_does_not_strand_a_commit() {
    let database = TestDatabase::sqlite();
    let store = prepared(&database).await;
    let other = {
        let store = store.clone();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            for number in 0..200 {
                let store = store.clone();
                runtime.spawn(async move { deed(&store, number).await });
            }
            runtime.shutdown_background();
        })
    };
    other.join().unwrap();
    for number in 1_000..1_010 {
        timeout(FOREVER, deed(&store, number)).await.expect("the writer is free").unwrap();
    }
    assert!(whole_deeds(&store).await.len() >= 10);
}

#[tokio::test]
async fn a_commit_that_fails_fails_for_all_and_for_nobody_after() {
    let database = TestDatabase::sqlite();
    let store = prepared(&database).await;
    let mut broken = store.begin().await.unwrap();
    broken.exec("INSERT INTO owned (owner) VALUES ($1)", args![404]).await.unwrap();
    let good = deed(&store, 1);
    let (broken, good) = tokio::join!(broken.commit(), good);
    assert!(matches!(broken, Err(StoreError::Commit(_))), "{broken:?}");
    // The second shares the commit or comes after it: it happened exactly when it says so.
    assert_eq!(whole_deeds(&store).await.len(), usize::from(good.is_ok()));
    deed(&store, 2).await.unwrap();
    assert!(whole_deeds(&store).await.contains(&2));
}

#[tokio::test]
async fn a_fault_that_undoes_everything_is_told_to_everybody() {
    let database = TestDatabase::sqlite();
    let store = prepared(&database).await;
    deed(&store, 1).await.unwrap();
    let member = deed(&store, 2);
    let culprit = async {
        let mut tx = store.begin().await.unwrap();
        // The one way to provoke what a full disk does: this undoes the outer transaction.
        tx.exec("INSERT OR ROLLBACK INTO halves (deed, half) VALUES ($1, $2)", args![1, 1]).await.unwrap_err();
        tx.commit().await.unwrap_err()
    };
    let (member, _) = tokio::join!(member, culprit);
    assert_eq!(whole_deeds(&store).await.contains(&2), member.is_ok());
    deed(&store, 3).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_take_turns() {
    let database = TestDatabase::sqlite();
    let (first, second) = (prepared(&database).await, database.store().await);
    let all = (0..40).map(|number| {
        let store = if number % 2 == 0 { first.clone() } else { second.clone() };
        tokio::spawn(async move { deed(&store, number).await })
    });
    for one in all.collect::<Vec<_>>() {
        timeout(FOREVER, one).await.unwrap().unwrap().unwrap();
    }
    assert_eq!(whole_deeds(&first).await.len(), 40);
}

/// Where the killed process finds its database.
const VICTIM: &str = "WARDKEY_TEST_VICTIM";

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let database = TestDatabase::sqlite();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async { prepared(&database).await.close().await });
    let mut acknowledged: Vec<i64> = Vec::new();
    for round in 0..8 {
        let mut victim = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "db::sqlite::writer_tests::victim", "--ignored", "--nocapture", "--test-threads=1"])
            .env(VICTIM, format!("{} {}", database.url(), round * 1_000_000))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(victim.stdout.take().unwrap()).lines();
        // How long it lives differs from round to round.
        let mut left = 40 + round * 57;
        for line in lines.map_while(Result::ok) {
            acknowledged.extend(line.strip_prefix("done ").and_then(|number| number.parse::<i64>().ok()));
            left -= 1;
            if left == 0 {
                victim.kill().unwrap();
            }
        }
        victim.wait().unwrap();
    }
    assert!(acknowledged.len() > 300, "{}", acknowledged.len());
    let happened = runtime.block_on(async { whole_deeds(&database.store().await).await });
    let lost: Vec<_> = acknowledged.iter().filter(|number| happened.binary_search(number).is_err()).collect();
    assert!(lost.is_empty(), "acknowledged but lost: {lost:?}");
}

#[test]
#[ignore = "is started, and killed, by another test"]
#[expect(clippy::disallowed_methods, reason = "that is how the other test says where the database is")]
fn victim() {
    let Ok(told) = std::env::var(VICTIM) else { return };
    let (url, first) = told.split_once(' ').unwrap();
    let settings = crate::StoreSettings { url: url.to_owned(), max_connections: 2 };
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let now = wardkey_domain::time::Timestamp::from_seconds(1);
        let store = Store::open(&settings, crate::testing::master_keys(), now).await.unwrap();
        let workers = (0..16).map(|worker| {
            let (store, first) = (store.clone(), first.parse::<i64>().unwrap() + worker * 10_000);
            tokio::spawn(async move {
                for number in first.. {
                    let done =
                        if worker % 2 == 0 { deed(&store, number).await } else { appended(&store, number).await };
                    done.unwrap();
                    println!("done {number}");
                }
            })
        });
        for worker in workers.collect::<Vec<_>>() {
            worker.await.unwrap();
        }
    });
}
