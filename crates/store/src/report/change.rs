//! Which accounts are to be counted again.

use std::collections::HashMap;

use serde_json::{Map, Value};
use uuid::Uuid;
use wardkey_domain::access::Baseline;
use wardkey_domain::id::{AccountId, GroupId};
use wardkey_domain::time::Timestamp;

use crate::{StoreError, Tx, args};

/// One change of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which change.
    pub id: Uuid,
    /// The account.
    pub account: AccountId,
}

/// Some of the changes that nobody has counted yet, in no order.
pub async fn list_changes(tx: &mut Tx, limit: u32) -> Result<Vec<Change>, StoreError> {
    let rows = tx.all("SELECT id, account_id FROM account_changes LIMIT $1", args![limit]).await?;
    rows.iter().map(|row| Ok(Change { id: row.get("id")?, account: row.get("account_id")? })).collect()
}

/// Takes changes that are about to be counted off the list. By their identifiers: what has changed meanwhile stays on it.
///
/// INVARIANT: before anything is counted, so that of two who would count the same change the second waits, and then gives up.
///
/// # Errors
/// [`StoreError::Busy`] when somebody else has taken one of them.
pub async fn take_changes(tx: &mut Tx, changes: &[Change]) -> Result<(), StoreError> {
    for change in changes {
        if tx.exec("DELETE FROM account_changes WHERE id = $1", args![change.id]).await? == 0 {
            return Err(StoreError::Busy(None));
        }
    }
    Ok(())
}

/// Some of the accounts of which something has ended by itself since they were counted.
pub async fn list_due(tx: &mut Tx, now: Timestamp, limit: u32) -> Result<Vec<AccountId>, StoreError> {
    let sql = "SELECT account_id FROM people WHERE recount_at IS NOT NULL AND recount_at <= $1 LIMIT $2";
    let rows = tx.all(sql, args![now, limit]).await?;
    rows.iter().map(|row| row.get("account_id")).collect()
}

/// Whether accounts were counted with other baselines of groups than these.
pub async fn counted_baselines_differ(tx: &mut Tx, groups: &HashMap<GroupId, Baseline>) -> Result<bool, StoreError> {
    Ok(counted_baselines(tx).await? != as_object(groups))
}

/// Notes the baselines of groups that accounts are counted with from now on; the members of each group whose baseline is another
/// one than before are to be counted again.
pub async fn note_counted_baselines(tx: &mut Tx, groups: &HashMap<GroupId, Baseline>) -> Result<(), StoreError> {
    let (before, now) = (counted_baselines(tx).await?, as_object(groups));
    if before == now {
        return Ok(());
    }
    let changed = before.keys().chain(now.keys()).filter(|group| before.get(*group) != now.get(*group));
    for group in changed.filter_map(|group| group.parse::<GroupId>().ok()) {
        // What changes nothing is a change to the triggers, and each row that they write has an identifier of its own.
        tx.exec("UPDATE group_members SET added_at = added_at WHERE group_id = $1", args![group]).await?;
    }
    let sql = "INSERT INTO counted_baselines (id, baselines) VALUES (1, $1) \
               ON CONFLICT (id) DO UPDATE SET baselines = excluded.baselines";
    tx.exec(sql, args![Value::Object(now)]).await?;
    Ok(())
}

async fn counted_baselines(tx: &mut Tx) -> Result<Map<String, Value>, StoreError> {
    let row = tx.opt("SELECT baselines FROM counted_baselines WHERE id = 1", args![]).await?;
    let baselines: Option<Value> = row.map(|row| row.get("baselines")).transpose()?;
    Ok(baselines.and_then(|baselines| baselines.as_object().cloned()).unwrap_or_default())
}

fn as_object(groups: &HashMap<GroupId, Baseline>) -> Map<String, Value> {
    groups.iter().map(|(group, baseline)| (group.to_string(), Value::from(baseline.as_str()))).collect()
}
