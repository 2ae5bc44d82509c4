//! Why the schema cannot be used.

use crate::error::StoreError;

/// Why the schema cannot be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// The two folders of the program differ: a fault of its makers.
    #[error("migration `{0}` exists for one engine only, or its number is wrong")]
    Unpaired(String),
    /// The text of a migration has changed since it was applied.
    #[error("migration `{0}` has changed since it was applied to this database")]
    Changed(String),
    /// The database was migrated by a newer version of the program.
    #[error("the database has migration `{0}`, which this version does not know; run a newer version")]
    Unknown(String),
    /// A migration failed; none was applied.
    #[error("migration `{name}` failed")]
    Failed {
        /// Its number and name.
        name: String,
        /// The cause.
        #[source]
        source: Box<StoreError>,
    },
}
