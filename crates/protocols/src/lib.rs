//! The doors that applications come through, one folder for each protocol.
//!
//! What lives here: parsing a request, calling one use case, presenting its answer in the protocol's words. What does not:
//! rules (`wardkey_domain`), message formats (`wardkey_wire`) and pages (the web edge draws a `Handover`).
//!
//! Rack 2: to add a protocol, copy [`oidc`]'s rooms (`application`, `endpoint`, `mapping`, `error`), and add a line in
//! [`registry`].

pub mod authenticator;
pub mod file;
pub mod management;
pub mod oidc;
pub mod registry;
pub mod scim;

pub use registry::router;
