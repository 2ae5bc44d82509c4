//! Everything that Wardkey calls, and nothing that calls Wardkey.
//!
//! A gateway turns a request of a use case into bytes for somebody else's machine and their answer into a value. It knows
//! no database and no page. What is sent and whether it may be sent is decided above; what is safe to connect to is
//! decided here. What came of a message is told honestly: [`hand_over`].

pub mod ambient;
pub mod authenticator;
pub mod backchannel_logout;
pub mod breached_password;
pub mod call;
pub mod capture;
pub mod care_identity;
pub mod certificate_status;
mod dial;
pub mod hand_over;
pub mod mail;
pub mod outbound;
pub mod push;
pub mod siem;
#[cfg(feature = "testing")]
pub mod testing;
pub mod text;
pub mod tls;
pub mod voice;
pub mod words;
