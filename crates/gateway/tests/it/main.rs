//! The gateways against other people's software.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "all of it is tests, also the functions that tests share"
)]

mod log;
mod logs;
mod mail;
mod notify;
mod peer;
mod smpp;
