//! Use cases against a database, without pages.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "all of it is tests, also the functions that tests share"
)]

mod access;
mod application;
mod audit;
mod credential;
mod directory;
mod job;
mod key;
mod message;
mod report;
