//! OpenID Connect 1.0 and OAuth 2.0: the provider.
//!
//! Built to pass the OpenID Foundation's Basic, Config and RP-initiated logout plans. Each endpoint is a file of
//! `endpoint/`: it parses with `wardkey_wire`, proves who the client is (`client_authentication`), calls one use case and
//! presents the answer. Errors go to the client as the standards say, and to a browser only by way of an address that was
//! verified; otherwise the person sees a page (`error`).
//!
//! Read next: `router`, then `endpoint/authorize`.

pub mod admission;
mod answer;
mod application;
mod client_authentication;
mod cors;
mod endpoint;
mod error;
mod mapping;
mod paths;
mod request;
mod router;
mod signers;
mod state;
mod token_reference;

pub use application::read_settings;
pub(crate) use cors::{allow_any_origin, preflight};
pub(crate) use error::set_header;
pub use router::router;
pub(crate) use state::OidcState;
