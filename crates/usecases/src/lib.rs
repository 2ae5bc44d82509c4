//! What the product can do: one function is one operation, one transaction, one audit event.
//!
//! What lives here: use cases in five beats (load, permit, decide, save with audit, commit), the [`App`] they run in, and
//! the jobs. What does not: HTTP, HTML, SQL, message formats.
#![warn(missing_docs)]

mod app;
mod circumstances;
mod error;
mod handover;
mod moment;
mod settings;
mod visits;
mod waiting;

pub mod access;
pub mod application;
pub mod audit;
pub mod credential;
pub mod directory;
pub mod hashing;
pub mod job;
pub mod key;
pub mod message;
pub mod report;
pub mod session;
pub mod signin;

pub use app::{App, Clock, Parts, Random};
pub use circumstances::Circumstances;
pub use error::{Error, FieldError, Result};
pub use handover::Handover;
pub use moment::{days_left, ending, london, moment, moment_to_the_second, span, time_of_day, today, written_day};
pub use settings::{BadIssuer, CacheSettings, Issuer, Settings};
pub use visits::{VisitSettings, Visits};
pub use waiting::{Waiter, Waiting};
