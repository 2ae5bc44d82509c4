//! Importing, finding and looking after people.

pub(crate) mod administration;
mod finding;
mod importing;
mod remembered;

pub(crate) use administration::{Ago, acting, outcome};
