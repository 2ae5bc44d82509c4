//! The database of Wardkey: transactions, sealed secrets, news between nodes, and the queries of each slice.
//!
//! What lives here: all SQL, and everything that knows there is a database. What does not: rules. Read [`Store`] next,
//! then [`Tx`]; a slice is a folder of functions that take `&mut Tx` and speak in domain types.

pub mod access;
pub mod application;
pub mod audit;
pub mod backup;
pub mod cluster;
pub mod credential;
mod db;
pub mod directory;
mod error;
mod many;
pub mod message;
mod migrate;
pub mod report;
pub mod seal;
pub mod session;
pub mod signin;
mod store;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use cluster::{Cluster, ClusterEvent};
pub use db::{FromVal, Row, Tx, Val};
pub use error::StoreError;
pub use migrate::{MigrationError, MigrationReport};
pub use seal::{MacId, MasterKeys, SealError, SealedAt};
pub use store::{Store, StoreSettings};
