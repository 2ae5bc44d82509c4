//! Finding people by what is counted of them, and how many are covered.

mod counting;
mod coverage;
mod finding;
mod reminding;
mod status;
