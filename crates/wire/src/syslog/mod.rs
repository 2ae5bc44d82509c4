//! Syslog messages [RFC 5424], one after another on a stream.
//!
//! | Standard | Here |
//! |---|---|
//! | RFC 5424 §6: header, structured data, message | [`Message`] |
//! | RFC 5425 §4.3, RFC 6587 §3.4.1: each message says its length first | [`Message::frame`] |
//!
//! Not here: reading messages, TLS, when a message is sent, and what stands in it.

mod message;

pub use message::{Facility, Message, NotAFacility, Severity};
