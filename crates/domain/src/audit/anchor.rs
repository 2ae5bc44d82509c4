//! The anchor file: one line for each block, kept where the database's owner cannot reach it.
//!
//! A chain proves its own middle but not its end: who cuts off the last blocks leaves a shorter chain that is sound. The
//! anchor remembers how far it went.

use std::fmt;

use super::block::{Block, signed_bytes};
use super::chain::{Digest, Problem};
use super::entry::Canonical;
use super::key::{PublicKey, SigningKey};
use crate::id::KeyId;

/// One line of the anchor file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnchorLine {
    /// What it says.
    pub mark: Mark,
    /// The block it speaks of; for [`Mark::Restored`] zero when the restored chain was empty.
    pub number: i64,
    /// That block's hash.
    pub hash: Digest,
    /// The key that signed it.
    pub key: KeyId,
    /// The signature.
    pub signature: Vec<u8>,
}

/// What a line of the anchor file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The block was sealed.
    Sealed,
    /// A backup was restored whose last block is this one: later ones that were anchored before are given up.
    Restored,
}

impl AnchorLine {
    /// The line for a block that was sealed: it carries the block's own signature.
    pub fn sealed(block: &Block) -> Self {
        Self {
            mark: Mark::Sealed,
            number: block.contents.number,
            hash: block.hash,
            key: block.contents.key,
            signature: block.signature.clone(),
        }
    }

    /// The line that says that a chain which ends at `head` was restored.
    pub fn restored(head: Option<&Block>, key: &SigningKey) -> Self {
        let (number, hash) = head.map_or((0, Digest::ZERO), |block| (block.contents.number, block.hash));
        let signature = key.sign(&restored_bytes(number, &hash));
        Self { mark: Mark::Restored, number, hash, key: key.id(), signature }
    }

    /// Reads a line without its end.
    ///
    /// # Errors
    /// When it is not one of ours.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let mut parts = text.split(' ');
        let mark = match parts.next() {
            Some("block") => Mark::Sealed,
            Some("restored") => Mark::Restored,
            Some(_) | None => return Err("it begins with neither `block` nor `restored`"),
        };
        let number = parts.next().and_then(|part| part.parse().ok()).ok_or("its number cannot be read")?;
        let hash = parts.next().and_then(Digest::from_hex).ok_or("its hash cannot be read")?;
        let key = parts.next().and_then(|part| part.parse().ok()).ok_or("its key cannot be read")?;
        let signature = parts
            .next()
            .and_then(|part| data_encoding::BASE64URL_NOPAD.decode(part.as_bytes()).ok())
            .ok_or("its signature cannot be read")?;
        if parts.next().is_some() {
            return Err("it has more than five words");
        }
        Ok(Self { mark, number, hash, key, signature })
    }

    /// Whether one of `keys` signed it.
    pub fn is_signed_by(&self, keys: &[PublicKey]) -> bool {
        let message = match self.mark {
            Mark::Sealed => signed_bytes(&self.hash),
            Mark::Restored => restored_bytes(self.number, &self.hash),
        };
        keys.iter().any(|key| key.id() == self.key && key.verifies(&message, &self.signature))
    }
}

fn restored_bytes(number: i64, hash: &Digest) -> Vec<u8> {
    let mut bytes = Canonical::new("wardkey.audit.restored.1");
    bytes.part(&number.to_be_bytes());
    bytes.part(hash.as_bytes());
    bytes.bytes().to_vec()
}

impl fmt::Display for AnchorLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.mark {
            Mark::Sealed => "block",
            Mark::Restored => "restored",
        };
        let signature = data_encoding::BASE64URL_NOPAD.encode(&self.signature);
        write!(f, "{mark} {} {} {} {signature}", self.number, self.hash, self.key)
    }
}

/// Which lines of an anchor file still count, because no backup was restored after them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Restorations(Vec<(u64, i64)>);

impl Restorations {
    /// Notes that line `line` says that a backup was restored whose last block is `number`.
    pub fn note(&mut self, line: u64, number: i64) {
        self.0.push((line, number));
    }

    /// Whether a backup was restored after `line` that does not contain block `number`.
    pub fn give_up(&self, line: u64, number: i64) -> bool {
        self.0.iter().any(|(at, last)| *at > line && *last < number)
    }

    /// How often a backup was restored.
    pub const fn count(&self) -> usize {
        self.0.len()
    }
}

/// Compares an anchor file with a chain, both read once and in order.
#[derive(Debug)]
pub struct AnchorVerifier {
    keys: Vec<PublicKey>,
    restorations: Restorations,
    last: Option<i64>,
}

/// What a line of the anchor file says about the chain as it is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchored {
    /// The line, from 1.
    pub line: u64,
    /// The block.
    pub number: i64,
    /// Its hash.
    pub hash: Digest,
}

impl Anchored {
    /// Checks that the chain's block of that number is the one that was anchored.
    ///
    /// # Errors
    /// When it is another one.
    pub fn agrees_with(&self, block: &Block) -> Result<(), Problem> {
        if self.number == block.contents.number && self.hash == block.hash {
            Ok(())
        } else {
            Err(Problem::AnchorDisagrees { block: self.number, line: self.line })
        }
    }
}

impl AnchorVerifier {
    /// Begins; `restorations` were noted on a first reading of the file.
    pub const fn new(keys: Vec<PublicKey>, restorations: Restorations) -> Self {
        Self { keys, restorations, last: None }
    }

    /// Reads line `line`; nothing when it says nothing about the chain as it is now.
    ///
    /// # Errors
    /// When it is not ours, or a block was left out before it.
    pub fn line(&mut self, line: u64, text: &str) -> Result<Option<Anchored>, Problem> {
        let read = AnchorLine::parse(text).map_err(|why| Problem::AnchorForged { line, why })?;
        let number = read.number;
        // Given up: its key may not have come back with the backup, so its signature is not asked for.
        if self.restorations.give_up(line, number) {
            return Ok(None);
        }
        if !read.is_signed_by(&self.keys) {
            return Err(Problem::AnchorForged { line, why: "its signature does not hold" });
        }
        if read.mark == Mark::Restored && number == 0 {
            return Ok(None);
        }
        let expected = self.last.map_or(number, |last| last.saturating_add(1));
        if number > expected && read.mark == Mark::Sealed {
            return Err(Problem::AnchorGap { block: expected, line });
        }
        // A line may be repeated: a crash can fall between writing it and knowing that it was written.
        self.last = Some(self.last.map_or(number, |last| last.max(number)));
        Ok(Some(Anchored { line, number, hash: read.hash }))
    }

    /// The last block that was anchored and not given up.
    pub const fn last(&self) -> Option<i64> {
        self.last
    }
}
