//! Blocks: what the sealer signs, once or more a second.

use std::fmt;

use super::chain::{Digest, Hasher};
use super::entry::{Canonical, NumberedEntry};
use super::key::{PublicKey, SigningKey};
use crate::id::KeyId;
use crate::time::Timestamp;

/// A signed statement about all events with numbers from `after + 1` to `last`, and about some late ones.
///
/// Events are numbered when they are inserted, and seen when their transaction commits. So a block names the numbers that
/// were not there when it was made (`gaps`: transactions in flight, or rolled back), and a later block seals what appears
/// there (`late`). The writers never wait for the sealer, and nothing stays unsealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// What is signed.
    pub contents: BlockContents,
    /// The hash of the contents.
    pub hash: Digest,
    /// The signature over the hash.
    pub signature: Vec<u8>,
}

/// What a block states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockContents {
    /// Its place in the chain; the first is 1.
    pub number: i64,
    /// The hash of the block before; zeros in the first.
    pub previous: Digest,
    /// Events up to this number are covered by the blocks before.
    pub after: i64,
    /// Events up to this number are covered by this one.
    pub last: i64,
    /// Numbers in between that were not there.
    pub gaps: NumberSet,
    /// Numbers up to `after` that were gaps, and appeared since.
    pub late: NumberSet,
    /// How many events it seals.
    pub count: i64,
    /// The hash over number, digest and MAC of each of them, in order; late ones follow.
    pub root: Digest,
    /// When it was made.
    pub sealed_at: Timestamp,
    /// The key that signs it.
    pub key: KeyId,
}

impl BlockContents {
    /// How many of its events have numbers up to `number`.
    pub fn count_up_to(&self, number: i64) -> i64 {
        let fresh = number.min(self.last).saturating_sub(self.after).max(0);
        fresh.saturating_sub(self.gaps.count_up_to(number)).saturating_add(self.late.count_up_to(number))
    }

    /// The hash that is chained and signed.
    pub fn hash(&self) -> Digest {
        let mut bytes = Canonical::new("wardkey.audit.block.1");
        bytes.part(&self.number.to_be_bytes());
        bytes.part(self.previous.as_bytes());
        bytes.part(&self.after.to_be_bytes());
        bytes.part(&self.last.to_be_bytes());
        bytes.part(self.gaps.to_string().as_bytes());
        bytes.part(self.late.to_string().as_bytes());
        bytes.part(&self.count.to_be_bytes());
        bytes.part(self.root.as_bytes());
        bytes.part(&self.sealed_at.as_micros().to_be_bytes());
        bytes.part(self.key.uuid().as_bytes());
        Digest::of(bytes.bytes())
    }
}

impl Block {
    /// Seals `events` (those after `previous`, in order) and `late` ones (in order); nothing when there are none.
    pub fn seal(
        previous: Option<&Self>,
        events: &[NumberedEntry],
        late: &[NumberedEntry],
        now: Timestamp,
        key: &SigningKey,
    ) -> Option<Self> {
        let (number, hash, after) =
            previous.map_or((0, Digest::ZERO, 0), |block| (block.contents.number, block.hash, block.contents.last));
        let last = events.last().map_or(after, |event| event.number);
        let mut root = RootHasher::new();
        let mut gaps = NumberSet::default();
        let mut next = after.saturating_add(1);
        for event in events {
            if event.number > next {
                gaps.push_range(next, event.number.saturating_sub(1));
            }
            next = event.number.saturating_add(1);
            root.event(event);
        }
        let mut late_numbers = NumberSet::default();
        for event in late {
            late_numbers.push_range(event.number, event.number);
            root.event(event);
        }
        if root.count == 0 {
            return None;
        }
        let contents = BlockContents {
            number: number.saturating_add(1),
            previous: hash,
            after,
            last,
            gaps,
            late: late_numbers,
            count: root.count,
            root: root.finish(),
            sealed_at: now,
            key: key.id(),
        };
        let hash = contents.hash();
        let signature = key.sign(&signed_bytes(&hash));
        Some(Self { contents, hash, signature })
    }

    /// Whether `key` signed its hash.
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        key.verifies(&signed_bytes(&self.hash), &self.signature)
    }
}

/// The bytes that a block's signature covers.
pub(super) fn signed_bytes(hash: &Digest) -> Vec<u8> {
    let mut bytes = Canonical::new("wardkey.audit.signature.1");
    bytes.part(hash.as_bytes());
    bytes.bytes().to_vec()
}

/// Hashes the events of a block one after another.
pub(super) struct RootHasher {
    hasher: Hasher,
    pub(super) count: i64,
}

impl RootHasher {
    pub(super) fn new() -> Self {
        Self { hasher: Hasher::new("wardkey.audit.root.1"), count: 0 }
    }

    /// The digest is in it besides the MAC, so that an export can be checked without the key of the MACs.
    pub(super) fn event(&mut self, event: &NumberedEntry) {
        self.hasher.add(&event.number.to_be_bytes());
        self.hasher.add(Digest::of(&event.entry.canonical()).as_bytes());
        self.hasher.add(event.mac.as_bytes());
        self.count = self.count.saturating_add(1);
    }

    pub(super) fn finish(self) -> Digest {
        self.hasher.finish()
    }
}

/// A set of numbers as ascending ranges, written `3-5,9`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NumberSet(Vec<(i64, i64)>);

/// The text is not a set of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a set of ascending numbers")]
pub struct NotANumberSet;

impl NumberSet {
    /// The ranges, ascending, both ends included.
    pub fn ranges(&self) -> &[(i64, i64)] {
        &self.0
    }

    /// Whether `number` is in the set.
    pub fn contains(&self, number: i64) -> bool {
        let at = self.0.partition_point(|(_, end)| *end < number);
        self.0.get(at).is_some_and(|(start, _)| *start <= number)
    }

    /// The first number from `number` on that is not in the set.
    pub fn next_outside(&self, number: i64) -> i64 {
        let at = self.0.partition_point(|(_, end)| *end < number);
        match self.0.get(at) {
            Some((start, end)) if *start <= number => end.saturating_add(1),
            Some(_) | None => number,
        }
    }

    /// How many numbers up to `number` are in the set.
    fn count_up_to(&self, number: i64) -> i64 {
        let up_to = |(start, end): &(i64, i64)| number.min(*end).saturating_sub(*start).saturating_add(1).max(0);
        self.0.iter().map(up_to).fold(0, i64::saturating_add)
    }

    /// Whether nothing is in it.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a range that lies above all others; joins it to the last one when they touch.
    fn push_range(&mut self, start: i64, end: i64) {
        match self.0.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(start) => *last = end,
            Some(_) | None => self.0.push((start, end)),
        }
    }

    /// Reads what [`fmt::Display`] wrote.
    ///
    /// # Errors
    /// When it is not a list of ascending ranges of numbers.
    pub fn parse(text: &str) -> Result<Self, NotANumberSet> {
        let mut set = Self::default();
        for part in text.split(',').filter(|part| !part.is_empty()) {
            let (start, end) = part.split_once('-').unwrap_or((part, part));
            let start: i64 = start.parse().map_err(|_| NotANumberSet)?;
            let end: i64 = end.parse().map_err(|_| NotANumberSet)?;
            if end < start || set.0.last().is_some_and(|(_, last)| *last >= start) {
                return Err(NotANumberSet);
            }
            set.push_range(start, end);
        }
        Ok(set)
    }
}

impl fmt::Display for NumberSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (start, end)) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            if start == end {
                write!(f, "{start}")?;
            } else {
                write!(f, "{start}-{end}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, inside: &[i64], outside: &[i64]) {
        let set = NumberSet::parse(text).unwrap();
        assert_eq!(set.to_string(), text);
        assert!(inside.iter().all(|number| set.contains(*number)), "{text}");
        assert!(outside.iter().all(|number| !set.contains(*number)), "{text}");
    }

    #[test]
    fn a_block_counts_its_events_up_to_a_number() {
        let contents = BlockContents {
            number: 2,
            previous: Digest::ZERO,
            after: 10,
            last: 20,
            gaps: NumberSet::parse("12-13,18").unwrap(),
            late: NumberSet::parse("3,7-8").unwrap(),
            count: 10,
            root: Digest::ZERO,
            sealed_at: Timestamp::from_seconds(1),
            key: KeyId::new(Timestamp::from_seconds(1), [1; 10]),
        };
        for (number, count) in [(0, 0), (3, 1), (7, 2), (10, 3), (11, 4), (13, 4), (14, 5), (20, 10), (99, 10)] {
            assert_eq!(contents.count_up_to(number), count, "{number}");
        }
    }

    #[test]
    fn a_set_of_numbers_reads_back_as_it_was_written() {
        check("", &[], &[0, 1]);
        check("3-5,9", &[3, 4, 5, 9], &[2, 6, 8, 10]);
        for bad in ["x", "5-3", "4,2", "1,1", "1-"] {
            assert_eq!(NumberSet::parse(bad), Err(NotANumberSet), "{bad}");
        }
    }
}
