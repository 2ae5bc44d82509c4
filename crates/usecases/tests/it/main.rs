//! Use cases against a database, without pages.

mod application;
mod audit;
mod credential;
mod directory;
mod job;
mod key;
