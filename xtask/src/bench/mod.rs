//! `make bench`: speed as a ratio to the machine's own limits, measured in one run.
//!
//! Here: the limits (hashes a second, bare requests a second), a load generator, the server under test as a real process,
//! and the table. It knows nothing of the product's crates: it speaks HTTP and runs commands. Read next: `core.rs`.

mod access;
mod authenticator;
mod browser;
mod ceiling;
mod connection;
mod core;
mod flood;
mod history;
mod html;
mod load;
mod peer;
mod people;
mod report;
mod run;
mod smartcard;
mod telephone;
mod world;

pub use run::{hello, run};
