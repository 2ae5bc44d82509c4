use std::time::Duration;

use wardkey_domain::audit::{Block, Event, NumberedEntry, SigningKey};
use wardkey_domain::id::{AccountId, ApplicationId, AuditEventId, KeyId, RequestId, SessionId};
use wardkey_domain::op::{Actor, Op, Origin};
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;

use super::*;
use crate::{Store, args, both_engines};

/// Noon of a day, at the start of a minute.
const NOON: Timestamp = Timestamp::from_seconds(1_700_000_040);

fn op(now: Timestamp, address: &str) -> Op {
    let origin = Origin { address: address.parse().ok(), browser: Some("Chrome on Windows".to_owned()), device: None };
    Op { now, actor: Actor::Anonymous, origin, request: RequestId::new(now, [4; 10]) }
}

fn account(byte: u8) -> AccountId {
    AccountId::new(NOON, [byte; 10])
}

fn signed_in(who: u8) -> Event {
    Event::SignedIn {
        account: account(who),
        application: None,
        factors: vec!["password".into(), "totp".into()],
        strength: "multi_factor".into(),
        session: SessionId::new(NOON, [who; 10]),
    }
}

fn refused() -> Event {
    let application = ApplicationId::new(NOON, [7; 10]);
    Event::TokenRefused { application, account: None, error: "invalid_grant".into(), count: 1 }
}

async fn write(store: &Store, op: &Op, event: Event) {
    let mut tx = store.begin().await.unwrap();
    append(&mut tx, op, None, event).await.unwrap();
    tx.commit().await.unwrap();
}

async fn unsealed(store: &Store, after: i64) -> Vec<NumberedEntry> {
    list_unsealed(&mut store.read().await.unwrap(), after, 100).await.unwrap()
}

async fn counts(store: &Store) -> Vec<u32> {
    let count = |event: &NumberedEntry| match event.entry.read().unwrap().event {
        Event::TokenRefused { count, .. } => count,
        _ => 0,
    };
    unsealed(store, 0).await.iter().map(count).collect()
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(KeyId::new(NOON, [seed; 10]), &Secret::new(vec![seed; 32])).unwrap()
}

both_engines!(an_event_reads_back_with_its_circumstances, |store| async move {
    write(&store, &op(NOON, "192.0.2.7"), signed_in(1)).await;
    let rows = unsealed(&store, 0).await;
    let record = rows[0].entry.read().unwrap();
    assert_eq!(record.event, signed_in(1));
    assert_eq!(record.at, NOON);
    assert_eq!(record.account, Some(account(1)));
    assert_eq!(record.address, "192.0.2.7".parse().ok());
    assert_eq!(record.browser.as_deref(), Some("Chrome on Windows"));
    assert!(mac_holds(&store.read().await.unwrap(), &rows[0]).unwrap());
});

both_engines!(an_event_of_an_undone_deed_is_not_there, |store| async move {
    let mut tx = store.begin().await.unwrap();
    append(&mut tx, &op(NOON, "192.0.2.7"), None, signed_in(1)).await.unwrap();
    drop(tx);
    assert!(unsealed(&store, 0).await.is_empty());
});

both_engines!(an_edited_event_no_longer_has_its_mac, |store| async move {
    write(&store, &op(NOON, "192.0.2.7"), signed_in(1)).await;
    for sql in [
        "UPDATE audit_events SET address = '192.0.2.8'",
        "UPDATE audit_events SET address = '192.0.2.7', at = at + 1",
        "UPDATE audit_events SET at = at - 1, actor = 'operator:root'",
        "UPDATE audit_events SET actor = 'anonymous', account_id = NULL",
    ] {
        let mut tx = store.begin().await.unwrap();
        tx.exec(sql, args![]).await.unwrap();
        tx.commit().await.unwrap();
        let rows = unsealed(&store, 0).await;
        assert!(!mac_holds(&store.read().await.unwrap(), &rows[0]).unwrap(), "{sql}");
    }
});

both_engines!(a_repeated_refusal_is_counted_and_written_when_its_minute_is_over, |store| async move {
    for _ in 0..4 {
        write(&store, &op(NOON, "192.0.2.7"), refused()).await;
    }
    write(&store, &op(NOON, "192.0.2.8"), refused()).await;
    assert_eq!(counts(&store).await, [1, 1], "one row for each network");
    let soon = NOON.plus(Duration::from_secs(30));
    assert!(!has_repeats_before(&mut store.read().await.unwrap(), soon).await.unwrap());
    let later = op(NOON.plus(Duration::from_secs(60)), "");
    assert!(has_repeats_before(&mut store.read().await.unwrap(), later.now).await.unwrap());
    let mut tx = store.begin().await.unwrap();
    assert_eq!(flush_repeats(&mut tx, &later, 10).await.unwrap(), 2);
    tx.commit().await.unwrap();
    assert_eq!(counts(&store).await, [1, 1, 3]);
    let rows = unsealed(&store, 0).await;
    assert_eq!(rows[2].entry.address.as_deref(), Some("192.0.2.7"));
    assert!(!has_repeats_before(&mut store.read().await.unwrap(), later.now).await.unwrap());
    write(&store, &later, refused()).await;
    assert_eq!(counts(&store).await, [1, 1, 3, 1], "a new minute begins with a row");
});

both_engines!(one_household_of_ipv6_counts_as_one_network, |store| async move {
    for last in 1..=3 {
        write(&store, &op(NOON, &format!("2001:db8::{last}")), refused()).await;
    }
    write(&store, &op(NOON, "2001:db8:0:1::1"), refused()).await;
    assert_eq!(counts(&store).await, [1, 1]);
});

both_engines!(an_account_sees_its_own_sign_ins_page_by_page, |store| async move {
    for who in [1, 2, 1, 1] {
        write(&store, &op(NOON, "192.0.2.7"), signed_in(who)).await;
    }
    write(&store, &op(NOON, "192.0.2.7"), Event::PasswordSet { account: account(1), by: "self".into() }).await;
    let mut tx = store.read().await.unwrap();
    let first = list_account_sign_ins(&mut tx, account(1), None, 2).await.unwrap();
    let numbers: Vec<_> = first.iter().map(|row| row.number).collect();
    assert_eq!(numbers, [4, 3]);
    let second = list_account_sign_ins(&mut tx, account(1), Some(3), 2).await.unwrap();
    let numbers: Vec<_> = second.iter().map(|row| row.number).collect();
    assert_eq!(numbers, [1]);
});

both_engines!(events_of_a_time_are_listed_in_the_order_of_their_moments, |store| async move {
    for second in [3, 1, 2, 5] {
        write(&store, &op(NOON.plus(Duration::from_secs(second)), "192.0.2.7"), signed_in(1)).await;
    }
    let (since, until) = (NOON.plus(Duration::from_secs(1)), NOON.plus(Duration::from_secs(5)));
    let mut tx = store.read().await.unwrap();
    let mut after: Option<AuditEventId> = None;
    let mut seconds = Vec::new();
    while let Some(row) = list_between(&mut tx, since, until, after, 1).await.unwrap().pop() {
        after = Some(row.entry.id);
        seconds.push(row.entry.at.since(NOON).as_secs());
    }
    assert_eq!(seconds, [1, 2, 3]);
});

both_engines!(a_block_reads_back_as_it_was_sealed_and_its_number_is_a_fence, |store| async move {
    write(&store, &op(NOON, "192.0.2.7"), signed_in(1)).await;
    let block = Block::seal(None, &unsealed(&store, 0).await, &[], NOON, &key(1)).unwrap();
    let mut tx = store.begin().await.unwrap();
    insert_block(&mut tx, &block).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.read().await.unwrap();
    assert_eq!(last_block(&mut tx).await.unwrap(), Some(block.clone()));
    assert_eq!(list_blocks(&mut tx, 0, 10).await.unwrap(), std::slice::from_ref(&block));
    assert!(list_blocks(&mut tx, 1, 10).await.unwrap().is_empty());
    drop(tx);
    let mut tx = store.begin().await.unwrap();
    assert!(insert_block(&mut tx, &block).await.unwrap_err().is_unique().is_some());
});

both_engines!(an_event_that_appears_below_a_block_is_found, |store| async move {
    for (who, number) in [(1, 9_i64), (2, 5), (3, 6)] {
        write(&store, &op(NOON, "192.0.2.7"), signed_in(who)).await;
        let mut tx = store.begin().await.unwrap();
        // As if it had been numbered earlier than the others and committed later.
        let sql = "UPDATE audit_events SET number = $1 WHERE account_id = $2";
        tx.exec(sql, args![number, account(who)]).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = store.read().await.unwrap();
        let last = last_block(&mut tx).await.unwrap();
        let after = last.as_ref().map_or(0, |block| block.contents.last);
        let (fresh, late) = (list_unsealed(&mut tx, after, 9).await.unwrap(), list_late(&mut tx, 9).await.unwrap());
        assert_eq!(fresh.iter().chain(&late).map(|row| row.number).collect::<Vec<_>>(), [number]);
        drop(tx);
        let block = Block::seal(last.as_ref(), &fresh, &late, NOON, &key(1)).unwrap();
        let mut tx = store.begin().await.unwrap();
        insert_block(&mut tx, &block).await.unwrap();
        tx.commit().await.unwrap();
    }
    let mut tx = store.begin().await.unwrap();
    assert!(list_late(&mut tx, 9).await.unwrap().is_empty());
    let gaps = tx.all("SELECT first_event, last_event FROM audit_gaps ORDER BY first_event", args![]).await.unwrap();
    let gaps: Vec<(i64, i64)> =
        gaps.iter().map(|row| (row.get("first_event").unwrap(), row.get("last_event").unwrap())).collect();
    assert_eq!(gaps, [(1, 4), (7, 8)]);
    assert_eq!(forget_gaps(&mut tx, NOON).await.unwrap(), 0);
    assert_eq!(forget_gaps(&mut tx, NOON.plus(Duration::from_secs(1))).await.unwrap(), 2);
});

both_engines!(nodes, an_event_committed_after_later_ones_were_sealed_is_sealed_late, |first, second| async move {
    let mut slow = first.begin().await.unwrap();
    append(&mut slow, &op(NOON, "192.0.2.7"), None, signed_in(1)).await.unwrap();
    // The embedded engine has one writer: there, nobody can be faster.
    let (here, event) = (op(NOON, "192.0.2.8"), signed_in(2));
    if tokio::time::timeout(Duration::from_millis(100), write(&second, &here, event)).await.is_err() {
        return;
    }
    let fresh = unsealed(&second, 0).await;
    let block = Block::seal(None, &fresh, &[], NOON, &key(1)).unwrap();
    assert_eq!(block.contents.gaps.to_string(), "1");
    let mut tx = second.begin().await.unwrap();
    insert_block(&mut tx, &block).await.unwrap();
    tx.commit().await.unwrap();
    assert!(list_late(&mut second.read().await.unwrap(), 9).await.unwrap().is_empty());
    slow.commit().await.unwrap();
    let late = list_late(&mut second.read().await.unwrap(), 9).await.unwrap();
    assert_eq!(late.iter().map(|row| row.entry.account).collect::<Vec<_>>(), [Some(account(1))]);
    assert!(unsealed(&second, block.contents.last).await.is_empty(), "who only looks ahead would never seal it");
});

both_engines!(the_last_key_signs_and_a_planted_one_is_told_apart, |store| async move {
    let (first, second) = (KeyId::new(NOON, [1; 10]), KeyId::new(NOON, [2; 10]));
    let mut tx = store.begin().await.unwrap();
    assert!(signing_key(&mut tx).await.unwrap().is_none());
    insert_key(&mut tx, first, &Secret::new(vec![1; 32]), NOON).await.unwrap();
    insert_key(&mut tx, second, &Secret::new(vec![2; 32]), NOON).await.unwrap();
    assert_eq!(signing_key(&mut tx).await.unwrap().map(|key| key.id()), Some(second));
    let planted = SigningKey::from_seed(first, &Secret::new(vec![9; 32])).unwrap().public();
    tx.exec("UPDATE audit_keys SET public_key = $2 WHERE id = $1", args![first, planted.as_bytes()]).await.unwrap();
    let ours: Vec<bool> = list_keys(&mut tx).await.unwrap().into_iter().map(|(_, is_ours)| is_ours).collect();
    assert_eq!(ours, [false, true]);
});
