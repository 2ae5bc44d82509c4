//! Who may do what to whom.
//!
//! What lives here: the actions, the matrix of role × action × scope, and the one function that every use case asks,
//! [`Op::require`](crate::op::Op::require). What does not: what an action does (`usecases`). The committed grid
//! `permission-matrix.txt` is the matrix as a person reviews it; a test keeps the two equal.
//!
//! Three rules hold above the matrix: a role reaches its own subtree only [ADM-11]; nobody changes their own account
//! through an administrator's action [ADM-12]; and nobody acts on an account that holds a right they do not hold
//! themselves, since taking it over would be a way up. An application that acts for itself has no role: it has the scopes of
//! its token, in its own organisation and those below, and never touches anybody who holds a role.

mod action;
mod api_scope;
#[cfg(test)]
mod containment_tests;
mod matrix;
mod require;
mod scope;

pub use action::Action;
pub use api_scope::{ApiScope, NoApiScope};
pub use matrix::{allows, contains, grid, may_appoint};
pub use require::{Denied, Target};
pub use scope::{Extent, Scope};
