//! The rules of Wardkey: pure functions and types that never touch the outside.
//!
//! What lives here: every decision the product makes. What does not: clocks, randomness, files, sockets, SQL,
//! HTML and protocol messages. Time arrives as [`op::Op::now`], random bytes arrive as arguments, and nothing here can
//! fail because the outside failed.
//!
//! The slices stand in dependency order; one may use those before it, never those after it.
#![warn(missing_docs)]
#![deny(clippy::wildcard_enum_match_arm)]

pub mod id;
pub mod op;
pub mod secret;
pub mod time;

pub mod directory;
pub mod permission;

pub mod audit;

pub mod factor;

pub mod credential;

pub mod session;

pub mod access;

pub mod signin;

pub mod application;

pub mod message;

pub mod report;
