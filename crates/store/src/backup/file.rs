//! A backup file: an SQLite database that is written once.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::error::BackupError;
use crate::db::{Row, Val, sqlite_execute, sqlite_query, sqlite_translate};
use crate::error::StoreError;

/// A table, as the schema of a backup has it.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<String>,
}

/// The highest number that a table has ever given to a row.
pub(super) struct Counter {
    pub(super) table: String,
    pub(super) last: i64,
}

/// A backup that is being written under a provisional name.
pub(super) struct Partial {
    provisional: PathBuf,
    path: PathBuf,
}

impl Partial {
    /// Makes the empty file. SECURITY: only its owner may read it.
    pub(super) fn create(path: &Path) -> Result<Self, StoreError> {
        if path.exists() {
            return Err(BackupError::Exists.into());
        }
        let mut provisional = path.as_os_str().to_owned();
        provisional.push(".partial");
        let provisional = PathBuf::from(provisional);
        let made = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&provisional);
        made.map_err(BackupError::File)?;
        Ok(Self { provisional, path: path.to_owned() })
    }

    pub(super) fn provisional(&self) -> &Path {
        &self.provisional
    }

    /// Checks the copy, makes it durable and gives it its name.
    pub(super) fn finish(self) -> Result<(), StoreError> {
        check(&open(&self.provisional)?)?;
        let durable = || {
            File::open(&self.provisional)?.sync_all()?;
            std::fs::hard_link(&self.provisional, &self.path)?;
            let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
            File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
        };
        Ok(durable().map_err(BackupError::File)?)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // Left over after a fault it does no harm: the next backup writes over it.
        let _ = std::fs::remove_file(&self.provisional);
    }
}

/// Opens a backup to read it.
pub(super) fn open(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(path, flags).map_err(sqlite_translate)
}

/// Checks that nothing is damaged and that no row refers to one that is not there.
pub(super) fn check(connection: &Connection) -> Result<(), StoreError> {
    let verdict = sqlite_query(connection, "PRAGMA integrity_check(1)", &[])?;
    let sound = verdict.first().is_some_and(|row| row.get("integrity_check").ok() == Some("ok".to_owned()));
    if !sound {
        return Err(BackupError::Damaged("pages do not fit together").into());
    }
    if !sqlite_query(connection, "PRAGMA foreign_key_check", &[])?.is_empty() {
        return Err(BackupError::Damaged("a row refers to one that is not there").into());
    }
    Ok(())
}

/// The tables that are made anew from others: they are not copied, and what is put back is counted again.
const DERIVED: [&str; 4] = ["account_changes", "counted_baselines", "figures", "people"];

/// The tables of the product, without the record of migrations and those that are made anew from others.
pub(super) fn tables(connection: &Connection) -> Result<Vec<Table>, StoreError> {
    let names = sqlite_query(
        connection,
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'schema_migrations'
         ORDER BY name",
        &[],
    )?;
    let tables = names.iter().map(|row| table(connection, row)).collect::<Result<Vec<_>, _>>()?;
    Ok(tables.into_iter().filter(|table| !DERIVED.contains(&table.name.as_str())).collect())
}

/// The tables that number their rows.
pub(super) fn counters(connection: &Connection) -> Result<Vec<Counter>, StoreError> {
    let keeps = "SELECT 1 AS one FROM sqlite_master WHERE name = 'sqlite_sequence'";
    if sqlite_query(connection, keeps, &[])?.is_empty() {
        return Ok(Vec::new());
    }
    let rows = sqlite_query(connection, "SELECT name, seq FROM sqlite_sequence", &[])?;
    rows.iter().map(|row| Ok(Counter { table: row.get("name")?, last: row.get("seq")? })).collect()
}

fn table(connection: &Connection, row: &Row) -> Result<Table, StoreError> {
    let name: String = row.get("name")?;
    let columns = sqlite_query(connection, "SELECT name FROM pragma_table_info($1) ORDER BY cid", &[Val::from(&name)])?;
    let columns = columns.iter().map(|column| column.get("name")).collect::<Result<_, _>>()?;
    Ok(Table { name, columns })
}

impl Table {
    /// The columns as a list for a statement.
    pub(super) fn column_list(&self) -> String {
        self.columns.iter().map(|column| format!("\"{column}\"")).collect::<Vec<_>>().join(", ")
    }

    /// The statement that inserts `rows` rows.
    pub(super) fn insert(&self, rows: usize, overriding: &str) -> String {
        let width = self.columns.len();
        let tuple = |row: usize| {
            let placeholders = (1..=width).map(|column| format!("${}", row * width + column));
            format!("({})", placeholders.collect::<Vec<_>>().join(", "))
        };
        let tuples = (0..rows).map(tuple).collect::<Vec<_>>().join(", ");
        format!("INSERT INTO \"{}\" ({}) {overriding} VALUES {tuples}", self.name, self.column_list())
    }
}

/// Runs a statement on a backup that is being written.
pub(super) fn write(connection: &Connection, sql: &str, args: Vec<Val>) -> Result<(), StoreError> {
    sqlite_execute(connection, sql, &args).map(|_| ())
}
