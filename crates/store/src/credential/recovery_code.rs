//! Recovery codes.

use wardkey_domain::factor::password::PasswordHash;
use wardkey_domain::factor::recovery_code::{HashedCode, RecoveryCodes};
use wardkey_domain::id::{AccountId, CredentialId, OrganisationId};
use wardkey_domain::time::Timestamp;

use super::credentials::unknown;
use crate::seal::SealedAt;
use crate::{StoreError, Tx, args};

/// What may be known about the recovery codes of an account: never a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecoveryFacts {
    /// Names those that were made together.
    pub id: CredentialId,
    /// When they were made.
    pub made_at: Timestamp,
    /// How many were made.
    pub made: usize,
    /// How many were not used.
    pub left: usize,
}

fn sealed_at(id: CredentialId) -> SealedAt {
    SealedAt { table: "recovery_codes", id: id.uuid(), column: "sealed_hash" }
}

/// Saves codes in place of any older ones that the account had. Each is sealed with whose it is, so that nobody who can write to
/// the database gives codes of theirs to another account.
pub async fn insert_recovery_codes(
    tx: &mut Tx,
    (account, organisation): (AccountId, OrganisationId),
    codes: &RecoveryCodes,
    now: Timestamp,
) -> Result<(), StoreError> {
    delete_recovery_codes(tx, account).await?;
    for HashedCode { id, hash } in &codes.left {
        let sealed =
            tx.seal(sealed_at(*id), &[account.uuid().as_bytes().as_slice(), hash.phc().as_bytes()].concat())?;
        tx.exec(
            "INSERT INTO recovery_codes (id, set_id, organisation_id, account_id, created_at, used_at, sealed_hash) \
             VALUES ($1, $2, $3, $4, $5, NULL, $6)",
            args![*id, codes.id, organisation, account, now, sealed],
        )
        .await?;
    }
    Ok(())
}

/// The codes that an account has left; nothing if it has none.
pub async fn find_recovery_codes(tx: &mut Tx, account: AccountId) -> Result<Option<RecoveryCodes>, StoreError> {
    let sql =
        "SELECT id, set_id, sealed_hash FROM recovery_codes WHERE account_id = $1 AND used_at IS NULL ORDER BY id";
    let rows = tx.all(sql, args![account]).await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let set: CredentialId = first.get("set_id")?;
    let mut left = Vec::with_capacity(rows.len());
    for row in &rows {
        let id: CredentialId = row.get("id")?;
        let sealed: Vec<u8> = row.get("sealed_hash")?;
        let phc = tx.unseal(sealed_at(id), &sealed)?;
        let ours = phc.expose().strip_prefix(account.uuid().as_bytes().as_slice());
        let phc = ours.and_then(|phc| std::str::from_utf8(phc).ok());
        let hash = phc.and_then(|phc| PasswordHash::parse(phc).ok());
        left.push(HashedCode {
            id,
            hash: hash.ok_or_else(|| unknown("sealed_hash", "no recovery code of this account"))?,
        });
    }
    Ok(Some(RecoveryCodes { id: set, left }))
}

/// What may be known about the recovery codes of an account; nothing if it never made any.
pub async fn find_recovery_facts(tx: &mut Tx, account: AccountId) -> Result<Option<RecoveryFacts>, StoreError> {
    let sql = "SELECT set_id, created_at, used_at FROM recovery_codes WHERE account_id = $1";
    let rows = tx.all(sql, args![account]).await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let mut left = 0;
    for row in &rows {
        left += usize::from(row.get::<Option<Timestamp>>("used_at")?.is_none());
    }
    Ok(Some(RecoveryFacts { id: first.get("set_id")?, made_at: first.get("created_at")?, made: rows.len(), left }))
}

/// Which codes an account has, if any of them is left.
pub async fn find_recovery_set(tx: &mut Tx, account: AccountId) -> Result<Option<CredentialId>, StoreError> {
    let sql = "SELECT set_id FROM recovery_codes WHERE account_id = $1 AND used_at IS NULL LIMIT 1";
    tx.opt(sql, args![account]).await?.map(|row| row.get("set_id")).transpose()
}

/// Uses a code; says whether this transaction was the one to do it.
///
/// SECURITY: of two nodes that accept one code at once, exactly one gets `true`.
pub async fn use_recovery_code(tx: &mut Tx, id: CredentialId, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE recovery_codes SET used_at = $2, sealed_hash = NULL WHERE id = $1 AND used_at IS NULL";
    Ok(tx.exec(sql, args![id, now]).await? == 1)
}

/// Notes that an account is asked for new codes, once for each that was used since no more than `few` are left; says whether
/// it is to be asked now.
pub async fn claim_renewal(tx: &mut Tx, account: AccountId, few: usize, now: Timestamp) -> Result<bool, StoreError> {
    let few = i64::try_from(few).unwrap_or(i64::MAX);
    let sql = "UPDATE recovery_codes SET renewal_asked_at = $2 \
               WHERE account_id = $1 AND used_at IS NOT NULL AND renewal_asked_at IS NULL AND $3 >= \
               (SELECT COUNT(*) FROM recovery_codes AS own WHERE own.account_id = $1 AND own.used_at IS NULL)";
    Ok(tx.exec(sql, args![account, now, few]).await? > 0)
}

/// Forgets the codes of an account; says whether it had any.
pub async fn delete_recovery_codes(tx: &mut Tx, account: AccountId) -> Result<bool, StoreError> {
    Ok(tx.exec("DELETE FROM recovery_codes WHERE account_id = $1", args![account]).await? > 0)
}
