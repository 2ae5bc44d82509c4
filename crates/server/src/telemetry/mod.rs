//! What the operator sees of a running server: log lines and figures, neither with personal data.
//!
//! What lives here: the log's format, one line and three figures for each request. What does not: the figures of a slice,
//! which are counted where they happen, and the audit, which is not a log.

mod figures;
mod log;
mod request;

pub use figures::Figures;
pub use log::{Format, Level, start_log};
pub use request::{RequestTelemetry, observe};
