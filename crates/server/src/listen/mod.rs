//! Listeners: our own accept loop for http and https.
//!
//! What lives here: sockets, time limits, connection limits, certificates and the graceful stop. What does not: routes.
//! The loop is our own because `axum::serve` sets no timer, so that a client could hold a connection with half a header
//! for ever. Read `accept.rs` first.

mod accept;
mod card;
mod certificate;
mod connection;
mod undecided;

pub use accept::{Limits, Listener};
pub use certificate::{CertificateFiles, Clients};
