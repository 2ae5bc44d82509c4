//! Telephone calls through a SIP trunk: the last resort of whoever has nothing but a telephone.
//!
//! | Standard | Here |
//! |---|---|
//! | RFC 3261 SIP, over UDP, TCP and TLS; digest authentication | [`Trunk`] |
//! | RFC 3264 offer and answer, one stream of G.711 | [`Trunk::call`] |
//! | RFC 3550 RTP, RFC 4733 keys, and keys by their sound | [`FrameReport`] |
//!
//! Here: placing a call, holding the conversation of `wardkey_domain::factor::voice_call` in it, and saying how it ended.
//! Not here: whether a call may be made, to which number and how often, and which trunk comes next (the use cases); what
//! the conversation is (the domain); formats (`wardkey_wire`). No call is ever taken: whoever calls us is refused.
//!
//! Start with `trunk.rs`, then `signals/call.rs`. What is said is in [`prompts`].

mod error;
mod media;
mod order;
pub mod prompts;
mod report;
mod settings;
mod signals;
mod trunk;

pub use error::TrunkError;
pub use media::FrameReport;
pub use order::{CallOrder, CallProgress};
pub use report::{CallReport, HandedOver, TryAnother};
pub use settings::{TrunkSettings, TrunkTransport};
pub use trunk::{Trunk, TrunkHealth};
