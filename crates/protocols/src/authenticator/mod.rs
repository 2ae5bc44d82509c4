//! The authenticator protocol: how an app of a person, ours or anybody's, talks to this server.
//!
//! `docs/reference/authenticator-protocol.md` is the protocol. Each call is a file of `endpoint/`: it reads a message with
//! `wardkey_wire`, calls one use case and presents the answer. Nothing is believed but signatures, which the use cases check:
//! no cookie is read, and any origin may call.
//!
//! Read next: `router`, then `endpoint/requests`.

mod endpoint;
mod error;
mod message;
mod paths;
mod router;

pub use router::router;
