//! Messages that leave: written with the deed that decides them, sent by workers, and what comes back.
//!
//! Here: the outbox's writers (`write`), its workers ([`Courier`]), the networks in their order ([`Gateways`]), receipts,
//! and "this was not me" ([`report`]). Not here: their words and the networks themselves (`wardkey_gateway`), what may
//! become of a message (`wardkey_domain::message`). Read `write` next, then [`Courier`].

mod budget;
mod call;
mod courier;
mod gateways;
mod health;
mod mail;
mod notices;
mod payload;
mod push;
mod report;
mod settings;
mod sweep;
mod text;
mod undelivered;
mod wake;
mod write;

// The demonstration's phone and tests show what was captured; edges do not reach down to the gateways.
pub use wardkey_gateway::call::{CallCapture, CallScene, CapturedCall};
pub use wardkey_gateway::capture::{Capture, CapturedMail, CapturedText};

pub use courier::Courier;
pub use gateways::{GatewayStanding, Gateways};
pub use report::{Reported, report};
pub use settings::MessageSettings;
pub use sweep::sweep;
pub use undelivered::{MessageFacts, MessageList, list_undelivered, may_see_messages, messages_to, send_again};
pub use wake::Wake;

pub(crate) use budget::reserve;
pub(crate) use notices::{Notice, notify, tell_administrators};
pub(crate) use payload::AboutLocation;
pub(crate) use push::{open_push_sender, wake_app};
pub(crate) use report::{FraudReport, report_app};
pub(crate) use write::{CallOrder, TextOrder, place_call, previous, send_text};
