//! Conditional access: groups, named locations, policies and what was decided.
//!
//! What lives here: rows. What does not: what is asked of whom, which is `wardkey_domain::access`. Read [`epoch`] next.

mod epoch;
#[cfg(test)]
mod tests;

pub use epoch::{bump_epoch, epoch};
