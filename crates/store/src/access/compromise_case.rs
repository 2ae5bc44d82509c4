//! The queries on `compromise_cases`, and on what was done in them.

use serde_json::Value;
use wardkey_domain::access::compromise::{CaseDeed, CaseStanding, CheckList, CompromiseCase};
use wardkey_domain::audit::Reason;
use wardkey_domain::directory::AccountKind;
use wardkey_domain::id::{AccountId, CaseDeedId, CaseId};
use wardkey_domain::permission::Extent;
use wardkey_domain::time::Timestamp;

use super::compromise::unknown;
use crate::directory::{SUBTREES, path_ranges};
use crate::{Row, StoreError, Tx, args};

const OPEN: &str = "open";
const RESTORED: &str = "restored";

macro_rules! columns {
    () => {
        "c.id, c.organisation_id, c.account_id, c.number, c.opened_at, c.opened_by, c.suspected_since, c.check_list, \
         c.standing, c.closed_at, c.closed_by, c.version, \
         (SELECT COUNT(*) FROM quarantined_credentials q WHERE q.case_id = c.id AND q.verdict IS NULL) AS undecided"
    };
}

/// A case, and whose it is, as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedCase {
    /// The case.
    pub case: CompromiseCase,
    /// The kind of the account.
    pub kind: AccountKind,
    /// The name of the account.
    pub display_name: String,
    /// The organisation that it belongs to now.
    pub organisation_name: String,
}

/// Which cases a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhichCases {
    /// Those of accounts that are compromised.
    Open,
    /// Those of accounts that were given back.
    Restored,
}

impl WhichCases {
    const fn word(self) -> &'static str {
        match self {
            Self::Open => OPEN,
            Self::Restored => RESTORED,
        }
    }
}

/// Something that is done in a case.
#[derive(Clone, Copy, Debug)]
pub struct NewCaseDeed<'a> {
    /// Its identifier: the same again is the same deed.
    pub id: CaseDeedId,
    /// What.
    pub deed: CaseDeed,
    /// By whom; nobody with an account where it is an operator.
    pub by: Option<AccountId>,
    /// Why, where that is asked.
    pub reason: Option<&'a Reason>,
}

/// Something that was done in a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCaseDeed {
    /// What.
    pub deed: CaseDeed,
    /// When.
    pub at: Timestamp,
    /// The name of who did it; nothing for an operator, or where the account is gone.
    pub by: Option<String>,
    /// Why, as they said.
    pub reason: Option<String>,
}

/// The number of the next case.
pub async fn next_case_number(tx: &mut Tx) -> Result<i64, StoreError> {
    let sql = "INSERT INTO case_numbers (id, last) VALUES (1, 1) \
               ON CONFLICT (id) DO UPDATE SET last = case_numbers.last + 1 RETURNING last";
    tx.opt(sql, args![]).await?.map_or(Ok(1), |row| row.get("last"))
}

/// Saves a new case, unless the account has an open one; says whether it did.
///
/// SECURITY: of two nodes at once one opens a case: an index has one open case for each account.
pub async fn insert_case(tx: &mut Tx, case: &CompromiseCase) -> Result<bool, StoreError> {
    let standing = Standing::of(case.standing);
    let inserted = tx
        .exec(
            "INSERT INTO compromise_cases (id, organisation_id, account_id, number, opened_at, opened_by, \
             suspected_since, check_list, standing, closed_at, closed_by, version) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING",
            args![
                case.id,
                case.organisation,
                case.account,
                case.number,
                case.opened_at,
                case.opened_by,
                case.suspected_since,
                list_to_json(&case.check_list)?,
                standing.word,
                standing.at,
                standing.by,
                case.version,
            ],
        )
        .await?;
    Ok(inserted == 1)
}

/// Saves a changed case, if nobody has changed it since it was read; says whether it did.
pub async fn save_case(tx: &mut Tx, case: &CompromiseCase) -> Result<bool, StoreError> {
    let standing = Standing::of(case.standing);
    let saved = tx
        .exec(
            "UPDATE compromise_cases SET suspected_since = $3, check_list = $4, standing = $5, closed_at = $6, \
             closed_by = $7, version = version + 1 WHERE id = $1 AND version = $2",
            args![
                case.id,
                case.version,
                case.suspected_since,
                list_to_json(&case.check_list)?,
                standing.word,
                standing.at,
                standing.by,
            ],
        )
        .await?;
    Ok(saved == 1)
}

/// The case with this identifier.
pub async fn find_case(tx: &mut Tx, id: CaseId) -> Result<Option<CompromiseCase>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM compromise_cases c WHERE c.id = $1");
    tx.opt(sql, args![id]).await?.as_ref().map(from_row).transpose()
}

/// The open case of an account.
pub async fn find_open_case(tx: &mut Tx, account: AccountId) -> Result<Option<CompromiseCase>, StoreError> {
    let sql =
        concat!("SELECT ", columns!(), " FROM compromise_cases c WHERE c.account_id = $1 AND c.standing = 'open'");
    tx.opt(sql, args![account]).await?.as_ref().map(from_row).transpose()
}

const LIST: &str = concat!(
    "SELECT a.display_name, a.kind, o.name AS organisation_name, ",
    columns!(),
    " FROM compromise_cases c JOIN accounts a ON a.id = c.account_id JOIN organisations o ON o.id = a.organisation_id \
     WHERE c.standing = $1 AND c.number < $2 AND ((o.path >= $3 AND o.path < $4) \
     OR (o.path >= $5 AND o.path < $6) OR (o.path >= $7 AND o.path < $8) OR (o.path >= $9 AND o.path < $10)) \
     ORDER BY c.number DESC LIMIT $11"
);

/// The cases of accounts within an extent, the newest first; only those with a number below `before`, if there is one.
pub async fn list_cases(
    tx: &mut Tx,
    extent: &Extent,
    which: WhichCases,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<ListedCase>, StoreError> {
    let nothing = ("0".to_owned(), "0".to_owned());
    let mut found: Vec<ListedCase> = Vec::new();
    for ranges in path_ranges(extent).chunks(SUBTREES) {
        let mut values = args![which.word(), before.unwrap_or(i64::MAX)];
        for (start, end) in ranges.iter().chain(std::iter::repeat(&nothing)).take(SUBTREES) {
            values.extend(args![start, end]);
        }
        values.extend(args![limit]);
        for row in tx.all(LIST, values).await? {
            found.push(ListedCase {
                case: from_row(&row)?,
                kind: row.get::<String>("kind")?.parse().map_err(|_| unknown("kind", "an unknown kind"))?,
                display_name: row.get("display_name")?,
                organisation_name: row.get("organisation_name")?,
            });
        }
    }
    found.sort_by_key(|listed| std::cmp::Reverse(listed.case.number));
    // Subtrees may overlap.
    found.dedup_by_key(|listed| listed.case.id);
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

/// Whether this very deed was done before.
pub async fn has_case_deed(tx: &mut Tx, id: CaseDeedId) -> Result<bool, StoreError> {
    Ok(tx.opt("SELECT id FROM case_deeds WHERE id = $1", args![id]).await?.is_some())
}

/// Notes what was done in a case.
pub async fn insert_case_deed(
    tx: &mut Tx,
    case: &CompromiseCase,
    new: &NewCaseDeed<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let deed = serde_json::to_value(new.deed).map_err(|error| StoreError::corrupt("case_deeds.deed", error))?;
    tx.exec(
        "INSERT INTO case_deeds (id, organisation_id, case_id, at, by_account, deed, reason) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![new.id, case.organisation, case.id, now, new.by, deed, new.reason.map(Reason::as_str)],
    )
    .await?;
    Ok(())
}

/// What was done in a case, the oldest first.
pub async fn list_case_deeds(tx: &mut Tx, case: CaseId, limit: u32) -> Result<Vec<StoredCaseDeed>, StoreError> {
    let rows = tx
        .all(
            "SELECT d.at, d.deed, d.reason, a.display_name FROM case_deeds d LEFT JOIN accounts a ON a.id = d.by_account \
             WHERE d.case_id = $1 ORDER BY d.at, d.id LIMIT $2",
            args![case, limit],
        )
        .await?;
    let read = |row: &Row| {
        let deed: Value = row.get("deed")?;
        Ok(StoredCaseDeed {
            deed: serde_json::from_value(deed).map_err(|error| StoreError::corrupt("case_deeds.deed", error))?,
            at: row.get("at")?,
            by: row.get("display_name")?,
            reason: row.get("reason")?,
        })
    };
    rows.iter().map(read).collect()
}

struct Standing {
    word: &'static str,
    at: Option<Timestamp>,
    by: Option<AccountId>,
}

impl Standing {
    const fn of(standing: CaseStanding) -> Self {
        match standing {
            CaseStanding::Open => Self { word: OPEN, at: None, by: None },
            CaseStanding::Restored { by, at } => Self { word: RESTORED, at: Some(at), by },
        }
    }
}

fn list_to_json(list: &CheckList) -> Result<Value, StoreError> {
    serde_json::to_value(list).map_err(|error| StoreError::corrupt("compromise_cases.check_list", error))
}

fn from_row(row: &Row) -> Result<CompromiseCase, StoreError> {
    let standing = match row.get::<String>("standing")?.as_str() {
        OPEN => CaseStanding::Open,
        RESTORED => CaseStanding::Restored { by: row.get("closed_by")?, at: row.get("closed_at")? },
        _other => return Err(unknown("standing", "an unknown standing")),
    };
    let list: Value = row.get("check_list")?;
    Ok(CompromiseCase {
        id: row.get("id")?,
        number: row.get("number")?,
        account: row.get("account_id")?,
        organisation: row.get("organisation_id")?,
        opened_by: row.get("opened_by")?,
        opened_at: row.get("opened_at")?,
        suspected_since: row.get("suspected_since")?,
        check_list: serde_json::from_value(list)
            .map_err(|error| StoreError::corrupt("compromise_cases.check_list", error))?,
        undecided: u32::try_from(row.get::<i64>("undecided")?)
            .map_err(|_| unknown("undecided", "a number out of range"))?,
        standing,
        version: row.get("version")?,
    })
}
