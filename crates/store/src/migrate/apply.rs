//! Applying what is missing.

use wardkey_domain::time::Timestamp;

use super::embedded::{Migration, migrations};
use super::error::MigrationError;
use crate::args;
use crate::db::{Row, Tx, Val};
use crate::error::StoreError;

/// The record of what was applied: the one table that no migration makes.
const RECORD: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (
    number BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL
)";
const NOTE: &str = "INSERT INTO schema_migrations (number, name, checksum, applied_at) VALUES ($1, $2, $3, $4)";
/// Lists what was applied.
pub(crate) const APPLIED: &str = "SELECT number, name, checksum, applied_at FROM schema_migrations ORDER BY number";

/// What bringing the schema up to date did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MigrationReport {
    /// The migrations that were applied now, by number and name.
    pub applied: Vec<&'static str>,
    /// How many had been applied before.
    pub earlier: usize,
}

/// Applies what is missing.
pub(crate) async fn migrate(tx: &mut Tx, now: Timestamp) -> Result<MigrationReport, StoreError> {
    apply(tx, &migrations(tx.is_postgres())?, now).await
}

/// What would be applied, and nothing else.
pub(crate) async fn list_pending(tx: &mut Tx) -> Result<Vec<&'static str>, StoreError> {
    let known = migrations(tx.is_postgres())?;
    let applied = list_applied(tx).await?;
    Ok(pending(&known, &applied)?.iter().map(|migration| migration.name).collect())
}

async fn apply(tx: &mut Tx, known: &[Migration], now: Timestamp) -> Result<MigrationReport, StoreError> {
    let applied = list_applied(tx).await?;
    let mut report = MigrationReport { applied: Vec::new(), earlier: applied.len() };
    for migration in pending(known, &applied)? {
        let failed = |source| MigrationError::Failed { name: migration.name.to_owned(), source: Box::new(source) };
        tx.script(migration.sql).await.map_err(failed)?;
        tx.exec(NOTE, args![migration.number, migration.name, migration.checksum(), now]).await?;
        report.applied.push(migration.name);
    }
    Ok(report)
}

async fn list_applied(tx: &mut Tx) -> Result<Vec<Row>, StoreError> {
    if tx.is_postgres() {
        // Nodes that start at the same moment migrate one after the other; the lock goes with the transaction.
        tx.all("SELECT 1 AS held FROM pg_advisory_xact_lock(7305808869229065593)", args![]).await?;
    }
    tx.script(RECORD).await?;
    tx.all(APPLIED, args![]).await
}

/// Brings an empty database to the state that a backup of `backed_up` migrations has: those migrations and no others.
pub(crate) async fn migrate_as(tx: &mut Tx, backed_up: &[Row], now: Timestamp) -> Result<(), StoreError> {
    let mut known = migrations(tx.is_postgres())?;
    let missing = pending(&migrations(false)?, backed_up)?.len();
    known.truncate(known.len().saturating_sub(missing));
    apply(tx, &known, now).await?;
    Ok(())
}

/// Writes the embedded engine's schema of the migrations in `applied`, by `run`, into an empty file.
pub(crate) fn write_schema(
    applied: &[Row],
    run: impl Fn(&str, Option<Vec<Val>>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    run(RECORD, None)?;
    let known = migrations(false)?;
    for row in applied {
        let (number, name): (i64, String) = (row.get("number")?, row.get("name")?);
        let known = known.iter().find(|migration| migration.number == number && migration.name == name);
        let migration = known.ok_or(MigrationError::Unknown(name))?;
        run(migration.sql, None)?;
        let applied_at: Timestamp = row.get("applied_at")?;
        run(NOTE, Some(args![migration.number, migration.name, migration.checksum(), applied_at]))?;
    }
    Ok(())
}

/// The migrations that `applied` lacks; refuses a database that was not made by exactly the earlier ones.
fn pending<'m>(known: &'m [Migration], applied: &[Row]) -> Result<&'m [Migration], StoreError> {
    let mut rest = known;
    for row in applied {
        let (number, name): (i64, String) = (row.get("number")?, row.get("name")?);
        match rest.split_first() {
            Some((next, later)) if next.number == number && next.name == name => {
                if row.get::<String>("checksum")? != next.checksum() {
                    return Err(MigrationError::Changed(name).into());
                }
                rest = later;
            }
            Some(_) | None => return Err(MigrationError::Unknown(name).into()),
        }
    }
    Ok(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::both_engines;

    const FIRST: Migration = Migration { number: 1, name: "0001_a", sql: "CREATE TABLE a (x BIGINT)" };
    const SECOND: Migration = Migration { number: 2, name: "0002_b", sql: "CREATE TABLE b (x BIGINT); DROP TABLE a;" };

    async fn run(store: &crate::Store, known: &[Migration]) -> Result<MigrationReport, StoreError> {
        let mut tx = store.begin_unprepared().await?;
        let report = apply(&mut tx, known, Timestamp::from_seconds(1)).await?;
        tx.commit().await?;
        Ok(report)
    }

    both_engines!(empty, missing_migrations_are_applied_once, |store| async move {
        let report = run(&store, &[FIRST]).await.unwrap();
        assert_eq!(report, MigrationReport { applied: vec!["0001_a"], earlier: 0 });
        let report = run(&store, &[FIRST, SECOND]).await.unwrap();
        assert_eq!(report, MigrationReport { applied: vec!["0002_b"], earlier: 1 });
        let report = run(&store, &[FIRST, SECOND]).await.unwrap();
        assert_eq!(report, MigrationReport { applied: vec![], earlier: 2 });
    });

    both_engines!(empty, a_changed_or_unknown_migration_is_refused, |store| async move {
        run(&store, &[FIRST, SECOND]).await.unwrap();
        let changed = Migration { sql: "CREATE TABLE a (y BIGINT)", ..FIRST };
        let error = run(&store, &[changed, SECOND]).await.unwrap_err();
        assert!(matches!(error, StoreError::Migration(MigrationError::Changed(name)) if name == "0001_a"));
        let error = run(&store, &[FIRST]).await.unwrap_err();
        assert!(matches!(error, StoreError::Migration(MigrationError::Unknown(name)) if name == "0002_b"));
    });

    both_engines!(empty, a_migration_that_fails_leaves_nothing_behind, |store| async move {
        let broken = Migration { sql: "CREATE TABLE b (x BIGINT); CREATE TABLE b (x BIGINT);", ..SECOND };
        let error = run(&store, &[FIRST, broken]).await.unwrap_err();
        assert!(matches!(error, StoreError::Migration(MigrationError::Failed { name, .. }) if name == "0002_b"));
        assert_eq!(run(&store, &[FIRST, SECOND]).await.unwrap().applied, ["0001_a", "0002_b"]);
    });

    both_engines!(empty, nodes_that_start_together_migrate_once, |store| async move {
        let runs = (0..8).map(|_| {
            let store = store.clone();
            tokio::spawn(async move { run(&store, &[FIRST, SECOND]).await })
        });
        let mut applied = 0;
        for run in runs.collect::<Vec<_>>() {
            applied += run.await.unwrap().unwrap().applied.len();
        }
        assert_eq!(applied, 2);
    });

    both_engines!(empty, the_product_s_own_schema_is_listed_before_it_is_applied, |store| async move {
        let pending = store.pending_migrations().await.unwrap();
        assert_eq!(pending.first(), Some(&"0001_key"));
        let report: MigrationReport = store.migrate().await.unwrap();
        assert_eq!(report.applied, pending);
        assert_eq!(store.pending_migrations().await.unwrap(), Vec::<&str>::new());
    });
}
