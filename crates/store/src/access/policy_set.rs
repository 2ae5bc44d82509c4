//! The sets of policies that were published.

use std::collections::HashMap;

use wardkey_domain::id::{AccountId, IdEntropy, PolicyId};
use wardkey_domain::time::Timestamp;

use super::epoch::bump_epoch;
use crate::{Row, StoreError, Tx, args};

/// A set of policies that was published, without its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicySet {
    /// Its number, from 1.
    pub version: i64,
    /// When it was published.
    pub published_at: Timestamp,
    /// By whom; nobody with an account where it was an operator.
    pub published_by: Option<AccountId>,
    /// Why.
    pub reason: String,
    /// It is taken back unless it is confirmed before then; nothing where that is not asked for.
    pub confirm_by: Option<Timestamp>,
    /// When it was confirmed.
    pub confirmed_at: Option<Timestamp>,
    /// When it was taken back.
    pub rolled_back_at: Option<Timestamp>,
}

macro_rules! columns {
    () => {
        "version, document, published_at, published_by, reason, confirm_by, confirmed_at, rolled_back_at"
    };
}

fn policy_set(row: &Row) -> Result<(PolicySet, String), StoreError> {
    let set = PolicySet {
        version: row.get("version")?,
        published_at: row.get("published_at")?,
        published_by: row.get("published_by")?,
        reason: row.get("reason")?,
        confirm_by: row.get("confirm_by")?,
        confirmed_at: row.get("confirmed_at")?,
        rolled_back_at: row.get("rolled_back_at")?,
    };
    Ok((set, row.get("document")?))
}

/// Publishes a set; says whether nobody else has published one of this number.
pub async fn insert_policy_set(tx: &mut Tx, set: &PolicySet, document: &str) -> Result<bool, StoreError> {
    let sql = "INSERT INTO policy_sets (version, document, published_at, published_by, reason, confirm_by, confirmed_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (version) DO NOTHING";
    let PolicySet { version, published_at, published_by, reason, confirm_by, confirmed_at, .. } = set;
    let inserted = tx
        .exec(sql, args![*version, document, *published_at, *published_by, reason, *confirm_by, *confirmed_at])
        .await?;
    bump_epoch(tx).await?;
    Ok(inserted == 1)
}

/// The set that is in force at a moment, with its text; nothing before any was published.
///
/// One that waits to be confirmed counts until its time is over, whoever notes that it is.
pub async fn find_policy_set_in_force(tx: &mut Tx, now: Timestamp) -> Result<Option<(PolicySet, String)>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM policy_sets WHERE rolled_back_at IS NULL AND (confirmed_at IS NOT NULL OR confirm_by > $1) \
         ORDER BY version DESC LIMIT 1"
    );
    tx.opt(sql, args![now]).await?.as_ref().map(policy_set).transpose()
}

/// A set, with its text.
pub async fn find_policy_set(tx: &mut Tx, version: i64) -> Result<Option<(PolicySet, String)>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM policy_sets WHERE version = $1");
    tx.opt(sql, args![version]).await?.as_ref().map(policy_set).transpose()
}

/// The newest sets, the newest first.
pub async fn list_policy_sets(tx: &mut Tx, limit: u32) -> Result<Vec<PolicySet>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM policy_sets ORDER BY version DESC LIMIT $1");
    let rows = tx.all(sql, args![limit]).await?;
    rows.iter().map(|row| policy_set(row).map(|(set, _)| set)).collect()
}

/// Confirms a set; says whether it still waited for that.
pub async fn confirm_policy_set(tx: &mut Tx, version: i64, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE policy_sets SET confirmed_at = $2 \
               WHERE version = $1 AND confirmed_at IS NULL AND rolled_back_at IS NULL AND confirm_by > $2";
    let confirmed = tx.exec(sql, args![version, now]).await?;
    bump_epoch(tx).await?;
    Ok(confirmed == 1)
}

/// Takes a set back that waits to be confirmed, or has waited too long; says whether it did.
pub async fn roll_back_policy_set(tx: &mut Tx, version: i64, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE policy_sets SET rolled_back_at = $2 \
               WHERE version = $1 AND confirmed_at IS NULL AND rolled_back_at IS NULL";
    let rolled_back = tx.exec(sql, args![version, now]).await?;
    bump_epoch(tx).await?;
    Ok(rolled_back == 1)
}

/// Sets that nobody has confirmed in time, and nobody has noted it.
pub async fn list_lapsed_policy_sets(tx: &mut Tx, now: Timestamp) -> Result<Vec<PolicySet>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM policy_sets WHERE confirmed_at IS NULL AND rolled_back_at IS NULL AND confirm_by <= $1 ORDER BY version"
    );
    let rows = tx.all(sql, args![now]).await?;
    rows.iter().map(|row| policy_set(row).map(|(set, _)| set)).collect()
}

/// The identifier of each policy of these names; a name that was never used gets one, made by `entropy`.
pub async fn policy_ids(
    tx: &mut Tx,
    names: &[String],
    entropy: impl Fn() -> IdEntropy,
    now: Timestamp,
) -> Result<HashMap<String, PolicyId>, StoreError> {
    let mut found = list_policy_ids(tx).await?;
    for name in names {
        if found.contains_key(name) {
            continue;
        }
        let id = PolicyId::new(now, entropy());
        let sql = "INSERT INTO policies (id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING";
        tx.exec(sql, args![id, name, now]).await?;
        found.insert(name.clone(), id);
    }
    Ok(found)
}

/// The identifier of every policy that there ever was, by its name.
pub async fn list_policy_ids(tx: &mut Tx) -> Result<HashMap<String, PolicyId>, StoreError> {
    let rows = tx.all("SELECT id, name FROM policies", args![]).await?;
    rows.iter().map(|row| Ok((row.get("name")?, row.get("id")?))).collect()
}
