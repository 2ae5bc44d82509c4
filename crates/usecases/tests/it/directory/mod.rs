//! Importing, finding and looking after people.

pub(crate) mod administration;
mod finding;
mod importing;
