//! Counting accounts again.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use wardkey_domain::access::Baseline;
use wardkey_domain::id::{AccountId, GroupId, OrganisationId};
use wardkey_domain::report::Facets;
use wardkey_domain::time::Timestamp;

use super::facts::{PersonRow, counted_rows, rows_of};
use crate::many::{MANY, Sizes};
use crate::{StoreError, Tx, args};

static INSERT_PEOPLE: LazyLock<Sizes> = LazyLock::new(|| {
    let into = "people (account_id, organisation_id, facets, sort_name, signed_in_day, recount_at, mfa_since)";
    Sizes::inserts_unless(into, 7, "ON CONFLICT (account_id) DO NOTHING")
});

/// By how much each figure changes.
type Deltas = BTreeMap<(OrganisationId, Facets), i64>;

/// Counts these accounts as they are now, with the figures of their organisations. `groups` are the baselines of groups.
///
/// # Errors
/// [`StoreError::Busy`] when somebody else counts one of them at the same moment: nothing is counted twice.
pub async fn recount(
    tx: &mut Tx,
    accounts: &[AccountId],
    groups: &HashMap<GroupId, Baseline>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut deltas = Deltas::new();
    for chunk in accounts.chunks(MANY) {
        let mut before: HashMap<_, _> =
            counted_rows(tx, chunk).await?.into_iter().map(|row| (row.account, row)).collect();
        let mut new = Vec::new();
        for row in rows_of(tx, chunk, groups, now).await? {
            match before.remove(&row.account) {
                Some(before) if before == row => {}
                Some(before) => {
                    let changed = before.facets.read().map(|was| was.mfa) != row.facets.read().map(|is| is.mfa);
                    update(tx, &before, &row, changed.then_some(now)).await?;
                    *deltas.entry((before.organisation, before.facets)).or_default() -= 1;
                    *deltas.entry((row.organisation, row.facets)).or_default() += 1;
                }
                None => new.push(row),
            }
        }
        for row in &new {
            *deltas.entry((row.organisation, row.facets)).or_default() += 1;
        }
        insert(tx, &new, now).await?;
        // What is left was counted and is not there any more.
        for gone in before.into_values() {
            let sql = "DELETE FROM people WHERE account_id = $1 AND facets = $2 AND organisation_id = $3";
            once(tx.exec(sql, args![gone.account, gone.facets.to_i64(), gone.organisation]).await?, 1)?;
            *deltas.entry((gone.organisation, gone.facets)).or_default() -= 1;
        }
    }
    save(tx, deltas).await
}

async fn insert(tx: &mut Tx, rows: &[PersonRow], now: Timestamp) -> Result<(), StoreError> {
    let mut left = rows;
    while !left.is_empty() {
        let (sql, rows) = INSERT_PEOPLE.next(left.len());
        let (these, later) = left.split_at_checked(rows).unwrap_or((left, &[]));
        let values = these.iter().flat_map(|row| {
            let PersonRow { account, organisation, facets, sort_name, signed_in_day, recount_at } = row;
            args![*account, *organisation, facets.to_i64(), sort_name, *signed_in_day, *recount_at, now]
        });
        once(tx.exec(sql, values.collect()).await?, these.len())?;
        left = later;
    }
    Ok(())
}

/// `mfa_since` is when it began to stand otherwise with multi-factor authentication, if it did.
async fn update(
    tx: &mut Tx,
    before: &PersonRow,
    row: &PersonRow,
    mfa_since: Option<Timestamp>,
) -> Result<(), StoreError> {
    let sql = "UPDATE people SET organisation_id = $4, facets = $5, sort_name = $6, signed_in_day = $7, recount_at = $8, \
               mfa_since = COALESCE($9, mfa_since) \
               WHERE account_id = $1 AND facets = $2 AND organisation_id = $3";
    let values = args![
        row.account,
        before.facets.to_i64(),
        before.organisation,
        row.organisation,
        row.facets.to_i64(),
        &row.sort_name,
        row.signed_in_day,
        row.recount_at,
        mfa_since,
    ];
    once(tx.exec(sql, values).await?, 1)
}

/// INVARIANT: a figure changes with the row that it counts, and each row by whoever found it as it was.
fn once(changed: u64, wanted: usize) -> Result<(), StoreError> {
    if u64::try_from(wanted) == Ok(changed) { Ok(()) } else { Err(StoreError::Busy(None)) }
}

async fn save(tx: &mut Tx, deltas: Deltas) -> Result<(), StoreError> {
    // In the order of their keys: two who change the same figures wait for each other and never both.
    for ((organisation, facets), delta) in deltas.into_iter().filter(|(_, delta)| *delta != 0) {
        let sql = "INSERT INTO figures (organisation_id, facets, accounts) VALUES ($1, $2, $3) \
                   ON CONFLICT (organisation_id, facets) DO UPDATE SET accounts = figures.accounts + excluded.accounts";
        tx.exec(sql, args![organisation, facets.to_i64(), delta]).await?;
        if delta < 0 {
            let sql = "DELETE FROM figures WHERE organisation_id = $1 AND facets = $2 AND accounts = 0";
            tx.exec(sql, args![organisation, facets.to_i64()]).await?;
        }
    }
    Ok(())
}
