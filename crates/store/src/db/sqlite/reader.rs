//! Connections that read: each transaction sees one moment of the database, and never waits for the writer.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::connection;
use crate::db::row::Row;
use crate::db::value::Val;
use crate::error::StoreError;

/// A few connections, opened when they are first needed.
pub(super) struct ReadPool {
    path: PathBuf,
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<Connection>>,
}

impl ReadPool {
    pub(super) fn new(path: PathBuf, size: u32) -> Arc<Self> {
        let permits = Arc::new(Semaphore::new(usize::try_from(size.max(1)).unwrap_or(1)));
        Arc::new(Self { path, permits, idle: Mutex::new(Vec::new()) })
    }

    /// Takes a connection, waiting for one to become free.
    pub(super) async fn begin(self: &Arc<Self>) -> Result<ReadTx, StoreError> {
        let permit = self.permits.clone().acquire_owned().await.map_err(StoreError::database)?;
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => connection::open_reader(&self.path)?,
        };
        Ok(ReadTx { connection: Some(connection), begun: false, pool: self.clone(), _permit: permit })
    }
}

/// A transaction that only reads.
pub(crate) struct ReadTx {
    connection: Option<Connection>,
    begun: bool,
    pool: Arc<ReadPool>,
    _permit: OwnedSemaphorePermit,
}

impl ReadTx {
    pub(crate) fn query(&mut self, sql: &str, args: &[Val]) -> Result<Vec<Row>, StoreError> {
        let Some(connection) = &self.connection else { return Err(StoreError::Failed) };
        if !self.begun {
            connection::execute(connection, "BEGIN", &[])?;
            self.begun = true;
        }
        connection::query(connection, sql, args)
    }
}

impl Drop for ReadTx {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        // A connection that cannot end its transaction would show an old moment for ever: let it go.
        if self.begun && connection::execute(&connection, "ROLLBACK", &[]).is_err() {
            return;
        }
        self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
    }
}
