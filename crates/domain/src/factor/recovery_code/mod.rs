//! Recovery codes: what a person has written down for the day on which everything else is lost [STD-3].
//!
//! What lives here: a code, the hashes of those that are left, and whether one that was typed is among them. What does not:
//! that a new factor is asked for afterwards (`signin`), the hashing itself (`password`), where they are kept. Read
//! [`RecoveryCodes`] next.

mod code;
mod rules;
mod state;

pub use code::{BadRecoveryCode, RECOVERY_BYTES, RecoveryCode};
pub use rules::{FEW_LEFT, SET_SIZE};
pub use state::{HashedCode, RecoveryCodes, Verdict};
