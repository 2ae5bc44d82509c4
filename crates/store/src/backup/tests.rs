//! Backups of each engine, restored to each.

use std::path::PathBuf;

use serde_json::{Value, json};
use uuid::Uuid;
use wardkey_domain::time::Timestamp;

use super::BackupError;
use crate::testing::{TestDatabase, has_postgres};
use crate::{SealedAt, Store, StoreError, args};

const SECRET: SealedAt = SealedAt { table: "signing_keys", id: Uuid::from_u128(5), column: "sealed_key" };

/// A pair of databases, and whether the backup is of the first engine.
type Pair = (TestDatabase, TestDatabase);

async fn on_each_pair(body: impl AsyncFn(&TestDatabase, &TestDatabase)) {
    let mut pairs: Vec<Pair> = vec![(TestDatabase::sqlite(), TestDatabase::sqlite())];
    if has_postgres() {
        pairs.push((TestDatabase::sqlite(), TestDatabase::postgres()));
        pairs.push((TestDatabase::postgres(), TestDatabase::sqlite()));
        pairs.push((TestDatabase::postgres(), TestDatabase::postgres()));
    }
    for (from, to) in &pairs {
        body(from, to).await;
    }
}

/// A name for a backup in a folder that goes with the test.
fn file_in(folder: &TestDatabase, name: &str) -> PathBuf {
    folder.folder().unwrap().join(name)
}

/// Rows of every kind of column, a row that refers to one with a later key, and a table that numbers its rows.
async fn fill(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    let insert =
        "INSERT INTO organisations (id, ods_code, name, kind, parent_id, path, status, help_contact, created_at)
        VALUES ($1, $2, $3, 'Trust', $4, $5, 'open', $6, 7)";
    let (parent, child) = (Uuid::from_u128(2), Uuid::from_u128(1));
    tx.exec(insert, args![parent, "RA1", "Ysbyty ŵ", None::<Uuid>, "/b/", json!({ "name": "Desk" })]).await.unwrap();
    tx.exec(insert, args![child, "RA2", "Ward", parent, "/b/a/", None::<Value>]).await.unwrap();
    for number in 0..700 {
        let sql = "INSERT INTO applications
            (id, organisation_id, protocol, name, client_id, status, settings, hears_of_logout, created_at, version)
            VALUES ($1, $2, 'oidc', 'An application', $3, 'active', $4, $5, 1, 1)";
        let settings = json!({ "number": number, "quote": "\"" });
        let id = Uuid::from_u128(1_000 + number);
        tx.exec(sql, args![id, child, format!("client-{number}"), settings, number % 2 == 0]).await.unwrap();
    }
    for number in [1_u128, 2] {
        let sql = "INSERT INTO audit_events (id, at, actor, request_id, kind, event, mac, mac_key)
            VALUES ($1, 1, '', $1, 'test', '{}', $2, 2)";
        tx.exec(sql, args![Uuid::from_u128(number), vec![0_u8, 255]]).await.unwrap();
    }
    // The number of this one is never given again.
    tx.exec("DELETE FROM audit_events WHERE id = $1", args![Uuid::from_u128(2)]).await.unwrap();
    let sealed = tx.seal(SECRET, b"private").unwrap();
    let sql = "INSERT INTO signing_keys (id, algorithm, state, since, created_at, sealed_key)
        VALUES ($1, 'ES256', 'current', 1, 1, $2)";
    tx.exec(sql, args![SECRET.id, sealed]).await.unwrap();
    tx.commit().await.unwrap();
}

async fn check(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    let row = tx.opt("SELECT * FROM organisations WHERE ods_code = 'RA1'", args![]).await.unwrap().unwrap();
    assert_eq!(row.get::<String>("name").unwrap(), "Ysbyty ŵ");
    assert_eq!(row.get::<Value>("help_contact").unwrap(), json!({ "name": "Desk" }));
    let row = tx.opt("SELECT * FROM organisations WHERE ods_code = 'RA2'", args![]).await.unwrap().unwrap();
    assert_eq!(row.get::<Uuid>("parent_id").unwrap(), Uuid::from_u128(2));
    assert_eq!(row.get::<Option<Value>>("help_contact").unwrap(), None);
    let rows = tx.all("SELECT * FROM applications ORDER BY id", args![]).await.unwrap();
    assert_eq!(rows.len(), 700);
    let row = rows.last().unwrap();
    assert_eq!(row.get::<Value>("settings").unwrap(), json!({ "number": 699, "quote": "\"" }));
    assert!(!row.get::<bool>("hears_of_logout").unwrap());
    let row = tx.opt("SELECT sealed_key FROM signing_keys WHERE id = $1", args![SECRET.id]).await.unwrap().unwrap();
    let sealed: Vec<u8> = row.get("sealed_key").unwrap();
    assert_eq!(tx.unseal(SECRET, &sealed).unwrap().expose(), b"private");
    let sql = "INSERT INTO audit_events (id, at, actor, request_id, kind, event, mac, mac_key)
        VALUES ($1, 1, '', $1, 'test', '{}', $2, 2) RETURNING number";
    let row = tx.opt(sql, args![Uuid::from_u128(3), vec![1_u8]]).await.unwrap().unwrap();
    assert_eq!(row.get::<i64>("number").unwrap(), 3, "numbers go on");
    // Rows must still refer to rows that are there.
    let orphan = "UPDATE organisations SET parent_id = $1 WHERE ods_code = 'RA2'";
    assert!(matches!(tx.exec(orphan, args![Uuid::from_u128(77)]).await, Err(StoreError::Reference(_))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_of_either_engine_restores_to_either() {
    on_each_pair(async |from, to| {
        let folder = TestDatabase::sqlite();
        let source = from.store().await;
        fill(&source).await;
        let file = file_in(&folder, "copy");
        source.backup(&file).await.unwrap();
        let target = to.open().await;
        let report = target.restore(&file).await.unwrap();
        let rows = |table: &str| report.tables.iter().find(|(name, _)| name == table).map_or(0, |(_, rows)| *rows);
        assert_eq!((rows("organisations"), rows("applications"), rows("data_keys")), (2, 700, 3));
        check(&target).await;
        // The file is a database by itself.
        let settings = crate::StoreSettings { url: format!("sqlite:{}", file.display()), max_connections: 1 };
        let now = Timestamp::from_seconds(1);
        let copy = Store::open(&settings, crate::testing::master_keys(), now).await.unwrap();
        check(&copy).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_was_going_on_comes_back() {
    on_each_pair(async |from, to| {
        let folder = TestDatabase::sqlite();
        let source = from.store().await;
        let mut tx = source.begin().await.unwrap();
        let (id, hash) = (Uuid::from_u128(1), vec![7_u8; 32]);
        let later = i64::MAX / 2;
        for (sql, what) in [
            (
                "INSERT INTO sessions (id, token_hash, account_id, organisation_id, device_id, proofs, started_at, \
                 seen_at, expires_at) VALUES ($1, $2, $1, $1, $1, '[]', 1, 1, $3)",
                "sessions",
            ),
            (
                "INSERT INTO known_devices (account_id, device_id, organisation_id, first_seen_at, last_seen_at, \
                 remembered_at, remembered_until) VALUES ($1, $1, $1, 1, 1, 1, $2)",
                "known_devices",
            ),
            (
                "INSERT INTO grants (id, organisation_id, application_id, account_id, session_id, scope, details, \
                 created_at, ends_at, refresh_family) VALUES ($1, $1, $1, $1, $1, 'openid', '{}', 1, $3, $2)",
                "grants",
            ),
            (
                "INSERT INTO access_tokens (hash, organisation_id, application_id, grant_id, scope, issued_at, \
                 expires_at) VALUES ($2, $1, $1, $1, 'openid', 1, $3)",
                "access_tokens",
            ),
            (
                "INSERT INTO flows (id, token_hash, sealed, destination, expires_at, version) \
                 VALUES ($1, $2, $2, '{}', $3, 1)",
                "flows",
            ),
            (
                "INSERT INTO authorization_requests (id, organisation_id, application_id, request, expires_at) \
                 VALUES ($1, $1, $1, '{}', $2)",
                "authorization_requests",
            ),
            (
                "INSERT INTO pushed_requests (hash, organisation_id, application_id, request, expires_at) \
                 VALUES ($2, $1, $1, '{}', $3)",
                "pushed_requests",
            ),
            ("INSERT INTO logout_requests (id, request, expires_at) VALUES ($1, '{}', $2)", "logout_requests"),
            (
                "INSERT INTO device_requests (hash, user_code_hash, organisation_id, application_id, scope, \
                 created_at, expires_at, poll_interval, state) VALUES ($2, $2, $1, $1, 'openid', 1, $3, 5, 'waiting')",
                "device_requests",
            ),
            (
                "INSERT INTO push_requests (id, organisation_id, account_id, credential_id, joining, known, network_mac, \
                 state, created_at, expires_at) VALUES ($1, $1, $1, $1, FALSE, FALSE, $2, 'open', 1, $3)",
                "push_requests",
            ),
            (
                "INSERT INTO bindings (credential_id, organisation_id, account_id, holder, code_hash, moves, state, \
                 created_at, expires_at) VALUES ($1, $1, $1, $1, $2, FALSE, 'bound', 1, $3)",
                "bindings",
            ),
        ] {
            let args = if sql.contains("$3") { args![id, &hash, later] } else { args![id, later] };
            tx.exec(sql, args).await.unwrap_or_else(|error| panic!("{what}: {error}"));
        }
        tx.commit().await.unwrap();
        let file = file_in(&folder, "copy");
        source.backup(&file).await.unwrap();
        let target = to.open().await;
        target.restore(&file).await.unwrap();
        let mut tx = target.read().await.unwrap();
        for over in [
            "sessions WHERE ended_at IS NOT NULL AND ended_why = 'restored'",
            "known_devices WHERE remembered_at IS NULL",
            "grants WHERE revoked_at IS NOT NULL AND revoked_why = 'restored'",
            "access_tokens WHERE expires_at = 0",
            "flows WHERE expires_at = 0",
            "authorization_requests WHERE expires_at = 0",
            "pushed_requests WHERE expires_at = 0",
            "logout_requests WHERE expires_at = 0",
            "device_requests WHERE expires_at = 0",
            "push_requests WHERE expires_at = 0",
            "bindings WHERE expires_at = 0",
        ] {
            let rows = tx.all_composed(format!("SELECT 1 AS one FROM {over}"), args![]).await.unwrap();
            assert_eq!(rows.len(), 1, "{over}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_is_of_one_moment_while_the_store_is_in_use() {
    on_each_pair(async |from, to| {
        let folder = TestDatabase::sqlite();
        let source = from.store().await;
        fill(&source).await;
        let writer = tokio::spawn({
            let source = source.clone();
            async move {
                for number in 0_i64.. {
                    let mut tx = source.begin().await.unwrap();
                    for name in ["left", "right"] {
                        let sql = "INSERT INTO leases (name, holder, expires_at) VALUES ($1, $2, $3)
                            ON CONFLICT (name) DO UPDATE SET expires_at = $3";
                        tx.exec(sql, args![name, Uuid::nil(), number]).await.unwrap();
                        tokio::task::yield_now().await;
                    }
                    tx.commit().await.unwrap();
                }
            }
        });
        for round in 0..3 {
            let file = file_in(&folder, &format!("copy-{round}"));
            source.backup(&file).await.unwrap();
            if round == 2 {
                to.open().await.restore(&file).await.unwrap();
            }
        }
        writer.abort();
        let mut tx = to.open().await.read().await.unwrap();
        let row = tx.opt("SELECT COUNT(DISTINCT expires_at) AS moments FROM leases", args![]).await.unwrap().unwrap();
        assert!(row.get::<i64>("moments").unwrap() <= 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_overwritten() {
    on_each_pair(async |from, to| {
        let folder = TestDatabase::sqlite();
        let (source, target) = (from.store().await, to.store().await);
        fill(&source).await;
        let file = file_in(&folder, "copy");
        source.backup(&file).await.unwrap();
        let again = source.backup(&file).await.unwrap_err();
        assert!(matches!(again, StoreError::Backup(BackupError::Exists)), "{again:?}");
        target.restore(&file).await.expect("a database that was only prepared counts as empty");
        let again = target.restore(&file).await.unwrap_err();
        assert!(matches!(again, StoreError::Backup(BackupError::NotEmpty(_))), "{again:?}");
        check(&target).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_or_missing_backup_changes_nothing() {
    on_each_pair(async |from, to| {
        let folder = TestDatabase::sqlite();
        let source = from.store().await;
        fill(&source).await;
        let file = file_in(&folder, "copy");
        source.backup(&file).await.unwrap();
        let mut bytes = std::fs::read(&file).unwrap();
        let length = bytes.len();
        for byte in bytes.iter_mut().skip(length / 2).take(20_000) {
            *byte = 0x55;
        }
        std::fs::write(&file, bytes).unwrap();
        let target = to.open().await;
        target.restore(&file).await.unwrap_err();
        let missing = target.restore(&file_in(&folder, "absent")).await.unwrap_err();
        assert!(matches!(missing, StoreError::Backup(BackupError::Missing)), "{missing:?}");
        assert!(target.pending_migrations().await.unwrap().contains(&"0001_key"), "nothing was begun");
    })
    .await;
}

#[tokio::test]
async fn only_its_owner_may_read_a_backup() {
    use std::os::unix::fs::PermissionsExt;
    let database = TestDatabase::sqlite();
    let file = file_in(&database, "copy");
    database.store().await.backup(&file).await.unwrap();
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}
