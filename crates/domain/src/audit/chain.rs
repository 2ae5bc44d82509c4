//! Verification: reads blocks and events once, in order, and names the first thing that is not as it was sealed.

use std::collections::BTreeSet;
use std::fmt;

use aws_lc_rs::digest::{Context, SHA256};

use super::block::{Block, BlockContents, RootHasher};
use super::entry::NumberedEntry;
use super::key::PublicKey;
use crate::id::KeyId;
use crate::secret::constant_time_equal;

/// A SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// What stands before the first block.
    pub const ZERO: Self = Self([0; 32]);

    /// The SHA-256 of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        let mut context = Context::new(&SHA256);
        context.update(bytes);
        Self::taken(context)
    }

    /// Takes 32 bytes that were stored.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads 64 hexadecimal digits; nothing when they are not that.
    pub fn from_hex(text: &str) -> Option<Self> {
        let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether both are equal, in a time that does not tell where they differ.
    pub fn matches(&self, other: &Self) -> bool {
        constant_time_equal(&self.0, &other.0)
    }

    fn taken(context: Context) -> Self {
        let digest = context.finish();
        let mut bytes = [0; 32];
        for (to, from) in bytes.iter_mut().zip(digest.as_ref()) {
            *to = *from;
        }
        Self(bytes)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A SHA-256 over parts of fixed length.
pub(super) struct Hasher(Context);

impl Hasher {
    pub(super) fn new(purpose: &'static str) -> Self {
        let mut context = Context::new(&SHA256);
        context.update(purpose.as_bytes());
        Self(context)
    }

    pub(super) fn add(&mut self, part: &[u8]) {
        self.0.update(part);
    }

    pub(super) fn finish(self) -> Digest {
        Digest::taken(self.0)
    }
}

/// The first thing that is not as it was sealed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A block is gone from the middle of the chain.
    #[error("block {block} is missing")]
    BlockMissing {
        /// Its number.
        block: i64,
    },
    /// A block does not follow the one before it.
    #[error("block {block} does not follow the block before it")]
    BlockUnlinked {
        /// Its number.
        block: i64,
    },
    /// A block's columns are not those that were hashed.
    #[error("block {block} was edited")]
    BlockEdited {
        /// Its number.
        block: i64,
    },
    /// A block is signed by a key that is not one of ours.
    #[error("block {block} names the key `{key}`, which is not an audit key of this store")]
    UnknownKey {
        /// Its number.
        block: i64,
        /// The key that it names.
        key: KeyId,
    },
    /// A block's signature does not hold.
    #[error("the signature of block {block} does not hold")]
    BadSignature {
        /// Its number.
        block: i64,
    },
    /// An event's columns are not those that were written.
    #[error("event {event} in block {block} was edited: its MAC does not hold")]
    EventEdited {
        /// Its number.
        event: i64,
        /// The block that covers its number.
        block: i64,
    },
    /// A sealed event is gone.
    #[error("event {event} of block {block} was removed")]
    EventMissing {
        /// Its number.
        event: i64,
        /// The block that sealed it.
        block: i64,
    },
    /// An event stands where none was sealed.
    #[error("event {event} was inserted: block {block} did not seal it")]
    EventInserted {
        /// Its number.
        event: i64,
        /// The block that covers its number.
        block: i64,
    },
    /// Every event of a block is genuine by itself, but together they are not what was sealed.
    #[error("events {first} to {last} of block {block} are not those that were sealed, or not in that order")]
    EventsDisagree {
        /// Its number.
        block: i64,
        /// The first number that it covers.
        first: i64,
        /// The last number that it covers.
        last: i64,
    },
    /// An event that waits for its block was not written by us.
    #[error("event {event}, not yet sealed, is not ours: its MAC does not hold")]
    PendingForged {
        /// Its number.
        event: i64,
    },
    /// An audit key in the store does not belong to its sealed private half.
    #[error("the audit key `{key}` was replaced")]
    KeyForged {
        /// The key.
        key: KeyId,
    },
    /// The anchor file knows of later blocks than the store: the tail was cut off.
    #[error("the chain ends at block {found}, but block {anchored} was anchored: the tail was cut off")]
    TailCut {
        /// The last block in the anchor file.
        anchored: i64,
        /// The last block in the store.
        found: i64,
    },
    /// A block is not the one that was anchored.
    #[error("block {block} is not the one that line {line} of the anchor file names")]
    AnchorDisagrees {
        /// The block.
        block: i64,
        /// The line, from 1.
        line: u64,
    },
    /// Blocks were sealed, but there is no anchor file where one is configured.
    #[error("the anchor file is missing")]
    AnchorMissing,
    /// The anchor file leaves a block out.
    #[error("the anchor file leaves out block {block} before line {line}")]
    AnchorGap {
        /// The block.
        block: i64,
        /// The line, from 1.
        line: u64,
    },
    /// A line of the anchor file is not ours.
    #[error("line {line} of the anchor file is not ours: {why}")]
    AnchorForged {
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        why: &'static str,
    },
}

/// Follows a chain from its first block.
///
/// For each block: [`ChainVerifier::begin`], then [`ChainVerifier::event`] for every row whose number the block covers in
/// ascending order (for the first block, all rows below as well) and for every late one, then [`ChainVerifier::finish`];
/// at the end [`ChainVerifier::pending`] for every row above the last block.
#[derive(Debug)]
pub struct ChainVerifier {
    keys: Vec<PublicKey>,
    head: Option<Block>,
    /// Rows in gaps of blocks before: each must be sealed as a late one, or wait for its block.
    surfaced: BTreeSet<i64>,
    events: i64,
    pending: i64,
}

/// A block whose events are being read.
pub struct OpenBlock {
    contents: BlockContents,
    root: RootHasher,
    next: i64,
    late: Vec<i64>,
}

impl ChainVerifier {
    /// Begins at the beginning; `keys` are the audit keys whose private halves the store holds.
    pub const fn new(keys: Vec<PublicKey>) -> Self {
        Self { keys, head: None, surfaced: BTreeSet::new(), events: 0, pending: 0 }
    }

    /// The last block that was verified.
    pub const fn head(&self) -> Option<&Block> {
        self.head.as_ref()
    }

    /// How many sealed events were verified.
    pub const fn events(&self) -> i64 {
        self.events
    }

    /// How many events wait for their block.
    pub fn waiting(&self) -> i64 {
        self.pending.saturating_add(i64::try_from(self.surfaced.len()).unwrap_or(i64::MAX))
    }

    /// Checks that `block` is genuine and follows the one before.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn begin(&self, block: &Block) -> Result<OpenBlock, Problem> {
        let contents = &block.contents;
        let number = contents.number;
        let (expected, previous, after) = self.head.as_ref().map_or((1, Digest::ZERO, 0), |head| {
            (head.contents.number.saturating_add(1), head.hash, head.contents.last)
        });
        if number > expected {
            return Err(Problem::BlockMissing { block: expected });
        }
        if contents.hash() != block.hash {
            return Err(Problem::BlockEdited { block: number });
        }
        if number < expected || contents.previous != previous || contents.after != after || contents.last < after {
            return Err(Problem::BlockUnlinked { block: number });
        }
        let Some(key) = self.keys.iter().find(|key| key.id() == contents.key) else {
            return Err(Problem::UnknownKey { block: number, key: contents.key });
        };
        if !block.is_signed_by(key) {
            return Err(Problem::BadSignature { block: number });
        }
        Ok(OpenBlock {
            contents: contents.clone(),
            root: RootHasher::new(),
            next: after.saturating_add(1),
            late: Vec::new(),
        })
    }

    /// Takes the next event of an open block; `mac_holds` is the verdict of who holds the key.
    ///
    /// # Errors
    /// Says what is wrong with it, or that one before it is missing.
    pub fn event(&mut self, open: &mut OpenBlock, event: &NumberedEntry, mac_holds: bool) -> Result<(), Problem> {
        let (number, block) = (event.number, open.contents.number);
        let is_late = open.contents.late.contains(number);
        let in_range = number > open.contents.after && number <= open.contents.last;
        if in_range && !open.contents.gaps.contains(number) {
            let expected = open.expected();
            if number > expected {
                return Err(Problem::EventMissing { event: expected, block });
            }
            if number < expected {
                return Err(Problem::EventInserted { event: number, block });
            }
            open.next = number.saturating_add(1);
        } else if !in_range && !is_late {
            return Err(Problem::EventInserted { event: number, block });
        }
        if !mac_holds {
            return Err(Problem::EventEdited { event: number, block });
        }
        if in_range && open.contents.gaps.contains(number) {
            self.surfaced.insert(number);
            return Ok(());
        }
        if is_late {
            if !self.surfaced.remove(&number) {
                return Err(open.disagrees());
            }
            open.late.push(number);
        }
        open.root.event(event);
        Ok(())
    }

    /// Closes a block: nothing is missing, and the events together are those that were sealed.
    ///
    /// # Errors
    /// Says what is missing, or that something is different.
    pub fn finish(&mut self, block: Block, open: OpenBlock) -> Result<(), Problem> {
        let number = open.contents.number;
        let expected = open.expected();
        if expected <= open.contents.last {
            return Err(Problem::EventMissing { event: expected, block: number });
        }
        for (start, end) in open.contents.late.ranges() {
            if let Some(missing) = (*start..=*end).find(|late| !open.late.contains(late)) {
                return Err(Problem::EventMissing { event: missing, block: number });
            }
        }
        let disagrees = open.disagrees();
        let count = open.root.count;
        if count != open.contents.count || open.root.finish() != open.contents.root {
            return Err(disagrees);
        }
        self.events = self.events.saturating_add(count);
        self.head = Some(block);
        Ok(())
    }

    /// Takes an event above the last block.
    ///
    /// # Errors
    /// When it was not written by us.
    pub fn pending(&mut self, event: &NumberedEntry, mac_holds: bool) -> Result<(), Problem> {
        if !mac_holds {
            return Err(Problem::PendingForged { event: event.number });
        }
        self.pending = self.pending.saturating_add(1);
        Ok(())
    }
}

impl OpenBlock {
    /// The next number that must be there.
    fn expected(&self) -> i64 {
        self.contents.gaps.next_outside(self.next)
    }

    const fn disagrees(&self) -> Problem {
        Problem::EventsDisagree {
            block: self.contents.number,
            first: self.contents.after.saturating_add(1),
            last: self.contents.last,
        }
    }
}
