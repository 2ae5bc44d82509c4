//! Lists of exceptions for whoever looks after people, page by page.

use std::collections::BTreeMap;

use uuid::Uuid;
use wardkey_domain::access::exception::{Postponement, UserException};
use wardkey_domain::id::{AccountId, ExceptionRequestId};
use wardkey_domain::permission::Extent;
use wardkey_domain::time::Timestamp;

use super::exception::{exception_columns, from_row};
use super::postponement::postponement_columns;
use crate::directory::disjoint;
use crate::{Row, StoreError, Tx, args};

/// What a page of a list is about.
#[derive(Clone, Copy, Debug)]
pub struct ListQuery<'a, Key> {
    /// Where to look.
    pub extent: &'a Extent,
    /// The last row of the page before.
    pub after: Option<Key>,
    /// How many to return at most.
    pub limit: u32,
}

/// A row of a list, with whom it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<Of> {
    /// What is listed.
    pub of: Of,
    /// What the person is called.
    pub display_name: String,
    /// The address of their account.
    pub address: String,
    /// What their organisation is called.
    pub organisation: String,
    /// The code of their organisation.
    pub ods_code: String,
}

/// A request for long exceptions that waits for somebody to decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingRequest {
    /// The request.
    pub id: ExceptionRequestId,
    /// The word of its reason.
    pub why: String,
    /// Who asked.
    pub asked_by: Option<AccountId>,
    /// When.
    pub asked_at: Timestamp,
    /// How many accounts of it wait, of those that may be seen.
    pub accounts: u64,
}

/// Where the next page of what stands begins: after the end of the last row.
pub type StandingKey = (Timestamp, Uuid);

macro_rules! listed {
    ($columns:expr, $from:literal) => {
        concat!(
            "SELECT ",
            $columns,
            ", a.display_name, a.address, o.name AS organisation_name, o.ods_code FROM ",
            $from
        )
    };
}

/// The exceptions that are in force, those first that end first.
pub async fn list_standing(
    tx: &mut Tx,
    query: ListQuery<'_, StandingKey>,
    now: Timestamp,
) -> Result<Vec<Listed<UserException>>, StoreError> {
    let sql = listed!(
        exception_columns!(),
        "user_exceptions e JOIN accounts a ON a.id = e.account_id JOIN organisations o ON o.id = a.organisation_id \
         WHERE e.standing = 'active' AND e.ends_at > $1 AND (e.ends_at, e.id) > ($2, $3) \
         AND o.path >= $4 AND o.path < $5 ORDER BY e.ends_at, e.id LIMIT $6"
    );
    let (end, id) = query.after.unwrap_or((now, Uuid::nil()));
    let mut found = Vec::new();
    for (first, last) in disjoint(query.extent) {
        for row in tx.all(sql, args![now, end, id, first, last, query.limit]).await? {
            found.push(listed(&row, from_row(&row)?)?);
        }
    }
    found.sort_by_key(|listed| (listed.of.standing.given().map(|given| given.ends_at), listed.of.id));
    found.truncate(usize::try_from(query.limit).unwrap_or(usize::MAX));
    Ok(found)
}

/// The postponements that are in force, those first that end first.
pub async fn list_postponements(
    tx: &mut Tx,
    query: ListQuery<'_, StandingKey>,
    now: Timestamp,
) -> Result<Vec<Listed<Postponement>>, StoreError> {
    let sql = listed!(
        postponement_columns!(),
        "postponements p JOIN accounts a ON a.id = p.account_id JOIN organisations o ON o.id = a.organisation_id \
         WHERE p.withdrawn_at IS NULL AND p.ends_at > $1 AND (p.ends_at, p.id) > ($2, $3) \
         AND o.path >= $4 AND o.path < $5 ORDER BY p.ends_at, p.id LIMIT $6"
    );
    let (end, id) = query.after.unwrap_or((now, Uuid::nil()));
    let mut found = Vec::new();
    for (first, last) in disjoint(query.extent) {
        for row in tx.all(sql, args![now, end, id, first, last, query.limit]).await? {
            found.push(listed(&row, super::postponement::from_row(&row)?)?);
        }
    }
    found.sort_by_key(|listed| (listed.of.ends_at, listed.of.id));
    found.truncate(usize::try_from(query.limit).unwrap_or(usize::MAX));
    Ok(found)
}

/// The requests that wait for somebody to decide, the oldest first.
pub async fn list_waiting(
    tx: &mut Tx,
    query: ListQuery<'_, ExceptionRequestId>,
) -> Result<Vec<WaitingRequest>, StoreError> {
    let sql = "SELECT e.request_id, e.why, e.asked_by, e.asked_at, CAST(COUNT(*) AS BIGINT) AS accounts \
               FROM user_exceptions e JOIN accounts a ON a.id = e.account_id JOIN organisations o ON o.id = a.organisation_id \
               WHERE e.standing = 'requested' AND e.request_id > $1 AND o.path >= $2 AND o.path < $3 \
               GROUP BY e.request_id, e.why, e.asked_by, e.asked_at ORDER BY e.request_id LIMIT $4";
    let after = query.after.map_or(Uuid::nil(), ExceptionRequestId::uuid);
    let mut found: BTreeMap<ExceptionRequestId, WaitingRequest> = BTreeMap::new();
    for (first, last) in disjoint(query.extent) {
        for row in tx.all(sql, args![after, first, last, query.limit]).await? {
            let id: ExceptionRequestId = row.get("request_id")?;
            let accounts = u64::try_from(row.get::<i64>("accounts")?).unwrap_or(0);
            let request = WaitingRequest {
                id,
                why: row.get("why")?,
                asked_by: row.get("asked_by")?,
                asked_at: row.get("asked_at")?,
                accounts: 0,
            };
            found.entry(id).or_insert(request).accounts += accounts;
        }
    }
    Ok(found.into_values().take(usize::try_from(query.limit).unwrap_or(usize::MAX)).collect())
}

/// Every line of a request, in the order in which the accounts were named, whoever may see them. A request is never longer than
/// the rules allow.
pub async fn list_request(tx: &mut Tx, request: ExceptionRequestId) -> Result<Vec<Listed<UserException>>, StoreError> {
    let sql = listed!(
        exception_columns!(),
        "user_exceptions e JOIN accounts a ON a.id = e.account_id JOIN organisations o ON o.id = a.organisation_id \
         WHERE e.request_id = $1 ORDER BY a.address, e.id"
    );
    let rows = tx.all(sql, args![request]).await?;
    rows.iter().map(|row| listed(row, from_row(row)?)).collect()
}

fn listed<Of>(row: &Row, of: Of) -> Result<Listed<Of>, StoreError> {
    Ok(Listed {
        of,
        display_name: row.get("display_name")?,
        address: row.get("address")?,
        organisation: row.get("organisation_name")?,
        ods_code: row.get("ods_code")?,
    })
}
