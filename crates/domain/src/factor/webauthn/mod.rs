//! A security key or a passkey: public-key cryptography bound to our origin [WebAuthn Level 3, MET-5].
//!
//! What lives here: what a browser is asked for, how its answer is judged, what is kept of a key, and which models are
//! allowed. The signatures and formats themselves are checked by `webauthn-rs-core`, which only `ceremony.rs` and
//! `metadata.rs` name. What does not: the page and its script (`wardkey_web`), which key is whose (`credential`). The
//! challenge comes from outside like every other random byte. Read [`verify`] next.

mod aaguid;
mod ceremony;
mod challenge;
mod failure;
mod metadata;
mod rules;
mod state;

#[cfg(test)]
pub(crate) mod vectors;

pub use aaguid::{Aaguid, BadAaguid};
pub use ceremony::{creation_options, discover_options, handover_options, register, request_options, verify};
pub use challenge::{CHALLENGE_BYTES, KeyChallenge};
pub use failure::KeyFailure;
pub use metadata::{BadMetadata, Models};
pub use rules::{Attestation, BadOrigin, RelyingParty, WebAuthnRules};
pub use state::{BadRecord, KeyAnswer, KeyRecord, KeyState, NewKey, Registration, UsedKey, Verdict};
