use std::time::Duration;

use wardkey_usecases::Error;
use wardkey_usecases::audit::{ExportFormat, Period, export};

use super::world::{World, engines, visitor};

async fn exported(world: &World, format: ExportFormat, period: Period) -> (u64, String) {
    let mut out = Vec::new();
    let count = export(world.app(), &world.test.operator(), format, period, &mut out).await.unwrap();
    (count, String::from_utf8(out).unwrap())
}

#[tokio::test]
async fn an_export_has_every_event_of_its_time() {
    for engine in engines() {
        let world = World::on(engine).await;
        world.write(3).await;
        world.test.clock.advance(Duration::from_secs(60));
        let minute = world.test.clock.now();
        world.write(2).await;
        world.test.clock.advance(Duration::from_secs(60));
        let (count, text) = exported(&world, ExportFormat::JsonLines, Period::default()).await;
        assert_eq!((count, text.lines().count()), (5, 5));
        let first: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        assert_eq!(first["kind"], "password_set");
        assert_eq!(first["at"], "2026-06-01T12:00:00Z");
        assert_eq!(first["address"], "192.0.2.7");
        assert_eq!(first["event"]["by"], "self");
        let since = Period { since: Some(minute), until: None };
        assert_eq!(exported(&world, ExportFormat::JsonLines, since).await.0, 3, "two, and the export before");
        let until = Period { since: None, until: Some(minute) };
        assert_eq!(exported(&world, ExportFormat::JsonLines, until).await.0, 3);
    }
}

#[tokio::test]
async fn a_spreadsheet_gets_no_formulas() {
    let world = World::on(wardkey_testkit::EngineKind::Sqlite).await;
    world.write(1).await;
    let (count, text) = exported(&world, ExportFormat::Csv, Period::default()).await;
    assert_eq!((count, text.lines().count()), (1, 2), "a heading and one event");
    assert!(text.contains(",\"'=Chrome, on Windows\","), "{text}");
}

#[tokio::test]
async fn nobody_exports_the_audit_without_a_role_for_it() {
    let world = World::on(wardkey_testkit::EngineKind::Sqlite).await;
    let refused =
        export(world.app(), &visitor(world.app()), ExportFormat::Csv, Period::default(), &mut Vec::new()).await;
    assert!(matches!(refused, Err(Error::NotFound(_))));
}
