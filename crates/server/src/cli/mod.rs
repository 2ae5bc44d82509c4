//! The command line: one file per verb.
//!
//! What lives here: for each verb its arguments (`Args`) and `run`, which calls one use case and prints what it answers.
//! What does not: rules. To add a verb, write its file, name it below, and give it a variant in `command.rs`.

mod account;
mod application;
mod audit;
mod audit_events;
mod authenticator;
mod backup;
mod check_config;
mod command;
mod create_admin;
mod demo;
mod error;
mod group;
mod import_bar;
mod keys;
mod migrate;
mod operator;
mod organisation;
mod policy;
mod reference;
mod report;
mod restore;
mod serve;
mod stream;
mod token;

pub use command::Cli;
pub use error::CliError;
