//! `cargo xtask tidy`: the rules of the house that a machine can check.
//!
//! Each rule is a function from the tree to the list of what breaks it; the message says what to do instead. A new rule is
//! a new line in the list of `run.rs`.

mod documents;
mod files;
mod floors;
mod run;
mod slices;
mod tree;
mod words;

pub use run::run;
