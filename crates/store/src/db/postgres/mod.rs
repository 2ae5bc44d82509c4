//! The server engine: one pool whose connections may write, one whose connections cannot.

mod pool;
mod statement;

pub(crate) use pool::{Postgres, ReadTx, WriteTx};
