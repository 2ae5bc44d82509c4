//! Importing, finding and looking after people.

mod administration;
mod finding;
mod importing;
