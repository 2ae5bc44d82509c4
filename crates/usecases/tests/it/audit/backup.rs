use std::sync::Arc;

use wardkey_store::testing::master_keys;
use wardkey_testkit::{EngineKind, TestApp, TestClock};
use wardkey_usecases::Error;
use wardkey_usecases::job::{back_up, restore};

use super::world::{World, engines, visitor};

#[tokio::test]
async fn a_backup_is_restored_once_before_it_counts() {
    for engine in engines() {
        let world = World::on(engine).await;
        world.test.add_practice("A12345").await;
        world.write_blocks(2).await;
        let file = world.folder.file("copy.db");
        let report = back_up(world.app(), &world.test.operator(), &file, master_keys()).await.unwrap();
        assert_eq!(report.audit.problem, None);
        assert_eq!(report.audit.blocks, 3);
        assert!(report.tables.contains(&("organisations".to_owned(), 1)), "{:?}", report.tables);
        let left: Vec<_> =
            std::fs::read_dir(world.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2, "the copy and the anchor, and no temporary store: {left:?}");
        let again = back_up(world.app(), &world.test.operator(), &file, master_keys()).await;
        assert!(again.is_err(), "a backup never writes over another");
    }
}

/// Backs `from` up, goes on there, restores the copy to `to`, and goes on there.
async fn check(from: EngineKind, to: EngineKind) {
    let world = World::on(from).await;
    world.test.add_practice("A12345").await;
    world.write_blocks(2).await;
    let file = world.folder.file("copy.db");
    back_up(world.app(), &world.test.operator(), &file, master_keys()).await.unwrap();
    world.write_blocks(2).await;
    assert_eq!(world.verify().await.problem, None);

    // The same anchor file, as on the machine that the backup is restored to.
    let anchor = world.folder.file("restored-anchor");
    std::fs::copy(world.folder.file("anchor"), &anchor).unwrap();
    let database = Arc::new(to.database());
    let clock: TestClock = world.test.clock.clone();
    let restored = {
        let settings = |settings: &mut wardkey_usecases::Settings| settings.audit.anchor = Some(anchor);
        TestApp::on(database, clock, settings).await
    };
    let report = restore(&restored.app, &restored.operator(), &file).await.unwrap();
    assert_eq!(report.audit.problem, None);
    let restored = World { test: restored, folder: Arc::clone(&world.folder) };
    let found = restored.verify().await;
    assert_eq!(found.problem, None, "the blocks after the backup were given up in the anchor file");
    assert_eq!(found.anchor.map(|anchor| anchor.restorations), Some(1));
    restored.write_blocks(3).await;
    let found = restored.verify().await;
    assert_eq!((found.problem, found.waiting), (None, 0));
}

#[tokio::test]
async fn a_backup_restores_and_the_chain_goes_on() {
    for from in engines() {
        for to in engines() {
            check(from, to).await;
        }
    }
}

#[tokio::test]
async fn a_backup_is_not_restored_over_something() {
    let world = World::on(EngineKind::Sqlite).await;
    world.write(1).await;
    let file = world.folder.file("copy.db");
    back_up(world.app(), &world.test.operator(), &file, master_keys()).await.unwrap();
    assert!(restore(world.app(), &world.test.operator(), &file).await.is_err());
}

#[tokio::test]
async fn only_the_command_line_makes_backups() {
    let world = World::on(EngineKind::Sqlite).await;
    let file = world.folder.file("copy.db");
    let refused = back_up(world.app(), &visitor(world.app()), &file, master_keys()).await;
    assert!(matches!(refused, Err(Error::NotFound(_))));
    assert!(!file.exists());
}
