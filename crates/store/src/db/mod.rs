//! The one door to the database: the only place that knows that there are two engines.
//!
//! What lives here: connections, transactions, values and rows. What does not: tables, domain types, queries; each slice
//! keeps its own. Read [`Tx`] next, then `sqlite/writer.rs`, which lets many transactions share one commit.
//!
//! Query texts are the same on both engines: `$1` placeholders, `ON CONFLICT … DO UPDATE`, `RETURNING`, BIGINT
//! microseconds, `CAST(SUM(x) AS BIGINT)`, `CAST($1 AS TEXT) IS NULL OR …`, `LOWER()`, keyset paging. A statement that
//! fails spoils its transaction on either engine, so `ON CONFLICT DO NOTHING` is how one asks "unless it is there".

#[cfg(test)]
mod cancel_tests;
mod engine;
mod postgres;
mod row;
mod sqlite;
mod tx;
mod value;

pub(crate) use engine::Engine;
pub(crate) use postgres::Postgres;
pub use row::Row;
pub(crate) use sqlite::{Sqlite, sqlite_each, sqlite_execute, sqlite_query, sqlite_translate};
pub(crate) use tx::EngineTx;
pub use tx::Tx;
pub use value::{FromVal, Val};
