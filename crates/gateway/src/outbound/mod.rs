//! Requests to addresses that others choose: an application's keys (`jwks_uri`) and its back-channel logout address, the
//! push service of a browser, the endpoints that another identity provider publishes.
//!
//! Whoever registers an application chooses its addresses, so each is treated as an attempt to reach our own network
//! through us: https only, the name resolved once and every address it has checked, the connection made to exactly those
//! addresses, no redirect followed, no proxy taken from the environment, a limit on size and on time.
//!
//! Start with [`Outbound`]; [`is_special_use`] is the list of networks that are never connected to.

mod address;
mod allowed;
mod client;
mod error;
mod patience;

pub use address::is_special_use;
pub use allowed::{AllowedHost, BadAllowedHost};
pub use client::{FormAnswer, MAX_BODY, Outbound, OutboundSettings};
pub use error::OutboundError;
