//! Opening a connection and running one statement on it.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, OpenFlags, ffi};

use crate::db::row::{Columns, Row};
use crate::db::value::Val;
use crate::error::StoreError;

/// More statement texts than the product has, so that each is compiled once per connection.
const STATEMENT_CACHE: usize = 512;

/// Opens the connection that writes, and with it the file.
///
/// `synchronous=FULL`: what was acknowledged survives a power cut, which NORMAL does not promise in WAL mode.
pub(super) fn open_writer(path: &Path) -> Result<Connection, StoreError> {
    // SECURITY: what SQLite creates, everybody may read; the log takes its rights from the file.
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(StoreError::database(error)),
    }
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    // Another process may be switching the file to WAL at this very moment.
    connection.busy_timeout(Duration::from_secs(5)).map_err(translate)?;
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -8192;
             PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 4000;",
        )
        .map_err(translate)?;
    // From here on waiting for other processes is ours to do, without holding a thread.
    connection.busy_timeout(Duration::ZERO).map_err(translate)?;
    Ok(connection)
}

/// Opens one more connection that can only read.
pub(super) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(Duration::from_secs(1)).map_err(translate)?;
    connection
        .execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -2048; PRAGMA temp_store = MEMORY;")
        .map_err(translate)?;
    Ok(connection)
}

fn open(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, flags).map_err(translate)?;
    connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    Ok(connection)
}

/// Runs a statement and returns its rows.
pub(crate) fn query(connection: &Connection, sql: &str, args: &[Val]) -> Result<Vec<Row>, StoreError> {
    let mut answer = Vec::new();
    each(connection, sql, args, |row| {
        answer.push(row);
        true
    })?;
    Ok(answer)
}

/// Runs a statement and hands over its rows one by one, for as long as `take` says so.
pub(crate) fn each(
    connection: &Connection,
    sql: &str,
    args: &[Val],
    mut take: impl FnMut(Row) -> bool,
) -> Result<(), StoreError> {
    let mut statement = prepare(connection, sql, args)?;
    let mut rows = statement.raw_query();
    let mut columns: Option<Columns> = None;
    while let Some(row) = rows.next().map_err(translate)? {
        let columns = columns.get_or_insert_with(|| {
            row.as_ref().column_names().into_iter().map(Into::into).collect::<Vec<Box<str>>>().into()
        });
        let values = (0..columns.len())
            .map(|index| row.get_ref(index).map_err(translate).and_then(read_value))
            .collect::<Result<Vec<_>, _>>()?;
        if !take(Row::new(columns.clone(), values)) {
            break;
        }
    }
    Ok(())
}

/// Runs a statement and returns how many rows it changed.
pub(crate) fn execute(connection: &Connection, sql: &str, args: &[Val]) -> Result<u64, StoreError> {
    let mut statement = prepare(connection, sql, args)?;
    let changed = statement.raw_execute().map_err(translate)?;
    Ok(u64::try_from(changed).unwrap_or(u64::MAX))
}

/// A number that changes when another connection has committed.
pub(super) fn version(connection: &Connection) -> Result<i64, StoreError> {
    let rows = query(connection, "PRAGMA data_version", &[])?;
    rows.first().map_or(Ok(0), |row| row.get("data_version"))
}

fn prepare<'c>(connection: &'c Connection, sql: &str, args: &[Val]) -> Result<CachedStatement<'c>, StoreError> {
    let mut statement = connection.prepare_cached(sql).map_err(translate)?;
    let mut highest = 0;
    for index in 1..=statement.parameter_count() {
        // SQLite takes `$2` for a name, so which argument it means is read from the name.
        let number = statement.parameter_name(index).and_then(|name| name.get(1..)).and_then(|name| name.parse().ok());
        let number: usize = number.ok_or_else(|| StoreError::database("a placeholder is not like `$1`"))?;
        let value = number.checked_sub(1).and_then(|position| args.get(position));
        let value = value.ok_or_else(|| StoreError::database("a placeholder has no argument"))?;
        statement.raw_bind_parameter(index, value).map_err(translate)?;
        highest = highest.max(number);
    }
    // PostgreSQL refuses this too; refusing it here finds the mistake on either engine.
    if highest != args.len() {
        return Err(StoreError::database("an argument has no placeholder"));
    }
    Ok(statement)
}

impl ToSql for Val {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Self::Bool(truth) => ToSqlOutput::Borrowed(ValueRef::Integer((*truth).into())),
            Self::I64(number) => ToSqlOutput::Borrowed(ValueRef::Integer(*number)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Self::Uuid(uuid) => ToSqlOutput::Borrowed(ValueRef::Blob(uuid.as_bytes())),
            Self::Json(json) => ToSqlOutput::Owned(json.to_string().into()),
        })
    }
}

fn read_value(value: ValueRef<'_>) -> Result<Val, StoreError> {
    Ok(match value {
        ValueRef::Null => Val::Null,
        ValueRef::Integer(number) => Val::I64(number),
        ValueRef::Text(text) => Val::Text(std::str::from_utf8(text).map_err(StoreError::database)?.to_owned()),
        ValueRef::Blob(bytes) => Val::Bytes(bytes.to_vec()),
        ValueRef::Real(_) => return Err(StoreError::database("a floating-point number in a column")),
    })
}

/// Sorts a driver's error.
pub(crate) fn translate(error: rusqlite::Error) -> StoreError {
    let rusqlite::Error::SqliteFailure(code, message) = &error else { return StoreError::database(error) };
    match code.extended_code {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            StoreError::Unique(message.as_deref().map(unique_columns).unwrap_or_default())
        }
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => StoreError::Reference(error.into()),
        _ if matches!(code.code, ffi::ErrorCode::DatabaseBusy | ffi::ErrorCode::DatabaseLocked) => {
            StoreError::Busy(Some(error.into()))
        }
        _ => StoreError::database(error),
    }
}

/// Turns `UNIQUE constraint failed: t.a, t.b` into `t.a,b`, as the other engine can say it too.
fn unique_columns(message: &str) -> String {
    let list = message.rsplit_once(": ").map_or(message, |(_, list)| list);
    let mut named = list.split(", ").filter_map(|column| column.split_once('.'));
    let Some((table, first)) = named.next() else { return list.to_owned() };
    named.fold(format!("{table}.{first}"), |text, (_, column)| text + "," + column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unique_rule_is_named_by_table_and_columns() {
        assert_eq!(unique_columns("UNIQUE constraint failed: t.a"), "t.a");
        assert_eq!(unique_columns("UNIQUE constraint failed: t.a, t.b"), "t.a,b");
    }

    #[test]
    fn only_its_owner_may_read_a_database() {
        use std::os::unix::fs::PermissionsExt;
        let database = crate::testing::TestDatabase::sqlite();
        let path = database.folder().unwrap().join("wardkey.db");
        let connection = open_writer(&path).unwrap();
        connection.execute_batch("CREATE TABLE t (x)").unwrap();
        for file in std::fs::read_dir(database.folder().unwrap()).unwrap() {
            let file = file.unwrap();
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.file_name());
        }
    }

    #[test]
    fn placeholders_and_arguments_must_match() {
        let connection = Connection::open_in_memory().unwrap();
        let rows = query(&connection, "SELECT $2 AS b, $1 AS a, $2 AS c", &[Val::I64(1), Val::I64(2)]).unwrap();
        let row = rows.first().unwrap();
        let numbers: [i64; 3] = ["a", "b", "c"].map(|name| row.get(name).unwrap());
        assert_eq!(numbers, [1, 2, 2]);
        assert!(query(&connection, "SELECT $1 AS a", &[]).is_err());
        assert!(query(&connection, "SELECT $1 AS a", &[Val::Null, Val::Null]).is_err());
    }
}
