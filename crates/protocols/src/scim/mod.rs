//! SCIM 2.0: joiners, movers and leavers from a system that keeps them [RFC 7643, RFC 7644].
//!
//! What lives here: the endpoints. Each lets the application in by its token, parses with `wardkey_wire`, calls one use case and
//! presents the answer in the words of the standard. What does not: what becomes of people, and who may ask
//! (`wardkey_usecases::directory`).
//!
//! Read next: `router`, then `endpoint/users`.

mod answer;
mod call;
mod endpoint;
mod error;
mod mapping;
mod narrowing;
mod paths;
mod router;
mod turnstile;

pub use router::router;
