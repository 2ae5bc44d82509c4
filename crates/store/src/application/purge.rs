//! Deleting what nobody can use any more.

use wardkey_domain::time::Timestamp;

use crate::{StoreError, Tx, args};

/// One statement for each table; `$1` is the instant, `$2` the most rows.
const STATEMENTS: &[&str] = &[
    "DELETE FROM access_tokens WHERE hash IN (SELECT hash FROM access_tokens WHERE expires_at < $1 LIMIT $2)",
    "DELETE FROM grants WHERE id IN (SELECT id FROM grants WHERE ends_at < $1 LIMIT $2)",
    "DELETE FROM authorization_requests WHERE id IN \
     (SELECT id FROM authorization_requests WHERE expires_at < $1 LIMIT $2)",
    "DELETE FROM pushed_requests WHERE hash IN (SELECT hash FROM pushed_requests WHERE expires_at < $1 LIMIT $2)",
    "DELETE FROM logout_requests WHERE id IN (SELECT id FROM logout_requests WHERE expires_at < $1 LIMIT $2)",
    "DELETE FROM device_requests WHERE hash IN (SELECT hash FROM device_requests WHERE expires_at < $1 LIMIT $2)",
    "DELETE FROM client_assertions WHERE (application_id, jti_hash) IN \
     (SELECT application_id, jti_hash FROM client_assertions WHERE expires_at < $1 LIMIT $2)",
    "DELETE FROM idempotency_keys WHERE (application_id, key_hash) IN \
     (SELECT application_id, key_hash FROM idempotency_keys WHERE expires_at < $1 LIMIT $2)",
];

/// Deletes what expired before `before`, at most `limit` rows of each table, and tries of user codes of spans before
/// `span`. Returns the most that any table lost: when it reaches `limit`, there is more to do.
pub async fn delete_expired(tx: &mut Tx, before: Timestamp, span: i64, limit: u32) -> Result<u64, StoreError> {
    let mut most = 0;
    for statement in STATEMENTS {
        most = most.max(tx.exec(statement, args![before, i64::from(limit)]).await?);
    }
    tx.exec("DELETE FROM device_tries WHERE span < $1", args![span]).await?;
    Ok(most)
}
