//! The queries on `accounts`, many at once: what imports use.
//!
//! [`Sizes`] says why they go sixty-four at a time.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use wardkey_domain::directory::{Account, AccountAddress, words};
use wardkey_domain::id::OrganisationId;

use super::account::{account_columns, from_row};
use crate::many::{MANY, Sizes, placeholders};
use crate::{StoreError, Tx, Val, args};

static INSERT_ACCOUNTS: LazyLock<Sizes> = LazyLock::new(|| {
    Sizes::inserts(
        "accounts (id, organisation_id, kind, address, display_name, given_name, family_name, status, status_since, \
         created_at, last_signed_in_at, version)",
        12,
    )
});

static INSERT_WORDS: LazyLock<Sizes> =
    LazyLock::new(|| Sizes::inserts("account_words (word, account_id, organisation_id)", 3));

static ACCOUNTS_AT: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT {} FROM accounts a JOIN organisations o ON o.id = a.organisation_id WHERE a.address IN {}",
        account_columns!(),
        placeholders(1, MANY)
    )
});

/// The accounts with these addresses, those that exist, in no order.
pub async fn accounts_at(tx: &mut Tx, addresses: &[&AccountAddress]) -> Result<Vec<Account>, StoreError> {
    let mut found = Vec::new();
    for chunk in addresses.chunks(MANY) {
        let mut values: Vec<Val> = chunk.iter().map(|address| Val::from(address.as_str())).collect();
        // An address is never empty, so empty texts fill the statement up without finding anything.
        values.resize(MANY, Val::from(""));
        for row in tx.all(ACCOUNTS_AT.as_str(), values).await? {
            found.push(from_row(&row)?);
        }
    }
    Ok(found)
}

/// Adds accounts, and the words they are found by.
///
/// # Errors
/// [`StoreError::Unique`] when an address is taken.
pub async fn insert_accounts(tx: &mut Tx, accounts: &[Account]) -> Result<(), StoreError> {
    let mut left = accounts;
    while !left.is_empty() {
        let (sql, rows) = INSERT_ACCOUNTS.next(left.len());
        let (now, later) = left.split_at_checked(rows).unwrap_or((left, &[]));
        tx.exec(sql, now.iter().flat_map(account_values).collect()).await?;
        left = later;
    }
    write_words(tx, accounts).await?;
    let mut gains: BTreeMap<OrganisationId, i64> = BTreeMap::new();
    for account in accounts {
        *gains.entry(account.organisation).or_default() += 1;
    }
    for (organisation, gain) in gains {
        tx.exec("UPDATE organisations SET account_count = account_count + $2 WHERE id = $1", args![organisation, gain])
            .await?;
    }
    Ok(())
}

/// Writes the words that these accounts are found by; they must have none yet.
pub(super) async fn write_words(tx: &mut Tx, accounts: &[Account]) -> Result<(), StoreError> {
    let rows: Vec<_> = accounts
        .iter()
        .flat_map(|account| searchable(account).into_iter().map(move |word| (word, account.id, account.organisation)))
        .collect();
    let mut left = rows.as_slice();
    while !left.is_empty() {
        let (sql, rows) = INSERT_WORDS.next(left.len());
        let (now, later) = left.split_at_checked(rows).unwrap_or((left, &[]));
        let values =
            now.iter().flat_map(|(word, account, organisation)| args![word, *account, *organisation]).collect();
        tx.exec(sql, values).await?;
        left = later;
    }
    Ok(())
}

/// The words of the name, and those before the address's at sign: what follows it is the same for everybody nearby.
fn searchable(account: &Account) -> Vec<String> {
    let address = account.address.as_str();
    let mailbox = address.rsplit_once('@').map_or(address, |(mailbox, _)| mailbox);
    let given = account.given_name.as_deref().unwrap_or_default();
    let family = account.family_name.as_deref().unwrap_or_default();
    words(&[&account.display_name, given, family, mailbox])
}

fn account_values(account: &Account) -> Vec<Val> {
    args![
        account.id,
        account.organisation,
        account.kind.as_str(),
        account.address.as_str(),
        account.display_name.as_str(),
        account.given_name.as_deref(),
        account.family_name.as_deref(),
        account.status.name().as_str(),
        account.status.since(),
        account.created_at,
        account.last_signed_in_at,
        account.version,
    ]
}

#[cfg(test)]
mod tests {
    use super::super::account::tests::sample;
    use super::super::count_accounts;
    use super::super::organisation::insert_organisation;
    use super::super::organisation::tests::sample as sample_organisation;
    use super::*;
    use crate::both_engines;

    both_engines!(many_accounts_are_added_and_found_at_once, |store| async {
        let mut tx = store.begin().await.unwrap();
        let trust = sample_organisation(1, "RAA", None);
        insert_organisation(&mut tx, &trust).await.unwrap();
        let accounts: Vec<_> = (0..150).map(|n| sample(1_000 + n, &format!("nurse{n}@a.example"), &trust)).collect();
        insert_accounts(&mut tx, &accounts).await.unwrap();
        assert_eq!(count_accounts(&mut tx).await.unwrap(), 150);
        let absent = AccountAddress::parse("nobody@a.example").unwrap();
        let mut addresses: Vec<_> = accounts.iter().map(|account| &account.address).collect();
        addresses.push(&absent);
        let mut found = accounts_at(&mut tx, &addresses).await.unwrap();
        found.sort_by_key(|account| account.id);
        assert_eq!(found, accounts);
        assert_eq!(accounts_at(&mut tx, &[]).await.unwrap(), []);
    });
}
