//! Making a backup.

use std::path::Path;

use rusqlite::Connection;

use super::file::{Partial, Table, tables, write};
use crate::args;
use crate::db::{Sqlite, Tx, sqlite_translate};
use crate::error::StoreError;
use crate::migrate::{APPLIED, write_schema};

/// Rows fetched at a time.
const BATCH: usize = 500;

/// Copies the embedded engine's file as it is at one moment; writers go on meanwhile.
pub(crate) async fn copy_file(sqlite: &Sqlite, to: &Path) -> Result<(), StoreError> {
    let partial = Partial::create(to)?;
    let from = sqlite.path().to_owned();
    let copy = move || {
        let source = super::file::open(&from)?;
        let target = partial.provisional().to_string_lossy().into_owned();
        write(&source, "VACUUM INTO $1", args![target])?;
        partial.finish()
    };
    tokio::task::spawn_blocking(copy).await.map_err(StoreError::database)?
}

/// Copies a PostgreSQL database row by row into a file; `tx` must see one moment throughout.
pub(crate) async fn copy_rows(mut tx: Tx, to: &Path) -> Result<(), StoreError> {
    let partial = Partial::create(to)?;
    let file = Connection::open(partial.provisional()).map_err(sqlite_translate)?;
    // The file is checked and made durable as a whole at the end.
    file.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN").map_err(sqlite_translate)?;
    let applied = tx.all(APPLIED, args![]).await?;
    write_schema(&applied, |sql, args| match args {
        None => file.execute_batch(sql).map_err(sqlite_translate),
        Some(args) => write(&file, sql, args),
    })?;
    for table in tables(&file)? {
        copy_table(&mut tx, &file, &table).await?;
    }
    copy_counters(&mut tx, &file).await?;
    file.execute_batch("COMMIT").map_err(sqlite_translate)?;
    drop(file);
    tokio::task::spawn_blocking(move || partial.finish()).await.map_err(StoreError::database)?
}

async fn copy_table(tx: &mut Tx, file: &Connection, table: &Table) -> Result<(), StoreError> {
    let (columns, name) = (table.column_list(), &table.name);
    tx.all_composed(format!("DECLARE copied NO SCROLL CURSOR FOR SELECT {columns} FROM \"{name}\""), args![]).await?;
    let insert = table.insert(1, "");
    loop {
        let rows = tx.all_composed(format!("FETCH {BATCH} FROM copied"), args![]).await?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            write(file, &insert, row.into_values())?;
        }
    }
    tx.all_composed("CLOSE copied".to_owned(), args![]).await?;
    Ok(())
}

async fn copy_counters(tx: &mut Tx, file: &Connection) -> Result<(), StoreError> {
    let identities = tx
        .all(
            "SELECT CAST(table_name AS TEXT) AS name,
                 pg_get_serial_sequence(CAST(table_name AS TEXT), CAST(column_name AS TEXT)) AS sequence
             FROM information_schema.columns WHERE table_schema = current_schema() AND is_identity = 'YES'",
            args![],
        )
        .await?;
    for identity in identities {
        let (name, sequence): (String, String) = (identity.get("name")?, identity.get("sequence")?);
        let last = format!("SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS last FROM {sequence}");
        let Some(last) = tx.all_composed(last, args![]).await?.into_iter().next() else { continue };
        write(file, "DELETE FROM sqlite_sequence WHERE name = $1", args![&name])?;
        write(file, "INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)", args![name, last.get::<i64>("last")?])?;
    }
    Ok(())
}
