//! Exporting: every event of a time, as lines of JSON or as CSV, with bounded memory.

use std::io::Write;
use std::str::FromStr;

use wardkey_domain::audit::{Digest, Event, NumberedEntry};
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_domain::report::write_row;
use wardkey_domain::time::Timestamp;
use wardkey_store::audit;

use super::instant::instant;
use super::line::line;
use crate::{App, Error, Result};

const PAGE: u32 = 1_000;

/// How events are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// One JSON object a line.
    JsonLines,
    /// Comma-separated values with a heading [RFC 4180], safe to open in a spreadsheet.
    Csv,
}

impl ExportFormat {
    /// The name on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::JsonLines => "jsonl",
            Self::Csv => "csv",
        }
    }
}

/// The text is not the name of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the format must be `jsonl` or `csv`")]
pub struct NotAFormat;

impl FromStr for ExportFormat {
    type Err = NotAFormat;

    fn from_str(text: &str) -> std::result::Result<Self, NotAFormat> {
        match text {
            "jsonl" => Ok(Self::JsonLines),
            "csv" => Ok(Self::Csv),
            _ => Err(NotAFormat),
        }
    }
}

/// Which events are exported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// From this moment on.
    pub since: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
}

/// Writes the events of `period` to `out` in the order in which they happened, and says how many they were.
///
/// The export itself becomes an event, after the last one written.
///
/// # Errors
/// When the actor may not read the audit, the store cannot be read, or `out` cannot be written.
pub async fn export(
    app: &App,
    op: &Op,
    format: ExportFormat,
    period: Period,
    out: &mut (dyn Write + Send),
) -> Result<u64> {
    op.require_everywhere(Action::ReadAudit)?;
    let since = period.since.unwrap_or(Timestamp::from_micros(0));
    let until = period.until.unwrap_or_else(|| op.now.plus(std::time::Duration::from_millis(1)));
    if format == ExportFormat::Csv {
        write_out(out, HEADING)?;
    }
    let (mut after, mut written) = (None, 0_u64);
    loop {
        // One short transaction a page: an export of years must not hold the database's old versions back.
        let mut page = audit::list_between(&mut app.store().read().await?, since, until, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.entry.id);
        // Events of one deed share their moment; they are read in the order in which they were written.
        page.sort_by_key(|event| (event.entry.at, event.number));
        let mut text = String::new();
        for event in &page {
            match format {
                ExportFormat::JsonLines => {
                    text.push_str(&line(event)?);
                    text.push('\n');
                }
                ExportFormat::Csv => csv_line(event, &mut text),
            }
            written = written.saturating_add(1);
        }
        write_out(out, &text)?;
    }
    out.flush().map_err(|error| Error::internal("write the export", error))?;
    let mut tx = app.store().begin().await?;
    let event = Event::AuditExported {
        format: format.as_str().into(),
        since: period.since,
        until: period.until,
        events: written,
    };
    audit::append(&mut tx, op, None, event).await?;
    tx.commit().await?;
    Ok(written)
}

fn write_out(out: &mut (dyn Write + Send), text: &str) -> Result<()> {
    out.write_all(text.as_bytes()).map_err(|error| Error::internal("write the export", error))
}

const HEADING: &str =
    "number,id,at,kind,actor,account,organisation,application,address,browser,request,event,digest,mac\r\n";

fn csv_line(numbered: &NumberedEntry, text: &mut String) {
    let entry = &numbered.entry;
    let id = |id: Option<uuid::Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    let cells = [
        numbered.number.to_string(),
        entry.id.to_string(),
        instant(entry.at),
        entry.kind.clone(),
        entry.actor.clone(),
        id(entry.account.map(wardkey_domain::id::AccountId::uuid)),
        id(entry.organisation.map(wardkey_domain::id::OrganisationId::uuid)),
        id(entry.application.map(wardkey_domain::id::ApplicationId::uuid)),
        entry.address.clone().unwrap_or_default(),
        entry.browser.clone().unwrap_or_default(),
        entry.request.to_string(),
        entry.event.clone(),
        Digest::of(&entry.canonical()).to_string(),
        numbered.mac.to_string(),
    ];
    write_row(text, cells.iter().map(String::as_str));
}
