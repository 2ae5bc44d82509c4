//! Message formats, without input and output: bytes in, values out, and back.
//!
//! Each folder parses and emits what one family of standards says, and names the sections. Nothing here knows what a user
//! is, what time it is or where a message came from, so every parser can be tested with vectors and fuzzed on its own.
#![warn(missing_docs)]

pub mod jose;
mod json;
pub mod oauth;
mod sensitive;
pub mod sms;
pub mod table;

pub use sensitive::Sensitive;
