//! Rack 1: the factors, each with the same inner names.
//!
//! What lives here: what is accepted as a password or a code, and the [`Proof`] that follows. What does not: who has
//! enrolled what (`credential`), when a factor is asked for (`access`), what happens next (`signin`), hashing threads and
//! storage. There is no `Factor` trait: a password is checked on a pool of threads and a code in a transaction, so
//! no caller could treat the two alike; what they do share is data, in [`Definition`].
//!
//! To add one: a folder beside `totp`, a line in `kind.rs`, a definition in `registry.rs`. Read `totp` next.

mod code;
mod core_factors;
mod definition;
mod kind;
mod letters;
mod proof;
mod registry;

pub mod hardware_token;
pub mod password;
pub mod push;
pub mod recovery_code;
pub mod smartcard;
pub mod sms;
pub mod telephone;
pub mod temporary_access_pass;
pub mod totp;
pub mod voice_call;
pub mod webauthn;

pub use code::{BadCode, Code};
pub use core_factors::CoreFactors;
pub use definition::Definition;
pub use kind::{Category, FactorKind, UnknownFactor};
pub use proof::{Proof, SavedProof};
pub use registry::{definition, second_factors};
