//! Accounts that somebody else had [CMP-1 to CMP-3].
//!
//! Here: the case of such an account, the check-list that is worked through before it is given back, what becomes of factors that
//! the stranger may have enrolled, and how two people lift the pin. Not here: what a hold does to a sign-in, which is
//! [`evaluate`](super::evaluate). Read next: [`CompromiseCase`].

mod case;
mod check_list;
mod deed;
mod lift;
mod point;
#[cfg(test)]
mod properties;
mod suspicion;
mod verdict;

pub use case::{CannotRestore, CannotTick, CaseStanding, CompromiseCase, NewCase};
pub use check_list::{CheckList, Complete, Tick};
pub use deed::CaseDeed;
pub use lift::{CannotLift, LiftRequest, Lifted, Lifter};
pub use point::{Point, UnknownPoint};
pub use suspicion::{BadSuspicion, SUSPECTED_FOR, suspected_since};
pub use verdict::{QuarantineVerdict, UnknownVerdict};
