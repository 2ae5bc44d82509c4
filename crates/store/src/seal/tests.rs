//! Rotation on a store in use.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use uuid::Uuid;
use wardkey_domain::time::Timestamp;

use super::columns::{SealedColumn, sealed};
use super::{RotateSettings, SealError, SealedAt, rotate};
use crate::testing::{TestDatabase, has_postgres, master_keys_of};
use crate::{Store, StoreError, args, both_engines};

const COLUMNS: &[SealedColumn] = &[sealed!("secrets", "id", "value")];
const QUICK: RotateSettings = RotateSettings { settle: Duration::from_millis(1_500), rest: Duration::ZERO };
const AT_ONCE: RotateSettings = RotateSettings { settle: Duration::ZERO, rest: Duration::ZERO };

fn now() -> Timestamp {
    Timestamp::from_seconds(1_800_000_100)
}

fn place(number: u128) -> SealedAt {
    SealedAt { table: "secrets", id: Uuid::from_u128(number), column: "value" }
}

async fn prepare(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    let script = if tx.is_postgres() {
        "CREATE TABLE secrets (id UUID PRIMARY KEY, value BYTEA)"
    } else {
        "CREATE TABLE secrets (id BLOB PRIMARY KEY, value BLOB) STRICT"
    };
    tx.script(script).await.unwrap();
    tx.exec("INSERT INTO secrets (id, value) VALUES ($1, $2)", args![Uuid::from_u128(9_999), None::<Vec<u8>>])
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn put(store: &Store, number: u128) {
    let mut tx = store.begin().await.unwrap();
    let sealed = tx.seal(place(number), format!("secret {number}").as_bytes()).unwrap();
    let sql = "INSERT INTO secrets (id, value) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET value = $2";
    tx.exec(sql, args![place(number).id, sealed]).await.unwrap();
    tx.commit().await.unwrap();
}

/// Opens the secret, trying again once when this node had not heard of its key.
async fn opens(store: &Store, number: u128) {
    let open = async || -> Result<Vec<u8>, StoreError> {
        let mut tx = store.begin().await?;
        let row = tx.opt("SELECT value FROM secrets WHERE id = $1", args![place(number).id]).await?.unwrap();
        Ok(tx.unseal(place(number), &row.get::<Vec<u8>>("value")?)?.expose().clone())
    };
    let opened = match open().await {
        Err(error) if error.is_busy() => open().await,
        outcome => outcome,
    };
    assert_eq!(opened.unwrap(), format!("secret {number}").into_bytes());
}

both_engines!(nodes, a_rotation_seals_everything_anew, |first, second| async {
    prepare(&first).await;
    for number in 1..=250 {
        put(&first, number).await;
    }
    let (id, mac) = first.read().await.unwrap().mac_with_id("audit", b"row");
    let lookup = first.read().await.unwrap().mac("device", b"cookie");
    let report = rotate(&first, COLUMNS, AT_ONCE, now).await.unwrap();
    assert_eq!(report.resealed, 250);
    assert_eq!(report.rewrapped, 0);
    for store in [&first, &second] {
        for number in [1, 100, 250] {
            opens(store, number).await;
        }
        let tx = store.read().await.unwrap();
        assert_eq!(tx.mac_for(id, "audit", b"row").unwrap(), mac, "earlier MACs go on verifying");
        assert_eq!(tx.mac("device", b"cookie"), lookup, "rows are found as before");
    }
    assert_ne!(first.read().await.unwrap().mac_with_id("audit", b"row").0, id);
    assert_eq!(rotate(&first, COLUMNS, AT_ONCE, now).await.unwrap().resealed, 250, "and again");
});

both_engines!(nodes, nodes_go_on_sealing_while_keys_rotate, |first, second| async {
    prepare(&first).await;
    for number in 1..=300 {
        put(&first, number).await;
    }
    let done = std::sync::Arc::new(AtomicBool::new(false));
    let worker = tokio::spawn({
        let (done, second) = (done.clone(), second.clone());
        async move {
            let mut turns = 0_u128;
            while !done.load(Ordering::Relaxed) {
                put(&second, 1 + turns % 400).await;
                opens(&second, 1 + turns % 300).await;
                turns += 7;
                tokio::task::yield_now().await;
            }
        }
    });
    rotate(&first, COLUMNS, QUICK, now).await.unwrap();
    done.store(true, Ordering::Relaxed);
    worker.await.unwrap();
    let tx = first.read().await.unwrap();
    let header = tx.seal_header().unwrap();
    drop(tx);
    let old = "SELECT COUNT(*) AS n FROM secrets WHERE value IS NOT NULL AND substr(value, 1, 5) <> $1";
    let row = first.read().await.unwrap().opt(old, args![header]).await.unwrap().unwrap();
    assert_eq!(row.get::<i64>("n").unwrap(), 0, "nothing hangs on the retired key");
    for number in 1..=300 {
        opens(&first, number).await;
    }
});

both_engines!(nodes, one_rotation_runs_at_a_time, |first, second| async {
    let settings = RotateSettings { settle: Duration::from_millis(400), rest: Duration::ZERO };
    let (one, other) = tokio::join!(rotate(&first, &[], settings, now), rotate(&second, &[], settings, now));
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    let error = one.and(other).unwrap_err();
    assert!(matches!(error, StoreError::Seal(SealError::AlreadyRotating)), "{error:?}");
});

/// Both engines by hand: these tests open one database with several sets of master keys.
async fn on_both(body: impl AsyncFn(&TestDatabase)) {
    body(&TestDatabase::sqlite()).await;
    if has_postgres() {
        body(&TestDatabase::postgres()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_master_key_can_go_after_a_rotation() {
    on_both(async |database| {
        let store = database.open_with(master_keys_of(&[("old", 1)])).await;
        store.migrate().await.unwrap();
        prepare(&store).await;
        put(&store, 1).await;
        drop(store);

        let store = database.open_with(master_keys_of(&[("new", 2), ("old", 1)])).await;
        store.migrate().await.unwrap();
        opens(&store, 1).await;
        let report = rotate(&store, COLUMNS, AT_ONCE, now).await.unwrap();
        assert_eq!((report.rewrapped, report.resealed), (3, 1));
        drop(store);

        let store = database.open_with(master_keys_of(&[("new", 2)])).await;
        opens(&store, 1).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_or_wrong_master_key_is_named() {
    on_both(async |database| {
        database.open_with(master_keys_of(&[("good", 1)])).await.migrate().await.unwrap();
        let check = async |keys: &[(&str, u8)], text: &str| {
            let error = database.open_with(master_keys_of(keys)).await.migrate().await.unwrap_err();
            let StoreError::Seal(cause) = error else { panic!("{error:?}") };
            assert!(cause.to_string().contains(text), "{cause}");
        };
        check(&[("other", 1)], "`good`, which is not among those supplied").await;
        check(&[("good", 2)], "`good` is not the one").await;
    })
    .await;
}
