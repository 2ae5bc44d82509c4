//! The messages between an authenticator app and a server: JSON, framed here and signed elsewhere.
//!
//! `docs/reference/authenticator-protocol.md` is what they follow. Here: reading what an app sends, within limits, and the
//! answers, which the command line's app reads back. Not here: which bytes are signed (`wardkey_domain::factor::push`) and
//! whether anything is true.

mod asked;
mod replied;

pub use asked::{
    Answer, Hello, Hellos, MAX_BODY, MAX_HELLOS, Malformed, Registration, Said, Subscription, base64url, from_base64url,
};
pub use replied::{Context, Error, Outcome, Registered, Request, Requests};
