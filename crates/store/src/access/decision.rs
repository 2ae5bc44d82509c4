//! What was decided of sign-ins, with what it was decided from: for impact and replay.

use serde_json::Value;
use wardkey_domain::id::{AccountId, ApplicationId, AuditEventId, OrganisationId};
use wardkey_domain::time::Timestamp;

use crate::{Row, StoreError, Tx, args};

/// One decision that was kept.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptDecision {
    /// Names it, and orders those of one moment.
    pub id: AuditEventId,
    /// When it was.
    pub at: Timestamp,
    /// Who signed in.
    pub account: AccountId,
    /// The organisation of the account.
    pub organisation: OrganisationId,
    /// Where to; nothing for our own pages.
    pub application: Option<ApplicationId>,
    /// What it came to, as a word.
    pub outcome: String,
    /// What it would have come to if the policies that only report were on, where that is something else.
    pub would_be: Option<String>,
    /// What was known of it.
    pub signals: Value,
    /// What each policy that only reports made of it: a word by its name.
    pub reported: Option<Value>,
}

fn kept(row: &Row) -> Result<KeptDecision, StoreError> {
    Ok(KeptDecision {
        id: row.get("id")?,
        at: row.get("at")?,
        account: row.get("account_id")?,
        organisation: row.get("organisation_id")?,
        application: row.get("application_id")?,
        outcome: row.get("outcome")?,
        would_be: row.get("would_be")?,
        signals: row.get("signals")?,
        reported: row.get("reported")?,
    })
}

macro_rules! columns {
    () => {
        "id, organisation_id, account_id, at, application_id, outcome, would_be, signals, reported"
    };
}

/// Keeps a decision.
pub async fn insert_decision(tx: &mut Tx, kept: &KeptDecision) -> Result<(), StoreError> {
    let sql = concat!("INSERT INTO decisions (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
    let KeptDecision { id, at, account, organisation, application, outcome, would_be, signals, reported } = kept;
    let values =
        args![*id, *organisation, *account, *at, *application, outcome, would_be.clone(), signals, reported.clone()];
    tx.exec(sql, values).await?;
    Ok(())
}

/// Decisions since a moment, in order, beginning after the one with the moment and the name of `after`.
pub async fn list_decisions(
    tx: &mut Tx,
    since: Timestamp,
    after: Option<(Timestamp, AuditEventId)>,
    limit: u32,
) -> Result<Vec<KeptDecision>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM decisions WHERE at >= $1 AND (at > $2 OR (at = $2 AND id > $3)) ORDER BY at, id LIMIT $4"
    );
    let (at, id) =
        after.unwrap_or((since.minus(std::time::Duration::from_micros(1)), AuditEventId::from_uuid(uuid::Uuid::nil())));
    let rows = tx.all(sql, args![since, at, id, limit]).await?;
    rows.iter().map(kept).collect()
}

/// The newest decisions of an account, the newest first.
pub async fn list_decisions_of(tx: &mut Tx, account: AccountId, limit: u32) -> Result<Vec<KeptDecision>, StoreError> {
    let sql =
        concat!("SELECT ", columns!(), " FROM decisions WHERE account_id = $1 ORDER BY at DESC, id DESC LIMIT $2");
    let rows = tx.all(sql, args![account, limit]).await?;
    rows.iter().map(kept).collect()
}

/// Forgets decisions from before a moment, so many at most; says how many.
pub async fn purge_decisions(tx: &mut Tx, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    let sql = "DELETE FROM decisions WHERE id IN (SELECT id FROM decisions WHERE at < $1 ORDER BY at LIMIT $2)";
    tx.exec(sql, args![before, limit]).await
}
