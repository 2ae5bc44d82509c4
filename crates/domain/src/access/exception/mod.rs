//! User exceptions: one account's prompts are suspended for a while [EXC-20 to EXC-26], or its registering is postponed [ENR-6].
//!
//! What lives here: what an exception is, who may be given one and when it ends. What does not: what it does to a sign-in, which
//! [`evaluate`](super::evaluate()) decides, and the exceptions of organisations and systems, which are another thing. Read
//! [`UserException`] next, then [`ExceptionRules`].

mod postponement;
#[cfg(test)]
mod properties;
mod reason;
mod rules;
mod state;

pub use postponement::{CannotPostpone, MayPostpone, PostponeRules, Postponement};
pub use reason::{ExceptionKind, Ground, LongReason, ShortReason, UnknownReason};
pub use rules::{Broken, Candidate, Cleared, ExceptionRules, Wanted};
pub use state::{CannotSettle, End, Given, Settled, Standing, UserException};
