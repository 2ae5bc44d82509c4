//! What holds an account, which factors are quarantined, and requests to lift a pin.

use wardkey_domain::access::Hold;
use wardkey_domain::access::compromise::{LiftRequest, QuarantineVerdict};
use wardkey_domain::id::{AccountId, CaseId, CredentialId, OrganisationId};
use wardkey_domain::time::Timestamp;

use crate::{Row, StoreError, Tx, args};

/// What holds an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredHold {
    /// How it is held.
    pub hold: Hold,
    /// Since when.
    pub since: Timestamp,
    /// The case in which that was done.
    pub case: CaseId,
}

/// A factor that was quarantined in a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredQuarantine {
    /// The factor.
    pub credential: CredentialId,
    /// When it was quarantined.
    pub quarantined_at: Timestamp,
    /// What was decided of it, when, and by whom; nobody with an account where it was an operator.
    pub decided: Option<(QuarantineVerdict, Timestamp, Option<AccountId>)>,
}

/// How an account is held, which a sign-in asks: see [`Hold`].
pub async fn hold_of(tx: &mut Tx, account: AccountId) -> Result<Hold, StoreError> {
    Ok(find_hold(tx, account).await?.map_or(Hold::None, |stored| stored.hold))
}

/// What holds an account, if anything does.
pub async fn find_hold(tx: &mut Tx, account: AccountId) -> Result<Option<StoredHold>, StoreError> {
    let sql = "SELECT hold, since, case_id FROM account_holds WHERE account_id = $1";
    let Some(row) = tx.opt(sql, args![account]).await? else { return Ok(None) };
    // SECURITY: a word that is not known holds nobody less: it is an error.
    let hold = row.get::<String>("hold")?.parse().map_err(|_| unknown("hold", "an unknown hold"))?;
    Ok(Some(StoredHold { hold, since: row.get("since")?, case: row.get("case_id")? }))
}

/// Marks an account as compromised, whatever held it before. Whoever marks it again in the same case changes nothing.
pub async fn mark_account(
    tx: &mut Tx,
    account: AccountId,
    organisation: OrganisationId,
    case: CaseId,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.exec(
        "INSERT INTO account_holds (account_id, organisation_id, hold, since, case_id) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (account_id) DO UPDATE SET organisation_id = excluded.organisation_id, hold = excluded.hold, \
         since = excluded.since, case_id = excluded.case_id WHERE account_holds.case_id <> excluded.case_id",
        args![account, organisation, Hold::Compromised.as_str(), now, case],
    )
    .await?;
    Ok(())
}

/// Holds an account that is held `from` in another way, or not any more; says whether it was held so.
///
/// SECURITY: the statement names the hold that it expects, so that of two nodes one changes it.
pub async fn save_hold(
    tx: &mut Tx,
    account: AccountId,
    (from, to): (Hold, Hold),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let changed = if to == Hold::None {
        let sql = "DELETE FROM account_holds WHERE account_id = $1 AND hold = $2";
        tx.exec(sql, args![account, from.as_str()]).await?
    } else {
        let sql = "UPDATE account_holds SET hold = $3, since = $4 WHERE account_id = $1 AND hold = $2";
        tx.exec(sql, args![account, from.as_str(), to.as_str(), now]).await?
    };
    Ok(changed == 1)
}

/// Quarantines the factors of an account that were enrolled, or moved to another phone, at `since` or later; gives back those that
/// were not before, in this case.
pub async fn quarantine_since(
    tx: &mut Tx,
    (account, case): (AccountId, CaseId),
    since: Timestamp,
    now: Timestamp,
) -> Result<Vec<CredentialId>, StoreError> {
    let rows = tx
        .all(
            "SELECT id, organisation_id FROM credentials \
             WHERE account_id = $1 AND state = 'active' AND COALESCE(moved_at, created_at) >= $2 ORDER BY created_at, id",
            args![account, since],
        )
        .await?;
    let mut quarantined = Vec::new();
    for row in rows {
        let (credential, organisation): (CredentialId, OrganisationId) = (row.get("id")?, row.get("organisation_id")?);
        let inserted = tx
            .exec(
                "INSERT INTO quarantined_credentials (case_id, credential_id, organisation_id, account_id, quarantined_at) \
                 VALUES ($1, $2, $3, $4, $5) ON CONFLICT (case_id, credential_id) DO NOTHING",
                args![case, credential, organisation, account, now],
            )
            .await?;
        quarantined.extend((inserted == 1).then_some(credential));
    }
    Ok(quarantined)
}

/// The factors of an account that are quarantined now: those of which nobody has decided yet.
pub async fn list_quarantined(tx: &mut Tx, account: AccountId) -> Result<Vec<CredentialId>, StoreError> {
    let sql = "SELECT credential_id FROM quarantined_credentials WHERE account_id = $1 AND verdict IS NULL \
               ORDER BY credential_id";
    let rows = tx.all(sql, args![account]).await?;
    rows.iter().map(|row| row.get("credential_id")).collect()
}

/// Whether a factor of an account is quarantined now.
pub async fn is_quarantined(tx: &mut Tx, account: AccountId, credential: CredentialId) -> Result<bool, StoreError> {
    Ok(list_quarantined(tx, account).await?.contains(&credential))
}

/// The factors that were quarantined in a case, decided or not.
pub async fn list_quarantine(tx: &mut Tx, case: CaseId) -> Result<Vec<StoredQuarantine>, StoreError> {
    let rows = tx
        .all(
            "SELECT credential_id, quarantined_at, verdict, decided_at, decided_by FROM quarantined_credentials \
             WHERE case_id = $1 ORDER BY quarantined_at, credential_id",
            args![case],
        )
        .await?;
    rows.iter().map(quarantine).collect()
}

/// Decides what becomes of a quarantined factor; says whether nobody had before.
pub async fn decide_quarantine(
    tx: &mut Tx,
    case: CaseId,
    credential: CredentialId,
    verdict: QuarantineVerdict,
    by: Option<AccountId>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let decided = tx
        .exec(
            "UPDATE quarantined_credentials SET verdict = $3, decided_by = $4, decided_at = $5 \
             WHERE case_id = $1 AND credential_id = $2 AND verdict IS NULL",
            args![case, credential, verdict.as_str(), by, now],
        )
        .await?;
    Ok(decided == 1)
}

/// Keeps a request to lift a pin, if none is open; says whether it did.
pub async fn insert_lift(tx: &mut Tx, request: &LiftRequest, organisation: OrganisationId) -> Result<bool, StoreError> {
    let LiftRequest { account, asked_by, asked_at, expires_at } = *request;
    let inserted = tx
        .exec(
            "INSERT INTO pin_lifts (account_id, organisation_id, asked_by, asked_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account_id) DO UPDATE SET \
             organisation_id = excluded.organisation_id, asked_by = excluded.asked_by, asked_at = excluded.asked_at, \
             expires_at = excluded.expires_at WHERE pin_lifts.expires_at <= excluded.asked_at",
            args![account, organisation, asked_by, asked_at, expires_at],
        )
        .await?;
    Ok(inserted == 1)
}

/// The request to lift the pin of an account, be it too old.
pub async fn find_lift(tx: &mut Tx, account: AccountId) -> Result<Option<LiftRequest>, StoreError> {
    let sql = "SELECT account_id, asked_by, asked_at, expires_at FROM pin_lifts WHERE account_id = $1";
    let Some(row) = tx.opt(sql, args![account]).await? else { return Ok(None) };
    Ok(Some(LiftRequest {
        account: row.get("account_id")?,
        asked_by: row.get("asked_by")?,
        asked_at: row.get("asked_at")?,
        expires_at: row.get("expires_at")?,
    }))
}

/// Spends this very request; says whether this transaction was the one to do it.
pub async fn take_lift(tx: &mut Tx, request: &LiftRequest) -> Result<bool, StoreError> {
    let sql = "DELETE FROM pin_lifts WHERE account_id = $1 AND asked_by = $2 AND asked_at = $3";
    Ok(tx.exec(sql, args![request.account, request.asked_by, request.asked_at]).await? == 1)
}

/// Forgets the request to lift the pin of an account; says whether there was one.
pub async fn delete_lift(tx: &mut Tx, account: AccountId) -> Result<bool, StoreError> {
    Ok(tx.exec("DELETE FROM pin_lifts WHERE account_id = $1", args![account]).await? == 1)
}

fn quarantine(row: &Row) -> Result<StoredQuarantine, StoreError> {
    let verdict = row.get::<Option<String>>("verdict")?;
    let decided = match verdict {
        Some(text) => {
            let verdict = text.parse().map_err(|_| unknown("verdict", "an unknown verdict"))?;
            Some((verdict, row.get("decided_at")?, row.get("decided_by")?))
        }
        None => None,
    };
    Ok(StoredQuarantine { credential: row.get("credential_id")?, quarantined_at: row.get("quarantined_at")?, decided })
}

pub(super) fn unknown(column: &str, found: &'static str) -> StoreError {
    StoreError::Column { column: column.to_owned(), found }
}
