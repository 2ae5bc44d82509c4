//! Codes from an authenticator app [RFC 6238]: SHA-1, six digits, thirty seconds; and the same from a hardware token, which
//! may have SHA-256 and a minute.
//!
//! What lives here: the code of a moment, the check that spends it, and the enrolment of a new app. What does not: the
//! throttle (`credential`), the QR picture (`web`), the sealed seed (`store`).

mod code;
mod enrolment;
mod rules;
mod state;

pub use code::{CodeHash, CodeShape, Step, UnknownCodeHash};
pub use enrolment::{NewTotp, SEED_BYTES};
pub use rules::TotpRules;
pub use state::{Refusal, TotpState, Verdict, verify};
