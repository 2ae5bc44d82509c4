//! Everything that Wardkey calls, and nothing that calls Wardkey.
//!
//! A gateway turns a request of a use case into bytes for somebody else's machine and their answer into a value. It knows
//! no database and no page. What is sent and whether it may be sent is decided above; what is safe to connect to is
//! decided here.

pub mod backchannel_logout;
pub mod breached_password;
pub mod outbound;
