//! NHS Care Identity (CIS2) as a provider above us: whoever has signed in there is told to us by an ID token.
//!
//! We are the client: `private_key_jwt` instead of a shared secret, a code with PKCE, and every check of OpenID Connect
//! Core §3.1.3.7 before anything is believed. Nothing in it is particular to one provider but its settings, so that it works
//! with any that speaks OpenID Connect this strictly.
//!
//! Start with [`CareIdentity`]: [`CareIdentity::authorization_address`] is where the browser goes,
//! [`CareIdentity::redeem`] makes what it comes back with an [`AssertedIdentity`]. Who keeps `state`, `nonce` and the
//! verifier in between, and whom the asserted identity belongs to here, is decided above.

mod client;
mod error;
mod identity;
mod memory;
mod settings;

pub use client::{CareIdentity, UpstreamAnswer, UpstreamRequest, code_challenge};
pub use error::CareIdentityError;
pub use identity::AssertedIdentity;
pub use settings::{AssertionKey, CareIdentitySettings, CareIdentitySetupError};
pub use wardkey_wire::jose::Algorithm as AssertionAlgorithm;
pub use wardkey_wire::oauth::upstream::IdTokenFault;

#[cfg(test)]
mod provider;
