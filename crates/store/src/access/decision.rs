//! What was decided of sign-ins, with what it was decided from: for whoever asks why, for impact and for replay.

use std::time::Duration;

use wardkey_domain::access::history::{Experience, KeptSignIn, Reported};
use wardkey_domain::id::{AccountId, DecisionId, OrganisationId, PolicyId};
use wardkey_domain::time::Timestamp;

use crate::{Row, StoreError, Tx, args};

/// One decision that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptDecision {
    /// Names it, and orders those of one moment.
    pub id: DecisionId,
    /// The organisation of the account then.
    pub organisation: OrganisationId,
    /// What the person met.
    pub outcome: Experience,
    /// What they would have met if the policies that only report were on, where that is something else.
    pub would_be: Option<Experience>,
    /// What was known of it.
    pub known: KeptSignIn,
    /// Why, a sentence each.
    pub reasons: Vec<String>,
}

/// What a policy made of a sign-in that it was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyResult {
    /// The policy.
    pub policy: PolicyId,
    /// Whether it only reported.
    pub only_reported: bool,
    /// What it made of it.
    pub result: Reported,
}

/// A decision to be replayed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastSignIn {
    /// Names it, and orders those of one moment.
    pub id: DecisionId,
    /// The organisation of the account then.
    pub organisation: OrganisationId,
    /// What the person met.
    pub outcome: Experience,
    /// What was known of it.
    pub known: KeptSignIn,
}

/// A place in the history: after this decision.
pub type HistoryKey = (Timestamp, DecisionId);

/// A word of a column that is read as one of a list.
fn word<T: std::str::FromStr>(row: &Row, column: &str) -> Result<T, StoreError> {
    let bad = || StoreError::Column { column: column.to_owned(), found: "an unknown word" };
    row.get::<String>(column)?.parse().map_err(|_| bad())
}

/// Keeps a decision, and what each policy made of it.
pub async fn insert_decision(tx: &mut Tx, kept: &KeptDecision, results: &[PolicyResult]) -> Result<(), StoreError> {
    let sql = "INSERT INTO decisions \
               (id, organisation_id, account_id, at, application_id, outcome, would_be, known, reasons) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let KeptDecision { id, organisation, outcome, would_be, known, reasons } = kept;
    let would_be = would_be.map(Experience::as_str);
    let (account, at, application) = (known.account, known.at, known.application);
    let (known, reasons) = (text_of(known)?, text_of(reasons)?);
    let values =
        args![*id, *organisation, account, at, application, outcome.as_str(), would_be, known.as_str(), reasons];
    tx.exec(sql, values).await?;
    for PolicyResult { policy, only_reported, result } in results {
        let sql = "INSERT INTO policy_results \
                   (policy_id, at, decision_id, organisation_id, account_id, application_id, only_reported, result) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let values = args![*policy, at, *id, *organisation, account, application, *only_reported, result.as_str()];
        tx.exec(sql, values).await?;
    }
    Ok(())
}

fn text_of(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Column { column: "known".to_owned(), found: "no JSON" })
}

/// Past sign-ins since a moment, in order, beginning after `after`.
pub async fn list_past_sign_ins(
    tx: &mut Tx,
    since: Timestamp,
    after: Option<HistoryKey>,
    limit: u32,
) -> Result<Vec<PastSignIn>, StoreError> {
    let sql = "SELECT id, organisation_id, outcome, known FROM decisions \
               WHERE at >= $1 AND (at, id) > ($2, $3) ORDER BY at, id LIMIT $4";
    let before = (since.minus(Duration::from_micros(1)), DecisionId::from_uuid(uuid::Uuid::nil()));
    let (at, id) = after.unwrap_or(before);
    let rows = tx.all(sql, args![since, at, id, limit]).await?;
    let past = |row: &Row| {
        Ok(PastSignIn {
            id: row.get("id")?,
            organisation: row.get("organisation_id")?,
            outcome: word(row, "outcome")?,
            known: row.json("known")?,
        })
    };
    rows.iter().map(past).collect()
}

/// How many sign-ins there were since a moment.
pub async fn count_past_sign_ins(tx: &mut Tx, since: Timestamp) -> Result<u64, StoreError> {
    let found = tx.opt("SELECT COUNT(*) AS found FROM decisions WHERE at >= $1", args![since]).await?;
    found.map_or(Ok(0), |row| row.get("found"))
}

/// The newest decisions of an account, the newest first.
pub async fn list_decisions_of(tx: &mut Tx, account: AccountId, limit: u32) -> Result<Vec<KeptDecision>, StoreError> {
    let sql = "SELECT id, organisation_id, outcome, would_be, known, reasons FROM decisions WHERE account_id = $1 \
               ORDER BY at DESC, id DESC LIMIT $2";
    let rows = tx.all(sql, args![account, limit]).await?;
    rows.iter().map(kept).collect()
}

/// A decision.
pub async fn find_decision(tx: &mut Tx, id: DecisionId) -> Result<Option<KeptDecision>, StoreError> {
    let sql = "SELECT id, organisation_id, outcome, would_be, known, reasons FROM decisions WHERE id = $1";
    tx.opt(sql, args![id]).await?.as_ref().map(kept).transpose()
}

/// What each policy made of a sign-in.
pub async fn list_policy_results(tx: &mut Tx, id: DecisionId) -> Result<Vec<PolicyResult>, StoreError> {
    let sql = "SELECT policy_id, only_reported, result FROM policy_results WHERE decision_id = $1 ORDER BY policy_id";
    let rows = tx.all(sql, args![id]).await?;
    let result = |row: &Row| {
        let (policy, only_reported) = (row.get("policy_id")?, row.get("only_reported")?);
        Ok(PolicyResult { policy, only_reported, result: word(row, "result")? })
    };
    rows.iter().map(result).collect()
}

fn kept(row: &Row) -> Result<KeptDecision, StoreError> {
    Ok(KeptDecision {
        id: row.get("id")?,
        organisation: row.get("organisation_id")?,
        outcome: word(row, "outcome")?,
        would_be: match row.get::<Option<String>>("would_be")? {
            Some(_) => Some(word(row, "would_be")?),
            None => None,
        },
        known: row.json("known")?,
        reasons: row.json("reasons")?,
    })
}

/// Forgets decisions from before a moment, and what policies made of them, so many of each at most; says how many.
pub async fn purge_decisions(tx: &mut Tx, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    let sql = "DELETE FROM decisions WHERE id IN (SELECT id FROM decisions WHERE at < $1 ORDER BY at LIMIT $2)";
    let decisions = tx.exec(sql, args![before, limit]).await?;
    let sql = "DELETE FROM policy_results WHERE decision_id IN \
               (SELECT decision_id FROM policy_results WHERE at < $1 ORDER BY at LIMIT $2) AND at < $1";
    Ok(decisions.max(tx.exec(sql, args![before, limit]).await?))
}
