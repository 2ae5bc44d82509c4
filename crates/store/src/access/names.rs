//! What the names of a document stand for.

use std::collections::{BTreeSet, HashMap};

use wardkey_domain::access::{Names, Wanted};

use crate::{FromVal, StoreError, Tx, args};

/// What is there of the names that are wanted.
pub async fn names(tx: &mut Tx, wanted: &Wanted) -> Result<Names, StoreError> {
    Ok(Names {
        accounts: lookup(tx, "SELECT id FROM accounts WHERE address = $1", &wanted.accounts).await?,
        groups: lookup(tx, "SELECT id FROM account_groups WHERE name = $1", &wanted.groups).await?,
        organisations: lookup(tx, "SELECT id FROM organisations WHERE ods_code = $1", &wanted.organisations).await?,
        applications: lookup(tx, "SELECT id FROM applications WHERE client_id = $1", &wanted.applications).await?,
        locations: lookup(tx, "SELECT id FROM named_locations WHERE name = $1", &wanted.locations).await?,
    })
}

async fn lookup<Id: FromVal>(
    tx: &mut Tx,
    sql: &'static str,
    names: &BTreeSet<String>,
) -> Result<HashMap<String, Id>, StoreError> {
    let mut found = HashMap::with_capacity(names.len());
    for name in names {
        if let Some(row) = tx.opt(sql, args![name]).await? {
            found.insert(name.clone(), row.get("id")?);
        }
    }
    Ok(found)
}
