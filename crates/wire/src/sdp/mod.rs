//! Descriptions of a call's sound [RFC 8866], offered and answered [RFC 3264].
//!
//! | Standard | Here |
//! |---|---|
//! | RFC 8866: the lines of a description | [`Session::parse`], [`Offer::write`] |
//! | RFC 3264 §6, §8: what an answer may say; holding a call | [`Session`], [`Direction`] |
//! | RFC 3551 §6: G.711's payload types | [`crate::g711::Law`] |
//! | RFC 4733 §2.4: keys as events | [`Session::telephone_event`] |
//!
//! One stream of G.711 and nothing else: no pictures, no encryption, no ICE, no names in place of addresses.

mod error;
mod offer;
mod session;

pub use error::BadSdp;
pub use offer::Offer;
pub use session::{Direction, MAX_SDP, Session};
