//! A message centre over SMPP 3.4, on the codec of `rusmpp` and a session of our own.
//!
//! [`Smpp`] is the handle: it writes a text as short messages and queues it. A task behind it keeps the session
//! (`session.rs`) alive on a connection (`link.rs`): a window of unanswered messages, probes both ways, receipts, and a new
//! connection with growing pauses when one breaks (`keeper.rs`). What a status of the centre means for a text is in
//! `verdict.rs`.
//!
//! INVARIANT: a message is written down as waiting before its first byte leaves, and whatever waits when a connection breaks
//! is `Unknown`. What is still in our queue was certainly not sent, and goes over the next connection.

mod codec;
mod handle;
mod job;
mod keeper;
mod link;
mod pdu;
mod receipt;
mod sequence;
mod session;
mod settings;
mod verdict;

pub use handle::Smpp;
pub use settings::{BindMode, LongMessages, MessageIds, SmppSettings, SmppSetupError, SmppTls};
