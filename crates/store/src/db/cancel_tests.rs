//! Transactions that are given up at any moment.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::time::timeout;

use crate::{Store, StoreError, Tx, args, both_engines};

/// Longer than anything here takes, so that a lost wake-up fails instead of hanging.
const FOREVER: Duration = Duration::from_secs(60);

/// A deed of two halves that must happen together.
async fn deed(store: &Store, deed: i64) -> Result<(), StoreError> {
    halves(store.begin().await?, deed).await
}

/// The same, by a transaction that only inserts.
async fn appended(store: &Store, deed: i64) -> Result<(), StoreError> {
    halves(store.begin_appending().await?, deed).await
}

async fn halves(mut tx: Tx, deed: i64) -> Result<(), StoreError> {
    let insert = "INSERT INTO halves (deed, half) VALUES ($1, $2)";
    tx.exec(insert, args![deed, 1]).await?;
    tokio::task::yield_now().await;
    tx.exec(insert, args![deed, 2]).await?;
    tx.commit().await
}

/// Polls `future` at most `polls` times, then drops it.
async fn give_up_after<T>(polls: usize, future: impl Future<Output = T>) -> Option<T> {
    let mut left = polls;
    let mut future = pin!(future);
    poll_fn(|context| match left.checked_sub(1) {
        None => Poll::Ready(None),
        Some(rest) => {
            left = rest;
            future.as_mut().poll(context).map(Some)
        }
    })
    .await
}

both_engines!(giving_up_at_any_moment_harms_nobody, |store| async {
    let mut tx = store.begin().await.unwrap();
    tx.script("CREATE TABLE halves (deed BIGINT, half BIGINT, PRIMARY KEY (deed, half))").await.unwrap();
    tx.commit().await.unwrap();
    let mut acknowledged = Vec::new();
    for round in 0..40_i64 {
        let workers = (0..32_i64).map(|worker| {
            let store = store.clone();
            let number = round * 100 + worker;
            // A third are patient; the others give up after nought to nineteen polls.
            let polls = if worker % 3 == 0 { usize::MAX } else { (worker * 7 + round) as usize % 20 };
            tokio::spawn(async move {
                let outcome = if worker % 2 == 0 {
                    give_up_after(polls, deed(&store, number)).await
                } else {
                    give_up_after(polls, appended(&store, number)).await
                };
                (number, outcome)
            })
        });
        for worker in workers.collect::<Vec<_>>() {
            let (number, outcome) = timeout(FOREVER, worker).await.expect("nobody waits for ever").unwrap();
            match outcome {
                Some(Ok(())) => acknowledged.push(number),
                Some(Err(error)) => panic!("deed {number} failed: {error:?}"),
                None => {}
            }
        }
    }
    timeout(FOREVER, deed(&store, -1)).await.expect("the store is free").unwrap();
    let sql = "SELECT deed, COUNT(*) AS halves FROM halves GROUP BY deed ORDER BY deed";
    let rows = store.read().await.unwrap().all(sql, args![]).await.unwrap();
    assert!(rows.iter().all(|row| row.get::<i64>("halves").unwrap() == 2), "a deed happened by half");
    let happened: Vec<i64> = rows.iter().map(|row| row.get("deed").unwrap()).collect();
    assert!(acknowledged.len() >= 40 * 11);
    assert!(acknowledged.iter().all(|number| happened.binary_search(number).is_ok()), "an acknowledged deed is lost");
});
