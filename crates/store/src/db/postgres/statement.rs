//! Running one statement on a connection.

use std::sync::Arc;

use serde_json::Value;
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgArguments, PgConnection, PgDatabaseError, PgRow, PgTypeInfo, Postgres};
use sqlx::{Arguments, AssertSqlSafe, Column, Encode, Row as _, Type, TypeInfo, ValueRef};
use uuid::Uuid;

use crate::db::row::{Columns, Row};
use crate::db::value::Val;
use crate::error::StoreError;

/// Runs a statement and returns its rows.
pub(super) async fn query(
    connection: &mut PgConnection,
    sql: &'static str,
    args: Vec<Val>,
) -> Result<Vec<Row>, StoreError> {
    read_rows(sqlx::query_with(sql, bind(args)?).fetch_all(connection).await.map_err(translate)?)
}

/// Runs a statement that will not come again, and returns its rows.
pub(super) async fn query_composed(
    connection: &mut PgConnection,
    sql: String,
    args: Vec<Val>,
) -> Result<Vec<Row>, StoreError> {
    let query = sqlx::query_with(AssertSqlSafe(sql), bind(args)?).persistent(false);
    read_rows(query.fetch_all(connection).await.map_err(translate)?)
}

fn read_rows(rows: Vec<PgRow>) -> Result<Vec<Row>, StoreError> {
    let Some(first) = rows.first() else { return Ok(Vec::new()) };
    let columns: Columns = first.columns().iter().map(|column| column.name().into()).collect::<Vec<_>>().into();
    rows.iter().map(|row| read_row(row, &columns)).collect()
}

/// Runs a statement and returns how many rows it changed.
pub(super) async fn execute(
    connection: &mut PgConnection,
    sql: &'static str,
    args: Vec<Val>,
) -> Result<u64, StoreError> {
    let done = sqlx::query_with(sql, bind(args)?).execute(connection).await.map_err(translate)?;
    Ok(done.rows_affected())
}

fn bind(args: Vec<Val>) -> Result<PgArguments, StoreError> {
    let mut bound = PgArguments::default();
    for arg in args {
        match arg {
            Val::Null => bound.add(Untyped),
            Val::Bool(truth) => bound.add(truth),
            Val::I64(number) => bound.add(number),
            Val::Text(text) => bound.add(text),
            Val::Bytes(bytes) => bound.add(bytes),
            Val::Uuid(uuid) => bound.add(uuid),
            Val::Json(json) => bound.add(sqlx::types::Json(json)),
        }
        .map_err(StoreError::Database)?;
    }
    Ok(bound)
}

/// NULL of the type "unknown": the server infers the type from the statement, where a typed NULL may not fit.
struct Untyped;

impl Type<Postgres> for Untyped {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(Oid(0))
    }
}

impl Encode<'_, Postgres> for Untyped {
    fn encode_by_ref(&self, _: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        Ok(IsNull::Yes)
    }
}

fn read_row(row: &PgRow, columns: &Columns) -> Result<Row, StoreError> {
    let values = (0..columns.len()).map(|index| read_value(row, index).map_err(translate)).collect::<Result<_, _>>()?;
    Ok(Row::new(Arc::clone(columns), values))
}

fn read_value(row: &PgRow, index: usize) -> Result<Val, sqlx::Error> {
    let raw = row.try_get_raw(index)?;
    if raw.is_null() {
        return Ok(Val::Null);
    }
    let kind = raw.type_info();
    Ok(match kind.name() {
        "BOOL" => Val::Bool(row.try_get_unchecked(index)?),
        "INT8" => Val::I64(row.try_get_unchecked(index)?),
        "INT4" => Val::I64(row.try_get_unchecked::<i32, _>(index)?.into()),
        "INT2" => Val::I64(row.try_get_unchecked::<i16, _>(index)?.into()),
        "BYTEA" => Val::Bytes(row.try_get_unchecked(index)?),
        "UUID" => Val::Uuid(row.try_get_unchecked::<Uuid, _>(index)?),
        "JSON" | "JSONB" => Val::Json(row.try_get::<Value, _>(index)?),
        // Any other type refuses to be read as text and says its name.
        _ => Val::Text(row.try_get(index)?),
    })
}

/// Sorts a driver's error.
pub(super) fn translate(error: sqlx::Error) -> StoreError {
    let code = match &error {
        // A connection that broke, or none to be had: a moment later there may be another.
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed => return busy(error),
        sqlx::Error::Database(database) => database.code().unwrap_or_default().into_owned(),
        _ => return StoreError::database(error),
    };
    match code.as_str() {
        "23505" => StoreError::Unique(unique_columns(&error).unwrap_or_default()),
        "23503" => StoreError::Reference(error.into()),
        // Serialisation failure, deadlock, lock not available, too many connections, server going down or coming up.
        "40001" | "40P01" | "55P03" | "53300" | "57P01" | "57P02" | "57P03" => busy(error),
        code if code.starts_with("08") => busy(error),
        _ => StoreError::database(error),
    }
}

fn busy(error: sqlx::Error) -> StoreError {
    StoreError::Busy(Some(error.into()))
}

/// Turns table `t` and detail `Key (a, b)=(1, 2) already exists.` into `t.a,b`, without the values.
fn unique_columns(error: &sqlx::Error) -> Option<String> {
    let database = error.as_database_error()?.try_downcast_ref::<PgDatabaseError>()?;
    let (columns, _) = database.detail()?.split_once(")=(")?;
    let (_, columns) = columns.split_once('(')?;
    Some(format!("{}.{}", database.table()?, columns.replace(", ", ",")))
}
