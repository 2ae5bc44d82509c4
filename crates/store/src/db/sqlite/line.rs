//! Transactions that only insert. They need nobody's answer, so they do not wait for the seat: their statements stand in
//! line, and whoever commits next runs them all. One visit to the connection, and to the disk, serves everybody.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use super::writer::Writer;
use crate::db::tx::Deed;
use crate::db::value::Val;
use crate::error::StoreError;

/// One statement that will run later.
pub(super) type Statement = (&'static str, Vec<Val>);

/// A transaction in line.
pub(super) struct Append {
    pub(super) statements: Vec<Statement>,
    pub(super) deed: Deed,
    pub(super) done: oneshot::Sender<Result<(), StoreError>>,
}

/// The line.
#[derive(Default)]
pub(super) struct Line(Mutex<Vec<Append>>);

impl Line {
    pub(super) fn is_empty(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    pub(super) fn join(&self, append: Append) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(append);
    }

    pub(super) fn take(&self) -> Vec<Append> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A transaction that only inserts. Nothing of it has happened before [`AppendTx::commit`].
pub(crate) struct AppendTx {
    writer: Arc<Writer>,
    statements: Vec<Statement>,
}

impl AppendTx {
    pub(super) const fn new(writer: Arc<Writer>) -> Self {
        Self { writer, statements: Vec::new() }
    }

    /// Notes a statement. It inserts one row, or the whole transaction will fail.
    pub(crate) fn insert(&mut self, sql: &'static str, args: Vec<Val>) -> Result<u64, StoreError> {
        // The row count is known beforehand only where a statement has no way out.
        if !sql.starts_with("INSERT INTO") || !sql.contains(" VALUES ") || sql.contains("ON CONFLICT") {
            return Err(StoreError::database("this transaction only inserts rows"));
        }
        self.statements.push((sql, args));
        Ok(1)
    }

    pub(crate) async fn commit(self, deed: Deed) -> Result<(), StoreError> {
        self.writer.append(self.statements, deed).await
    }
}
