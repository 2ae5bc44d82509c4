//! `[log]`: what is logged, and how.

use super::reader::Reader;
use crate::telemetry::{Format, Level};

/// `[log]`.
#[derive(Clone, Copy, Debug)]
pub struct LogSettings {
    /// The form of a line.
    pub format: Format,
    /// The least important line.
    pub level: Level,
}

pub fn read(reader: &mut Reader) -> LogSettings {
    let mut section = reader.section(
        "log",
        "The log, on standard error. It holds no names, addresses, codes or queries: for who did what there is the audit.",
    );
    LogSettings {
        format: section.choice(
            "format",
            "`json` for machines, `text` for a person who watches.",
            Format::Json,
            &[Format::Json, Format::Text],
        ),
        level: section.choice(
            "level",
            "The least important line that is written.",
            Level::Info,
            &[Level::Error, Level::Warn, Level::Info, Level::Debug],
        ),
    }
}
