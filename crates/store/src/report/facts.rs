//! What is known of many accounts where they are counted.

use std::collections::HashMap;
use std::sync::LazyLock;

use uuid::Uuid;
use wardkey_domain::access::{Baseline, Baselines, Enrolled, FactorSet, Hold, own_factors};
use wardkey_domain::directory::{Account, Role, sort_name};
use wardkey_domain::id::{AccountId, GroupId, OrganisationId};
use wardkey_domain::report::{Facets, Facts, day_of};
use wardkey_domain::time::Timestamp;

use crate::directory::{account_columns, account_from_row, wrong};
use crate::many::{MANY, list_of_many, placeholders};
use crate::{Row, StoreError, Tx, Val};

/// A row of `people`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PersonRow {
    pub(super) account: AccountId,
    pub(super) organisation: OrganisationId,
    pub(super) facets: Facets,
    pub(super) sort_name: String,
    pub(super) signed_in_day: i64,
    pub(super) recount_at: Option<Timestamp>,
}

/// What else is known of an account.
#[derive(Clone, Debug, Default)]
struct Rest {
    enrolled: Vec<Enrolled>,
    phones_void_from: Option<Timestamp>,
    hold: Hold,
    is_excepted: bool,
    is_postponed: bool,
    is_privileged: bool,
    baseline: Option<Baseline>,
    ends: Vec<Timestamp>,
}

/// The texts that find something of many accounts: the list of them is the last of the arguments.
macro_rules! of_many {
    ($name:ident, $select:expr) => {
        static $name: LazyLock<String> = LazyLock::new(|| format!("{} IN {}", $select, placeholders(1, MANY)));
    };
}

of_many!(
    ACCOUNTS,
    concat!(
        "SELECT ",
        account_columns!(),
        " FROM accounts a JOIN organisations o ON o.id = a.organisation_id WHERE a.id"
    )
);
of_many!(
    ENROLLED,
    "SELECT c.account_id, c.kind, c.created_at, CASE WHEN q.credential_id IS NULL THEN 0 ELSE 1 END AS quarantined \
     FROM credentials c LEFT JOIN quarantined_credentials q ON q.credential_id = c.id AND q.verdict IS NULL \
     WHERE c.state = 'active' AND c.account_id"
);
of_many!(HOLDS, "SELECT account_id, hold FROM account_holds WHERE account_id");
of_many!(
    EXCEPTIONS,
    "SELECT account_id, starts_at, ends_at, re_enrol FROM user_exceptions WHERE standing = 'active' AND account_id"
);
of_many!(
    POSTPONEMENTS,
    "SELECT account_id, given_at, ends_at FROM postponements WHERE withdrawn_at IS NULL AND account_id"
);
of_many!(ROLES, "SELECT account_id, role, expires_at FROM role_grants WHERE account_id");
of_many!(GROUPS, "SELECT account_id, group_id FROM group_members WHERE account_id");
of_many!(
    COUNTED,
    "SELECT account_id, organisation_id, facets, sort_name, signed_in_day, recount_at FROM people WHERE account_id"
);

/// At most [`MANY`] accounts as they are to be counted now: an account that is not there has no row.
pub(super) async fn rows_of(
    tx: &mut Tx,
    accounts: &[AccountId],
    groups: &HashMap<GroupId, Baseline>,
    now: Timestamp,
) -> Result<Vec<PersonRow>, StoreError> {
    let list = || list_of_many(accounts.iter().map(|account| account.uuid()));
    let mut rest: HashMap<AccountId, Rest> = HashMap::new();
    enrolled(tx, list(), &mut rest).await?;
    for row in tx.all(HOLDS.as_str(), list()).await? {
        let hold: String = row.get("hold")?;
        of(&mut rest, &row)?.hold = hold.parse().map_err(|_| wrong("hold"))?;
    }
    what_ends(tx, list(), &mut rest, now).await?;
    for row in tx.all(GROUPS.as_str(), list()).await? {
        if let Some(baseline) = Baselines::of_group(groups, row.get("group_id")?) {
            let rest = of(&mut rest, &row)?;
            // Of two groups the stricter wins, as in `Baselines::of`.
            rest.baseline = rest.baseline.into_iter().chain([baseline]).min();
        }
    }
    let found = tx.all(ACCOUNTS.as_str(), list()).await?;
    let found = found.iter().map(account_from_row).collect::<Result<Vec<_>, _>>()?;
    Ok(found
        .into_iter()
        .map(|account| {
            let rest = rest.remove(&account.id).unwrap_or_default();
            person_row(account, &rest)
        })
        .collect())
}

/// Those rows of at most [`MANY`] accounts that are there.
pub(super) async fn counted_rows(tx: &mut Tx, accounts: &[AccountId]) -> Result<Vec<PersonRow>, StoreError> {
    let rows = tx.all(COUNTED.as_str(), list_of_many(accounts.iter().map(|account| account.uuid()))).await?;
    rows.iter()
        .map(|row| {
            Ok(PersonRow {
                account: row.get("account_id")?,
                organisation: row.get("organisation_id")?,
                facets: Facets::from_i64(row.get("facets")?),
                sort_name: row.get("sort_name")?,
                signed_in_day: row.get("signed_in_day")?,
                recount_at: row.get("recount_at")?,
            })
        })
        .collect()
}

async fn enrolled(tx: &mut Tx, list: Vec<Val>, rest: &mut HashMap<AccountId, Rest>) -> Result<(), StoreError> {
    for row in tx.all(ENROLLED.as_str(), list).await? {
        let kind: String = row.get("kind")?;
        let quarantined: i64 = row.get("quarantined")?;
        let enrolled = Enrolled {
            kind: kind.parse().map_err(|_| wrong("kind"))?,
            at: row.get("created_at")?,
            is_quarantined: quarantined != 0,
        };
        of(rest, &row)?.enrolled.push(enrolled);
    }
    Ok(())
}

/// What begins or ends by itself: exceptions, postponements and roles.
async fn what_ends(
    tx: &mut Tx,
    list: Vec<Val>,
    rest: &mut HashMap<AccountId, Rest>,
    now: Timestamp,
) -> Result<(), StoreError> {
    for row in tx.all(EXCEPTIONS.as_str(), list.clone()).await? {
        let (starts, ends): (Option<Timestamp>, Option<Timestamp>) = (row.get("starts_at")?, row.get("ends_at")?);
        let (Some(starts), Some(ends)) = (starts, ends) else { continue };
        let rest = of(rest, &row)?;
        rest.is_excepted = starts <= now && now < ends;
        if ends <= now && row.get("re_enrol")? {
            rest.phones_void_from = Some(ends);
        }
        rest.ends.extend([starts, ends].into_iter().filter(|at| *at > now));
    }
    for row in tx.all(POSTPONEMENTS.as_str(), list.clone()).await? {
        let (given, ends): (Timestamp, Timestamp) = (row.get("given_at")?, row.get("ends_at")?);
        let rest = of(rest, &row)?;
        // One that another node has given a moment later than this one's clock begins before long.
        rest.is_postponed |= given <= now && now < ends;
        if now < ends {
            rest.ends.extend([given, ends].into_iter().filter(|at| *at > now));
        }
    }
    for row in tx.all(ROLES.as_str(), list).await? {
        let (role, ends): (String, Option<Timestamp>) = (row.get("role")?, row.get("expires_at")?);
        let role: Role = role.parse().map_err(|_| wrong("role"))?;
        if role.is_privileged() && ends.is_none_or(|ends| now < ends) {
            let rest = of(rest, &row)?;
            rest.is_privileged = true;
            rest.ends.extend(ends);
        }
    }
    Ok(())
}

fn person_row(account: Account, rest: &Rest) -> PersonRow {
    let methods: FactorSet = own_factors(rest.enrolled.iter().copied(), rest.phones_void_from);
    let facts = Facts {
        kind: account.kind,
        status: account.status.name(),
        methods,
        hold: rest.hold,
        is_excepted: rest.is_excepted,
        is_postponed: rest.is_postponed,
        is_privileged: rest.is_privileged,
        baseline: rest.baseline,
        has_signed_in: account.last_signed_in_at.is_some(),
    };
    PersonRow {
        account: account.id,
        organisation: account.organisation,
        facets: Facets::from(facts.counted()),
        sort_name: sort_name(&account.display_name, account.given_name.as_deref(), account.family_name.as_deref()),
        signed_in_day: account.last_signed_in_at.map_or(0, |at| day_of(at).max(1)),
        recount_at: rest.ends.iter().min().copied(),
    }
}

fn of<'a>(rest: &'a mut HashMap<AccountId, Rest>, row: &Row) -> Result<&'a mut Rest, StoreError> {
    let account: Uuid = row.get("account_id")?;
    Ok(rest.entry(AccountId::from_uuid(account)).or_default())
}
