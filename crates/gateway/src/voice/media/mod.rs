//! The sound of calls: a packet each 20 ms from a thread of its own, and keys out of what comes back.
//!
//! Here: ports, pacing, whose packets are believed, keys told as events and by sound, and whether the line talks like a
//! machine. Not here: how a call is set up (`signals`), what is said (`prompts`).
//!
//! The thread is its own so that a password that is being hashed on the others never delays a packet. Start with
//! `stream.rs`.

mod keys;
mod lateness;
mod ports;
mod source;
mod speech;
mod stream;
mod thread;

pub use lateness::FrameReport;
pub(super) use ports::MediaPorts;
pub(super) use stream::{Heard, Order, Peer, Start, Stream};
pub(super) use thread::MediaThread;
