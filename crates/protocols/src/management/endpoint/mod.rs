//! The calls, a file for each kind of thing.

pub mod coverage;
pub mod deeds;
pub mod description;
pub mod organisations;
pub mod people;
pub mod reports;
