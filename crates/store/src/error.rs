//! What can go wrong below the use cases.

use std::error::Error as StdError;
use std::sync::Arc;

use crate::backup::BackupError;
use crate::migrate::MigrationError;
use crate::seal::SealError;

/// A cause from a database driver.
pub(crate) type Cause = Box<dyn StdError + Send + Sync>;

/// A fault of the store. The texts carry no values of rows, so that they may reach the log.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A row with the same key exists; names the table and columns, such as `accounts.address`.
    #[error("`{0}` is taken already")]
    Unique(String),
    /// A row refers to one that is not there, or would be left referring to nothing.
    #[error("a reference between rows would break")]
    Reference(#[source] Cause),
    /// The database cannot do it now; the same operation may succeed in a moment.
    #[error("database is busy")]
    Busy(#[source] Option<Cause>),
    /// A column does not hold what the code expects.
    #[error("column `{column}` holds {found}")]
    Column {
        /// The column's name in the statement.
        column: String,
        /// What it holds instead, by kind.
        found: &'static str,
    },
    /// A column's value does not have the form that its slice gives it.
    #[error("value of `{column}` has another form than expected")]
    Corrupt {
        /// The table and column.
        column: &'static str,
        /// What is wrong with it.
        #[source]
        cause: Cause,
    },
    /// A statement failed earlier in this transaction, so it can only be given up.
    #[error("transaction has failed already")]
    Failed,
    /// The shared commit of several transactions failed; none of them happened.
    #[error("commit failed")]
    Commit(#[source] Arc<StoreError>),
    /// The database refused a statement or cannot be reached.
    #[error("database failed")]
    Database(#[source] Cause),
    /// The address of the database is not one.
    #[error("database address must begin with `sqlite:` or `postgres:`")]
    Address,
    /// The schema cannot be brought up to date.
    #[error("schema cannot be used")]
    Migration(#[source] MigrationError),
    /// A secret cannot be sealed or opened.
    #[error("sealed value cannot be used")]
    Seal(#[from] SealError),
    /// A backup cannot be made or restored.
    #[error("backup failed")]
    Backup(#[from] BackupError),
}

impl StoreError {
    /// The table and columns that a unique rule names, when that is what went wrong.
    pub fn is_unique(&self) -> Option<&str> {
        match self {
            Self::Unique(columns) => Some(columns),
            _ => None,
        }
    }

    /// Whether the same operation may succeed in a moment.
    pub fn is_busy(&self) -> bool {
        match self {
            Self::Busy(_) | Self::Seal(SealError::UnknownKey(_)) => true,
            Self::Commit(cause) => cause.is_busy(),
            _ => false,
        }
    }

    /// A value that a slice cannot read or write; `column` names it, such as `sessions.proofs`.
    pub(crate) fn corrupt(column: &'static str, cause: impl Into<Cause>) -> Self {
        Self::Corrupt { column, cause: cause.into() }
    }

    /// A driver's fault.
    pub(crate) fn database(cause: impl Into<Cause>) -> Self {
        Self::Database(cause.into())
    }
}

impl From<MigrationError> for StoreError {
    fn from(error: MigrationError) -> Self {
        Self::Migration(error)
    }
}
