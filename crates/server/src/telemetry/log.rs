//! The log: JSON for machines, or lines for a terminal.

use std::fmt;
use std::io;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// How a log line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    Json,
    /// For a person who watches.
    Text,
}

/// The least important line that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Only what somebody must act on.
    Error,
    /// And what somebody should look at.
    Warn,
    /// And every request.
    Info,
    /// And what helps to find a fault.
    Debug,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Json => "json",
            Self::Text => "text",
        })
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
        })
    }
}

/// Starts the log on standard error.
///
/// SECURITY: lines of the libraries below us are written from `warn` up only, whatever the level: at `debug` they print
/// requests and statements with their contents.
pub fn start_log(format: Format, level: Level) {
    let ours = match level {
        Level::Error => LevelFilter::ERROR,
        Level::Warn => LevelFilter::WARN,
        Level::Info => LevelFilter::INFO,
        Level::Debug => LevelFilter::DEBUG,
    };
    let filter = Targets::new().with_default(ours.min(LevelFilter::WARN)).with_target("wardkey", ours);
    let registry = tracing_subscriber::registry().with(filter);
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    // A second start, as when one test process builds two servers, keeps the first log.
    let started = match format {
        Format::Json => {
            registry.with(lines.json().flatten_event(true).with_current_span(true).with_span_list(false)).try_init()
        }
        Format::Text => registry.with(lines.compact().with_ansi(false)).try_init(),
    };
    drop(started);
}
