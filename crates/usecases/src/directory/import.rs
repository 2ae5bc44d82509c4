//! What both imports share: rows on their way in, and what became of them.

use std::time::Duration;

use wardkey_domain::directory::{AccountFields, AccountRow, Field, RowError};
use wardkey_domain::factor::password::PasswordHash;

use crate::{Error, Result};

/// One row of a file, read and checked.
#[derive(Debug)]
pub struct IncomingRow<T> {
    /// The line on which it begins.
    pub line: u64,
    /// The row, or all that is wrong with it.
    pub row: std::result::Result<T, Vec<RowError>>,
}

/// A row of accounts: the account, and the password hash that it may bring.
#[derive(Clone, Debug)]
pub struct IncomingAccount {
    /// The account.
    pub row: AccountRow,
    /// A ready hash. An import never computes one.
    pub password: Option<PasswordHash>,
}

impl IncomingAccount {
    /// Checks every column.
    ///
    /// # Errors
    /// Everything that is wrong with the row.
    pub fn check(fields: &AccountFields<'_>) -> std::result::Result<Self, Vec<RowError>> {
        let mut errors = Vec::new();
        let password = match fields.password_hash.trim() {
            "" => None,
            phc => PasswordHash::parse(phc).map_err(|why| errors.push(RowError::new(Field::PasswordHash, why))).ok(),
        };
        match AccountRow::check(fields) {
            Ok(row) if errors.is_empty() => Ok(Self { row, password }),
            Ok(_) => Err(errors),
            Err(mut others) => {
                others.append(&mut errors);
                Err(others)
            }
        }
    }
}

/// Whether an import writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportMode {
    /// It says what it would do, and does nothing.
    DryRun,
    /// It does it.
    Write,
}

/// What an import tells while it works.
#[derive(Debug)]
pub enum ImportProgress<'a> {
    /// A row was refused; the import goes on with the next.
    Refused {
        /// Its line.
        line: u64,
        /// What is wrong with it.
        errors: &'a [RowError],
    },
    /// So many rows have been dealt with, and what was asked for in them is committed.
    Rows(u64),
}

/// What became of the rows of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Rows that added something.
    pub added: u64,
    /// Rows that changed something.
    pub changed: u64,
    /// Rows that were so already.
    pub unchanged: u64,
    /// Rows that were refused.
    pub refused: u64,
}

impl ImportReport {
    /// How many rows there were.
    pub const fn rows(&self) -> u64 {
        self.added + self.changed + self.unchanged + self.refused
    }

    pub(super) const fn plus(self, other: Self) -> Self {
        Self {
            added: self.added + other.added,
            changed: self.changed + other.changed,
            unchanged: self.unchanged + other.unchanged,
            refused: self.refused + other.refused,
        }
    }
}

/// How often a part of an import is tried when the database is busy.
pub(super) const TRIES: u32 = 5;

/// Waits a moment if `outcome` says that the database was busy, and says whether to try again.
pub(super) async fn worth_another_try<T>(outcome: &Result<T>, attempt: u32) -> bool {
    let Err(Error::Unavailable { .. }) = outcome else { return false };
    if attempt + 1 >= TRIES {
        return false;
    }
    tokio::time::sleep(Duration::from_millis(100 << attempt)).await;
    true
}
