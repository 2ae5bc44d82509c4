//! The gateways against other people's software.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "all of it is tests, also the functions that tests share"
)]

mod care_identity;
mod log;
mod logs;
mod mail;
mod notify;
mod peer;
mod smpp;
mod voice;
