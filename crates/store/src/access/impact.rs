//! What a policy has made of many sign-ins [CA-11].

use std::collections::BTreeMap;

use wardkey_domain::access::history::Reported;
use wardkey_domain::id::{ApplicationId, OrganisationId, PolicyId};
use wardkey_domain::permission::Extent;
use wardkey_domain::time::Timestamp;

use crate::directory::disjoint;
use crate::{Row, StoreError, Tx, args};

/// What the impact is asked of.
#[derive(Clone, Copy, Debug)]
pub struct ImpactQuery<'a> {
    /// The policy.
    pub policy: PolicyId,
    /// Whose sign-ins.
    pub extent: &'a Extent,
    /// Since when.
    pub since: Timestamp,
}

/// How many sign-ins a policy was about, by what it made of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ResultCounts {
    /// What was shown was enough.
    pub success: u64,
    /// The person was, or would have been, asked for more.
    pub action_required: u64,
    /// The person did not come in, or would not have.
    pub failure: u64,
}

/// The counts of one organisation or application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupCounts<Id> {
    /// Which one.
    pub of: Id,
    /// How many.
    pub counts: ResultCounts,
}

impl ResultCounts {
    /// All together.
    pub const fn all(&self) -> u64 {
        self.success + self.action_required + self.failure
    }

    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            success: self.success + other.success,
            action_required: self.action_required + other.action_required,
            failure: self.failure + other.failure,
        }
    }

    fn add(&mut self, result: &str, count: u64) {
        match result.parse() {
            Ok(Reported::Success) => self.success += count,
            Ok(Reported::ActionRequired) => self.action_required += count,
            // What is not known counts as the worst.
            Ok(Reported::Failure) | Err(_) => self.failure += count,
        }
    }
}

const HOUR: i64 = 3_600_000_000;

macro_rules! results {
    ($columns:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM policy_results WHERE policy_id = $1 AND at >= $2 \
             AND organisation_id IN (SELECT id FROM organisations WHERE path >= $3 AND path < $4)",
            $rest
        )
    };
}

async fn rows(tx: &mut Tx, query: ImpactQuery<'_>, sql: &'static str) -> Result<Vec<Row>, StoreError> {
    let mut found = Vec::new();
    for (first, last) in disjoint(query.extent) {
        found.extend(tx.all(sql, args![query.policy, query.since, first, last]).await?);
    }
    Ok(found)
}

/// What a policy made of sign-ins, hour by hour: each hour by when it begins.
pub async fn list_hourly_results(
    tx: &mut Tx,
    query: ImpactQuery<'_>,
) -> Result<BTreeMap<Timestamp, ResultCounts>, StoreError> {
    let sql = results!("at / 3600000000 AS hour, result, COUNT(*) AS found", " GROUP BY at / 3600000000, result");
    let mut hours: BTreeMap<Timestamp, ResultCounts> = BTreeMap::new();
    for row in rows(tx, query, sql).await? {
        let begins = Timestamp::from_micros(row.get::<i64>("hour")?.saturating_mul(HOUR));
        hours.entry(begins).or_default().add(&row.get::<String>("result")?, row.get("found")?);
    }
    Ok(hours)
}

/// How many people each result was about.
pub async fn count_people_of_results(tx: &mut Tx, query: ImpactQuery<'_>) -> Result<ResultCounts, StoreError> {
    let sql = results!("result, COUNT(DISTINCT account_id) AS found", " GROUP BY result");
    let mut people = ResultCounts::default();
    for row in rows(tx, query, sql).await? {
        people.add(&row.get::<String>("result")?, row.get("found")?);
    }
    Ok(people)
}

/// By organisation, in no order.
pub async fn list_results_of_organisations(
    tx: &mut Tx,
    query: ImpactQuery<'_>,
) -> Result<Vec<GroupCounts<OrganisationId>>, StoreError> {
    let sql = results!("organisation_id, result, COUNT(*) AS found", " GROUP BY organisation_id, result");
    let mut groups: BTreeMap<OrganisationId, ResultCounts> = BTreeMap::new();
    for row in rows(tx, query, sql).await? {
        let counts = groups.entry(row.get("organisation_id")?).or_default();
        counts.add(&row.get::<String>("result")?, row.get("found")?);
    }
    Ok(groups.into_iter().map(|(of, counts)| GroupCounts { of, counts }).collect())
}

/// By application, in no order; nothing stands for our own pages.
pub async fn list_results_of_applications(
    tx: &mut Tx,
    query: ImpactQuery<'_>,
) -> Result<Vec<GroupCounts<Option<ApplicationId>>>, StoreError> {
    let sql = results!("application_id, result, COUNT(*) AS found", " GROUP BY application_id, result");
    let mut groups: BTreeMap<Option<ApplicationId>, ResultCounts> = BTreeMap::new();
    for row in rows(tx, query, sql).await? {
        let counts = groups.entry(row.get("application_id")?).or_default();
        counts.add(&row.get::<String>("result")?, row.get("found")?);
    }
    Ok(groups.into_iter().map(|(of, counts)| GroupCounts { of, counts }).collect())
}

/// How many sign-ins there were, whatever policies made of them.
pub async fn count_sign_ins(tx: &mut Tx, extent: &Extent, since: Timestamp) -> Result<u64, StoreError> {
    let sql = "SELECT COUNT(*) AS found FROM decisions WHERE at >= $1 \
               AND organisation_id IN (SELECT id FROM organisations WHERE path >= $2 AND path < $3)";
    let mut count = 0;
    for (first, last) in disjoint(extent) {
        let found = tx.opt(sql, args![since, first, last]).await?;
        count += found.map_or(Ok(0), |row| row.get::<u64>("found"))?;
    }
    Ok(count)
}
