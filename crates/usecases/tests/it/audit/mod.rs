//! The audit through its use cases: sealed, tampered with, exported, backed up.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod backup;
mod export;
mod seal;
mod stream;
mod tamper;
mod world;
