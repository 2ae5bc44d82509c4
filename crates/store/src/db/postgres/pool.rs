//! Pools and transactions.

use std::str::FromStr;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{Connection, Transaction};

use super::statement::{execute, query, query_composed, translate};
use crate::db::row::Row;
use crate::db::tx::Deed;
use crate::db::value::Val;
use crate::error::StoreError;

/// A connection that has rested longer than this is asked whether it still lives before it is used.
const TRUSTED_IDLE: Duration = Duration::from_secs(5);

/// A PostgreSQL database.
#[derive(Clone)]
pub(crate) struct Postgres {
    write: PgPool,
    read: PgPool,
}

impl Postgres {
    /// Connects to the database at `url`.
    pub(crate) async fn open(url: &str, max_connections: u32) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|_| StoreError::Address)?
            .application_name("wardkey")
            .statement_cache_capacity(512);
        let read_only = options.clone().options([("default_transaction_read_only", "on")]);
        let write = pool(max_connections).connect_with(options).await.map_err(translate)?;
        Ok(Self { write, read: pool(max_connections).connect_lazy_with(read_only) })
    }

    pub(crate) async fn close(&self) {
        self.write.close().await;
        self.read.close().await;
    }

    pub(crate) async fn begin(&self) -> Result<WriteTx, StoreError> {
        Ok(WriteTx(self.write.begin().await.map_err(translate)?))
    }

    /// A pool of its own for the link between nodes, so that no load can starve it.
    pub(crate) fn link_pool(&self) -> PgPool {
        PgPoolOptions::new()
            .max_connections(2)
            .acquire_timeout(Duration::from_secs(2))
            .connect_lazy_with((*self.write.connect_options()).clone().application_name("wardkey link"))
    }

    /// Starts a transaction that sees one moment of the database throughout, for a consistent copy.
    pub(crate) async fn begin_snapshot(&self) -> Result<WriteTx, StoreError> {
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        Ok(WriteTx(self.write.begin_with(begin).await.map_err(translate)?))
    }

    pub(crate) async fn read(&self) -> Result<ReadTx, StoreError> {
        Ok(ReadTx(self.read.acquire().await.map_err(translate)?))
    }
}

fn pool(max_connections: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(max_connections.max(1))
        .acquire_timeout(Duration::from_secs(5))
        .test_before_acquire(false)
        .before_acquire(|connection: &mut PgConnection, meta| {
            Box::pin(async move { Ok(meta.idle_for < TRUSTED_IDLE || connection.ping().await.is_ok()) })
        })
}

/// One transaction that may write. Dropping it rolls it back.
pub(crate) struct WriteTx(Transaction<'static, sqlx::Postgres>);

impl WriteTx {
    pub(crate) async fn query(&mut self, sql: &'static str, args: Vec<Val>) -> Result<Vec<Row>, StoreError> {
        query(&mut self.0, sql, args).await
    }

    pub(crate) async fn execute(&mut self, sql: &'static str, args: Vec<Val>) -> Result<u64, StoreError> {
        execute(&mut self.0, sql, args).await
    }

    /// Runs a text of several statements, as migrations are.
    pub(crate) async fn execute_script(&mut self, script: &'static str) -> Result<(), StoreError> {
        sqlx::raw_sql(script).execute(&mut *self.0).await.map_err(translate)?;
        Ok(())
    }

    /// Runs a text that was composed from the schema, never from input.
    pub(crate) async fn query_composed(&mut self, sql: String, args: Vec<Val>) -> Result<Vec<Row>, StoreError> {
        query_composed(&mut self.0, sql, args).await
    }

    pub(crate) async fn commit(self, deed: Deed) -> Result<(), StoreError> {
        self.0.commit().await.map_err(translate)?;
        deed.tell();
        Ok(())
    }
}

/// A connection that cannot write; each statement sees the newest committed rows.
pub(crate) struct ReadTx(PoolConnection<sqlx::Postgres>);

impl ReadTx {
    pub(crate) async fn query(&mut self, sql: &'static str, args: Vec<Val>) -> Result<Vec<Row>, StoreError> {
        query(&mut self.0, sql, args).await
    }
    /// Runs a text that was composed from the schema, never from input.
    pub(crate) async fn query_composed(&mut self, sql: String, args: Vec<Val>) -> Result<Vec<Row>, StoreError> {
        query_composed(&mut self.0, sql, args).await
    }
}
