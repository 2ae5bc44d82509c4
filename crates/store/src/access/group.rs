//! Groups of accounts.

use wardkey_domain::id::{AccountId, GroupId, OrganisationId};
use wardkey_domain::time::Timestamp;

use crate::{Row, StoreError, Tx, args};

/// A group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its identifier.
    pub id: GroupId,
    /// The organisation that it belongs to.
    pub organisation: OrganisationId,
    /// What policies call it.
    pub name: String,
    /// How many accounts are in it.
    pub members: i64,
}

fn group(row: &Row) -> Result<Group, StoreError> {
    let (id, organisation) = (row.get("id")?, row.get("organisation_id")?);
    Ok(Group { id, organisation, name: row.get("name")?, members: row.get("members")? })
}

macro_rules! groups {
    ($rest:literal) => {
        concat!(
            "SELECT id, organisation_id, name, \
             (SELECT COUNT(*) FROM group_members WHERE group_id = account_groups.id) AS members FROM account_groups ",
            $rest
        )
    };
}

/// Adds a group; says whether its name was free.
pub async fn insert_group(
    tx: &mut Tx,
    id: GroupId,
    organisation: OrganisationId,
    name: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO account_groups (id, organisation_id, name, created_at) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (name) DO NOTHING";
    Ok(tx.exec(sql, args![id, organisation, name, now]).await? == 1)
}

/// A group.
pub async fn find_group(tx: &mut Tx, id: GroupId) -> Result<Option<Group>, StoreError> {
    tx.opt(groups!("WHERE id = $1"), args![id]).await?.as_ref().map(group).transpose()
}

/// The group of this name.
pub async fn find_group_by_name(tx: &mut Tx, name: &str) -> Result<Option<Group>, StoreError> {
    tx.opt(groups!("WHERE name = $1"), args![name]).await?.as_ref().map(group).transpose()
}

/// Groups by name, beginning after `after`.
pub async fn list_groups(tx: &mut Tx, after: &str, limit: u32) -> Result<Vec<Group>, StoreError> {
    let rows = tx.all(groups!("WHERE name > $1 ORDER BY name LIMIT $2"), args![after, limit]).await?;
    rows.iter().map(group).collect()
}

/// Puts an account into a group; says whether it was not in it.
pub async fn add_member(
    tx: &mut Tx,
    id: GroupId,
    account: AccountId,
    organisation: OrganisationId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO group_members (account_id, group_id, organisation_id, added_at) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (account_id, group_id) DO NOTHING";
    Ok(tx.exec(sql, args![account, id, organisation, now]).await? == 1)
}

/// Takes an account out of a group; says whether it was in it.
pub async fn remove_member(tx: &mut Tx, id: GroupId, account: AccountId) -> Result<bool, StoreError> {
    let sql = "DELETE FROM group_members WHERE account_id = $1 AND group_id = $2";
    Ok(tx.exec(sql, args![account, id]).await? == 1)
}

/// The accounts of a group, beginning after `after`.
pub async fn list_members(
    tx: &mut Tx,
    id: GroupId,
    after: Option<AccountId>,
    limit: u32,
) -> Result<Vec<AccountId>, StoreError> {
    let sql = "SELECT account_id FROM group_members WHERE group_id = $1 AND account_id > $2 \
               ORDER BY account_id LIMIT $3";
    let after = after.unwrap_or(AccountId::from_uuid(uuid::Uuid::nil()));
    let rows = tx.all(sql, args![id, after, limit]).await?;
    rows.iter().map(|row| row.get("account_id")).collect()
}

/// The groups that an account is in.
pub async fn groups_of(tx: &mut Tx, account: AccountId) -> Result<Vec<GroupId>, StoreError> {
    let rows = tx.all("SELECT group_id FROM group_members WHERE account_id = $1", args![account]).await?;
    rows.iter().map(|row| row.get("group_id")).collect()
}
