//! The file of passwords known from breaches, which the operator may supply.
//!
//! What lives here: finding a password in the published format (`SHA1:count`, a line each, sorted by hash) by binary
//! search with positioned reads, so that 40 GB on disk cost no memory. What does not: what a find means
//! (`domain::factor::password`).

mod file;
mod search;

pub use file::{BreachedError, BreachedPasswords};
