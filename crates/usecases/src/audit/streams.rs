//! Streams: whom events are handed over to as they are sealed, and how far each has come.
//!
//! The work itself is a job (`job::stream_audit`).

use std::time::Duration;

use wardkey_domain::audit::{Event, StreamName, StreamStanding};
use wardkey_domain::op::{Actor, Op};
use wardkey_domain::permission::Action;
use wardkey_gateway::siem::Receiver;
use wardkey_store::audit;

use crate::{App, Error, Result};

/// In how many blocks events are counted for figures, which are told every few seconds: some hours' worth.
const COUNTED: u32 = 20_000;

/// Where a stream begins that has not begun before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StreamBegin {
    /// With the next event that is sealed.
    #[default]
    Now,
    /// With the first event that there is.
    Beginning,
}

/// A stream as the operator has configured it.
#[derive(Clone, Debug)]
pub struct Stream {
    /// What the operator calls it. Its place in the audit is kept by this name.
    pub name: StreamName,
    /// Who takes it.
    pub receiver: Receiver,
    /// Where it begins.
    pub begin: StreamBegin,
    /// How many events are handed over at once, at most.
    pub batch: u32,
    /// How long to wait after everything was handed over.
    pub pause: Duration,
}

impl Stream {
    /// A stream to `receiver`, with everything else as it comes.
    pub const fn new(name: StreamName, receiver: Receiver) -> Self {
        Self { name, receiver, begin: StreamBegin::Now, batch: 500, pause: Duration::from_secs(1) }
    }
}

/// How a stream stands, for an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamReport {
    /// What the operator calls it.
    pub name: StreamName,
    /// Whether this server's configuration has it. One that it lacks stands still.
    pub is_configured: bool,
    /// How many sealed events wait.
    pub behind: i64,
    /// How far it has come; nothing before a server has begun it.
    pub standing: Option<StreamStanding>,
}

/// Every stream that is configured or has begun before, by name.
///
/// # Errors
/// When the actor may not read the audit, or the store fails.
pub async fn list_streams(app: &App, op: &Op) -> Result<Vec<StreamReport>> {
    op.require_everywhere(Action::ReadAudit)?;
    let mut tx = app.store().read().await?;
    let mut reports = Vec::new();
    for standing in audit::list_streams(&mut tx).await? {
        reports.push(StreamReport {
            name: standing.name.clone(),
            is_configured: app.streams().iter().any(|stream| stream.name == standing.name),
            behind: audit::count_sealed_after(&mut tx, standing.position, u32::MAX).await?,
            standing: Some(standing),
        });
    }
    for stream in app.streams() {
        if reports.iter().all(|report| report.name != stream.name) {
            reports.push(StreamReport { name: stream.name.clone(), is_configured: true, behind: 0, standing: None });
        }
    }
    reports.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(reports)
}

/// Tells figures how each configured stream stands. Every node does that, whichever hands them over: so no figure is left behind
/// by one that has stopped, and one that stands still shows.
///
/// # Errors
/// When the store fails.
pub(crate) async fn observe_streams(app: &App) -> Result<()> {
    for stream in app.streams() {
        let mut tx = app.store().read().await?;
        let Some(standing) = audit::find_stream(&mut tx, &stream.name).await? else { continue };
        let behind = audit::count_sealed_after(&mut tx, standing.position, COUNTED).await?;
        drop(tx);
        let name = stream.name.to_string();
        // A gauge is a floating-point number.
        let behind = f64::from(i32::try_from(behind).unwrap_or(i32::MAX));
        metrics::gauge!("wardkey_stream_behind_events", "stream" => name.clone()).set(behind);
        let failing = f64::from(u8::from(standing.failing.is_some()));
        metrics::gauge!("wardkey_stream_failing", "stream" => name).set(failing);
    }
    Ok(())
}

/// Forgets how far the stream called `name` had come. Configured again, it begins anew.
///
/// # Errors
/// When the actor is not an operator, this server's configuration has the stream, nobody knows it, or the store fails.
pub async fn forget_stream(app: &App, op: &Op, name: &StreamName) -> Result<StreamStanding> {
    match op.actor {
        Actor::Operator(_) | Actor::System(_) => {}
        Actor::Anonymous | Actor::Account(_) | Actor::Application(_) => return Err(Error::NotFound("page")),
    }
    if app.streams().iter().any(|stream| stream.name == *name) {
        return Err(Error::Conflict(format!("`{name}` is configured; take it out of the configuration first")));
    }
    let mut tx = app.store().begin().await?;
    let standing = audit::delete_stream(&mut tx, name).await?.ok_or(Error::NotFound("stream"))?;
    let event = Event::AuditStreamForgotten { stream: name.clone(), after_block: standing.position.block };
    audit::append(&mut tx, op, None, event).await?;
    tx.commit().await?;
    Ok(standing)
}
