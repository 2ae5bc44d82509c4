//! A smartcard: a certificate whose key never leaves the card, shown while TLS is set up [RFC 5280, RFC 6960].
//!
//! What lives here: whether a certificate is one of an authority that the operator trusts, who it says that it belongs to,
//! whom to ask whether it was revoked, and what an answer to that is worth. What does not: the handshake in which the card
//! proves that it has the key, fetching and keeping answers, and whose card it is (`credential`). `webpki` builds the path
//! and checks signatures, `x509-parser` reads fields; only this folder names the latter. Read [`inspect`] next.

mod authorities;
mod card;
mod chain;
mod der;
mod failure;
mod fields;
mod identifier;
mod link;
mod list;
mod ocsp;
mod policy;
mod rules;
mod state;
mod status;

#[cfg(any(test, fuzzing))]
pub mod fuzz;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod vectors;

pub use authorities::{Authorities, BadAuthority};
pub use card::{Card, inspect};
pub use chain::certificates_in;
pub use failure::CardFailure;
pub use identifier::{CardIdentifier, UnknownIdentifier};
pub use list::RevocationList;
pub use policy::{BadPolicy, PolicyOid};
pub use rules::{RevocationRules, SmartcardRules, Unpublished};
pub use state::{
    BadCardRecord, CardRecord, CardState, Linking, PRESENTED_FOR, PresentedCard, Verdict, link, present, verify,
};
pub use status::{Grace, Standing, StatusFailure, StatusQuestion, StatusSource};
