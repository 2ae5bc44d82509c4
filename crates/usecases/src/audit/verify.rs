//! Verifying: reads the whole chain, every event and the anchor file, and reports the first problem precisely.

use std::path::Path;

use tokio::fs::File;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines, Take};
use wardkey_domain::audit::{
    AnchorLine, AnchorVerifier, Anchored, Block, ChainVerifier, Digest, Mark, NumberedEntry, Problem, PublicKey,
    Restorations,
};
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_domain::time::Timestamp;
use wardkey_store::{Store, StoreError, Tx, audit};

use super::anchor_file;
use crate::{App, Error, Result};

/// How many rows are read at a time: memory stays bounded however long the chain is.
const PAGE: u32 = 1_000;

/// What a verification found.
#[derive(Clone, Debug)]
pub struct Verification {
    /// The first problem; nothing when everything is as it was sealed.
    pub problem: Option<Problem>,
    /// Blocks that are sound.
    pub blocks: i64,
    /// Sealed events that are sound.
    pub events: i64,
    /// Events that wait for their block; they are ours by their MACs.
    pub waiting: i64,
    /// The hash of the last sound block and when it was sealed.
    pub head: Option<(Digest, Timestamp)>,
    /// The keys that sign blocks.
    pub keys: Vec<PublicKey>,
    /// What the anchor file says, if there is one.
    pub anchor: Option<AnchorReport>,
}

/// What an anchor file says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AnchorReport {
    /// How many lines were read.
    pub lines: u64,
    /// The last block that it names.
    pub last: Option<i64>,
    /// How many times a backup was restored, after which later blocks were given up.
    pub restorations: usize,
}

/// Verifies the audit of `app`.
///
/// # Errors
/// When the actor may not read the audit, or it cannot be read; a broken chain is no error but a finding.
pub async fn verify(app: &App, op: &Op) -> Result<Verification> {
    op.require_everywhere(Action::ReadAudit)?;
    verify_store(app.store(), app.settings().audit.anchor.as_deref()).await
}

/// Verifies the audit of a store, with or without an anchor file.
///
/// # Errors
/// When the store or the file cannot be read.
pub async fn verify_store(store: &Store, anchor: Option<&Path>) -> Result<Verification> {
    // Read before the store is, so that every block anchored by now must be in the store.
    let anchor_end = match anchor {
        Some(path) => anchor_file::tail(path).map_err(|error| Error::internal("read the anchor file", error))?,
        None => None,
    };
    let mut tx = store.read().await?;
    let keys = audit::list_keys(&mut tx).await?;
    drop(tx);
    let named: Vec<PublicKey> = keys.iter().map(|(key, _)| key.clone()).collect();
    let mut walk = Walk { verifier: ChainVerifier::new(named.clone()), anchor: None };
    let found = match keys.iter().find(|(_, is_ours)| !is_ours) {
        Some((key, _)) => Err(Stop::Problem(Problem::KeyForged { key: key.id() })),
        None => walk.all(store, anchor, anchor_end.map(|tail| tail.length), &named).await,
    };
    let problem = match found {
        Ok(()) => None,
        Err(Stop::Problem(problem)) => Some(problem),
        Err(Stop::Fault(error)) => return Err(error),
    };
    let head = walk.verifier.head();
    Ok(Verification {
        problem,
        blocks: head.map_or(0, |block| block.contents.number),
        events: walk.verifier.events(),
        waiting: walk.verifier.waiting(),
        head: head.map(|block| (block.hash, block.contents.sealed_at)),
        keys: named,
        anchor: walk.anchor.map(|anchor| anchor.report()),
    })
}

/// Why a verification stops: because it found something, or because it cannot go on.
enum Stop {
    Problem(Problem),
    Fault(Error),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Fault(error.into())
    }
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Self::Fault(Error::internal("read the anchor file", error))
    }
}

struct Walk {
    verifier: ChainVerifier,
    anchor: Option<AnchorReader>,
}

impl Walk {
    async fn all(
        &mut self,
        store: &Store,
        anchor: Option<&Path>,
        anchor_length: Option<u64>,
        keys: &[PublicKey],
    ) -> std::result::Result<(), Stop> {
        if let (Some(path), Some(length)) = (anchor, anchor_length) {
            self.anchor = Some(AnchorReader::open(path, length, keys.to_vec()).await?);
        }
        loop {
            let after = self.verifier.head().map_or(0, |block| block.contents.number);
            let blocks = audit::list_blocks(&mut store.read().await?, after, PAGE).await?;
            if blocks.is_empty() {
                break;
            }
            if anchor.is_some() && anchor_length.is_none() {
                return Err(Problem::AnchorMissing.into());
            }
            for block in blocks {
                self.block(store, block).await?;
            }
        }
        if let Some(anchor) = &mut self.anchor {
            anchor.finish(self.verifier.head()).await?;
        }
        self.tail(store).await
    }

    async fn block(&mut self, store: &Store, block: Block) -> std::result::Result<(), Stop> {
        let mut open = self.verifier.begin(&block)?;
        if let Some(anchor) = &mut self.anchor {
            anchor.block(self.verifier.head(), &block).await?;
        }
        // Rows below the first number can only have been inserted by hand.
        let mut first = if block.contents.number == 1 { i64::MIN } else { block.contents.after.saturating_add(1) };
        while first <= block.contents.last {
            let (events, sound) = read(store, first, block.contents.last).await?;
            let Some(last) = events.last() else { break };
            first = last.number.saturating_add(1);
            for (event, sound) in events.iter().zip(sound) {
                self.verifier.event(&mut open, event, sound)?;
            }
        }
        for (start, end) in block.contents.late.ranges() {
            let (events, sound) = read(store, *start, *end).await?;
            for (event, sound) in events.iter().zip(sound) {
                self.verifier.event(&mut open, event, sound)?;
            }
        }
        self.verifier.finish(block, open)?;
        Ok(())
    }

    /// Events above the last block wait for the sealer.
    async fn tail(&mut self, store: &Store) -> std::result::Result<(), Stop> {
        let mut first = self.verifier.head().map_or(i64::MIN, |block| block.contents.last.saturating_add(1));
        loop {
            let (events, sound) = read(store, first, i64::MAX).await?;
            let Some(last) = events.last() else { return Ok(()) };
            first = last.number.saturating_add(1);
            for (event, sound) in events.iter().zip(sound) {
                self.verifier.pending(event, sound)?;
            }
        }
    }
}

/// A page of events, and of each whether its MAC holds.
async fn read(store: &Store, first: i64, last: i64) -> Result<(Vec<NumberedEntry>, Vec<bool>)> {
    let mut tx = store.read().await?;
    let events = audit::list_events(&mut tx, first, last, PAGE).await?;
    let mut sound = Vec::with_capacity(events.len());
    for event in &events {
        let holds = match audit::mac_holds(&tx, event) {
            // A key that was made a moment ago is known to the next transaction; one that never was, to none.
            Err(error) if error.is_busy() => {
                tx = store.read().await?;
                holds_now(&tx, event)
            }
            Err(error) => return Err(error.into()),
            Ok(holds) => holds,
        };
        sound.push(holds);
    }
    Ok((events, sound))
}

fn holds_now(tx: &Tx, event: &NumberedEntry) -> bool {
    audit::mac_holds(tx, event).unwrap_or(false)
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Fault(error)
    }
}

/// Reads an anchor file beside the chain.
struct AnchorReader {
    lines: Lines<BufReader<Take<File>>>,
    verifier: AnchorVerifier,
    line: u64,
    restorations: usize,
    held: Option<Anchored>,
}

impl AnchorReader {
    /// Goes through the file once for its restorations, and opens it for the second reading.
    async fn open(path: &Path, length: u64, keys: Vec<PublicKey>) -> std::io::Result<Self> {
        let mut restorations = Restorations::default();
        let mut lines = Self::read(path, length).await?;
        let mut line = 0_u64;
        while let Some(text) = lines.next_line().await? {
            line = line.saturating_add(1);
            if !text.starts_with("restored ") {
                continue;
            }
            // SECURITY: an unsigned line must not make the others worthless; the second reading reports it.
            if let Ok(read @ AnchorLine { mark: Mark::Restored, .. }) = AnchorLine::parse(&text)
                && read.is_signed_by(&keys)
            {
                restorations.note(line, read.number);
            }
        }
        let count = restorations.count();
        Ok(Self {
            lines: Self::read(path, length).await?,
            verifier: AnchorVerifier::new(keys, restorations),
            line: 0,
            restorations: count,
            held: None,
        })
    }

    async fn read(path: &Path, length: u64) -> std::io::Result<Lines<BufReader<Take<File>>>> {
        Ok(BufReader::new(File::open(path).await?.take(length)).lines())
    }

    /// Compares the lines about `block`, which follows `previous`.
    async fn block(&mut self, previous: Option<&Block>, block: &Block) -> std::result::Result<(), Stop> {
        while let Some(anchored) = self.next().await? {
            if anchored.number > block.contents.number {
                self.held = Some(anchored);
                break;
            }
            match previous.filter(|previous| previous.contents.number == anchored.number) {
                Some(previous) => anchored.agrees_with(previous)?,
                None => anchored.agrees_with(block)?,
            }
        }
        Ok(())
    }

    /// Compares what is left of the file with the end of the chain.
    async fn finish(&mut self, head: Option<&Block>) -> std::result::Result<(), Stop> {
        let found = head.map_or(0, |block| block.contents.number);
        let mut beyond = None;
        while let Some(anchored) = self.next().await? {
            match head {
                Some(block) if anchored.number <= found => anchored.agrees_with(block)?,
                Some(_) | None => beyond = Some(anchored.number),
            }
        }
        beyond.map_or(Ok(()), |anchored| Err(Problem::TailCut { anchored, found }.into()))
    }

    async fn next(&mut self) -> std::result::Result<Option<Anchored>, Stop> {
        if let Some(held) = self.held.take() {
            return Ok(Some(held));
        }
        while let Some(text) = self.lines.next_line().await? {
            self.line = self.line.saturating_add(1);
            if let Some(anchored) = self.verifier.line(self.line, &text)? {
                return Ok(Some(anchored));
            }
        }
        Ok(None)
    }

    const fn report(&self) -> AnchorReport {
        AnchorReport { lines: self.line, last: self.verifier.last(), restorations: self.restorations }
    }
}
