//! The queries on `bulk_changes` and their rows.

use std::sync::LazyLock;

use wardkey_domain::audit::Reason;
use wardkey_domain::directory::{
    AccountStatus, BulkActor, BulkChange, BulkCounts, OrganisationPath, RowStanding, StatusName,
};
use wardkey_domain::id::{AccountId, BulkChangeId, OrganisationId};
use wardkey_domain::time::Timestamp;

use super::organisation::{path_in, wrong};
use crate::many::Sizes;
use crate::{Row, StoreError, Tx, args};

/// A change, with why it was asked for and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredBulkChange {
    /// The change.
    pub change: BulkChange,
    /// Why, as whoever asked said.
    pub reason: Reason,
    /// When they asked.
    pub asked_at: Timestamp,
}

/// One row of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkRow {
    /// Its place; the first is 1.
    pub line: u32,
    /// The organisation of the account; of whoever asked where there is none.
    pub organisation: OrganisationId,
    /// The address as it was typed.
    pub typed: String,
    /// The account.
    pub account: Option<AccountId>,
    /// What became of it.
    pub standing: RowStanding,
    /// Why it was refused, has failed or was kept.
    pub why: Option<String>,
    /// When it was done.
    pub done_at: Option<Timestamp>,
    /// What the account was before.
    pub was: Option<Before>,
}

/// What an account was before it was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// It had this status.
    Status(AccountStatus),
    /// It belonged to this organisation.
    Organisation(OrganisationId),
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, organisation_id, deed, destination_id, reason, asked_by, asked_at, approved_by, actor_id, \
             session_id, acted_at, standing, done_at, line, unchecked, ready, unchanged, refused, done, failed, undone, \
             kept, version FROM bulk_changes ",
            $rest
        )
    };
}

macro_rules! select_rows {
    ($rest:literal) => {
        concat!(
            "SELECT line, organisation_id, typed, account_id, standing, why, done_at, was_status, was_since, \
             was_organisation FROM bulk_rows ",
            $rest
        )
    };
}

static INSERT_ROWS: LazyLock<Sizes> =
    LazyLock::new(|| Sizes::inserts("bulk_rows (bulk_id, line, organisation_id, typed, account_id, standing, why)", 7));

/// Saves a new change. Its rows are there already, or nobody works on it before they are.
pub async fn insert_bulk_change(tx: &mut Tx, stored: &StoredBulkChange) -> Result<(), StoreError> {
    let StoredBulkChange { change, reason, asked_at } = stored;
    let counts = &change.counts;
    let sql = "INSERT INTO bulk_changes (id, organisation_id, deed, destination_id, reason, asked_by, asked_at, \
               approved_by, actor_id, session_id, acted_at, standing, done_at, line, unchecked, ready, unchanged, refused, \
               done, failed, undone, kept, version) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)";
    let values = args![
        change.id,
        change.organisation,
        change.deed.as_str(),
        change.destination,
        reason.as_str(),
        change.asked_by,
        *asked_at,
        change.approved_by,
        change.actor.account,
        change.actor.session,
        change.actor.at,
        change.standing.as_str(),
        change.done_at,
        change.line,
        counts.unchecked,
        counts.ready,
        counts.unchanged,
        counts.refused,
        counts.done,
        counts.failed,
        counts.undone,
        counts.kept,
        change.version,
    ];
    tx.exec(sql, values).await?;
    Ok(())
}

/// Saves a changed change, if nobody has changed it since it was read; says whether it did.
pub async fn save_bulk_change(tx: &mut Tx, change: &BulkChange) -> Result<bool, StoreError> {
    let counts = &change.counts;
    let sql = "UPDATE bulk_changes SET approved_by = $3, actor_id = $4, session_id = $5, acted_at = $6, standing = $7, \
               done_at = $8, line = $9, unchecked = $10, ready = $11, unchanged = $12, refused = $13, done = $14, \
               failed = $15, undone = $16, kept = $17, version = version + 1 WHERE id = $1 AND version = $2";
    let values = args![
        change.id,
        change.version,
        change.approved_by,
        change.actor.account,
        change.actor.session,
        change.actor.at,
        change.standing.as_str(),
        change.done_at,
        change.line,
        counts.unchecked,
        counts.ready,
        counts.unchanged,
        counts.refused,
        counts.done,
        counts.failed,
        counts.undone,
        counts.kept,
    ];
    Ok(tx.exec(sql, values).await? == 1)
}

/// A change.
pub async fn find_bulk_change(tx: &mut Tx, id: BulkChangeId) -> Result<Option<StoredBulkChange>, StoreError> {
    tx.opt(select!("WHERE id = $1"), args![id]).await?.as_ref().map(from_row).transpose()
}

/// The change that Wardkey works on next: the oldest that is under way.
pub async fn next_bulk_change(tx: &mut Tx) -> Result<Option<StoredBulkChange>, StoreError> {
    let sql = select!("WHERE standing IN ('checking', 'running', 'undoing') ORDER BY id LIMIT 1");
    tx.opt(sql, args![]).await?.as_ref().map(from_row).transpose()
}

/// The changes that wait for somebody's approval, the newest first.
pub async fn list_waiting_bulk_changes(tx: &mut Tx, limit: u32) -> Result<Vec<StoredBulkChange>, StoreError> {
    let sql = select!("WHERE standing = 'waiting' ORDER BY id DESC LIMIT $1");
    tx.all(sql, args![limit]).await?.iter().map(from_row).collect()
}

/// The changes that somebody has asked for, the newest first.
pub async fn list_bulk_changes_by(
    tx: &mut Tx,
    account: AccountId,
    limit: u32,
) -> Result<Vec<StoredBulkChange>, StoreError> {
    let sql = select!("WHERE asked_by = $1 ORDER BY id DESC LIMIT $2");
    tx.all(sql, args![account, limit]).await?.iter().map(from_row).collect()
}

/// To how many accounts somebody has had something done since then, beside this change, without anybody's approval.
pub async fn bulk_rows_done_alone(
    tx: &mut Tx,
    account: AccountId,
    since: Timestamp,
    beside: BulkChangeId,
) -> Result<u32, StoreError> {
    let sql = "SELECT CAST(COALESCE(SUM(ready + done + failed + undone + kept), 0) AS BIGINT) AS rows FROM bulk_changes \
               WHERE asked_by = $1 AND acted_at > $2 AND id <> $3 AND approved_by IS NULL \
               AND standing IN ('running', 'done', 'undoing', 'undone')";
    let found = tx.opt(sql, args![account, since, beside]).await?;
    let rows: i64 = found.map_or(Ok(0), |row| row.get("rows"))?;
    Ok(u32::try_from(rows).unwrap_or(u32::MAX))
}

/// Adds rows that nobody has dealt with, or that nothing can be done with.
pub async fn insert_bulk_rows(tx: &mut Tx, id: BulkChangeId, rows: &[BulkRow]) -> Result<(), StoreError> {
    let mut left = rows;
    while !left.is_empty() {
        let (sql, rows) = INSERT_ROWS.next(left.len());
        let (now, later) = left.split_at_checked(rows).unwrap_or((left, &[]));
        let values = now.iter().flat_map(|row| {
            let BulkRow { line, organisation, typed, account, standing, why, .. } = row;
            args![id, *line, *organisation, typed, *account, standing.as_str(), why.as_deref()]
        });
        tx.exec(sql, values.collect()).await?;
        left = later;
    }
    Ok(())
}

/// The rows of a change with this standing after `line`, in order.
pub async fn list_bulk_rows(
    tx: &mut Tx,
    id: BulkChangeId,
    standing: RowStanding,
    line: u32,
    limit: u32,
) -> Result<Vec<BulkRow>, StoreError> {
    let sql = select_rows!("WHERE bulk_id = $1 AND line > $2 AND standing = $3 ORDER BY line LIMIT $4");
    tx.all(sql, args![id, line, standing.as_str(), limit]).await?.iter().map(row_from_row).collect()
}

/// All rows of a change after `line`, in order.
pub async fn list_all_bulk_rows(
    tx: &mut Tx,
    id: BulkChangeId,
    line: u32,
    limit: u32,
) -> Result<Vec<BulkRow>, StoreError> {
    let sql = select_rows!("WHERE bulk_id = $1 AND line > $2 ORDER BY line LIMIT $3");
    tx.all(sql, args![id, line, limit]).await?.iter().map(row_from_row).collect()
}

/// The rows of a change that need somebody's eyes, in order.
pub async fn list_bulk_rows_in_the_way(tx: &mut Tx, id: BulkChangeId, limit: u32) -> Result<Vec<BulkRow>, StoreError> {
    let sql = select_rows!("WHERE bulk_id = $1 AND standing IN ('refused', 'failed', 'kept') ORDER BY line LIMIT $2");
    tx.all(sql, args![id, limit]).await?.iter().map(row_from_row).collect()
}

/// Saves what became of a row.
pub async fn save_bulk_row(tx: &mut Tx, id: BulkChangeId, row: &BulkRow) -> Result<(), StoreError> {
    let (status, organisation) = match row.was {
        Some(Before::Status(status)) => (Some(status), None),
        Some(Before::Organisation(organisation)) => (None, Some(organisation)),
        None => (None, None),
    };
    let sql = "UPDATE bulk_rows SET organisation_id = $3, account_id = $4, standing = $5, why = $6, done_at = $7, \
               was_status = $8, was_since = $9, was_organisation = $10 WHERE bulk_id = $1 AND line = $2";
    let values = args![
        id,
        row.line,
        row.organisation,
        row.account,
        row.standing.as_str(),
        row.why.as_deref(),
        row.done_at,
        status.map(|status| status.name().as_str()),
        status.and_then(AccountStatus::since),
        organisation,
    ];
    tx.exec(sql, values).await?;
    Ok(())
}

/// The organisations of the accounts to which a change can be done, or was.
pub async fn list_places_of_bulk_change(tx: &mut Tx, id: BulkChangeId) -> Result<Vec<OrganisationPath>, StoreError> {
    let sql = "SELECT o.path FROM organisations o WHERE o.id IN \
               (SELECT organisation_id FROM bulk_rows WHERE bulk_id = $1 AND standing IN ('ready', 'done', 'failed', 'undone', 'kept'))";
    tx.all(sql, args![id]).await?.iter().map(|row| path_in(row, "path")).collect()
}

/// Forgets changes that were asked for before `then`, with their rows, and rows whose change never came; says how many rows. Who
/// did what to whom stays in the audit.
pub async fn delete_bulk_changes(tx: &mut Tx, then: Timestamp, limit: u32) -> Result<u64, StoreError> {
    // Identifiers sort by the moment they were made.
    let before = BulkChangeId::new(then, [0; 10]);
    tx.exec("DELETE FROM bulk_changes WHERE id < $1", args![before]).await?;
    let sql = "DELETE FROM bulk_rows WHERE (bulk_id, line) IN \
               (SELECT bulk_id, line FROM bulk_rows WHERE bulk_id < $1 ORDER BY bulk_id, line LIMIT $2)";
    tx.exec(sql, args![before, limit]).await
}

fn from_row(row: &Row) -> Result<StoredBulkChange, StoreError> {
    let counts = BulkCounts {
        unchecked: row.get("unchecked")?,
        ready: row.get("ready")?,
        unchanged: row.get("unchanged")?,
        refused: row.get("refused")?,
        done: row.get("done")?,
        failed: row.get("failed")?,
        undone: row.get("undone")?,
        kept: row.get("kept")?,
    };
    let change = BulkChange {
        id: row.get("id")?,
        organisation: row.get("organisation_id")?,
        deed: row.get::<String>("deed")?.parse().map_err(|_| wrong("deed"))?,
        destination: row.get("destination_id")?,
        actor: BulkActor { account: row.get("actor_id")?, session: row.get("session_id")?, at: row.get("acted_at")? },
        asked_by: row.get("asked_by")?,
        approved_by: row.get("approved_by")?,
        standing: row.get::<String>("standing")?.parse().map_err(|_| wrong("standing"))?,
        done_at: row.get("done_at")?,
        line: row.get("line")?,
        counts,
        version: row.get("version")?,
    };
    let reason = Reason::parse(&row.get::<String>("reason")?).map_err(|_| wrong("reason"))?;
    Ok(StoredBulkChange { change, reason, asked_at: row.get("asked_at")? })
}

fn row_from_row(row: &Row) -> Result<BulkRow, StoreError> {
    let status = row.get::<Option<String>>("was_status")?;
    let was = match (status, row.get::<Option<OrganisationId>>("was_organisation")?) {
        (Some(status), _) => {
            let name: StatusName = status.parse().map_err(|_| wrong("was_status"))?;
            let status = AccountStatus::restore(name, row.get("was_since")?).map_err(|_| wrong("was_since"))?;
            Some(Before::Status(status))
        }
        (None, organisation) => organisation.map(Before::Organisation),
    };
    Ok(BulkRow {
        line: row.get("line")?,
        organisation: row.get("organisation_id")?,
        typed: row.get("typed")?,
        account: row.get("account_id")?,
        standing: row.get::<String>("standing")?.parse().map_err(|_| wrong("standing"))?,
        why: row.get("why")?,
        done_at: row.get("done_at")?,
        was,
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use wardkey_domain::directory::{BulkDeed, BulkStanding};
    use wardkey_domain::id::SessionId;

    use super::*;
    use crate::both_engines;
    use crate::directory::testing::sample_organisation;
    use crate::directory::{insert_organisation, list_places_of_bulk_change as places};

    const ASKED: Timestamp = Timestamp::from_seconds(1_000_000);

    fn account(n: u128) -> AccountId {
        AccountId::from_uuid(Uuid::from_u128(n))
    }

    fn sample(organisation: OrganisationId, standing: BulkStanding, number: u8) -> StoredBulkChange {
        let change = BulkChange {
            id: BulkChangeId::new(ASKED, [number; 10]),
            organisation,
            deed: BulkDeed::Disable,
            destination: None,
            actor: BulkActor { account: account(1), session: SessionId::from_uuid(Uuid::from_u128(3)), at: ASKED },
            asked_by: account(1),
            approved_by: None,
            standing,
            done_at: None,
            line: 0,
            counts: BulkCounts { unchecked: 3, ..BulkCounts::default() },
            version: 0,
        };
        StoredBulkChange { change, reason: Reason::parse("left").unwrap(), asked_at: ASKED }
    }

    fn row(line: u32, organisation: OrganisationId) -> BulkRow {
        BulkRow {
            line,
            organisation,
            typed: format!("n{line}@a.example"),
            account: None,
            standing: RowStanding::Unchecked,
            why: None,
            done_at: None,
            was: None,
        }
    }

    both_engines!(a_change_and_its_rows_come_back_as_they_were, |store| async {
        let mut tx = store.begin().await.unwrap();
        let trust = sample_organisation(1, "RAA", None);
        insert_organisation(&mut tx, &trust).await.unwrap();
        let stored = sample(trust.id, BulkStanding::Checking, 1);
        let id = stored.change.id;
        let rows: Vec<_> = (1..=150).map(|line| row(line, trust.id)).collect();
        insert_bulk_rows(&mut tx, id, &rows).await.unwrap();
        insert_bulk_change(&mut tx, &stored).await.unwrap();
        assert_eq!(find_bulk_change(&mut tx, id).await.unwrap(), Some(stored.clone()));
        assert_eq!(list_all_bulk_rows(&mut tx, id, 0, 1_000).await.unwrap(), rows);
        let next = list_bulk_rows(&mut tx, id, RowStanding::Unchecked, 148, 10).await.unwrap();
        assert_eq!(next.iter().map(|row| row.line).collect::<Vec<_>>(), [149, 150]);
        let since = Timestamp::from_seconds(5);
        for (line, standing, why, was) in [
            (1, RowStanding::Done, None, Some(Before::Status(AccountStatus::Leaver { since }))),
            (2, RowStanding::Done, None, Some(Before::Status(AccountStatus::Active))),
            (3, RowStanding::Kept, Some("changed"), Some(Before::Organisation(trust.id))),
            (4, RowStanding::Ready, None, None),
        ] {
            let done_at = (standing == RowStanding::Done).then_some(ASKED);
            let why = why.map(str::to_owned);
            let saved = BulkRow { account: Some(account(9)), standing, why, done_at, was, ..row(line, trust.id) };
            save_bulk_row(&mut tx, id, &saved).await.unwrap();
            let found = list_bulk_rows(&mut tx, id, standing, line - 1, 1).await.unwrap();
            assert_eq!(found, [saved]);
        }
        assert_eq!(list_bulk_rows_in_the_way(&mut tx, id, 10).await.unwrap().len(), 1);
        assert_eq!(places(&mut tx, id).await.unwrap(), [trust.path]);
    });

    both_engines!(a_save_of_a_change_loses_against_a_faster_one, |store| async {
        let mut tx = store.begin().await.unwrap();
        let place = OrganisationId::from_uuid(Uuid::from_u128(1));
        let stored = sample(place, BulkStanding::Checked, 1);
        insert_bulk_change(&mut tx, &stored).await.unwrap();
        let waiting = BulkChange { standing: BulkStanding::Waiting, ..stored.change };
        assert!(save_bulk_change(&mut tx, &waiting).await.unwrap());
        assert!(!save_bulk_change(&mut tx, &waiting).await.unwrap());
        assert_eq!(list_waiting_bulk_changes(&mut tx, 10).await.unwrap().len(), 1);
        assert_eq!(list_bulk_changes_by(&mut tx, account(1), 10).await.unwrap().len(), 1);
        assert_eq!(list_bulk_changes_by(&mut tx, account(2), 10).await.unwrap().len(), 0);
        assert_eq!(next_bulk_change(&mut tx).await.unwrap(), None);
        for (number, standing) in [(3, BulkStanding::Undoing), (2, BulkStanding::Running)] {
            insert_bulk_change(&mut tx, &sample(place, standing, number)).await.unwrap();
        }
        let next = next_bulk_change(&mut tx).await.unwrap().unwrap();
        assert_eq!(next.change.standing, BulkStanding::Running, "the oldest first");
    });

    both_engines!(what_somebody_has_done_alone_adds_up, |store| async {
        let mut tx = store.begin().await.unwrap();
        let place = OrganisationId::from_uuid(Uuid::from_u128(1));
        let lately = Timestamp::from_seconds(999_000);
        for (number, standing, approved_by, rows) in [
            (1, BulkStanding::Done, None, 5),
            (2, BulkStanding::Running, None, 7),
            (3, BulkStanding::Done, Some(account(2)), 100),
            (4, BulkStanding::Checked, None, 100),
            (5, BulkStanding::Dropped, None, 100),
        ] {
            let mut stored = sample(place, standing, number);
            stored.change.approved_by = approved_by;
            stored.change.counts = BulkCounts { done: rows - 1, ready: 1, refused: 50, ..BulkCounts::default() };
            insert_bulk_change(&mut tx, &stored).await.unwrap();
        }
        let beside = BulkChangeId::new(ASKED, [1; 10]);
        let other = BulkChangeId::new(ASKED, [9; 10]);
        assert_eq!(bulk_rows_done_alone(&mut tx, account(1), lately, other).await.unwrap(), 12);
        assert_eq!(bulk_rows_done_alone(&mut tx, account(1), lately, beside).await.unwrap(), 7);
        assert_eq!(bulk_rows_done_alone(&mut tx, account(1), ASKED, other).await.unwrap(), 0);
        assert_eq!(bulk_rows_done_alone(&mut tx, account(2), lately, other).await.unwrap(), 0);
    });

    both_engines!(old_changes_are_forgotten_with_their_rows, |store| async {
        let mut tx = store.begin().await.unwrap();
        let place = OrganisationId::from_uuid(Uuid::from_u128(1));
        let stored = sample(place, BulkStanding::Done, 1);
        insert_bulk_rows(&mut tx, stored.change.id, &[row(1, place), row(2, place), row(3, place)]).await.unwrap();
        insert_bulk_change(&mut tx, &stored).await.unwrap();
        assert_eq!(delete_bulk_changes(&mut tx, ASKED, 2).await.unwrap(), 0);
        let later = Timestamp::from_seconds(1_000_001);
        assert_eq!(delete_bulk_changes(&mut tx, later, 2).await.unwrap(), 2);
        assert_eq!(delete_bulk_changes(&mut tx, later, 2).await.unwrap(), 1);
        assert_eq!(find_bulk_change(&mut tx, stored.change.id).await.unwrap(), None);
    });
}
