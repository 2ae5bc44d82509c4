//! The embedded engine: one connection that writes, a few that read.
//!
//! Statements run in the caller's own thread: each takes microseconds, less than handing it to another thread would.
//! Only the commit, which waits for the disk, has a thread of its own. Read [`writer`] next.

mod connection;
mod line;
mod reader;
mod sqlite_file;
mod writer;
#[cfg(test)]
mod writer_tests;

pub(crate) use connection::{
    each as sqlite_each, execute as sqlite_execute, query as sqlite_query, translate as sqlite_translate,
};
pub(crate) use line::AppendTx;
pub(crate) use reader::ReadTx;
pub(crate) use sqlite_file::Sqlite;
pub(crate) use writer::WriteTx;
