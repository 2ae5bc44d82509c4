//! What somebody has enrolled, and how failures slow them down.
//!
//! What lives here: a [`Credential`] and what may become of it, the standing of a password, the throttle. What does not:
//! whether a code is right (`factor`), what a failure means for the sign-in (`signin`), rows and seals (`store`). Read
//! `credential.rs` next, then `lifecycle.rs` and `lockout.rs`.

mod activation;
#[expect(clippy::module_inception, reason = "the slice and its first type share their name")]
mod credential;
mod lifecycle;
mod lockout;
mod spoken;
mod standing;
mod subject;

pub use activation::{ACTIVATION_BYTES, ActivationCode, ActivationPurpose, BadActivationCode, UnknownPurpose};
pub use credential::{BadLabel, Credential, CredentialState, Label};
pub use lifecycle::{CannotEnrol, CannotRemove, Credentials, Enrolled, PhoneRemoval, Removal, UnknownCredential};
pub use lockout::{Attempt, Counts, Gate, Limit, Permit, ThrottleRules, ThrottleState};
pub use standing::{MustChange, PasswordStanding, UnknownReason};
pub use subject::{NetworkPrefix, Subject, Who};
