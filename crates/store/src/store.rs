//! The store: one open database.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use uuid::Uuid;
use wardkey_domain::time::Timestamp;

use crate::backup::{self, RestoreReport};
use crate::cluster::{self, Cluster, ClusterEvent};
use crate::db::{Engine, EngineTx, Tx};
use crate::error::StoreError;
use crate::migrate::{self, MigrationReport};
use crate::seal::{self, Keyring, MasterKeys, SealError};

/// Where the database is and how it is used.
#[derive(Clone)]
pub struct StoreSettings {
    /// `sqlite:path/to/file`, or `postgres://user:password@host/database`.
    pub url: String,
    /// Connections that read at the same time; on PostgreSQL as many again that write.
    pub max_connections: u32,
}

impl Default for StoreSettings {
    fn default() -> Self {
        Self { url: "sqlite:var/wardkey.db".to_owned(), max_connections: 8 }
    }
}

// SECURITY: the address may hold a password.
impl std::fmt::Debug for StoreSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scheme = self.url.split(':').next().unwrap_or_default();
        f.debug_struct("StoreSettings")
            .field("engine", &scheme)
            .field("max_connections", &self.max_connections)
            .finish_non_exhaustive()
    }
}

/// One open database. Cheap to clone.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    engine: Engine,
    cluster: Cluster,
    masters: MasterKeys,
    ring: RwLock<Option<Arc<Keyring>>>,
    /// Held while the ring is replaced, so that an older one never replaces a newer one.
    loading: tokio::sync::Mutex<()>,
    /// Raised when the keys in memory may not be all there are.
    stale: Arc<AtomicBool>,
    opened_at: Timestamp,
    links: cluster::Links,
}

impl Store {
    /// Opens the database and starts to listen to other nodes on it. Changes nothing in it.
    ///
    /// # Errors
    /// Fails when it cannot be reached.
    pub async fn open(settings: &StoreSettings, keys: MasterKeys, now: Timestamp) -> Result<Self, StoreError> {
        let engine = Engine::open(&settings.url, settings.max_connections).await?;
        let cluster = Cluster::new(node_name(now)?, matches!(engine, Engine::Sqlite(_)));
        let stale = Arc::new(AtomicBool::new(false));
        let raised = stale.clone();
        cluster.observe(move |event| {
            if matches!(event, ClusterEvent::KeysRotated | ClusterEvent::Resynchronise) {
                raised.store(true, Ordering::Release);
            }
        });
        let links = cluster::start(&engine, &cluster);
        Ok(Self(Arc::new(Inner {
            engine,
            cluster,
            masters: keys,
            ring: RwLock::new(None),
            loading: tokio::sync::Mutex::new(()),
            stale,
            opened_at: now,
            links,
        })))
    }

    /// Brings the schema up to date and makes the first data keys when there are none. Safe on several nodes at once.
    ///
    /// # Errors
    /// Refuses a database that a newer version has migrated, one whose migrations have changed, and wrong master keys.
    pub async fn migrate(&self) -> Result<MigrationReport, StoreError> {
        let report = self.migrate_schema().await?;
        let mut tx = self.begin_unprepared().await?;
        seal::prepare(&mut tx, &self.0.masters, self.0.opened_at).await?;
        tx.commit().await?;
        self.0.stale.store(true, Ordering::Release);
        self.keys().await?;
        Ok(report)
    }

    /// The migrations that [`Store::migrate`] would apply.
    ///
    /// # Errors
    /// Fails as [`Store::migrate`] would.
    pub async fn pending_migrations(&self) -> Result<Vec<&'static str>, StoreError> {
        let mut tx = self.begin_unprepared().await?;
        migrate::list_pending(&mut tx).await
    }

    /// Starts a transaction that may write.
    ///
    /// # Errors
    /// Fails when the database is out of reach, busy, or not prepared.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let keys = self.keys().await?;
        Ok(Tx::new(self.begin_engine().await?, self.0.cluster.clone(), keys))
    }

    /// Starts a transaction that only inserts rows, and asks nothing: cheaper than [`Store::begin`] on the embedded engine,
    /// where its statements run all at once when it is committed. A broken rule shows then.
    ///
    /// Dropped while it commits, it may have happened, as any transaction.
    ///
    /// # Errors
    /// As for [`Store::begin`].
    pub async fn begin_appending(&self) -> Result<Tx, StoreError> {
        let keys = self.keys().await?;
        let engine = match &self.0.engine {
            Engine::Sqlite(sqlite) => EngineTx::SqliteAppend(sqlite.append()),
            Engine::Postgres(postgres) => EngineTx::PostgresWrite(postgres.begin().await?),
        };
        Ok(Tx::new(engine, self.0.cluster.clone(), keys))
    }

    /// Starts a transaction that only reads. On the embedded engine it sees one moment throughout; on PostgreSQL each
    /// statement sees the newest committed rows.
    ///
    /// # Errors
    /// As for [`Store::begin`].
    pub async fn read(&self) -> Result<Tx, StoreError> {
        let keys = self.keys().await?;
        Ok(Tx::new(self.read_engine().await?, self.0.cluster.clone(), keys))
    }

    /// The keyed MAC by which rows are found and cookies are recognised, as [`Tx::mac`], without a transaction.
    ///
    /// # Errors
    /// Fails when the keys are not in memory and the database is out of reach.
    pub async fn mac(&self, purpose: &'static str, bytes: &[u8]) -> Result<[u8; 32], StoreError> {
        Ok(self.keys().await?.lookup_mac(purpose, bytes))
    }

    /// This process among the nodes on the same database.
    pub fn cluster(&self) -> &Cluster {
        &self.0.cluster
    }

    /// Copies the whole database, as it is at one moment, into the new SQLite file `to`, while it stays in use.
    ///
    /// # Errors
    /// Fails when `to` exists or cannot be written.
    pub async fn backup(&self, to: &Path) -> Result<(), StoreError> {
        match &self.0.engine {
            Engine::Sqlite(sqlite) => backup::copy_file(sqlite, to).await,
            Engine::Postgres(postgres) => {
                let tx = EngineTx::PostgresWrite(postgres.begin_snapshot().await?);
                let tx = Tx::new(tx, self.0.cluster.clone(), Arc::new(Keyring::empty()));
                backup::copy_rows(tx, to).await
            }
        }
    }

    /// Fills this empty database with the backup `from`, bringing an older one up to date.
    ///
    /// # Errors
    /// Fails when this database is not empty or the backup is damaged; then nothing has changed.
    pub async fn restore(&self, from: &Path) -> Result<RestoreReport, StoreError> {
        let tx = self.begin_unprepared().await?;
        let report = backup::restore(tx, from, self.0.opened_at).await?;
        self.migrate().await?;
        Ok(report)
    }

    /// Stops listening and closes all connections. Transactions under way finish first.
    pub async fn close(&self) {
        self.0.links.stop();
        match &self.0.engine {
            Engine::Sqlite(sqlite) => sqlite.close().await,
            Engine::Postgres(postgres) => postgres.close().await,
        }
    }

    #[cfg(test)]
    pub(crate) async fn sqlite_commits(&self) -> u64 {
        match &self.0.engine {
            Engine::Sqlite(sqlite) => sqlite.commits().await,
            Engine::Postgres(_) => 0,
        }
    }

    pub(crate) fn masters(&self) -> &MasterKeys {
        &self.0.masters
    }

    /// Starts a transaction that may write but has no keys.
    pub(crate) async fn begin_unprepared(&self) -> Result<Tx, StoreError> {
        Ok(Tx::new(self.begin_engine().await?, self.0.cluster.clone(), Arc::new(Keyring::empty())))
    }

    async fn migrate_schema(&self) -> Result<MigrationReport, StoreError> {
        let mut tx = self.begin_unprepared().await?;
        let report = migrate::migrate(&mut tx, self.0.opened_at).await?;
        tx.commit().await?;
        Ok(report)
    }

    async fn begin_engine(&self) -> Result<EngineTx, StoreError> {
        Ok(match &self.0.engine {
            Engine::Sqlite(sqlite) => EngineTx::SqliteWrite(sqlite.begin().await?),
            Engine::Postgres(postgres) => EngineTx::PostgresWrite(postgres.begin().await?),
        })
    }

    async fn read_engine(&self) -> Result<EngineTx, StoreError> {
        Ok(match &self.0.engine {
            Engine::Sqlite(sqlite) => EngineTx::SqliteRead(sqlite.read().await?),
            Engine::Postgres(postgres) => EngineTx::PostgresRead(postgres.read().await?),
        })
    }

    /// The data keys, read anew when they may have changed.
    async fn keys(&self) -> Result<Arc<Keyring>, StoreError> {
        if let Some(ring) = self.fresh_keys() {
            return Ok(ring);
        }
        let loading = self.0.loading.lock().await;
        match self.fresh_keys() {
            Some(ring) => Ok(ring),
            None => self.load_keys(&loading).await,
        }
    }

    fn fresh_keys(&self) -> Option<Arc<Keyring>> {
        if self.0.stale.load(Ordering::Acquire) {
            return None;
        }
        self.0.ring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn load_keys(&self, _loading: &tokio::sync::MutexGuard<'_, ()>) -> Result<Arc<Keyring>, StoreError> {
        // Lowered before reading: what changes from here on raises it again.
        self.0.stale.store(false, Ordering::Release);
        let loaded = self.read_keys().await;
        if loaded.is_err() {
            self.0.stale.store(true, Ordering::Release);
        }
        let ring = Arc::new(loaded?);
        *self.0.ring.write().unwrap_or_else(PoisonError::into_inner) = Some(ring.clone());
        Ok(ring)
    }

    async fn read_keys(&self) -> Result<Keyring, StoreError> {
        let mut tx = Tx::new(self.read_engine().await?, self.0.cluster.clone(), Arc::new(Keyring::empty()));
        seal::load(&mut tx, &self.0.masters, &self.0.stale).await
    }
}

/// A name for this process that no other has.
fn node_name(now: Timestamp) -> Result<Uuid, StoreError> {
    let mut entropy = [0; 10];
    aws_lc_rs::rand::fill(&mut entropy).map_err(|_| SealError::Cipher)?;
    let millis = u64::try_from(now.as_micros() / 1_000).unwrap_or(0);
    Ok(uuid::Builder::from_unix_timestamp_millis(millis, &entropy).into_uuid())
}
