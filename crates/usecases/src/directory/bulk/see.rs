//! Seeing changes to many accounts.

use wardkey_domain::directory::BulkChange;
use wardkey_domain::id::{AccountId, BulkChangeId};
use wardkey_domain::op::Op;
use wardkey_domain::permission::{Action, Extent};
use wardkey_domain::time::Timestamp;
use wardkey_store::directory::{BulkRow, StoredBulkChange};
use wardkey_store::{self as store, Tx};

use super::ask::bulk_deeds;
use super::settle::{COUNTED_TOGETHER, may_approve, see};
use crate::{App, Error, Result};

/// A change, with everything that whoever decides of it needs to know.
#[derive(Clone, Debug)]
pub struct BulkChangeFacts {
    /// The change.
    pub change: BulkChange,
    /// Why it was asked for.
    pub reason: String,
    /// When.
    pub asked_at: Timestamp,
    /// By whom.
    pub asked_by: String,
    /// Who has approved it.
    pub approved_by: Option<String>,
    /// Where the accounts go, when they move: the name and the code.
    pub destination: Option<(String, String)>,
    /// Rows that somebody should look at, the first of them.
    pub in_the_way: Vec<BulkRow>,
    /// Whether the actor asked for it.
    pub is_own: bool,
    /// Whether the actor may approve it.
    pub may_approve: bool,
    /// Whether somebody else has to approve it, when it is confirmed.
    pub needs_approval: bool,
    /// Until when it can be undone, if it can.
    pub undo_until: Option<Timestamp>,
}

/// A change in a list.
#[derive(Clone, Debug)]
pub struct ListedBulkChange {
    /// The change.
    pub change: BulkChange,
    /// Why it was asked for.
    pub reason: String,
    /// When.
    pub asked_at: Timestamp,
    /// By whom.
    pub asked_by: String,
}

/// How many rows a page shows.
const SHOWN: u32 = 200;
/// How many changes a list shows.
const LISTED: u32 = 50;
/// How many rows are read in one statement.
const READ_AT_ONCE: u32 = 5_000;

/// The changes that wait for the actor's approval, and those that they have asked for, the newest first.
///
/// # Errors
/// When the actor may neither ask for any nor approve one.
pub async fn list_bulk_changes(app: &App, op: &Op) -> Result<(Vec<ListedBulkChange>, Vec<ListedBulkChange>)> {
    let actor = op.account().ok_or(Error::NotFound("page"))?;
    let approves = op.extent(Action::ApproveBulkChange) != Extent::Nothing;
    if bulk_deeds(op).is_empty() && !approves {
        return Err(Error::NotFound("page"));
    }
    let mut tx = app.store().read().await?;
    let mut waiting = Vec::new();
    if approves {
        for stored in store::directory::list_waiting_bulk_changes(&mut tx, LISTED).await? {
            if stored.change.asked_by != actor.id && may_approve(&mut tx, op, &stored.change).await? {
                waiting.push(listed(&mut tx, stored).await?);
            }
        }
    }
    let mut own = Vec::new();
    for stored in store::directory::list_bulk_changes_by(&mut tx, actor.id, LISTED).await? {
        own.push(listed(&mut tx, stored).await?);
    }
    Ok((waiting, own))
}

/// Everything about a change.
///
/// # Errors
/// Not found when there is no such change, or the actor neither asked for it nor may approve it.
pub async fn see_bulk_change(app: &App, op: &Op, id: BulkChangeId) -> Result<BulkChangeFacts> {
    let mut tx = app.store().read().await?;
    let seen = see(&mut tx, op, id).await?;
    let StoredBulkChange { change, reason, asked_at } = seen.stored;
    let rules = app.settings().access.bulk;
    let since = op.now.minus(COUNTED_TOGETHER);
    let lately = store::directory::bulk_rows_done_alone(&mut tx, change.asked_by, since, id).await?;
    let destination = match change.destination {
        Some(id) => store::directory::find_organisation(&mut tx, id).await?,
        None => None,
    };
    let approved_by = match change.approved_by {
        Some(by) => Some(name_of(&mut tx, by).await?),
        None => None,
    };
    Ok(BulkChangeFacts {
        reason: reason.as_str().to_owned(),
        asked_at,
        asked_by: name_of(&mut tx, change.asked_by).await?,
        approved_by,
        destination: destination.map(|found| (found.name, found.ods_code.to_string())),
        in_the_way: store::directory::list_bulk_rows_in_the_way(&mut tx, id, SHOWN).await?,
        is_own: seen.is_own,
        may_approve: seen.may_approve,
        needs_approval: change.counts.ready.saturating_add(lately) > rules.approve_over,
        undo_until: change.undo_until(&rules).filter(|until| op.now < *until),
        change,
    })
}

/// Every row of a change, in order.
///
/// # Errors
/// As [`see_bulk_change`].
pub async fn bulk_rows(app: &App, op: &Op, id: BulkChangeId) -> Result<Vec<BulkRow>> {
    let mut tx = app.store().read().await?;
    see(&mut tx, op, id).await?;
    let mut rows: Vec<BulkRow> = Vec::new();
    loop {
        let after = rows.last().map_or(0, |row| row.line);
        let next = store::directory::list_all_bulk_rows(&mut tx, id, after, READ_AT_ONCE).await?;
        if next.is_empty() {
            return Ok(rows);
        }
        rows.extend(next);
    }
}

async fn listed(tx: &mut Tx, stored: StoredBulkChange) -> Result<ListedBulkChange> {
    let StoredBulkChange { change, reason, asked_at } = stored;
    let asked_by = name_of(tx, change.asked_by).await?;
    Ok(ListedBulkChange { change, reason: reason.as_str().to_owned(), asked_at, asked_by })
}

async fn name_of(tx: &mut Tx, account: AccountId) -> Result<String> {
    let found = store::directory::find_account(tx, account).await?;
    Ok(found.map_or_else(|| "Somebody who is gone".to_owned(), |account| account.display_name))
}
