//! Conditional access: what is asked of a sign-in, and why.
//!
//! Here: the question (an access input), the policies and one pure function that decides. Until conditional access is built
//! one built-in policy holds: every application and the portal need two factors. Read next: [`evaluate`].

mod decision;
mod evaluate;
mod input;
mod place;
mod policies;
mod usable;

pub use decision::{Decision, Reason};
pub use evaluate::evaluate;
pub use input::{AccessInput, SignInRequest};
pub use place::{BadGeofeed, Places};
pub use policies::Policies;
pub use usable::{Bars, RestrictedRules, Unusable, barred};
