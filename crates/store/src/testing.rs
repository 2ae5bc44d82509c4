//! Throw-away databases for tests, on both engines.
//!
//! PostgreSQL is the server that `WARDKEY_TEST_POSTGRES` names; `cargo xtask pg -- cargo test …` starts one. Without it the
//! tests on PostgreSQL fail, unless `WARDKEY_TEST_SQLITE_ONLY=1` says that this is meant.
#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot have its database has failed")]

use std::path::{Path, PathBuf};
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use uuid::Uuid;
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;

use crate::Tx;
use crate::seal::MasterKeys;
use crate::store::{Store, StoreSettings};

/// Runs a test body on a fresh database of each engine.
///
/// `both_engines!(name, |store| async { … })` has the schema and keys; `both_engines!(empty, name, |store| …)` has
/// nothing; `both_engines!(nodes, name, |first, second| …)` has two nodes on one database.
#[macro_export]
macro_rules! both_engines {
    (empty, $name:ident, |$store:ident| async $(move)? $body:block) => {
        $crate::both_engines!(@tests $name, $crate::testing::on_empty, |$store| async move $body);
    };
    (nodes, $name:ident, |$first:ident, $second:ident| async $(move)? $body:block) => {
        $crate::both_engines!(@tests $name, $crate::testing::on_nodes, |$first, $second| async move $body);
    };
    ($name:ident, |$store:ident| async $(move)? $body:block) => {
        $crate::both_engines!(@tests $name, $crate::testing::on_prepared, |$store| async move $body);
    };
    (@tests $name:ident, $run:path, $body:expr) => {
        mod $name {
            use super::*;

            #[test]
            fn sqlite() {
                $run($crate::testing::TestDatabase::sqlite, $body);
            }

            #[test]
            fn postgres() {
                if $crate::testing::has_postgres() {
                    $run($crate::testing::TestDatabase::postgres, $body);
                }
            }
        }
    };
}

/// A database that goes when this is dropped.
pub struct TestDatabase {
    place: Place,
}

enum Place {
    Folder(PathBuf),
    Server { server: Box<PgConnectOptions>, url: String, name: String },
}

impl TestDatabase {
    /// An empty SQLite database in a folder of its own.
    pub fn sqlite() -> Self {
        let folder = std::env::temp_dir().join(format!("wardkey-{}", unique()));
        std::fs::create_dir_all(&folder).expect("make a folder for a test database");
        Self { place: Place::Folder(folder) }
    }

    /// An empty PostgreSQL database.
    pub fn postgres() -> Self {
        Self::on_server("template0")
    }

    /// What to write into `database.url`.
    pub fn url(&self) -> String {
        match &self.place {
            Place::Folder(folder) => format!("sqlite:{}", folder.join("wardkey.db").display()),
            Place::Server { url, .. } => url.clone(),
        }
    }

    /// A folder for this test's files, on SQLite.
    pub fn folder(&self) -> Option<&Path> {
        match &self.place {
            Place::Folder(folder) => Some(folder),
            Place::Server { .. } => None,
        }
    }

    /// Opens the database as one more node would; it has no schema until [`Store::migrate`] is called.
    pub async fn open(&self) -> Store {
        self.open_with(master_keys()).await
    }

    /// Opens the database with other master keys than [`master_keys`].
    pub async fn open_with(&self, keys: MasterKeys) -> Store {
        let settings = StoreSettings { url: self.url(), max_connections: 6 };
        Store::open(&settings, keys, Timestamp::from_seconds(1_800_000_000)).await.expect("open a test database")
    }

    /// Opens the database and brings its schema up to date.
    pub async fn store(&self) -> Store {
        let store = self.open().await;
        store.migrate().await.expect("migrate a test database");
        store
    }

    fn on_server(template: &str) -> Self {
        let url = postgres_url().expect("WARDKEY_TEST_POSTGRES");
        let server = PgConnectOptions::from_str(&url).expect("read WARDKEY_TEST_POSTGRES");
        let name = format!("wardkey_{}", unique());
        administer(&server, vec![format!("CREATE DATABASE {name} TEMPLATE {template}")]);
        let (base, query) =
            url.split_once('?').map_or((url.as_str(), String::new()), |(base, query)| (base, format!("?{query}")));
        let (host, _) = base.rsplit_once('/').expect("WARDKEY_TEST_POSTGRES ends with a database name");
        let url = format!("{host}/{name}{query}");
        Self { place: Place::Server { server: Box::new(server), url, name } }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        match &self.place {
            Place::Folder(folder) => drop(std::fs::remove_dir_all(folder)),
            Place::Server { server, name, .. } => {
                administer(server, vec![format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")]);
            }
        }
    }
}

/// The master keys that test databases are opened with.
pub fn master_keys() -> MasterKeys {
    master_keys_of(&[("test", 7)])
}

/// Master keys by id and seed, the current one first.
pub fn master_keys_of(keys: &[(&str, u8)]) -> MasterKeys {
    let line = |(id, seed): &(&str, u8)| MasterKeys::generate(id, &Secret::new([*seed; 32])).expose().clone();
    let text = keys.iter().map(line).collect::<Vec<_>>().join("\n");
    MasterKeys::parse(&Secret::new(text)).expect("read master keys")
}

/// Whether there is a PostgreSQL to test on. Panics when there is none and nobody said that this is meant.
pub fn has_postgres() -> bool {
    let excused = variable("WARDKEY_TEST_SQLITE_ONLY").is_some_and(|value| value == "1");
    match postgres_url() {
        Some(_) => true,
        None if excused => false,
        None => panic!("no PostgreSQL: run `cargo xtask pg -- cargo test …`, or set WARDKEY_TEST_SQLITE_ONLY=1"),
    }
}

#[doc(hidden)]
pub fn on_prepared<F: Future<Output = ()>>(database: fn() -> TestDatabase, body: impl FnOnce(Store) -> F) {
    run(database, async |database| body(database.store().await).await);
}

#[doc(hidden)]
pub fn on_empty<F: Future<Output = ()>>(database: fn() -> TestDatabase, body: impl FnOnce(Store) -> F) {
    run(database, async |database| body(database.open().await).await);
}

#[doc(hidden)]
pub fn on_nodes<F: Future<Output = ()>>(database: fn() -> TestDatabase, body: impl FnOnce(Store, Store) -> F) {
    run(database, async |database| body(database.store().await, database.open().await).await);
}

fn run(database: fn() -> TestDatabase, body: impl AsyncFnOnce(&TestDatabase)) {
    let database = database();
    runtime().block_on(body(&database));
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("start a runtime")
}

/// Runs statements on the server from a thread of its own: the caller may stand inside another runtime.
fn administer(server: &PgConnectOptions, statements: Vec<String>) {
    let server = server.clone();
    let done = std::thread::spawn(move || {
        runtime().block_on(async {
            let mut connection = server.connect().await.expect("connect to the test server");
            for statement in statements {
                connection.execute(AssertSqlSafe(statement)).await.expect("prepare a test database");
            }
            let _ = connection.close().await;
        });
    });
    assert!(done.join().is_ok() || std::thread::panicking(), "the test server refused");
}

fn unique() -> String {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).expect("draw a name");
    Uuid::from_bytes(bytes).simple().to_string()
}

fn postgres_url() -> Option<String> {
    variable("WARDKEY_TEST_POSTGRES")
}

#[expect(clippy::disallowed_methods, reason = "tests are told by the environment where their server is")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Brings the statistics of PostgreSQL's planner up to date, as a server that runs does by itself.
///
/// # Errors
/// When the statement fails.
pub async fn analyse_tables(tx: &mut Tx) -> Result<(), crate::StoreError> {
    if tx.is_postgres() {
        tx.exec("ANALYZE", Vec::new()).await?;
    }
    Ok(())
}

/// Fills a database with people of organisations 1 to `organisations`, whose identifiers are those numbers: those with the numbers
/// from `first` to before `last`, with what belongs to them, in statements about all of them. Nobody else has so many at once.
///
/// Every twentieth is no user, most have a second factor, some an exception, a hold or a role.
///
/// # Errors
/// When a statement fails.
pub async fn fill_with_people(
    tx: &mut Tx,
    organisations: u32,
    (first, last): (u32, u32),
) -> Result<(), crate::StoreError> {
    let postgres = tx.is_postgres();
    let id = |number: &str| {
        if postgres {
            format!("CAST(LPAD(TO_HEX(CAST({number} AS BIGINT)), 32, '0') AS UUID)")
        } else {
            format!("unhex(printf('%032x', {number}))")
        }
    };
    let letter = |number: &str| {
        if postgres {
            format!("CHR(CAST(97 + ({number}) % 26 AS INTEGER))")
        } else {
            format!("CHAR(97 + ({number}) % 26)")
        }
    };
    let (no, json) = if postgres { ("FALSE", "CAST('{}' AS JSONB)") } else { ("0", "'{}'") };
    let numbers = format!(
        "WITH RECURSIVE numbers (n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {last}) "
    );
    let account = id("1000000 + n");
    // A quarter work for the hundred largest.
    let organisation = id(&format!("1 + CASE WHEN n % 4 = 0 THEN n % 100 ELSE n % {organisations} END"));
    let (given, family) = (
        format!("{} || {} || 'ie'", letter("n * 7 / 3"), letter("n * 31 / 17 % 11")),
        format!("{} || {} || {} || 'son'", letter("n * 13"), letter("n / 26"), letter("n / 676")),
    );
    let mailbox = format!("{given} || '.' || {family} || '.' || n");
    let day = 86_400_000_000_i64;
    let statements = [
        format!(
            "{numbers} INSERT INTO accounts (id, organisation_id, kind, address, display_name, given_name, family_name, status, \
             status_since, created_at, last_signed_in_at, version) SELECT {account}, {organisation}, \
             CASE WHEN n % 50 = 7 THEN 'guest' WHEN n % 33 = 5 THEN 'shared_mailbox' WHEN n % 200 = 9 THEN 'application_account' ELSE 'user' END, \
             {mailbox} || '@bench.example', {given} || ' ' || {family}, {given}, {family}, \
             CASE WHEN n % 25 = 3 THEN 'inactive' WHEN n % 50 = 11 THEN 'disabled' ELSE 'active' END, \
             CASE WHEN n % 25 = 3 OR n % 50 = 11 THEN 1 END, 1, CASE WHEN n % 20 <> 1 THEN (20000 + n % 400) * {day} END, 0 FROM numbers"
        ),
        format!("{numbers} INSERT INTO account_words SELECT {given}, {account}, {organisation} FROM numbers"),
        format!("{numbers} INSERT INTO account_words SELECT {family}, {account}, {organisation} FROM numbers"),
        format!("{numbers} INSERT INTO account_words SELECT CAST(n AS TEXT), {account}, {organisation} FROM numbers"),
        format!(
            "{numbers} INSERT INTO credentials (id, account_id, organisation_id, kind, label, public_json, state, is_default, created_at, version) \
             SELECT {account}, {account}, {organisation}, CASE n % 7 WHEN 0 THEN 'sms' WHEN 1 THEN 'push' WHEN 2 THEN 'webauthn' ELSE 'totp' END, \
             'Own', {json}, 'active', {no}, 1, 0 FROM numbers WHERE n % 9 <> 4"
        ),
        format!(
            "{numbers} INSERT INTO role_grants (id, account_id, organisation_id, role, expires_at, granted_at) \
             SELECT {account}, {account}, {organisation}, 'local_administrator', NULL, 1 FROM numbers WHERE n % 211 = 0"
        ),
        format!(
            "{numbers} INSERT INTO account_holds (account_id, organisation_id, hold, since, case_id) \
             SELECT {account}, {organisation}, 'pinned', 1, {account} FROM numbers WHERE n % 9973 = 0"
        ),
    ];
    for statement in statements {
        tx.all_composed(statement, Vec::new()).await?;
    }
    Ok(())
}
