//! An event as a line of JSON: what an export has, and what is handed over to whoever watches the audit elsewhere.

use serde::Serialize;
use wardkey_domain::audit::{Digest, NumberedEntry};

use super::instant::instant;
use crate::{Error, Result};

/// `digest` is what the blocks seal, so a line can be checked against them.
#[derive(Serialize)]
struct Line<'a> {
    number: i64,
    id: String,
    at: String,
    kind: &'a str,
    actor: &'a str,
    account: Option<String>,
    organisation: Option<String>,
    application: Option<String>,
    address: Option<&'a str>,
    browser: Option<&'a str>,
    request: String,
    event: serde_json::Value,
    digest: String,
    mac: String,
}

/// A line without what can be long.
#[derive(Serialize)]
struct ShortLine<'a> {
    number: i64,
    id: String,
    at: String,
    kind: &'a str,
    request: String,
    digest: String,
    mac: String,
    shortened: bool,
}

/// The line, without its end.
///
/// # Errors
/// The event is not JSON: somebody has written into the database.
pub(super) fn line(numbered: &NumberedEntry) -> Result<String> {
    let event = serde_json::from_str(&numbered.entry.event);
    write(numbered, event.map_err(|error| unreadable(numbered, error))?)
}

/// The same; an event that is not JSON becomes a text of it, so that it is seen and holds nobody up.
///
/// # Errors
/// Never for the columns that exist; serialisation is fallible by type.
pub(crate) fn line_at_any_rate(numbered: &NumberedEntry) -> Result<String> {
    let text = &numbered.entry.event;
    write(numbered, serde_json::from_str(text).unwrap_or_else(|_| serde_json::Value::String(text.clone())))
}

/// A line that is short, whatever the event is: the digest leads to the export, which has all of it.
///
/// # Errors
/// As for [`line_at_any_rate`].
pub(crate) fn short_line(numbered: &NumberedEntry) -> Result<String> {
    let entry = &numbered.entry;
    let line = ShortLine {
        number: numbered.number,
        id: entry.id.to_string(),
        at: instant(entry.at),
        kind: &entry.kind,
        request: entry.request.to_string(),
        digest: Digest::of(&entry.canonical()).to_string(),
        mac: numbered.mac.to_string(),
        shortened: true,
    };
    serde_json::to_string(&line).map_err(|error| unreadable(numbered, error))
}

fn write(numbered: &NumberedEntry, event: serde_json::Value) -> Result<String> {
    let entry = &numbered.entry;
    let line = Line {
        number: numbered.number,
        id: entry.id.to_string(),
        at: instant(entry.at),
        kind: &entry.kind,
        actor: &entry.actor,
        account: entry.account.map(|id| id.to_string()),
        organisation: entry.organisation.map(|id| id.to_string()),
        application: entry.application.map(|id| id.to_string()),
        address: entry.address.as_deref(),
        browser: entry.browser.as_deref(),
        request: entry.request.to_string(),
        event,
        digest: Digest::of(&entry.canonical()).to_string(),
        mac: numbered.mac.to_string(),
    };
    serde_json::to_string(&line).map_err(|error| unreadable(numbered, error))
}

fn unreadable(numbered: &NumberedEntry, error: serde_json::Error) -> Error {
    Error::internal(format!("read audit event {}", numbered.number), error)
}
