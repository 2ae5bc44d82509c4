//! The streamer: hands sealed events over to whoever watches them elsewhere, in order, each at least once.
//!
//! INVARIANT: how far a stream has come is saved after its receiver has taken a batch, and never before. Whatever ends in
//! between, be it the connection, the process or the database, the batch is handed over again. No transaction is open while the
//! network is talked to.

use tracing::{info, warn};
use wardkey_domain::audit::{Event, NumberedEntry, StreamPosition, StreamStanding};
use wardkey_domain::op::Op;
use wardkey_gateway::siem::{NotTaken, Record};
use wardkey_store::audit::{self, SealedPage};

use super::runner::Round;
use crate::audit::{Stream, StreamBegin, line_at_any_rate, short_line};
use crate::{App, Result};

/// How large a batch may become. One event that is larger goes alone.
const LARGEST: usize = 1 << 20;

/// Hands one stream over; remembers only what spares work.
pub struct Streamer {
    app: App,
    stream: Stream,
    /// How many events the receiver seems to take at once.
    batch: u32,
}

impl Streamer {
    /// For one of the streams of `app`.
    pub const fn new(app: App, stream: Stream) -> Self {
        let batch = stream.batch;
        Self { app, stream, batch }
    }

    /// Hands one batch over, if one is due.
    ///
    /// # Errors
    /// When the store fails; the next round makes good for this one. That a receiver takes nothing is no error: it is written
    /// down, and tried again later.
    pub async fn round(&mut self, op: &Op) -> Result<Round> {
        let Some(standing) = self.standing(op).await? else { return Ok(Round::Done) };
        if standing.waits(op.now) {
            return Ok(Round::Done);
        }
        let mut tx = self.app.store().read().await?;
        let page = audit::list_sealed(&mut tx, standing.position, self.batch).await?;
        drop(tx);
        let (records, end) = records(&page)?;
        if records.is_empty() {
            return self.skip(standing, &page).await;
        }
        let more = page.more || end < page.end;
        match self.stream.receiver.hand_over(&records).await {
            Ok(()) => self.taken(standing, &records, end, more).await,
            Err(failure) => self.not_taken(standing, failure).await,
        }
    }

    /// How the stream stands; a new one begins. Nothing when another node begins it in this moment.
    async fn standing(&self, op: &Op) -> Result<Option<StreamStanding>> {
        let name = &self.stream.name;
        if let Some(standing) = audit::find_stream(&mut self.app.store().read().await?, name).await? {
            return Ok(Some(standing));
        }
        let mut tx = self.app.store().begin().await?;
        let position = match self.stream.begin {
            StreamBegin::Now => audit::sealed_end(&mut tx).await?,
            StreamBegin::Beginning => StreamPosition::default(),
        };
        let standing = StreamStanding::begin(name.clone(), position, op.now);
        if !audit::begin_stream(&mut tx, &standing).await? {
            return Ok(None);
        }
        let event = Event::AuditStreamBegun { stream: name.clone(), after_block: position.block };
        audit::append(&mut tx, op, None, event).await?;
        tx.commit().await?;
        info!(stream = %name, "began the stream `{name}` after block {}", position.block);
        Ok(Some(standing))
    }

    /// Nothing is due; blocks without events are passed over.
    async fn skip(&self, standing: StreamStanding, page: &SealedPage) -> Result<Round> {
        let before = standing.position;
        if page.end > before {
            self.save(before, &StreamStanding { position: page.end, ..standing }).await?;
        }
        Ok(if page.more { Round::More } else { Round::Done })
    }

    async fn taken(
        &mut self,
        standing: StreamStanding,
        records: &[Record],
        end: StreamPosition,
        more: bool,
    ) -> Result<Round> {
        let (name, now) = (&self.stream.name, self.app.now());
        metrics::counter!("wardkey_stream_events_total", "stream" => name.to_string())
            .increment(u64::try_from(records.len()).unwrap_or(u64::MAX));
        let (before, failing) = (standing.position, standing.failing.clone());
        if self.save(before, &standing.handed_over(end, now)).await?
            && let Some(failing) = failing
        {
            let (tries, minutes) = (failing.tries, now.since(failing.since).as_secs().div_ceil(60));
            info!(stream = %name, tries, minutes, "the stream `{name}` is taken again");
        }
        self.batch = self.batch.saturating_mul(2).min(self.stream.batch);
        Ok(if more { Round::More } else { Round::Done })
    }

    async fn not_taken(&mut self, standing: StreamStanding, failure: NotTaken) -> Result<Round> {
        let (name, now) = (&self.stream.name, self.app.now());
        let NotTaken { why, patience } = failure;
        metrics::counter!("wardkey_stream_failures_total", "stream" => name.to_string(), "why" => why.as_str())
            .increment(1);
        let (before, is_first) = (standing.position, standing.failing.is_none());
        if self.save(before, &standing.failed(&why.to_string(), patience, now)).await? && is_first {
            // Once, and not at each try: how it stands is told by figures and `wardkey stream list`.
            warn!(stream = %name, why = %why, "the stream `{name}` is not taken; it is tried again until it is");
        }
        if why.is_about_size() {
            self.batch = (self.batch / 2).max(1);
        }
        Ok(Round::Done)
    }

    /// Saves, unless another node has gone on with the stream meanwhile; says whether.
    async fn save(&self, before: StreamPosition, standing: &StreamStanding) -> Result<bool> {
        let mut tx = self.app.store().begin().await?;
        let saved = audit::save_stream(&mut tx, before, standing).await?;
        tx.commit().await?;
        Ok(saved)
    }
}

/// What of `page` goes into one batch, and the position after it.
fn records(page: &SealedPage) -> Result<(Vec<Record>, StreamPosition)> {
    let (mut records, mut size) = (Vec::with_capacity(page.events.len()), 0_usize);
    let mut end = page.end;
    for (position, event) in &page.events {
        let record = record(event)?;
        size = size.saturating_add(record.json.len());
        if size > LARGEST && !records.is_empty() {
            return Ok((records, end));
        }
        records.push(record);
        end = *position;
    }
    // The whole page: also what was looked at after its last event.
    Ok((records, page.end))
}

fn record(event: &NumberedEntry) -> Result<Record> {
    let entry = &event.entry;
    let optional = [
        ("organisation", entry.organisation.map(|id| id.to_string())),
        ("account", entry.account.map(|id| id.to_string())),
        ("application", entry.application.map(|id| id.to_string())),
        ("address", entry.address.clone()),
    ];
    let always = [
        ("number", event.number.to_string()),
        ("id", entry.id.to_string()),
        ("actor", entry.actor.clone()),
        ("request", entry.request.to_string()),
    ];
    let present = optional.into_iter().filter_map(|(name, value)| Some((name, value?)));
    Ok(Record {
        number: event.number,
        at: entry.at,
        kind: entry.kind.clone(),
        data: always.into_iter().chain(present).collect(),
        json: line_at_any_rate(event)?,
        short: short_line(event)?,
    })
}
