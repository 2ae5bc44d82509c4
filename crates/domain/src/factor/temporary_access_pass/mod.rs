//! A pass that an administrator gives somebody who has no way to sign in, or has lost it [ADM-14].
//!
//! What lives here: the code, how long it may be good, and whether one that was typed is the one that was given. What does
//! not: who may give one to whom (`permission`), what it is enough for (`signin`), where it is kept. Read [`PassState`] next.

mod code;
mod rules;
mod state;

pub use code::{BadPass, PASS_BYTES, PassCode};
pub use rules::{BadPassTerms, PassRules, PassTerms};
pub use state::{PassState, Verdict};
