//! Putting a backup back.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde_json::Value;
use tokio::sync::mpsc;
use uuid::Uuid;
use wardkey_domain::session::EndedWhy;
use wardkey_domain::time::Timestamp;

use super::error::BackupError;
use super::file::{Counter, Table, check, counters, open, tables};
use crate::args;
use crate::db::{FromVal, Row, Tx, Val, sqlite_each, sqlite_query};
use crate::error::StoreError;
use crate::migrate::{APPLIED, migrate_as};

/// Rows read and inserted at a time; PostgreSQL takes 65,535 arguments at most.
const BATCH: usize = 200;
/// The migration from which on accounts are counted.
const COUNTED_FROM: i64 = 24;
/// Tables that hold something in a database that was prepared but never used.
const PREPARED: [&str; 2] = ["data_keys", "leases"];

/// What a restore put back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RestoreReport {
    /// Rows by table, without empty ones.
    pub tables: Vec<(String, u64)>,
}

impl RestoreReport {
    /// All rows.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|(_, rows)| rows).sum()
    }
}

/// What is read from a backup, in this order: its migrations and tables, then its rows in batches.
enum Piece {
    Layout { applied: Vec<Row>, tables: Vec<Table>, counters: Vec<Counter> },
    Rows(usize, Vec<Row>),
}

/// Fills the empty database of `tx` with the backup `from`, in one transaction.
pub(crate) async fn restore(mut tx: Tx, from: &Path, now: Timestamp) -> Result<RestoreReport, StoreError> {
    if !from.is_file() {
        return Err(BackupError::Missing.into());
    }
    let (sender, mut pieces) = mpsc::channel(4);
    let from = from.to_owned();
    let reader = tokio::task::spawn_blocking(move || read(from, &sender));
    let report = fill(&mut tx, &mut pieces, now).await;
    drop(pieces);
    reader.await.map_err(StoreError::database)??;
    let report = report?;
    end_what_was_going_on(&mut tx, now).await?;
    tx.commit().await?;
    Ok(report)
}

async fn fill(tx: &mut Tx, pieces: &mut mpsc::Receiver<Piece>, now: Timestamp) -> Result<RestoreReport, StoreError> {
    let Some(Piece::Layout { applied, tables, counters }) = pieces.recv().await else {
        return Ok(RestoreReport::default());
    };
    migrate_as(tx, &applied, now).await?;
    empty(tx, &tables).await?;
    let references = suspend_references(tx).await?;
    let mut counts = vec![0_u64; tables.len()];
    // Batches of one table follow each other.
    let mut known: Option<(usize, Vec<Kind>)> = None;
    while let Some(piece) = pieces.recv().await {
        let Piece::Rows(index, rows) = piece else { continue };
        let (Some(table), Some(count)) = (tables.get(index), counts.get_mut(index)) else { continue };
        let kinds = match known.take() {
            Some((of, kinds)) if of == index => kinds,
            Some(_) | None => column_kinds(tx, table).await?,
        };
        *count += u64::try_from(rows.len()).unwrap_or_default();
        insert(tx, table, &kinds, rows).await?;
        known = Some((index, kinds));
    }
    resume_references(tx, references).await?;
    if applied.iter().any(|row| row.get::<i64>("number").is_ok_and(|number| number >= COUNTED_FROM)) {
        count_everybody(tx).await?;
    }
    set_counters(tx, counters).await?;
    let named = tables.into_iter().map(|table| table.name).zip(counts).filter(|(_, count)| *count > 0);
    Ok(RestoreReport { tables: named.collect() })
}

/// Has every account counted once: the triggers have noted each as often as it has facts.
async fn count_everybody(tx: &mut Tx) -> Result<(), StoreError> {
    tx.exec("DELETE FROM account_changes", args![]).await?;
    let all =
        "INSERT INTO account_changes (id, account_id, organisation_id) SELECT id, id, organisation_id FROM accounts";
    tx.exec(all, args![]).await?;
    Ok(())
}

/// Ends every session, grant, token and unfinished request, forgets which browsers were remembered, and sends nothing that had not left.
///
/// SECURITY: the backup cannot know which of them were ended after it was made, as a lost laptop's was. Everybody signs in
/// again. No row is deleted here: the sweepers do that, after the rows have been counted.
async fn end_what_was_going_on(tx: &mut Tx, now: Timestamp) -> Result<(), StoreError> {
    let why = EndedWhy::Restored.as_str();
    tx.exec("UPDATE sessions SET ended_at = $1, ended_why = $2 WHERE ended_at IS NULL", args![now, why]).await?;
    tx.exec("UPDATE grants SET revoked_at = $1, revoked_why = $2 WHERE revoked_at IS NULL", args![now, why]).await?;
    tx.exec("UPDATE known_devices SET remembered_at = NULL WHERE remembered_at IS NOT NULL", args![]).await?;
    let begun = [
        "access_tokens",
        "flows",
        "authorization_requests",
        "pushed_requests",
        "logout_requests",
        "device_requests",
        "push_requests",
        "bindings",
    ];
    for table in begun {
        tx.all_composed(format!("UPDATE {table} SET expires_at = 0"), args![]).await?;
    }
    // What waited to be sent then was sent since, or is old.
    tx.exec(
        "UPDATE messages SET state = 'withdrawn', finished_at = $1, sealed_payload = NULL \
         WHERE state IN ('waiting', 'sending')",
        args![now],
    )
    .await?;
    Ok(())
}

/// Reads a backup from its beginning to its end; ends early when nobody listens any more.
fn read(from: PathBuf, pieces: &mpsc::Sender<Piece>) -> Result<(), StoreError> {
    let file = open(&from)?;
    check(&file)?;
    let tables = tables(&file)?;
    let applied = sqlite_query(&file, APPLIED, &[])?;
    let layout = Piece::Layout { applied, tables: tables.clone(), counters: counters(&file)? };
    if pieces.blocking_send(layout).is_err() {
        return Ok(());
    }
    for (index, table) in tables.iter().enumerate() {
        if !read_table(&file, index, table, pieces)? {
            return Ok(());
        }
    }
    Ok(())
}

/// Reads a table in batches; says whether somebody still listens.
fn read_table(
    file: &Connection,
    index: usize,
    table: &Table,
    pieces: &mpsc::Sender<Piece>,
) -> Result<bool, StoreError> {
    let mut batch = Vec::with_capacity(BATCH);
    let mut heard = true;
    sqlite_each(file, &format!("SELECT {} FROM \"{}\"", table.column_list(), table.name), &[], |row| {
        batch.push(row);
        if batch.len() == BATCH {
            let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
            heard = pieces.blocking_send(Piece::Rows(index, full)).is_ok();
        }
        heard
    })?;
    if heard && !batch.is_empty() {
        heard = pieces.blocking_send(Piece::Rows(index, batch)).is_ok();
    }
    Ok(heard)
}

/// Makes sure that nothing would be lost, and takes away what a prepared database holds.
async fn empty(tx: &mut Tx, tables: &[Table]) -> Result<(), StoreError> {
    for table in tables.iter().filter(|table| !PREPARED.contains(&table.name.as_str())) {
        let rows = tx.all_composed(format!("SELECT 1 AS one FROM \"{}\" LIMIT 1", table.name), args![]).await?;
        if !rows.is_empty() {
            return Err(BackupError::NotEmpty(table.name.clone()).into());
        }
    }
    for table in PREPARED {
        tx.all_composed(format!("DELETE FROM {table}"), args![]).await?;
    }
    Ok(())
}

/// A rule that rows refer to rows that are there, put aside while rows arrive in no particular order.
struct Reference {
    table: String,
    name: String,
    definition: String,
}

async fn suspend_references(tx: &mut Tx) -> Result<Vec<Reference>, StoreError> {
    if !tx.is_postgres() {
        tx.all_composed("PRAGMA defer_foreign_keys = ON".to_owned(), args![]).await?;
        return Ok(Vec::new());
    }
    let rows = tx
        .all(
            "SELECT CAST(conrelid::regclass AS TEXT) AS owner, CAST(conname AS TEXT) AS name,
                 pg_get_constraintdef(oid) AS definition
             FROM pg_constraint WHERE contype = 'f' AND connamespace = CAST(current_schema() AS regnamespace)",
            args![],
        )
        .await?;
    let mut references = Vec::new();
    for row in rows {
        let reference =
            Reference { table: row.get("owner")?, name: row.get("name")?, definition: row.get("definition")? };
        let drop = format!("ALTER TABLE {} DROP CONSTRAINT \"{}\"", reference.table, reference.name);
        tx.all_composed(drop, args![]).await?;
        references.push(reference);
    }
    Ok(references)
}

/// Puts the rules back, which checks all rows.
async fn resume_references(tx: &mut Tx, references: Vec<Reference>) -> Result<(), StoreError> {
    if !tx.is_postgres() {
        let broken = tx.all_composed("PRAGMA foreign_key_check".to_owned(), args![]).await?;
        if !broken.is_empty() {
            return Err(BackupError::Damaged("a row refers to one that is not there").into());
        }
        tx.all_composed("PRAGMA defer_foreign_keys = OFF".to_owned(), args![]).await?;
    }
    for Reference { table, name, definition } in references {
        let add = format!("ALTER TABLE {table} ADD CONSTRAINT \"{name}\" {definition}");
        tx.all_composed(add, args![]).await?;
    }
    Ok(())
}

/// Lets tables that number their rows go on where they were, so that no number is given twice.
async fn set_counters(tx: &mut Tx, counters: Vec<Counter>) -> Result<(), StoreError> {
    for Counter { table, last } in counters {
        if tx.is_postgres() {
            let set = "SELECT setval(CAST(pg_get_serial_sequence($1, CAST(column_name AS TEXT)) AS regclass), $2) AS last
                FROM information_schema.columns
                WHERE table_schema = current_schema() AND table_name = $1 AND is_identity = 'YES' AND CAST($2 AS BIGINT) > 0";
            tx.all(set, args![table, last]).await?;
        } else {
            tx.exec("DELETE FROM sqlite_sequence WHERE name = $1", args![&table]).await?;
            tx.exec("INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)", args![table, last]).await?;
        }
    }
    Ok(())
}

/// What a column holds on the engine that is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    AsIs,
    Bool,
    Uuid,
    Json,
}

/// The kinds of a table's columns: the embedded engine takes its own values back as they are.
async fn column_kinds(tx: &mut Tx, table: &Table) -> Result<Vec<Kind>, StoreError> {
    if !tx.is_postgres() {
        return Ok(vec![Kind::AsIs; table.columns.len()]);
    }
    let rows = tx
        .all(
            "SELECT CAST(column_name AS TEXT) AS name, CAST(data_type AS TEXT) AS kind FROM information_schema.columns
             WHERE table_schema = current_schema() AND table_name = $1",
            args![&table.name],
        )
        .await?;
    let mut kinds = HashMap::new();
    for row in rows {
        let kind = match row.get::<String>("kind")?.as_str() {
            "boolean" => Kind::Bool,
            "uuid" => Kind::Uuid,
            "jsonb" | "json" => Kind::Json,
            _ => Kind::AsIs,
        };
        kinds.insert(row.get::<String>("name")?, kind);
    }
    Ok(table.columns.iter().map(|column| kinds.get(column).copied().unwrap_or(Kind::AsIs)).collect())
}

async fn insert(tx: &mut Tx, table: &Table, kinds: &[Kind], rows: Vec<Row>) -> Result<(), StoreError> {
    if !tx.is_postgres() {
        let statement = table.insert(1, "");
        for row in rows {
            tx.all_composed(statement.clone(), converted(table, kinds, row)?).await?;
        }
        return Ok(());
    }
    let statement = table.insert(rows.len(), "OVERRIDING SYSTEM VALUE");
    let mut values = Vec::new();
    for row in rows {
        values.extend(converted(table, kinds, row)?);
    }
    tx.all_composed(statement, values).await?;
    Ok(())
}

fn converted(table: &Table, kinds: &[Kind], row: Row) -> Result<Vec<Val>, StoreError> {
    let named = table.columns.iter().zip(kinds).zip(row.into_values());
    named.map(|((column, kind), value)| convert(column, *kind, value)).collect()
}

fn convert(column: &str, kind: Kind, value: Val) -> Result<Val, StoreError> {
    if kind == Kind::AsIs || value == Val::Null {
        return Ok(value);
    }
    let converted = match kind {
        Kind::AsIs => None,
        Kind::Bool => bool::from_val(&value).map(Val::Bool),
        Kind::Uuid => Uuid::from_val(&value).map(Val::Uuid),
        Kind::Json => Value::from_val(&value).map(Val::Json),
    };
    converted.ok_or_else(|| StoreError::Column { column: column.to_owned(), found: value.kind() })
}
