//! The keys that seal secrets in the database.
//!
//! What lives here: putting new ones into use. What does not: keys that sign tokens (`application`) or the audit
//! (`audit`), which are secrets like any other and sealed by these.

mod rotate;

pub use rotate::rotate_data_keys;
pub use wardkey_store::seal::{RotateSettings, RotationReport};
