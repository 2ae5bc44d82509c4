//! Passwords: what a new one must be like, and whether one is right.
//!
//! What lives here: the rules of a new password, the PHC string and its bounds, Argon2id itself. What does not: the
//! threads that hash (`usecases::hashing`), the history and the breached file (their answers arrive as arguments).
//! There are no composition rules [NIST SP 800-63B §3.1.1.2]: any Unicode, any length up to the limit, pasting welcome.

mod choose;
mod common;
mod hash;
mod judge;
mod params;
mod rules;

pub use choose::Choice;
pub use hash::{BadHash, HashFault, HashMemory, PasswordHash, PasswordVerdict, SALT_BYTES, hash, normalised, verify};
pub use judge::{BrokenRule, NameParts, judge_new};
pub use params::{BadParams, HashParams};
pub use rules::PasswordRules;
