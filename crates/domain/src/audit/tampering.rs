//! Whatever is done to a sealed chain shows: property tests that tamper with one in every way there is.

use proptest::prelude::*;

use super::*;
use crate::id::{AuditEventId, KeyId, RequestId};
use crate::secret::Secret;
use crate::time::Timestamp;

/// A store in miniature. The MAC of an entry is the digest of a key and its bytes.
#[derive(Clone, Debug)]
struct Chain {
    events: Vec<NumberedEntry>,
    blocks: Vec<Block>,
    anchor: Vec<String>,
}

fn key(seed: u8) -> SigningKey {
    let id = KeyId::new(Timestamp::from_seconds(1), [1; 10]);
    SigningKey::from_seed(id, &Secret::new(vec![seed; 32])).unwrap()
}

fn mac(entry: &Entry) -> Digest {
    let mut bytes = b"the key of the MACs".to_vec();
    bytes.extend_from_slice(&entry.canonical());
    Digest::of(&bytes)
}

fn event(number: i64, what: u8) -> NumberedEntry {
    let number_byte = u8::try_from(number.unsigned_abs()).unwrap();
    let entry = Entry {
        id: AuditEventId::new(Timestamp::from_seconds(number), [number_byte; 10]),
        at: Timestamp::from_seconds(number),
        actor: "anonymous".to_owned(),
        request: RequestId::new(Timestamp::from_seconds(number), [2; 10]),
        address: None,
        browser: None,
        organisation: None,
        account: None,
        application: None,
        kind: "account_changed".to_owned(),
        event: format!("{{\"what\":{what}}}"),
    };
    NumberedEntry { number, mac: mac(&entry), entry, mac_key: 1 }
}

impl Chain {
    /// Inserts one event for each of `steps`: how many numbers are left out before it, whether it shows one block late,
    /// and whether a block is sealed after it.
    fn of(steps: &[(u8, bool, bool)]) -> Self {
        let mut chain = Self { events: Vec::new(), blocks: Vec::new(), anchor: Vec::new() };
        let (mut number, mut fresh, mut hidden) = (0, Vec::new(), Vec::new());
        for (left_out, is_late, seals) in steps {
            number += i64::from(left_out % 3) + 1;
            let event = event(number, *left_out);
            chain.events.push(event.clone());
            if *is_late {
                hidden.push(event)
            } else {
                fresh.push(event)
            }
            if *seals {
                let last = fresh.last().map_or_else(|| chain.last(), |event: &NumberedEntry| event.number);
                let (late, still_fresh): (Vec<_>, Vec<_>) =
                    hidden.drain(..).partition(|event: &NumberedEntry| event.number <= chain.last());
                chain.seal(&fresh, &late);
                fresh.clear();
                // What is above the block is seen in time for the next one; what is below is late.
                let (below, above): (Vec<_>, Vec<_>) = still_fresh.into_iter().partition(|event| event.number <= last);
                hidden = below;
                fresh.extend(above);
            }
        }
        chain.seal(&fresh, &[]);
        let (late, mut above): (Vec<_>, Vec<_>) = hidden.into_iter().partition(|event| event.number <= chain.last());
        chain.seal(&[], &late);
        above.retain(|event| event.number > chain.last());
        chain.seal(&above, &[]);
        chain
    }

    fn last(&self) -> i64 {
        self.blocks.last().map_or(0, |block| block.contents.last)
    }

    fn seal(&mut self, fresh: &[NumberedEntry], late: &[NumberedEntry]) {
        let now = Timestamp::from_seconds(1_000);
        if let Some(block) = Block::seal(self.blocks.last(), fresh, late, now, &key(7)) {
            self.anchor.push(AnchorLine::sealed(&block).to_string());
            self.blocks.push(block);
        }
    }

    fn verify(&self) -> Result<i64, Problem> {
        let keys = vec![key(7).public()];
        let mut verifier = ChainVerifier::new(keys.clone());
        let mut first = i64::MIN;
        for block in &self.blocks {
            let mut open = verifier.begin(block)?;
            let contents = &block.contents;
            let range = self.events.iter().filter(|event| event.number >= first && event.number <= contents.last);
            let late = self.events.iter().filter(|event| contents.late.contains(event.number));
            for event in range.chain(late) {
                verifier.event(&mut open, event, mac(&event.entry).matches(&event.mac))?;
            }
            verifier.finish(block.clone(), open)?;
            first = contents.last + 1;
        }
        for event in self.events.iter().filter(|event| event.number >= first) {
            verifier.pending(event, mac(&event.entry).matches(&event.mac))?;
        }
        self.verify_anchor(keys)?;
        Ok(verifier.waiting())
    }

    fn verify_anchor(&self, keys: Vec<PublicKey>) -> Result<(), Problem> {
        let mut restorations = Restorations::default();
        for (line, text) in (1..).zip(&self.anchor) {
            if let Ok(AnchorLine { mark: Mark::Restored, number, .. }) = AnchorLine::parse(text) {
                restorations.note(line, number);
            }
        }
        let found = self.blocks.last().map_or(0, |block| block.contents.number);
        let mut verifier = AnchorVerifier::new(keys, restorations);
        for (line, text) in (1..).zip(&self.anchor) {
            let Some(anchored) = verifier.line(line, text)? else { continue };
            match self.blocks.iter().find(|block| block.contents.number == anchored.number) {
                Some(block) => anchored.agrees_with(block)?,
                None => return Err(Problem::TailCut { anchored: anchored.number, found }),
            }
        }
        Ok(())
    }
}

fn steps() -> impl Strategy<Value = Vec<(u8, bool, bool)>> {
    proptest::collection::vec((any::<u8>(), any::<bool>(), any::<bool>()), 2..40)
}

proptest! {
    #[test]
    fn an_untouched_chain_verifies(steps in steps()) {
        let chain = Chain::of(&steps);
        prop_assert_eq!(chain.verify(), Ok(0));
        let sealed: i64 = chain.blocks.iter().map(|block| block.contents.count).sum();
        prop_assert_eq!(sealed, i64::try_from(chain.events.len()).unwrap());
    }

    #[test]
    fn an_edited_event_shows_by_its_number(steps in steps(), at: prop::sample::Index) {
        let mut chain = Chain::of(&steps);
        let event = at.get_mut(&mut chain.events);
        event.entry.event.push(' ');
        let edited = event.number;
        let Err(Problem::EventEdited { event, .. }) = chain.verify() else { panic!("{:?}", chain.verify()) };
        prop_assert_eq!(event, edited);
    }

    #[test]
    fn an_event_that_was_edited_with_the_macs_key_shows(steps in steps(), at: prop::sample::Index) {
        let mut chain = Chain::of(&steps);
        let event = at.get_mut(&mut chain.events);
        event.entry.event.push(' ');
        event.mac = mac(&event.entry);
        prop_assert!(matches!(chain.verify(), Err(Problem::EventsDisagree { .. })), "it shows");
    }

    #[test]
    fn a_removed_event_shows_by_its_number(steps in steps(), at: prop::sample::Index) {
        let mut chain = Chain::of(&steps);
        let removed = chain.events.remove(at.index(chain.events.len())).number;
        let Err(Problem::EventMissing { event, .. }) = chain.verify() else { panic!("{:?}", chain.verify()) };
        prop_assert_eq!(event, removed);
    }

    #[test]
    fn an_event_inserted_among_the_sealed_is_never_taken_for_sealed(steps in steps(), number in -3_i64..100) {
        let mut chain = Chain::of(&steps);
        prop_assume!(number <= chain.last());
        let at = chain.events.partition_point(|event| event.number < number);
        chain.events.insert(at, event(number, 99));
        // In a gap it waits for a block, as a late one would; anywhere else it is refused.
        match chain.verify() {
            Ok(waiting) => prop_assert_eq!(waiting, 1),
            Err(problem) => prop_assert!(
                matches!(problem, Problem::EventInserted { .. } | Problem::EventsDisagree { .. }), "{}", problem
            ),
        }
        let inserted = &mut chain.events[at];
        inserted.mac = Digest::ZERO;
        prop_assert!(chain.verify().is_err(), "without the MACs' key it shows everywhere");
    }

    #[test]
    fn two_events_that_changed_places_show(steps in steps(), one: prop::sample::Index, other: prop::sample::Index) {
        let mut chain = Chain::of(&steps);
        let (one, other) = (one.index(chain.events.len()), other.index(chain.events.len()));
        prop_assume!(one != other);
        let (first, second) = (chain.events[one].number, chain.events[other].number);
        chain.events.swap(one, other);
        chain.events[one].number = first;
        chain.events[other].number = second;
        prop_assert!(matches!(chain.verify(), Err(Problem::EventsDisagree { .. })), "it shows");
    }

    #[test]
    fn a_removed_block_shows(steps in steps(), at: prop::sample::Index) {
        let mut chain = Chain::of(&steps);
        let removed = chain.blocks.remove(at.index(chain.blocks.len())).contents.number;
        let expected = if removed > i64::try_from(chain.blocks.len()).unwrap() {
            Problem::TailCut { anchored: removed, found: removed - 1 }
        } else {
            Problem::BlockMissing { block: removed }
        };
        prop_assert_eq!(chain.verify(), Err(expected));
    }

    #[test]
    fn a_cut_tail_shows_by_the_anchor_only(steps in steps(), keep in 0_usize..5) {
        let mut chain = Chain::of(&steps);
        prop_assume!(chain.blocks.len() > keep);
        chain.blocks.truncate(keep);
        let last = chain.last();
        chain.events.retain(|event| event.number <= last && !chain.blocks.iter().any(|block| block.contents.gaps.contains(event.number)));
        let late: Vec<_> = chain.blocks.iter().flat_map(|block| block.contents.late.ranges().to_vec()).collect();
        prop_assume!(late.is_empty());
        prop_assert!(matches!(chain.verify(), Err(Problem::TailCut { .. })), "{:?}", chain.verify());
        chain.anchor.clear();
        prop_assert_eq!(chain.verify(), Ok(0));
    }

    #[test]
    fn an_edited_block_shows(steps in steps(), at: prop::sample::Index, column in 0_u8..8) {
        let mut chain = Chain::of(&steps);
        let block = at.get_mut(&mut chain.blocks);
        let contents = &mut block.contents;
        match column {
            0 => contents.previous = Digest::of(b"x"),
            1 => contents.after -= 1,
            2 => contents.last += 1,
            3 => contents.gaps = NumberSet::parse("1-200").unwrap(),
            4 => contents.late = NumberSet::parse("201").unwrap(),
            5 => contents.count += 1,
            6 => contents.sealed_at = Timestamp::from_seconds(5),
            _ => contents.root = Digest::of(b"x"),
        }
        prop_assert_eq!(chain.verify(), Err(Problem::BlockEdited { block: block_number(&chain, &at) }));
        let block = at.get_mut(&mut chain.blocks);
        block.hash = block.contents.hash();
        prop_assert!(chain.verify().is_err(), "a new hash does not help without the key");
    }

    #[test]
    fn a_block_signed_by_another_key_shows(steps in steps()) {
        let mut chain = Chain::of(&steps);
        let events = chain.events.clone();
        prop_assume!(events.len() > 1);
        chain.blocks = vec![Block::seal(None, &events, &[], Timestamp::from_seconds(1), &key(8)).unwrap()];
        prop_assert_eq!(chain.verify(), Err(Problem::BadSignature { block: 1 }));
    }

    #[test]
    fn an_anchor_line_that_was_changed_or_left_out_shows(steps in steps(), at: prop::sample::Index) {
        let chain = Chain::of(&steps);
        prop_assume!(chain.anchor.len() > 2);
        let index = at.index(chain.anchor.len());
        let mut edited = chain.clone();
        edited.anchor[index] = edited.anchor[index].replacen("block ", "block 9", 1);
        prop_assert!(edited.verify().is_err());
        let mut cut = chain;
        cut.anchor.remove(index);
        let inside = index > 0 && index < cut.anchor.len();
        prop_assert_eq!(matches!(cut.verify(), Err(Problem::AnchorGap { .. })), inside);
    }
}

fn block_number(chain: &Chain, at: &prop::sample::Index) -> i64 {
    at.get(&chain.blocks).contents.number
}

#[test]
fn a_restored_backup_gives_later_blocks_up() {
    let steps = [(0, false, true); 6];
    let mut chain = Chain::of(&steps);
    assert_eq!(chain.blocks.len(), 6);
    chain.blocks.truncate(3);
    chain.events.truncate(3);
    assert_eq!(chain.verify(), Err(Problem::TailCut { anchored: 4, found: 3 }));
    chain.anchor.push(AnchorLine::restored(chain.blocks.last(), &key(7)).to_string());
    assert_eq!(chain.verify(), Ok(0));
    let event = event(4, 77);
    chain.events.push(event.clone());
    chain.seal(&[event], &[]);
    assert_eq!(chain.verify(), Ok(0), "the new block 4 is anchored after the restoration");
    chain.anchor[6] = AnchorLine::restored(chain.blocks.get(2), &key(8)).to_string();
    assert!(chain.verify().is_err(), "who cannot sign cannot declare a restoration");
}

#[test]
fn an_anchor_line_reads_back_as_it_was_written() {
    let chain = Chain::of(&[(0, false, true)]);
    let line = AnchorLine::parse(&chain.anchor[0]).unwrap();
    assert_eq!(line.to_string(), chain.anchor[0]);
    for bad in ["", "block", "block x", "note 1", &format!("{line} more")] {
        assert!(AnchorLine::parse(bad).is_err(), "{bad}");
    }
}
