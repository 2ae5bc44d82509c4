use std::fs::OpenOptions;
use std::io::Write as _;
use std::time::Duration;

use wardkey_domain::audit::Event;
use wardkey_store::audit::list_events;
use wardkey_usecases::audit::verify_store;
use wardkey_usecases::job::Sealer;

use super::world::{World, engines, refusal, write};

#[tokio::test]
async fn whatever_is_written_is_sealed_and_verifies() {
    for engine in engines() {
        let world = World::on(engine).await;
        world.write_blocks(3).await;
        world.write(2).await;
        let found = world.verify().await;
        assert_eq!(found.problem, None);
        assert_eq!((found.blocks, found.waiting), (4, 2), "the first round seals the making of the key by itself");
        assert_eq!(found.keys.len(), 1);
        assert_eq!(found.anchor.map(|anchor| (anchor.lines, anchor.last)), Some((4, Some(4))));
    }
}

#[tokio::test]
async fn an_audit_of_nothing_verifies() {
    let world = World::on(wardkey_testkit::EngineKind::Sqlite).await;
    let found = world.verify().await;
    assert_eq!((found.problem, found.blocks, found.waiting), (None, 0, 0));
}

#[tokio::test]
async fn two_sealers_at_once_make_one_chain() {
    for engine in engines() {
        let world = World::on(engine).await;
        let other = world.test.another_node().await;
        let seal = async |app| {
            let mut sealer = Sealer::new(app);
            for _ in 0..20 {
                sealer.round().await.unwrap();
            }
        };
        let write = async || world.write(40).await;
        tokio::join!(write(), seal(world.app()), seal(&other.app));
        world.seal().await;
        let found = world.verify().await;
        // Each key that was made is an event, and two sealers may both have found none.
        let events = 40 + i64::try_from(found.keys.len()).unwrap();
        assert_eq!((found.problem, found.events, found.waiting), (None, events, 0));
    }
}

#[tokio::test]
async fn a_block_that_a_crash_kept_from_the_anchor_file_is_anchored_at_the_next_start() {
    let world = World::on(wardkey_testkit::EngineKind::Sqlite).await;
    world.write_blocks(3).await;
    let lines = world.anchor();
    std::fs::write(world.folder.file("anchor"), format!("{}\n", lines[0])).unwrap();
    assert_eq!(world.verify().await.problem, None, "the file may lag behind");
    world.seal().await;
    assert_eq!(world.anchor(), lines);
}

#[tokio::test]
async fn a_torn_line_is_cut_off_and_written_again() {
    let world = World::on(wardkey_testkit::EngineKind::Sqlite).await;
    world.write_blocks(2).await;
    let lines = world.anchor();
    let torn = lines[..lines.len() - 1].join("\n") + "\n" + &lines[lines.len() - 1][..40];
    std::fs::write(world.folder.file("anchor"), torn).unwrap();
    assert_eq!(world.verify().await.problem, None);
    world.seal().await;
    assert_eq!(world.anchor(), lines);
}

#[tokio::test]
async fn sealing_goes_on_while_the_anchor_file_cannot_be_written() {
    let world = World::on(wardkey_testkit::EngineKind::Sqlite).await;
    let path = world.folder.file("anchor");
    std::fs::create_dir(&path).unwrap();
    world.write(3).await;
    assert!(Sealer::new(world.app()).round().await.is_err());
    assert_eq!(verify_store(world.app().store(), None).await.unwrap().events, 3);
    std::fs::remove_dir(&path).unwrap();
    world.seal().await;
    assert_eq!(world.verify().await.problem, None);
}

#[tokio::test]
async fn repeated_refusals_become_one_event_when_their_minute_is_over() {
    for engine in engines() {
        let world = World::on(engine).await;
        for _ in 0..5 {
            write(world.app(), refusal()).await;
        }
        world.seal().await;
        world.test.clock.advance(Duration::from_secs(60));
        world.seal().await;
        let mut tx = world.app().store().read().await.unwrap();
        let events = list_events(&mut tx, 1, i64::MAX, 100).await.unwrap();
        let counts: Vec<u32> = events
            .iter()
            .filter_map(|event| match event.entry.read().unwrap().event {
                Event::TokenRefused { count, .. } => Some(count),
                _ => None,
            })
            .collect();
        assert_eq!(counts, [1, 4]);
    }
}

#[tokio::test]
async fn an_anchor_file_that_was_extended_by_hand_does_not_verify() {
    let world = World::on(wardkey_testkit::EngineKind::Sqlite).await;
    world.write_blocks(1).await;
    let before = std::fs::read(world.folder.file("anchor")).unwrap();
    let mut file = OpenOptions::new().append(true).open(world.folder.file("anchor")).unwrap();
    file.write_all(b"restored 0 of by hand\n").unwrap();
    assert!(world.verify().await.problem.is_some());
    std::fs::write(world.folder.file("anchor"), before).unwrap();
}
