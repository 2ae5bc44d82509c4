//! Message formats, without input and output: bytes in, values out, and back.
//!
//! Each folder parses and emits what one family of standards says, and names the sections. Nothing here knows what a user
//! is, what time it is or where a message came from, so every parser can be tested with vectors and fuzzed on its own.
#![warn(missing_docs)]

pub mod authenticator;
pub mod dtmf;
pub mod g711;
pub mod jose;
mod json;
pub mod oauth;
pub mod rtp;
pub mod scim;
pub mod sdp;
mod sensitive;
pub mod sms;
pub mod syslog;
pub mod table;
pub mod web_push;

pub use sensitive::Sensitive;
