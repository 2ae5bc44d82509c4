//! The queries on `postponements`.

use wardkey_domain::access::exception::{Postponement, Settled};
use wardkey_domain::id::AccountId;
use wardkey_domain::time::Timestamp;

use super::exception::reason;
use crate::{Row, StoreError, Tx, args};

/// The columns of a postponement, for statements on `postponements p`.
macro_rules! postponement_columns {
    () => {
        "p.id, p.organisation_id, p.account_id, p.risk, p.given_by, p.given_at, p.ends_at, p.withdrawn_by, p.withdrawn_at, \
         p.withdrawn_why"
    };
}
pub(super) use postponement_columns;

/// Until when an account need not register a second factor, if it has leave. It is no exception: whoever has a factor is asked
/// for it.
pub async fn postponed_until(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT MAX(ends_at) AS ends_at FROM postponements \
               WHERE account_id = $1 AND withdrawn_at IS NULL AND given_at <= $2 AND ends_at > $2";
    tx.opt(sql, args![account, now]).await?.map_or(Ok(None), |row| row.get("ends_at"))
}

/// The last postponement that an account had.
pub async fn find_last_postponement(tx: &mut Tx, account: AccountId) -> Result<Option<Postponement>, StoreError> {
    let sql = concat!(
        "SELECT ",
        postponement_columns!(),
        " FROM postponements p WHERE p.account_id = $1 ORDER BY p.given_at DESC, p.id DESC LIMIT 1"
    );
    tx.opt(sql, args![account]).await?.as_ref().map(from_row).transpose()
}

/// Saves a new postponement.
pub async fn insert_postponement(tx: &mut Tx, postponement: &Postponement) -> Result<(), StoreError> {
    tx.exec(
        "INSERT INTO postponements (id, organisation_id, account_id, risk, given_by, given_at, ends_at, withdrawn_by, \
         withdrawn_at, withdrawn_why) VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, NULL, NULL)",
        args![
            postponement.id,
            postponement.organisation,
            postponement.account,
            postponement.risk.as_str(),
            postponement.given_by,
            postponement.given_at,
            postponement.ends_at,
        ],
    )
    .await?;
    Ok(())
}

/// Saves that a postponement was withdrawn, if it was not; says whether this transaction was the one to do it.
pub async fn save_postponement(tx: &mut Tx, postponement: &Postponement) -> Result<bool, StoreError> {
    let Some(Settled { by, at, why }) = &postponement.withdrawn else { return Ok(false) };
    let sql = "UPDATE postponements SET withdrawn_by = $2, withdrawn_at = $3, withdrawn_why = $4 \
               WHERE id = $1 AND withdrawn_at IS NULL AND ends_at > $3";
    Ok(tx.exec(sql, args![postponement.id, *by, *at, why.as_str()]).await? == 1)
}

pub(super) fn from_row(row: &Row) -> Result<Postponement, StoreError> {
    let withdrawn = match row.get::<Option<Timestamp>>("withdrawn_at")? {
        Some(at) => {
            let why = reason(&row.get::<String>("withdrawn_why")?, "withdrawn_why")?;
            Some(Settled { by: row.get("withdrawn_by")?, at, why })
        }
        None => None,
    };
    Ok(Postponement {
        id: row.get("id")?,
        account: row.get("account_id")?,
        organisation: row.get("organisation_id")?,
        risk: reason(&row.get::<String>("risk")?, "risk")?,
        given_by: row.get("given_by")?,
        given_at: row.get("given_at")?,
        ends_at: row.get("ends_at")?,
        withdrawn,
    })
}
