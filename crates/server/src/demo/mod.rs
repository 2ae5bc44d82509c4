//! The demonstration: a database that fills itself with made-up people whose passwords everybody knows.
//!
//! What lives here: its people, how they come into the database, and how it is served. What does not: its phone, which the
//! web edge draws. SECURITY: nothing here runs for a real server: `wardkey demo` is the only way in, it takes neither a
//! configuration file nor the environment, and it refuses every address beyond this machine.

mod application;
mod people;
mod run;
mod seed;

pub use run::{Place, run};
