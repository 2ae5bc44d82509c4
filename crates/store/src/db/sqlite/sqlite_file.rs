//! A database in a file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::line::AppendTx;
use super::reader::{ReadPool, ReadTx};
use super::writer::{WriteTx, Writer};
use crate::error::StoreError;

/// A database in a file, open for reading and writing.
#[derive(Clone)]
pub(crate) struct Sqlite {
    path: Arc<PathBuf>,
    writer: Arc<Writer>,
    readers: Arc<ReadPool>,
}

impl Sqlite {
    /// Opens the file, creating it when it is missing.
    pub(crate) async fn open(path: PathBuf, max_connections: u32) -> Result<Self, StoreError> {
        let opened = path.clone();
        let writer =
            tokio::task::spawn_blocking(move || Writer::open(&opened)).await.map_err(StoreError::database)??;
        let readers = ReadPool::new(path.clone(), max_connections);
        Ok(Self { path: Arc::new(path), writer, readers })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether another process has written since this was last asked.
    pub(crate) async fn has_changed_elsewhere(&self) -> Result<bool, StoreError> {
        self.writer.has_changed_elsewhere().await
    }

    #[cfg(test)]
    pub(crate) async fn commits(&self) -> u64 {
        self.writer.commits().await
    }

    /// Waits for the writer and moves what it has written from the log into the file.
    pub(crate) async fn close(&self) {
        self.writer.rest().await;
    }

    pub(crate) async fn begin(&self) -> Result<WriteTx, StoreError> {
        self.writer.begin().await
    }

    pub(crate) fn append(&self) -> AppendTx {
        AppendTx::new(self.writer.clone())
    }

    pub(crate) async fn read(&self) -> Result<ReadTx, StoreError> {
        self.readers.begin().await
    }
}
