//! Temporary access passes.

use wardkey_domain::factor::temporary_access_pass::{PassCode, PassState};
use wardkey_domain::id::{AccountId, CredentialId, OrganisationId};
use wardkey_domain::time::Timestamp;

use super::credentials::unknown;
use crate::seal::SealedAt;
use crate::{StoreError, Tx, args};

/// A pass as it is given.
#[derive(Clone, Debug)]
pub struct NewPass<'a> {
    /// The pass.
    pub state: &'a PassState,
    /// Whose.
    pub account: AccountId,
    /// The organisation of that account.
    pub organisation: OrganisationId,
    /// Who gave it; nobody with an account where it was an operator.
    pub issued_by: Option<AccountId>,
}

/// What whoever looks after an account sees of its pass: never the code [ADM-14].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassFacts {
    /// From when on it is good.
    pub starts_at: Timestamp,
    /// From when on it is not.
    pub expires_at: Timestamp,
    /// Whether it can be used several times.
    pub multi_use: bool,
    /// When it was last used.
    pub used_at: Option<Timestamp>,
    /// When it ended before its time.
    pub ended_at: Option<Timestamp>,
}

fn sealed_at(id: CredentialId) -> SealedAt {
    SealedAt { table: "passes", id: id.uuid(), column: "sealed_code" }
}

/// Saves a pass in place of any older one that the account had; says whether it did. A page that was opened before the last
/// pass was given, or is sent again, gives none.
pub async fn insert_pass(tx: &mut Tx, pass: &NewPass<'_>, now: Timestamp) -> Result<bool, StoreError> {
    let PassState { id, code, starts_at, expires_at, multi_use } = pass.state;
    // To the second: within one, pages are told apart by their identifiers alone.
    let drawn_before = id.uuid().get_timestamp().map_or(0, |drawn| drawn.to_unix().0).saturating_add(1);
    let drawn_before = Timestamp::from_seconds(i64::try_from(drawn_before).unwrap_or(0));
    let newer = "SELECT id FROM passes WHERE id = $2 OR (account_id = $1 AND created_at >= $3)";
    let newer = tx.opt(newer, args![pass.account, *id, drawn_before]).await?;
    if newer.is_some() {
        return Ok(false);
    }
    tx.exec("DELETE FROM passes WHERE account_id = $1", args![pass.account]).await?;
    let sealed = tx.seal(sealed_at(*id), code.bare().expose().as_bytes())?;
    tx.exec(
        "INSERT INTO passes (id, organisation_id, account_id, issued_by, multi_use, created_at, starts_at, expires_at, \
         used_at, ended_at, sealed_code) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, NULL, $9)",
        args![*id, pass.organisation, pass.account, pass.issued_by, *multi_use, now, *starts_at, *expires_at, sealed],
    )
    .await?;
    Ok(true)
}

/// The pass of an account that is good now.
pub async fn find_open_pass(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<Option<PassState>, StoreError> {
    let row = tx
        .opt(
            "SELECT id, multi_use, starts_at, expires_at, sealed_code FROM passes \
             WHERE account_id = $1 AND ended_at IS NULL AND starts_at <= $2 AND expires_at > $2",
            args![account, now],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let id: CredentialId = row.get("id")?;
    let sealed: Vec<u8> = row.get("sealed_code")?;
    let code = tx.unseal(sealed_at(id), &sealed)?;
    let code = std::str::from_utf8(code.expose()).ok().and_then(|text| PassCode::parse(text).ok());
    Ok(Some(PassState {
        id,
        code: code.ok_or_else(|| unknown("sealed_code", "no pass"))?,
        starts_at: row.get("starts_at")?,
        expires_at: row.get("expires_at")?,
        multi_use: row.get("multi_use")?,
    }))
}

/// What is known of the last pass of an account.
pub async fn find_pass_facts(tx: &mut Tx, account: AccountId) -> Result<Option<PassFacts>, StoreError> {
    let sql = "SELECT starts_at, expires_at, multi_use, used_at, ended_at FROM passes WHERE account_id = $1";
    let row = tx.opt(sql, args![account]).await?;
    row.map(|row| {
        Ok(PassFacts {
            starts_at: row.get("starts_at")?,
            expires_at: row.get("expires_at")?,
            multi_use: row.get("multi_use")?,
            used_at: row.get("used_at")?,
            ended_at: row.get("ended_at")?,
        })
    })
    .transpose()
}

/// Uses a pass, and ends one that is good once; says whether this transaction was the one to do it.
///
/// SECURITY: of two nodes that accept one pass at once, exactly one gets `true` where it is good once.
pub async fn use_pass(tx: &mut Tx, id: CredentialId, now: Timestamp) -> Result<bool, StoreError> {
    let several = "UPDATE passes SET used_at = $2 \
                   WHERE id = $1 AND ended_at IS NULL AND expires_at > $2 AND multi_use = $3";
    if tx.exec(several, args![id, now, true]).await? == 1 {
        return Ok(true);
    }
    let once = "UPDATE passes SET used_at = $2, ended_at = $2, sealed_code = NULL \
                WHERE id = $1 AND ended_at IS NULL AND expires_at > $2 AND multi_use = $3";
    Ok(tx.exec(once, args![id, now, false]).await? == 1)
}

/// Ends the pass of an account; says whether it had one that had not ended.
pub async fn end_pass(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<bool, StoreError> {
    let ended = tx
        .exec(
            "UPDATE passes SET ended_at = $2, sealed_code = NULL \
             WHERE account_id = $1 AND ended_at IS NULL AND expires_at > $2",
            args![account, now],
        )
        .await?;
    Ok(ended == 1)
}

/// Forgets passes whose time was over before `then`; says how many.
pub async fn delete_passes_over(tx: &mut Tx, then: Timestamp) -> Result<u64, StoreError> {
    tx.exec("DELETE FROM passes WHERE expires_at <= $1", args![then]).await
}
