//! What the MFA Status report says of an account beside what is counted.

use std::collections::HashMap;
use std::sync::LazyLock;

use wardkey_domain::access::MFA_ENABLED;
use wardkey_domain::access::exception::ExceptionKind;
use wardkey_domain::factor::FactorKind;
use wardkey_domain::id::{AccountId, GroupId};
use wardkey_domain::time::Timestamp;

use crate::directory::wrong;
use crate::many::{MANY, list_of_many, placeholders};
use crate::{Row, StoreError, Tx};

/// What is said of an account beside what is counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatusDetail {
    /// Since when it stands as it does with multi-factor authentication, if that is known.
    pub mfa_since: Option<Timestamp>,
    /// Its second factors, each with when it was last used.
    pub enrolled: Vec<(FactorKind, Option<Timestamp>)>,
    /// The one that its owner is asked for first.
    pub default: Option<FactorKind>,
    /// The exception that suspends its prompts now, and until when.
    pub exception: Option<(ExceptionKind, Timestamp)>,
    /// Whether an administrator has enabled multi-factor authentication for it.
    pub is_enabled: bool,
}

macro_rules! of_many {
    ($name:ident, $select:expr) => {
        static $name: LazyLock<String> = LazyLock::new(|| format!("{} IN {}", $select, placeholders(1, MANY)));
    };
}

of_many!(SINCE, "SELECT account_id, mfa_since FROM people WHERE account_id");
of_many!(
    ENROLLED,
    "SELECT account_id, kind, last_used_at, is_default FROM credentials WHERE state = 'active' AND account_id"
);
of_many!(
    EXCEPTIONS,
    "SELECT account_id, kind, starts_at, ends_at FROM user_exceptions WHERE standing = 'active' AND account_id"
);
of_many!(GROUPS, "SELECT account_id, group_id FROM group_members WHERE account_id");

/// What is said of at most [`MANY`] accounts, in `accounts`, beside what is counted.
async fn of_chunk(
    tx: &mut Tx,
    accounts: &[AccountId],
    now: Timestamp,
    details: &mut HashMap<AccountId, StatusDetail>,
) -> Result<(), StoreError> {
    let list = || list_of_many(accounts.iter().map(|account| account.uuid()));
    for row in tx.all(SINCE.as_str(), list()).await? {
        of(details, &row)?.mfa_since = row.get("mfa_since")?;
    }
    for row in tx.all(ENROLLED.as_str(), list()).await? {
        let kind: FactorKind = row.get::<String>("kind")?.parse().map_err(|_| wrong("kind"))?;
        let (used, is_default) = (row.get("last_used_at")?, row.get("is_default")?);
        let detail = of(details, &row)?;
        detail.enrolled.push((kind, used));
        if is_default {
            detail.default = Some(kind);
        }
    }
    for row in tx.all(EXCEPTIONS.as_str(), list()).await? {
        let (starts, ends): (Option<Timestamp>, Option<Timestamp>) = (row.get("starts_at")?, row.get("ends_at")?);
        let kind: String = row.get("kind")?;
        let kind = ExceptionKind::ALL.into_iter().find(|own| own.as_str() == kind).ok_or_else(|| wrong("kind"))?;
        if let (Some(starts), Some(ends)) = (starts, ends)
            && starts <= now
            && now < ends
        {
            of(details, &row)?.exception = Some((kind, ends));
        }
    }
    for row in tx.all(GROUPS.as_str(), list()).await? {
        let group: GroupId = row.get("group_id")?;
        if group == MFA_ENABLED {
            of(details, &row)?.is_enabled = true;
        }
    }
    Ok(())
}

/// What is said of accounts beside what is counted; nothing of those of whom there is nothing to say.
pub async fn status_details(
    tx: &mut Tx,
    accounts: &[AccountId],
    now: Timestamp,
) -> Result<HashMap<AccountId, StatusDetail>, StoreError> {
    let mut details = HashMap::with_capacity(accounts.len());
    for chunk in accounts.chunks(MANY) {
        of_chunk(tx, chunk, now, &mut details).await?;
    }
    Ok(details)
}

fn of<'a>(details: &'a mut HashMap<AccountId, StatusDetail>, row: &Row) -> Result<&'a mut StatusDetail, StoreError> {
    Ok(details.entry(row.get("account_id")?).or_default())
}
