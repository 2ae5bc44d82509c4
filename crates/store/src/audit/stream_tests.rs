use std::time::Duration;

use wardkey_domain::audit::{Block, Event, SigningKey, StreamName, StreamPosition, StreamStanding};
use wardkey_domain::id::{AccountId, KeyId, RequestId};
use wardkey_domain::op::{Actor, Op, Origin};
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;

use super::*;
use crate::{Store, args, both_engines};

const NOON: Timestamp = Timestamp::from_seconds(1_700_000_040);

fn name() -> StreamName {
    "siem".parse().unwrap()
}

/// Writes an event with this number, as if its transaction had been given it.
async fn write(store: &Store, number: i64) {
    let op =
        Op { now: NOON, actor: Actor::Anonymous, origin: Origin::default(), request: RequestId::new(NOON, [4; 10]) };
    let account = AccountId::new(NOON, [u8::try_from(number).unwrap(); 10]);
    let mut tx = store.begin().await.unwrap();
    append(&mut tx, &op, None, Event::PasswordSet { account, by: "self".into() }).await.unwrap();
    tx.exec("UPDATE audit_events SET number = $1 WHERE account_id = $2", args![number, account]).await.unwrap();
    tx.commit().await.unwrap();
}

/// Seals what the sealer would.
async fn seal(store: &Store) {
    let key = SigningKey::from_seed(KeyId::new(NOON, [1; 10]), &Secret::new(vec![1; 32])).unwrap();
    let mut tx = store.begin().await.unwrap();
    let last = last_block(&mut tx).await.unwrap();
    let after = last.as_ref().map_or(0, |block| block.contents.last);
    let (fresh, late) = (list_unsealed(&mut tx, after, 99).await.unwrap(), list_late(&mut tx, 99).await.unwrap());
    let block = Block::seal(last.as_ref(), &fresh, &late, NOON, &key).unwrap();
    insert_block(&mut tx, &block).await.unwrap();
    tx.commit().await.unwrap();
}

/// Blocks with the events 102, 109 | 110, 111, late 105 | 112, late 101 and 103; and 113, which no block has. The database numbers
/// from 1, and so never gives one of these.
async fn blocks(store: &Store) {
    for numbers in [&[102, 109][..], &[110, 111, 105], &[112, 101, 103]] {
        for number in numbers {
            write(store, *number).await;
        }
        seal(store).await;
    }
    write(store, 113).await;
}

const ALL: [i64; 8] = [102, 109, 105, 110, 111, 101, 103, 112];

both_engines!(sealed_events_are_listed_once_each_whatever_the_page, |store| async move {
    blocks(&store).await;
    for limit in 1..=9 {
        let (mut position, mut seen) = (StreamPosition::default(), Vec::new());
        loop {
            let mut tx = store.read().await.unwrap();
            let left = count_sealed_after(&mut tx, position, u32::MAX).await.unwrap();
            assert_eq!(usize::try_from(left).unwrap(), ALL.len() - seen.len(), "{position:?}");
            let page = list_sealed(&mut tx, position, limit).await.unwrap();
            assert!(page.events.len() <= usize::try_from(limit).unwrap());
            seen.extend(page.events.iter().map(|(_, event)| event.number));
            position = page.end;
            if !page.more {
                break;
            }
        }
        assert_eq!(seen, ALL, "pages of {limit}");
        assert_eq!(position, StreamPosition { block: 3, event: 0 });
    }
});

both_engines!(each_position_goes_on_with_the_next_event, |store| async move {
    blocks(&store).await;
    let mut tx = store.read().await.unwrap();
    let page = list_sealed(&mut tx, StreamPosition::default(), 99).await.unwrap();
    for (place, (position, _)) in page.events.iter().enumerate() {
        let rest = list_sealed(&mut tx, *position, 99).await.unwrap();
        let rest: Vec<i64> = rest.events.iter().map(|(_, event)| event.number).collect();
        assert_eq!(rest, ALL[place + 1..]);
    }
    assert_eq!(sealed_end(&mut tx).await.unwrap(), StreamPosition { block: 3, event: 0 });
    for (blocks, counted) in [(0, 0), (1, 2), (2, 5), (3, 8), (9, 8)] {
        let found = count_sealed_after(&mut tx, StreamPosition::default(), blocks).await.unwrap();
        assert_eq!(found, counted, "in {blocks} blocks");
    }
});

both_engines!(a_removed_event_does_not_stop_a_stream, |store| async move {
    blocks(&store).await;
    let mut tx = store.begin().await.unwrap();
    tx.exec("DELETE FROM audit_events WHERE number IN (105, 110, 111)", args![]).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.read().await.unwrap();
    let page = list_sealed(&mut tx, StreamPosition { block: 1, event: 0 }, 99).await.unwrap();
    let numbers: Vec<i64> = page.events.iter().map(|(_, event)| event.number).collect();
    assert_eq!((numbers, page.end.block, page.more), (vec![101, 103, 112], 3, false));
});

both_engines!(a_store_without_blocks_has_nothing_to_stream, |store| async move {
    write(&store, 1).await;
    let mut tx = store.read().await.unwrap();
    assert_eq!(sealed_end(&mut tx).await.unwrap(), StreamPosition::default());
    assert!(list_sealed(&mut tx, StreamPosition::default(), 9).await.unwrap().events.is_empty());
    assert_eq!(count_sealed_after(&mut tx, StreamPosition::default(), 9).await.unwrap(), 0);
});

both_engines!(a_stream_reads_back_as_it_stands_until_it_is_forgotten, |store| async move {
    let mut standing = StreamStanding::begin(name(), StreamPosition { block: 7, event: 0 }, NOON);
    let mut tx = store.begin().await.unwrap();
    assert_eq!(find_stream(&mut tx, &name()).await.unwrap(), None);
    assert!(begin_stream(&mut tx, &standing).await.unwrap());
    assert!(!begin_stream(&mut tx, &StreamStanding::begin(name(), StreamPosition::default(), NOON)).await.unwrap());
    assert_eq!(find_stream(&mut tx, &name()).await.unwrap().as_ref(), Some(&standing));
    for next in [
        standing.clone().failed("unreachable", None, NOON),
        standing.clone().handed_over(StreamPosition { block: 8, event: 4 }, NOON.plus(Duration::from_secs(1))),
    ] {
        assert!(save_stream(&mut tx, standing.position, &next).await.unwrap());
        assert_eq!(find_stream(&mut tx, &name()).await.unwrap().as_ref(), Some(&next));
        standing = next;
    }
    assert_eq!(list_streams(&mut tx).await.unwrap(), [standing.clone()]);
    assert_eq!(delete_stream(&mut tx, &name()).await.unwrap(), Some(standing));
    assert_eq!(delete_stream(&mut tx, &name()).await.unwrap(), None);
});

both_engines!(nodes, of_two_nodes_that_hand_a_stream_over_one_saves, |first, second| async move {
    let begun = StreamStanding::begin(name(), StreamPosition::default(), NOON);
    let mut tx = first.begin().await.unwrap();
    begin_stream(&mut tx, &begun).await.unwrap();
    tx.commit().await.unwrap();
    let ahead = begun.clone().handed_over(StreamPosition { block: 2, event: 0 }, NOON);
    let mut tx = first.begin().await.unwrap();
    assert!(save_stream(&mut tx, begun.position, &ahead).await.unwrap());
    tx.commit().await.unwrap();
    let mut tx = second.begin().await.unwrap();
    let behind = begun.clone().handed_over(StreamPosition { block: 1, event: 0 }, NOON);
    assert!(!save_stream(&mut tx, begun.position, &behind).await.unwrap(), "it would go back");
    assert!(!save_stream(&mut tx, begun.position, &begun.clone().failed("broken", None, NOON)).await.unwrap());
    tx.commit().await.unwrap();
    let found = find_stream(&mut first.read().await.unwrap(), &name()).await.unwrap();
    assert_eq!(found, Some(ahead));
});
