//! Two nodes on one database.

use std::time::Duration;

use tokio::sync::broadcast::Receiver;
use tokio::time::{sleep, timeout};
use uuid::Uuid;
use wardkey_domain::id::SessionId;
use wardkey_domain::time::Timestamp;

use super::{ClusterEvent, lease, release_lease};
use crate::{Store, args, both_engines};

const TERM: Duration = Duration::from_secs(10);

fn ended(number: u128) -> ClusterEvent {
    ClusterEvent::SessionEnded(SessionId::from_uuid(Uuid::from_u128(number)))
}

async fn publish(store: &Store, event: ClusterEvent) {
    let mut tx = store.begin().await.unwrap();
    tx.publish(event);
    // Only a transaction that changes something is noticed by others on the embedded engine.
    let ClusterEvent::SessionEnded(session) = event else { panic!("{event:?}") };
    tx.exec("INSERT INTO leases (name, holder, expires_at) VALUES ($1, $2, 0)", args![session.to_string(), session])
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// Waits until `event`, or the advice to forget everything, arrives.
async fn heard(events: &mut Receiver<ClusterEvent>, event: ClusterEvent) -> bool {
    let hear = async {
        while let Ok(told) = events.recv().await {
            if told == event || told == ClusterEvent::Resynchronise {
                return true;
            }
        }
        false
    };
    timeout(Duration::from_secs(10), hear).await.unwrap_or(false)
}

async fn is_soon_current(store: &Store, expected: bool) -> bool {
    for _ in 0..1_000 {
        if store.cluster().is_current() == expected {
            return true;
        }
        sleep(Duration::from_millis(10)).await;
    }
    false
}

/// Cuts the connections that carry notifications, on PostgreSQL.
async fn cut(store: &Store) -> usize {
    let sql = "SELECT pg_terminate_backend(pid) AS cut FROM pg_stat_activity
        WHERE application_name = 'wardkey link' AND datname = current_database()";
    store.begin().await.unwrap().all(sql, args![]).await.unwrap().len()
}

both_engines!(nodes, a_node_hears_what_another_has_committed, |first, second| async {
    assert!(is_soon_current(&first, true).await && is_soon_current(&second, true).await);
    let mut news = second.cluster().subscribe();
    let epoch = second.cluster().epoch();
    publish(&first, ended(1)).await;
    assert!(heard(&mut news, ended(1)).await);
    assert!(second.cluster().epoch() > epoch);
});

both_engines!(nodes, a_node_that_was_cut_off_forgets_everything_and_finds_back, |first, second| async {
    assert!(is_soon_current(&first, true).await && is_soon_current(&second, true).await);
    let mut news = second.cluster().subscribe();
    let is_postgres = second.read().await.unwrap().is_postgres();
    if is_postgres {
        assert!(cut(&first).await >= 2);
        assert!(is_soon_current(&second, false).await, "a node whose link broke knows it");
    }
    // Said while the other may not be listening.
    publish(&first, ended(2)).await;
    assert!(heard(&mut news, ClusterEvent::Resynchronise).await);
    assert!(is_soon_current(&second, true).await);
    publish(&first, ended(3)).await;
    assert!(heard(&mut news, ended(3)).await);
});

both_engines!(nodes, one_node_at_a_time_holds_a_lease, |first, second| async {
    let at = Timestamp::from_seconds;
    let take = async |store: &Store, now| {
        let mut tx = store.begin().await.unwrap();
        let node = tx.node();
        let taken = lease(&mut tx, "sealer", node, now, TERM).await.unwrap();
        tx.commit().await.unwrap();
        taken
    };
    assert!(take(&first, at(0)).await);
    assert!(!take(&second, at(9)).await, "it is held");
    assert!(take(&first, at(9)).await, "its holder renews it");
    assert!(!take(&second, at(18)).await);
    assert!(take(&second, at(19)).await, "it has run out");
    assert!(!take(&first, at(20)).await);
    let mut tx = second.begin().await.unwrap();
    let node = tx.node();
    release_lease(&mut tx, "sealer", node).await.unwrap();
    tx.commit().await.unwrap();
    assert!(take(&first, at(21)).await, "it was given back");
});

both_engines!(nodes, many_who_want_a_lease_at_once_do_not_share_it, |first, second| async {
    let takers = (0..20_u128).map(|number| {
        let store = if number % 2 == 0 { first.clone() } else { second.clone() };
        tokio::spawn(async move {
            let mut tx = store.begin().await.unwrap();
            let holder = Uuid::from_u128(number);
            let taken = lease(&mut tx, "sealer", holder, Timestamp::from_seconds(0), TERM).await.unwrap();
            tx.commit().await.unwrap();
            usize::from(taken)
        })
    });
    let mut taken = 0;
    for taker in takers.collect::<Vec<_>>() {
        taken += taker.await.unwrap();
    }
    assert_eq!(taken, 1);
});
