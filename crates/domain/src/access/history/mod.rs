//! Sign-ins that were decided: what is kept of each, what each policy made of it, and what other policies would make of it.
//!
//! Here: [`KeptSignIn`], from which a decision can be made again; what people met ([`Experience`]); and adding that up
//! ([`Replay`]). Not here: where it is kept.

mod experience;
mod kept;
mod replay;
mod reported;
#[cfg(test)]
mod tests;

pub use experience::{Experience, UnknownExperience};
pub use kept::{KeptSignIn, Shown};
pub use replay::{Affected, Changes, GroupChanges, Replay, ReplayReport};
pub use reported::{Reported, UnknownReport, report};
