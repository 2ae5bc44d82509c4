//! Groups that applications keep.

use wardkey_domain::id::{AccountId, ApplicationId, GroupId, OrganisationId};
use wardkey_domain::time::Timestamp;

use crate::{Row, StoreError, Tx, args};

/// A group that an application keeps. Who is in it is where it is for every group (`access::list_members`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvisionedGroup {
    /// The group.
    pub id: GroupId,
    /// Whose it is.
    pub application: ApplicationId,
    /// Who answers for the application.
    pub organisation: OrganisationId,
    /// What the application calls it.
    pub display_name: String,
    /// What else it calls it.
    pub external_id: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Counts the changes, also of who is in it.
    pub version: i64,
}

fn read(row: &Row) -> Result<ProvisionedGroup, StoreError> {
    Ok(ProvisionedGroup {
        id: row.get("group_id")?,
        application: row.get("application_id")?,
        organisation: row.get("organisation_id")?,
        display_name: row.get("display_name")?,
        external_id: row.get("external_id")?,
        created_at: row.get("created_at")?,
        version: row.get("version")?,
    })
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT p.group_id, p.application_id, p.organisation_id, p.display_name, p.external_id, p.created_at, \
             p.version FROM provisioned_groups p ",
            $rest
        )
    };
}

/// Notes that a group is an application's.
pub async fn insert_provisioned_group(tx: &mut Tx, group: &ProvisionedGroup) -> Result<(), StoreError> {
    let sql = "INSERT INTO provisioned_groups (group_id, application_id, organisation_id, display_name, external_id, \
               created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let ProvisionedGroup { id, application, organisation, display_name, external_id, created_at, version } = group;
    let external_id = external_id.as_deref();
    tx.exec(sql, args![*id, *application, *organisation, display_name, external_id, *created_at, *version]).await?;
    Ok(())
}

/// A group of an application.
pub async fn find_provisioned_group(
    tx: &mut Tx,
    application: ApplicationId,
    id: GroupId,
) -> Result<Option<ProvisionedGroup>, StoreError> {
    let row = tx.opt(select!("WHERE p.group_id = $2 AND p.application_id = $1"), args![application, id]).await?;
    row.as_ref().map(read).transpose()
}

/// Whether a group is kept by an application.
pub async fn is_provisioned_group(tx: &mut Tx, id: GroupId) -> Result<bool, StoreError> {
    let row = tx.opt("SELECT version FROM provisioned_groups WHERE group_id = $1", args![id]).await?;
    Ok(row.is_some())
}

/// The groups of an application, the oldest first, the first so many.
pub async fn list_provisioned_groups(
    tx: &mut Tx,
    application: ApplicationId,
    limit: u32,
) -> Result<Vec<ProvisionedGroup>, StoreError> {
    let rows =
        tx.all(select!("WHERE p.application_id = $1 ORDER BY p.group_id LIMIT $2"), args![application, limit]).await?;
    rows.iter().map(read).collect()
}

/// The groups of an application that an account is in.
pub async fn list_provisioned_groups_of(
    tx: &mut Tx,
    application: ApplicationId,
    account: AccountId,
) -> Result<Vec<ProvisionedGroup>, StoreError> {
    let sql = select!(
        "JOIN group_members m ON m.group_id = p.group_id WHERE p.application_id = $1 AND m.account_id = $2 \
         ORDER BY p.group_id"
    );
    let rows = tx.all(sql, args![application, account]).await?;
    rows.iter().map(read).collect()
}

/// Holds a group until the transaction ends, if it is as it was read. Says whether it is.
pub async fn hold_provisioned_group(tx: &mut Tx, group: &ProvisionedGroup) -> Result<bool, StoreError> {
    let sql = "UPDATE provisioned_groups SET version = version WHERE group_id = $1 AND version = $2";
    Ok(tx.exec(sql, args![group.id, group.version]).await? == 1)
}

/// Saves what an application calls a group, over the version before. Says whether it did.
pub async fn save_provisioned_group(tx: &mut Tx, group: &ProvisionedGroup) -> Result<bool, StoreError> {
    let sql = "UPDATE provisioned_groups SET display_name = $3, external_id = $4, version = $2 \
               WHERE group_id = $1 AND version = $2 - 1";
    let saved = tx.exec(sql, args![group.id, group.version, &group.display_name, group.external_id.as_deref()]).await?;
    Ok(saved == 1)
}

/// Removes a group with everybody in it. Says whether it was as it was read.
pub async fn delete_provisioned_group(tx: &mut Tx, group: &ProvisionedGroup) -> Result<bool, StoreError> {
    let sql = "DELETE FROM provisioned_groups WHERE group_id = $1 AND version = $2";
    if tx.exec(sql, args![group.id, group.version]).await? == 0 {
        return Ok(false);
    }
    tx.exec("DELETE FROM group_members WHERE group_id = $1", args![group.id]).await?;
    tx.exec("DELETE FROM account_groups WHERE id = $1", args![group.id]).await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::access::{add_member, find_group, insert_group, list_members};
    use crate::both_engines;

    const ME: ApplicationId = ApplicationId::from_uuid(Uuid::from_u128(50));
    const OTHER: ApplicationId = ApplicationId::from_uuid(Uuid::from_u128(51));
    const NOW: Timestamp = Timestamp::from_seconds(9);
    const NURSE: AccountId = AccountId::from_uuid(Uuid::from_u128(5));

    fn group() -> ProvisionedGroup {
        ProvisionedGroup {
            id: GroupId::from_uuid(Uuid::from_u128(1)),
            application: ME,
            organisation: OrganisationId::from_uuid(Uuid::from_u128(2)),
            display_name: "Ward".to_owned(),
            external_id: None,
            created_at: NOW,
            version: 0,
        }
    }

    async fn made(tx: &mut Tx) -> ProvisionedGroup {
        let group = group();
        assert!(insert_group(tx, group.id, group.organisation, "scim-raa-ward", NOW).await.unwrap());
        insert_provisioned_group(tx, &group).await.unwrap();
        assert!(add_member(tx, group.id, NURSE, group.organisation, NOW).await.unwrap());
        group
    }

    both_engines!(a_group_is_seen_by_its_own_application, |store| async {
        let mut tx = store.begin().await.unwrap();
        let group = made(&mut tx).await;
        assert_eq!(find_provisioned_group(&mut tx, ME, group.id).await.unwrap(), Some(group.clone()));
        assert_eq!(find_provisioned_group(&mut tx, OTHER, group.id).await.unwrap(), None);
        assert_eq!(list_provisioned_groups(&mut tx, ME, 10).await.unwrap(), std::slice::from_ref(&group));
        assert_eq!(list_provisioned_groups(&mut tx, OTHER, 10).await.unwrap(), []);
        assert_eq!(list_provisioned_groups_of(&mut tx, ME, NURSE).await.unwrap(), std::slice::from_ref(&group));
        assert_eq!(list_provisioned_groups_of(&mut tx, OTHER, NURSE).await.unwrap(), []);
        assert!(is_provisioned_group(&mut tx, group.id).await.unwrap());
        assert!(!is_provisioned_group(&mut tx, GroupId::from_uuid(Uuid::from_u128(9))).await.unwrap());
    });

    both_engines!(a_group_is_saved_over_the_version_that_was_read, |store| async {
        let mut tx = store.begin().await.unwrap();
        let group = made(&mut tx).await;
        assert!(hold_provisioned_group(&mut tx, &group).await.unwrap());
        let next = ProvisionedGroup { display_name: "Ward 2".to_owned(), version: 1, ..group.clone() };
        assert!(save_provisioned_group(&mut tx, &next).await.unwrap());
        assert!(!save_provisioned_group(&mut tx, &next).await.unwrap());
        assert!(!hold_provisioned_group(&mut tx, &group).await.unwrap());
        assert!(!delete_provisioned_group(&mut tx, &group).await.unwrap());
        assert!(delete_provisioned_group(&mut tx, &next).await.unwrap());
        assert_eq!(find_group(&mut tx, group.id).await.unwrap(), None);
        assert_eq!(list_members(&mut tx, group.id, None, 10).await.unwrap(), []);
    });
}
