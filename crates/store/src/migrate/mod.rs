//! The schema, brought forward by numbered files: never back, never changed once applied.
//!
//! The files are `migrations/sqlite/NNNN_name.sql` and `migrations/postgres/NNNN_name.sql`: the same numbers and names,
//! the same tables, each engine's native types. All that are missing are applied in one transaction; nodes that start at
//! the same moment wait for each other.

mod apply;
mod embedded;
mod error;

pub use apply::MigrationReport;
pub(crate) use apply::{APPLIED, list_pending, migrate, migrate_as, write_schema};
pub use error::MigrationError;
