//! Signals: inviting a telephone, and everything that the trunk says about it.
//!
//! Here: one thread for each trunk, with the SIP library inside and our decisions around it. Not here: sound (`media`),
//! what is said and heard (`prompts`, and `factor::voice_call` in the domain).
//!
//! The library writes whole messages to the log, with numbers and credentials in them, so its thread has no log at all;
//! what is worth telling is told by whoever asked for the call. Start with `desk.rs`, then `call.rs`.

mod call;
mod conversation;
mod desk;
mod incoming;
mod locate;
mod ping;
mod reach;
mod repair;
mod status;
mod tls;

pub(super) use desk::{Desk, Job, Opened, Random};
