//! Importing, finding and looking after people.

pub(crate) mod administration;
mod finding;
mod importing;

pub(crate) use administration::{Ago, acting, outcome};
