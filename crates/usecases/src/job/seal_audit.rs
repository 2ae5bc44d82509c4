//! The sealer: chains and signs new events, within a second of their being written, and anchors each block.
//!
//! A lease lets one node seal at a time; should two believe that they hold it, the number of the next block lets one of
//! them through. Nobody who writes events ever waits for it.

use std::path::PathBuf;

use tracing::{error, info, warn};
use wardkey_domain::audit::{AnchorLine, Block, NumberedEntry, SigningKey};
use wardkey_domain::op::{Actor, Op, Origin};
use wardkey_store::audit;

use super::blocking::blocking;
use crate::audit::{AnchorTail, Appended, append_anchor, make_key, open_anchor};
use crate::{App, Error, Result};

/// How many blocks are anchored at a time when the file has fallen behind.
const CATCH_UP: u32 = 500;
/// How many counted refusals are written down in one transaction.
const FLUSH: u32 = 500;

/// Seals events; keeps only how far the anchor file goes.
pub struct Sealer {
    app: App,
    anchor: Option<Anchor>,
}

/// The anchor file as this process knows it.
struct Anchor {
    path: PathBuf,
    known: Option<Known>,
}

/// How far the file goes, in bytes and in blocks.
#[derive(Clone, Copy)]
struct Known {
    length: u64,
    block: i64,
}

/// What a round of the sealer did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sealed {
    /// How many events were sealed.
    pub events: i64,
    /// Whether there is more to do at once.
    pub more: bool,
}

impl Sealer {
    /// A sealer of the audit of `app`.
    pub fn new(app: &App) -> Self {
        let anchor = app.settings().audit.anchor.clone().map(|path| Anchor { path, known: None });
        Self { app: app.clone(), anchor }
    }

    /// Writes down the refusals that were counted, seals what is not sealed, and anchors it.
    ///
    /// # Errors
    /// When the store fails, or the anchor file does; the next round makes good for this one.
    pub async fn round(&mut self) -> Result<Sealed> {
        let op = self.app.op(Actor::System("seal_audit"), Origin::default());
        // Before the first block: a file that has to catch up tells of a crash, or of somebody's hand.
        let anchored = self.anchor().await;
        self.flush(&op).await?;
        let sealed = self.seal(&op).await?;
        // A file that cannot be written must not keep events from being sealed.
        anchored?;
        if sealed.events > 0 {
            self.anchor().await?;
        }
        Ok(sealed)
    }

    /// Seals until a round finds nothing, as a graceful stop and tests want.
    ///
    /// # Errors
    /// As for [`Sealer::round`].
    pub async fn drain(&mut self) -> Result<()> {
        while self.round().await?.events > 0 {}
        Ok(())
    }

    async fn flush(&self, op: &Op) -> Result<()> {
        if !audit::has_repeats_before(&mut self.app.store().read().await?, op.now).await? {
            return Ok(());
        }
        let mut tx = self.app.store().begin().await?;
        audit::flush_repeats(&mut tx, op, FLUSH).await?;
        Ok(tx.commit().await?)
    }

    async fn seal(&self, op: &Op) -> Result<Sealed> {
        let settings = &self.app.settings().audit;
        let limit = settings.block_events;
        let mut tx = self.app.store().read().await?;
        let last = audit::last_block(&mut tx).await?;
        let after = last.as_ref().map_or(0, |block| block.contents.last);
        let events = audit::list_unsealed(&mut tx, after, limit).await?;
        let late = audit::list_late(&mut tx, limit).await?;
        if events.is_empty() && late.is_empty() {
            return Ok(Sealed::default());
        }
        for event in events.iter().chain(&late) {
            // It is sealed as it stands, so that it cannot be taken away again; verification names it.
            if audit::mac_holds(&tx, event).is_ok_and(|holds| !holds) {
                metrics::counter!("wardkey_audit_forged_events_total").increment(1);
                error!(audit.event = event.number, "audit event {} was not written by us", event.number);
            }
        }
        let key = audit::signing_key(&mut tx).await?;
        drop(tx);
        let key = match key {
            Some(key) => key,
            None => self.first_key(op).await?,
        };
        self.save(op, last.as_ref(), &events, &late, &key).await
    }

    async fn save(
        &self,
        op: &Op,
        last: Option<&Block>,
        events: &[NumberedEntry],
        late: &[NumberedEntry],
        key: &SigningKey,
    ) -> Result<Sealed> {
        let settings = &self.app.settings().audit;
        let Some(block) = Block::seal(last, events, late, op.now, key) else { return Ok(Sealed::default()) };
        let mut tx = self.app.store().begin().await?;
        match audit::insert_block(&mut tx, &block).await {
            Ok(()) => {}
            Err(error) if error.is_unique().is_some() => return Ok(Sealed::default()),
            Err(error) => return Err(error.into()),
        }
        audit::forget_gaps(&mut tx, op.now.minus(settings.gaps_kept)).await?;
        match tx.commit().await {
            Ok(()) => {}
            Err(error) if error.is_unique().is_some() => return Ok(Sealed::default()),
            Err(error) => return Err(error.into()),
        }
        let count = block.contents.count;
        metrics::counter!("wardkey_audit_sealed_events_total").increment(u64::try_from(count).unwrap_or(0));
        metrics::counter!("wardkey_audit_blocks_total").increment(1);
        if let Some(oldest) = events.iter().chain(late).map(|event| event.entry.at).min() {
            metrics::gauge!("wardkey_audit_seal_delay_seconds").set(op.now.since(oldest).as_secs_f64());
        }
        let full = usize::try_from(settings.block_events).unwrap_or(usize::MAX);
        Ok(Sealed { events: count, more: events.len() >= full || late.len() >= full })
    }

    /// The first sealer of a new store makes the first key.
    async fn first_key(&self, op: &Op) -> Result<SigningKey> {
        let mut tx = self.app.store().begin().await?;
        if audit::signing_key(&mut tx).await?.is_none() {
            let key = make_key(&self.app, op, &mut tx).await?;
            info!(audit.key = %key.id(), "made the key that signs the audit");
        }
        let key = audit::signing_key(&mut tx).await?.ok_or_else(|| Error::fault("find the audit key just made"))?;
        tx.commit().await?;
        Ok(key)
    }

    /// Brings the anchor file up to the last block in the store, whoever sealed it and however long ago.
    async fn anchor(&mut self) -> Result<()> {
        let Some(anchor) = &mut self.anchor else { return Ok(()) };
        let outcome = anchor.catch_up(&self.app).await;
        if outcome.is_err() {
            anchor.known = None;
            metrics::counter!("wardkey_audit_anchor_failures_total").increment(1);
        }
        outcome
    }
}

impl Anchor {
    async fn catch_up(&mut self, app: &App) -> Result<()> {
        loop {
            let known = match self.known {
                Some(known) => known,
                None => self.open(app).await?,
            };
            self.known = Some(known);
            let blocks = audit::list_blocks(&mut app.store().read().await?, known.block, CATCH_UP).await?;
            let Some(last) = blocks.last().map(|block| block.contents.number) else { return Ok(()) };
            let lines: Vec<AnchorLine> = blocks.iter().map(AnchorLine::sealed).collect();
            let path = self.path.clone();
            let appended =
                blocking("write the anchor file", move || append_anchor(&path, known.length, &lines)).await?;
            self.known = match appended {
                Appended::Written(length) => Some(Known { length, block: last }),
                Appended::Changed => None,
            };
        }
    }

    /// Reads how far the file goes and compares its last line with the store.
    async fn open(&self, app: &App) -> Result<Known> {
        let path = self.path.clone();
        let tail: AnchorTail = blocking("read the anchor file", move || open_anchor(&path)).await?;
        let mut tx = app.store().read().await?;
        let head = audit::last_block(&mut tx).await?;
        let head_number = head.map_or(0, |block| block.contents.number);
        let Some(line) = tail.last else {
            if head_number > 0 {
                warn!("the audit's anchor file is empty or new, but {head_number} blocks were sealed before");
            }
            return Ok(Known { length: tail.length, block: 0 });
        };
        let agrees = match &line {
            Ok(line) if line.number == 0 => Some(0),
            Ok(line) => {
                let block = audit::list_blocks(&mut tx, line.number.saturating_sub(1), 1).await?;
                let same =
                    block.first().is_some_and(|block| block.contents.number == line.number && block.hash == line.hash);
                same.then_some(line.number)
            }
            Err(_) => None,
        };
        if agrees.is_none() {
            metrics::counter!("wardkey_audit_anchor_failures_total").increment(1);
            error!("the audit's anchor file does not belong to this chain: run `wardkey audit verify`");
        }
        // What follows is anchored all the same: verification will name the first line that disagrees.
        Ok(Known { length: tail.length, block: agrees.unwrap_or(head_number) })
    }
}
