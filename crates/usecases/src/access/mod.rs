//! Conditional access: the policies in force, and what is known of a sign-in.
//!
//! What lives here: making ready and publishing policies, and reading what they decide from. What does not: the decision, which
//! is `wardkey_domain::access`. Read [`Compiled`] next.

mod admission;
mod compiled;
mod connection;
mod standing;

pub(crate) use admission::admission;
pub(crate) use compiled::policies;
pub use compiled::{Compiled, PolicyCache};
pub(crate) use connection::connection;
pub(crate) use standing::{account_facts, standing};
