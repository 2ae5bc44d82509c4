//! Copies of the whole database, made while it is in use, and put back.
//!
//! A backup is always one SQLite file with the product's schema, whichever engine it was made from: it can be opened,
//! looked into and verified by itself, and it restores to either engine.

mod count;
mod error;
mod file;
mod make;
mod restore;
#[cfg(test)]
mod tests;

pub use count::count_rows;
pub use error::BackupError;
pub(crate) use make::{copy_file, copy_rows};
pub use restore::RestoreReport;
pub(crate) use restore::restore;
