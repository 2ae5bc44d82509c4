//! Secrets at rest: envelope encryption of columns, and keyed MACs.
//!
//! A *master key*, from a file or the environment, wraps random *data keys*, which are rows of `data_keys`; data keys seal
//! columns and derive MAC keys. So a stolen database opens nothing, a new master key re-wraps a handful of rows, and a new
//! data key re-seals rows in small batches while the product runs ([`rotate`]).
//!
//! What lives here: everything about those two levels. What does not: signing keys, which are sealed like any other secret.
//! Read `keyring.rs` next.

mod columns;
mod keyring;
mod master;
mod record;
mod rotate;
#[cfg(test)]
mod tests;

pub use columns::{SEALED_COLUMNS, SealedColumn};
pub(crate) use keyring::Keyring;
pub use keyring::{MacId, SealError, SealedAt};
pub use master::{BadMasterKeys, MasterKeys};
pub(crate) use record::{load, prepare};
pub use rotate::{RotateSettings, RotationReport, rotate};
