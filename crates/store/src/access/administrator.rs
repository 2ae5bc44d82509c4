//! Everybody who administers, with what is decided from, in a few queries.

use std::collections::HashMap;

use wardkey_domain::access::{Administrator, FactorSet, Hold};
use wardkey_domain::directory::{OrganisationPath, Role, StatusName};
use wardkey_domain::factor::{FactorKind, definition};
use wardkey_domain::id::{AccountId, GroupId};
use wardkey_domain::time::Timestamp;

use crate::{Row, StoreError, Tx, args};

/// The active accounts that administer organisations.
pub async fn list_administrators(tx: &mut Tx, now: Timestamp) -> Result<Vec<Administrator>, StoreError> {
    let sql = "SELECT a.id, a.kind, a.created_at, o.path, g.role, g.organisation_id AS administers \
               FROM role_grants g JOIN accounts a ON a.id = g.account_id JOIN organisations o ON o.id = a.organisation_id \
               WHERE a.status = $1 AND (g.expires_at IS NULL OR g.expires_at > $2) ORDER BY a.id";
    let rows = tx.all(sql, args![StatusName::Active.as_str(), now]).await?;
    let mut found: Vec<Administrator> = Vec::new();
    for row in &rows {
        let id: AccountId = row.get("id")?;
        let role: Role = row.get::<String>("role")?.parse().map_err(|_| wrong("role_grants.role"))?;
        if found.last().is_none_or(|last| last.id != id) {
            found.push(administrator(row, id)?);
        }
        if let Some(last) = found.last_mut() {
            last.roles.push(role);
            let administers =
                matches!(role, Role::LocalAdministrator | Role::PrimaryLocalAdministrator | Role::TenantAdministrator);
            if administers {
                last.administers.push(row.get("administers")?);
            }
        }
    }
    found.retain(|one| !one.administers.is_empty());
    let (factors, groups, holds) = (factors(tx).await?, groups(tx).await?, holds(tx).await?);
    for one in &mut found {
        one.hold = holds.get(&one.id).copied().unwrap_or_default();
        one.factors = factors.get(&one.id).copied().unwrap_or(FactorSet::NONE);
        one.groups = groups.get(&one.id).cloned().unwrap_or_default();
    }
    Ok(found)
}

fn administrator(row: &Row, id: AccountId) -> Result<Administrator, StoreError> {
    let path = OrganisationPath::parse(&row.get::<String>("path")?).map_err(|_| wrong("organisations.path"))?;
    Ok(Administrator {
        id,
        kind: row.get::<String>("kind")?.parse().map_err(|_| wrong("accounts.kind"))?,
        created_at: row.get("created_at")?,
        roles: Vec::new(),
        administers: Vec::new(),
        groups: Vec::new(),
        organisations: path.ids().rev().collect(),
        factors: FactorSet::NONE,
        hold: Hold::None,
    })
}

async fn factors(tx: &mut Tx) -> Result<HashMap<AccountId, FactorSet>, StoreError> {
    let sql = "SELECT DISTINCT c.account_id, c.kind FROM credentials c JOIN role_grants g ON g.account_id = c.account_id \
               WHERE c.state = 'active'";
    let mut found: HashMap<AccountId, FactorSet> = HashMap::new();
    for row in tx.all(sql, args![]).await? {
        let kind: FactorKind = row.get::<String>("kind")?.parse().map_err(|_| wrong("credentials.kind"))?;
        if definition(kind).is_second_factor() && !definition(kind).is_bootstrap {
            let set = found.entry(row.get("account_id")?).or_insert(FactorSet::NONE);
            *set = set.or([kind].into_iter().collect());
        }
    }
    Ok(found)
}

async fn groups(tx: &mut Tx) -> Result<HashMap<AccountId, Vec<GroupId>>, StoreError> {
    let sql = "SELECT DISTINCT m.account_id, m.group_id FROM group_members m \
               JOIN role_grants g ON g.account_id = m.account_id";
    let mut found: HashMap<AccountId, Vec<GroupId>> = HashMap::new();
    for row in tx.all(sql, args![]).await? {
        found.entry(row.get("account_id")?).or_default().push(row.get("group_id")?);
    }
    Ok(found)
}

async fn holds(tx: &mut Tx) -> Result<HashMap<AccountId, Hold>, StoreError> {
    let sql = "SELECT DISTINCT h.account_id FROM account_holds h JOIN role_grants g ON g.account_id = h.account_id";
    let mut found = HashMap::new();
    for row in tx.all(sql, args![]).await? {
        let id = row.get("account_id")?;
        found.insert(id, super::hold_of(tx, id).await?);
    }
    Ok(found)
}

fn wrong(column: &'static str) -> StoreError {
    StoreError::corrupt(column, "not a word that is known")
}
