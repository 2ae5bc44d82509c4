//! The queries on `role_grants`.

use wardkey_domain::directory::{Organisation, Role, RoleGrant, StatusName};
use wardkey_domain::id::{AccountId, RoleGrantId};
use wardkey_domain::time::Timestamp;

use super::organisation::{path_in, wrong};
use crate::{Row, StoreError, Tx, args};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT g.id, g.account_id, g.organisation_id, o.path, g.role, g.expires_at \
             FROM role_grants g JOIN organisations o ON o.id = g.organisation_id ",
            $rest
        )
    };
}

/// The roles that an account holds; those that have ended are left out.
pub async fn list_account_roles(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<Vec<RoleGrant>, StoreError> {
    let rows = tx
        .all(
            select!("WHERE g.account_id = $1 AND (g.expires_at IS NULL OR g.expires_at > $2) ORDER BY g.id"),
            args![account, now],
        )
        .await?;
    rows.iter().map(from_row).collect()
}

/// The names of the local administrators of an organisation, or of the nearest one above that has any [ADM-10].
pub async fn local_administrators(
    tx: &mut Tx,
    organisation: &Organisation,
    now: Timestamp,
) -> Result<Vec<String>, StoreError> {
    let rows = administrators(tx, organisation, now).await?;
    rows.iter().map(|row| row.get("display_name")).collect()
}

/// The accounts of the same.
pub async fn local_administrator_ids(
    tx: &mut Tx,
    organisation: &Organisation,
    now: Timestamp,
) -> Result<Vec<AccountId>, StoreError> {
    let rows = administrators(tx, organisation, now).await?;
    rows.iter().map(|row| row.get("id")).collect()
}

async fn administrators(tx: &mut Tx, organisation: &Organisation, now: Timestamp) -> Result<Vec<Row>, StoreError> {
    for id in organisation.path.ids().rev() {
        let rows = tx
            .all(
                "SELECT DISTINCT a.display_name, a.id FROM role_grants g JOIN accounts a ON a.id = g.account_id \
                 WHERE g.organisation_id = $1 AND g.role IN ($2, $3) AND (g.expires_at IS NULL OR g.expires_at > $4) \
                 AND a.status = $5 ORDER BY a.display_name LIMIT 10",
                args![
                    id,
                    Role::LocalAdministrator.as_str(),
                    Role::PrimaryLocalAdministrator.as_str(),
                    now,
                    StatusName::Active.as_str()
                ],
            )
            .await?;
        if !rows.is_empty() {
            return Ok(rows);
        }
    }
    Ok(Vec::new())
}

/// One grant, ended or not.
pub async fn find_role(tx: &mut Tx, id: RoleGrantId) -> Result<Option<RoleGrant>, StoreError> {
    tx.opt(select!("WHERE g.id = $1"), args![id]).await?.as_ref().map(from_row).transpose()
}

/// Gives a role. The same role for the same organisation is held once: giving it again sets when it ends.
///
/// Returns the identifier that the grant has, which is the older one's if there is one.
pub async fn insert_role(tx: &mut Tx, grant: &RoleGrant, now: Timestamp) -> Result<RoleGrantId, StoreError> {
    let row = tx
        .opt(
            "INSERT INTO role_grants (id, account_id, organisation_id, role, expires_at, granted_at) \
             VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (account_id, organisation_id, role) DO UPDATE SET expires_at = excluded.expires_at \
             RETURNING id",
            args![grant.id, grant.account, grant.organisation, grant.role.as_str(), grant.expires_at, now],
        )
        .await?;
    row.map_or(Ok(grant.id), |row| row.get("id"))
}

/// Takes a role away. Says whether it was there.
pub async fn delete_role(tx: &mut Tx, id: RoleGrantId) -> Result<bool, StoreError> {
    Ok(tx.exec("DELETE FROM role_grants WHERE id = $1", args![id]).await? == 1)
}

fn from_row(row: &Row) -> Result<RoleGrant, StoreError> {
    Ok(RoleGrant {
        id: row.get("id")?,
        account: row.get("account_id")?,
        organisation: row.get("organisation_id")?,
        path: path_in(row, "path")?,
        role: row.get::<String>("role")?.parse().map_err(|_| wrong("role"))?,
        expires_at: row.get("expires_at")?,
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use wardkey_domain::directory::Role;

    use super::super::account::insert_account;
    use super::super::account::tests::sample;
    use super::super::organisation::insert_organisation;
    use super::super::organisation::tests::sample as sample_organisation;
    use super::*;
    use crate::both_engines;

    const NOW: Timestamp = Timestamp::from_seconds(100);

    both_engines!(people_without_an_administrator_are_sent_to_the_one_above, |store| async {
        let mut tx = store.begin().await.unwrap();
        let trust = sample_organisation(1, "RAA", None);
        let clinic = sample_organisation(2, "RAA01", Some(&trust));
        insert_organisation(&mut tx, &trust).await.unwrap();
        insert_organisation(&mut tx, &clinic).await.unwrap();
        let administrator = sample(5, "administrator@a.example", &trust);
        insert_account(&mut tx, &administrator).await.unwrap();
        assert_eq!(local_administrators(&mut tx, &clinic, NOW).await.unwrap(), Vec::<String>::new());
        let grant = RoleGrant {
            id: RoleGrantId::from_uuid(Uuid::from_u128(8)),
            account: administrator.id,
            organisation: trust.id,
            path: trust.path.clone(),
            role: Role::LocalAdministrator,
            expires_at: None,
        };
        insert_role(&mut tx, &grant, NOW).await.unwrap();
        let named = std::slice::from_ref(&administrator.display_name);
        assert_eq!(local_administrators(&mut tx, &clinic, NOW).await.unwrap(), named);
    });

    both_engines!(a_role_is_held_until_it_ends_or_is_taken, |store| async {
        let mut tx = store.begin().await.unwrap();
        let trust = sample_organisation(1, "RAA", None);
        insert_organisation(&mut tx, &trust).await.unwrap();
        let nurse = sample(5, "nurse@a.example", &trust);
        insert_account(&mut tx, &nurse).await.unwrap();
        let mut grant = RoleGrant {
            id: RoleGrantId::from_uuid(Uuid::from_u128(8)),
            account: nurse.id,
            organisation: trust.id,
            path: trust.path.clone(),
            role: Role::LocalAdministrator,
            expires_at: None,
        };
        assert_eq!(insert_role(&mut tx, &grant, NOW).await.unwrap(), grant.id);
        assert_eq!(list_account_roles(&mut tx, nurse.id, NOW).await.unwrap(), [grant.clone()]);
        let again =
            RoleGrant { id: RoleGrantId::from_uuid(Uuid::from_u128(9)), expires_at: Some(NOW), ..grant.clone() };
        assert_eq!(insert_role(&mut tx, &again, NOW).await.unwrap(), grant.id);
        assert_eq!(list_account_roles(&mut tx, nurse.id, NOW).await.unwrap(), []);
        grant.expires_at = Some(NOW);
        assert_eq!(find_role(&mut tx, grant.id).await.unwrap(), Some(grant.clone()));
        assert!(delete_role(&mut tx, grant.id).await.unwrap());
        assert!(!delete_role(&mut tx, grant.id).await.unwrap());
    });
}
