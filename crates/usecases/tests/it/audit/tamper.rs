//! Whatever somebody with the database but not the keys does to it shows.

use super::world::{World, engines};

const KEEP: [&str; 2] = [
    "CREATE TABLE kept_events AS SELECT * FROM audit_events",
    "CREATE TABLE kept_blocks AS SELECT * FROM audit_blocks",
];
const PUT_BACK: [&str; 4] = [
    "DELETE FROM audit_events",
    "INSERT INTO audit_events SELECT * FROM kept_events",
    "DELETE FROM audit_blocks",
    "INSERT INTO audit_blocks SELECT * FROM kept_blocks",
];

/// Tampers with three blocks (events 1 to 3 and the key's, 5 to 7, 8 to 10), and puts everything back.
async fn check(statements: &[&'static str], expected: &str) {
    for engine in engines() {
        let world = World::on(engine).await;
        world.write_blocks(3).await;
        assert_eq!(world.verify().await.problem, None);
        world.tamper(&KEEP).await;
        world.tamper(statements).await;
        let problem = world.verify().await.problem.map(|problem| problem.to_string());
        assert_eq!(problem.as_deref(), Some(expected), "{engine:?} {statements:?}");
        world.tamper(&PUT_BACK).await;
    }
}

#[tokio::test]
async fn an_edited_event_is_named() {
    let edited = "event 6 in block 3 was edited: its MAC does not hold";
    check(&["UPDATE audit_events SET event = REPLACE(event, 'self', 'hand') WHERE number = 6"], edited).await;
    check(&["UPDATE audit_events SET at = at + 1 WHERE number = 6"], edited).await;
    check(&["UPDATE audit_events SET actor = 'operator:nobody' WHERE number = 6"], edited).await;
    check(&["UPDATE audit_events SET account_id = NULL WHERE number = 6"], edited).await;
}

#[tokio::test]
async fn a_removed_event_is_named() {
    check(&["DELETE FROM audit_events WHERE number = 1"], "event 1 of block 1 was removed").await;
    check(&["DELETE FROM audit_events WHERE number = 6"], "event 6 of block 3 was removed").await;
    check(&["DELETE FROM audit_events WHERE number = 10"], "event 10 of block 4 was removed").await;
}

#[tokio::test]
async fn an_inserted_event_is_named() {
    const COPY: &str = "INSERT INTO audit_events (number, id, at, actor, request_id, kind, event, mac, mac_key) \
         SELECT -5, request_id, at, actor, request_id, kind, event, mac, mac_key FROM audit_events WHERE number = 6";
    const PENDING: &str = "INSERT INTO audit_events (number, id, at, actor, request_id, kind, event, mac, mac_key) \
         SELECT 11, request_id, at, actor, request_id, kind, event, mac, mac_key FROM audit_events WHERE number = 6";
    check(&[COPY], "event -5 was inserted: block 1 did not seal it").await;
    check(&[PENDING], "event 11, not yet sealed, is not ours: its MAC does not hold").await;
}

#[tokio::test]
async fn events_that_changed_places_show() {
    let swap = [
        "UPDATE audit_events SET number = 999 WHERE number = 6",
        "UPDATE audit_events SET number = 6 WHERE number = 7",
        "UPDATE audit_events SET number = 7 WHERE number = 999",
    ];
    check(&swap, "events 5 to 7 of block 3 are not those that were sealed, or not in that order").await;
}

#[tokio::test]
async fn a_removed_or_edited_block_is_named() {
    check(&["DELETE FROM audit_blocks WHERE number = 2"], "block 2 is missing").await;
    check(&["UPDATE audit_blocks SET sealed_at = sealed_at - 1 WHERE number = 3"], "block 3 was edited").await;
    check(
        &["UPDATE audit_blocks SET signature = (SELECT signature FROM audit_blocks WHERE number = 1) WHERE number = 3"],
        "the signature of block 3 does not hold",
    )
    .await;
}

#[tokio::test]
async fn a_cut_off_tail_shows_by_the_anchor_file() {
    let cut = ["DELETE FROM audit_events WHERE number > 4", "DELETE FROM audit_blocks WHERE number > 2"];
    check(&cut, "the chain ends at block 2, but block 4 was anchored: the tail was cut off").await;
    let all = ["DELETE FROM audit_events", "DELETE FROM audit_blocks"];
    check(&all, "the chain ends at block 0, but block 4 was anchored: the tail was cut off").await;
}

#[tokio::test]
async fn a_missing_anchor_file_shows() {
    let world = World::on(wardkey_testkit::EngineKind::Sqlite).await;
    world.write_blocks(1).await;
    let anchor = world.folder.file("anchor");
    let lines = std::fs::read(&anchor).unwrap();
    std::fs::remove_file(&anchor).unwrap();
    let problem = world.verify().await.problem.map(|problem| problem.to_string());
    assert_eq!(problem.as_deref(), Some("the anchor file is missing"));
    std::fs::write(&anchor, lines).unwrap();
}

#[tokio::test]
async fn a_planted_key_is_named() {
    for engine in engines() {
        let world = World::on(engine).await;
        world.write_blocks(1).await;
        world.tamper(&["CREATE TABLE kept_keys AS SELECT * FROM audit_keys"]).await;
        world.tamper(&["UPDATE audit_keys SET public_key = (SELECT hash FROM audit_blocks WHERE number = 1)"]).await;
        let problem = world.verify().await.problem.map(|problem| problem.to_string()).unwrap_or_default();
        assert!(problem.starts_with("the audit key `") && problem.ends_with("` was replaced"), "{problem}");
        world.tamper(&["DELETE FROM audit_keys", "INSERT INTO audit_keys SELECT * FROM kept_keys"]).await;
    }
}
