//! The queries on `accounts`, one account at a time.

use wardkey_domain::directory::{Account, AccountAddress, AccountStatus};
use wardkey_domain::id::{AccountId, OrganisationId};
use wardkey_domain::time::Timestamp;

use super::bulk::{insert_accounts, write_words};
use super::organisation::{path_in, wrong};
use crate::{Row, StoreError, Tx, args};

/// The columns of an account, for statements that join `accounts a` with `organisations o`.
macro_rules! account_columns {
    () => {
        "a.id, a.organisation_id, o.path, a.kind, a.address, a.display_name, a.given_name, a.family_name, a.status, \
         a.status_since, a.created_at, a.last_signed_in_at, a.version"
    };
}
pub(crate) use account_columns;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT ",
            account_columns!(),
            " FROM accounts a JOIN organisations o ON o.id = a.organisation_id ",
            $rest
        )
    };
}

/// The account with this identifier.
pub async fn find_account(tx: &mut Tx, id: AccountId) -> Result<Option<Account>, StoreError> {
    tx.opt(select!("WHERE a.id = $1"), args![id]).await?.as_ref().map(from_row).transpose()
}

/// The account with this address.
pub async fn find_account_by_address(tx: &mut Tx, address: &AccountAddress) -> Result<Option<Account>, StoreError> {
    tx.opt(select!("WHERE a.address = $1"), args![address.as_str()]).await?.as_ref().map(from_row).transpose()
}

/// How many accounts there are, of any kind and status.
pub async fn count_accounts(tx: &mut Tx) -> Result<i64, StoreError> {
    let sum = "SELECT CAST(COALESCE(SUM(account_count), 0) AS BIGINT) AS accounts FROM organisations";
    tx.opt(sum, args![]).await?.map_or(Ok(0), |row| row.get("accounts"))
}

/// Adds an account, and the words it is found by.
///
/// # Errors
/// [`StoreError::Unique`] when its address is taken.
pub async fn insert_account(tx: &mut Tx, account: &Account) -> Result<(), StoreError> {
    insert_accounts(tx, std::slice::from_ref(account)).await
}

/// Saves an account, if nobody changed it since it was read. Says whether it did.
///
/// When somebody signed in last is not saved; [`record_sign_in`] writes it without counting as a change.
pub async fn save_account(tx: &mut Tx, account: &Account) -> Result<bool, StoreError> {
    let Some(before) = tx
        .opt(
            "SELECT organisation_id, address, display_name, given_name, family_name FROM accounts \
             WHERE id = $1 AND version = $2",
            args![account.id, account.version],
        )
        .await?
    else {
        return Ok(false);
    };
    let saved = tx
        .exec(
            "UPDATE accounts SET organisation_id = $3, kind = $4, address = $5, display_name = $6, given_name = $7, \
             family_name = $8, status = $9, status_since = $10, version = version + 1 WHERE id = $1 AND version = $2",
            args![
                account.id,
                account.version,
                account.organisation,
                account.kind.as_str(),
                account.address.as_str(),
                account.display_name.as_str(),
                account.given_name.as_deref(),
                account.family_name.as_deref(),
                account.status.name().as_str(),
                account.status.since(),
            ],
        )
        .await?;
    if saved == 0 {
        return Ok(false);
    }
    let old: OrganisationId = before.get("organisation_id")?;
    let renamed = before.get::<String>("address")? != account.address.as_str()
        || before.get::<String>("display_name")? != account.display_name
        || before.get::<Option<String>>("given_name")? != account.given_name
        || before.get::<Option<String>>("family_name")? != account.family_name;
    if renamed || old != account.organisation {
        tx.exec("DELETE FROM account_words WHERE account_id = $1", args![account.id]).await?;
        write_words(tx, std::slice::from_ref(account)).await?;
    }
    if old != account.organisation {
        tx.exec("UPDATE organisations SET account_count = account_count - 1 WHERE id = $1", args![old]).await?;
        let gain = "UPDATE organisations SET account_count = account_count + 1 WHERE id = $1";
        tx.exec(gain, args![account.organisation]).await?;
    }
    Ok(true)
}

/// Notes that somebody signed in.
pub async fn record_sign_in(tx: &mut Tx, id: AccountId, now: Timestamp) -> Result<(), StoreError> {
    tx.exec("UPDATE accounts SET last_signed_in_at = $2 WHERE id = $1", args![id, now]).await?;
    Ok(())
}

pub(crate) fn from_row(row: &Row) -> Result<Account, StoreError> {
    let status = row.get::<String>("status")?.parse().map_err(|_| wrong("status"))?;
    Ok(Account {
        id: row.get("id")?,
        organisation: row.get("organisation_id")?,
        path: path_in(row, "path")?,
        kind: row.get::<String>("kind")?.parse().map_err(|_| wrong("kind"))?,
        address: row.get::<String>("address")?.parse().map_err(|_| wrong("address"))?,
        display_name: row.get("display_name")?,
        given_name: row.get("given_name")?,
        family_name: row.get("family_name")?,
        status: AccountStatus::restore(status, row.get("status_since")?).map_err(|_| wrong("status_since"))?,
        created_at: row.get("created_at")?,
        last_signed_in_at: row.get("last_signed_in_at")?,
        version: row.get("version")?,
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use uuid::Uuid;
    use wardkey_domain::directory::{AccountKind, Change, Organisation};

    use super::super::organisation::insert_organisation;
    use super::super::organisation::tests::sample as sample_organisation;
    use super::*;
    use crate::both_engines;

    pub(crate) fn sample(n: u128, address: &str, organisation: &Organisation) -> Account {
        Account {
            id: AccountId::from_uuid(Uuid::from_u128(n)),
            organisation: organisation.id,
            path: organisation.path.clone(),
            kind: AccountKind::User,
            address: AccountAddress::parse(address).unwrap(),
            display_name: format!("Person {n}"),
            given_name: None,
            family_name: Some("Rowe".to_owned()),
            status: AccountStatus::Active,
            created_at: Timestamp::from_seconds(1),
            last_signed_in_at: None,
            version: 0,
        }
    }

    both_engines!(an_account_is_found_by_identifier_and_by_address, |store| async {
        let mut tx = store.begin().await.unwrap();
        let trust = sample_organisation(1, "RAA", None);
        let site = sample_organisation(2, "RAB", Some(&trust));
        insert_organisation(&mut tx, &trust).await.unwrap();
        insert_organisation(&mut tx, &site).await.unwrap();
        let nurse = sample(5, "nurse@a.example", &site);
        let clerk = sample(6, "clerk@a.example", &site);
        insert_account(&mut tx, &nurse).await.unwrap();
        insert_account(&mut tx, &clerk).await.unwrap();
        assert_eq!(find_account(&mut tx, nurse.id).await.unwrap(), Some(nurse.clone()));
        assert_eq!(find_account_by_address(&mut tx, &nurse.address).await.unwrap(), Some(nurse.clone()));
        assert_eq!(count_accounts(&mut tx).await.unwrap(), 2);
        let taken = insert_account(&mut tx, &sample(7, "nurse@a.example", &site)).await.unwrap_err();
        assert!(taken.is_unique().is_some_and(|what| what.contains("address")), "{taken}");
    });

    both_engines!(a_save_loses_against_a_faster_one, |store| async {
        let mut tx = store.begin().await.unwrap();
        let trust = sample_organisation(1, "RAA", None);
        insert_organisation(&mut tx, &trust).await.unwrap();
        let nurse = sample(5, "nurse@a.example", &trust);
        insert_account(&mut tx, &nurse).await.unwrap();
        let disabled = nurse.clone().change(Change::Disable, Timestamp::from_seconds(9)).unwrap();
        assert!(save_account(&mut tx, &disabled).await.unwrap());
        assert!(!save_account(&mut tx, &disabled).await.unwrap());
        let stored = find_account(&mut tx, nurse.id).await.unwrap().unwrap();
        assert_eq!((stored.status, stored.version), (disabled.status, 1));
    });

    both_engines!(an_account_moves_to_another_organisation, |store| async {
        let mut tx = store.begin().await.unwrap();
        let old = sample_organisation(1, "OLD", None);
        let new = sample_organisation(2, "NEW", None);
        insert_organisation(&mut tx, &old).await.unwrap();
        insert_organisation(&mut tx, &new).await.unwrap();
        let nurse = sample(5, "nurse@a.example", &old);
        insert_account(&mut tx, &nurse).await.unwrap();
        let moved = Account { organisation: new.id, path: new.path.clone(), ..nurse };
        assert!(save_account(&mut tx, &moved).await.unwrap());
        assert_eq!(find_account(&mut tx, moved.id).await.unwrap().unwrap().path, new.path);
        let counts = tx.all("SELECT account_count FROM organisations ORDER BY ods_code", args![]).await.unwrap();
        let counts: Vec<i64> = counts.iter().map(|row| row.get("account_count").unwrap()).collect();
        assert_eq!(counts, [1, 0]);
    });

    both_engines!(signing_in_is_no_change, |store| async {
        let mut tx = store.begin().await.unwrap();
        let trust = sample_organisation(1, "RAA", None);
        insert_organisation(&mut tx, &trust).await.unwrap();
        let nurse = sample(5, "nurse@a.example", &trust);
        insert_account(&mut tx, &nurse).await.unwrap();
        record_sign_in(&mut tx, nurse.id, Timestamp::from_seconds(70)).await.unwrap();
        let stored = find_account(&mut tx, nurse.id).await.unwrap().unwrap();
        assert_eq!((stored.last_signed_in_at, stored.version), (Some(Timestamp::from_seconds(70)), 0));
    });
}
