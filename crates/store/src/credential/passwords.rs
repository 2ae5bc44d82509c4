//! The queries on `passwords` and `password_history`.

use wardkey_domain::credential::MustChange;
use wardkey_domain::factor::password::{PasswordHash, PasswordRules};
use wardkey_domain::id::{AccountId, OrganisationId};
use wardkey_domain::time::Timestamp;

use super::credentials::unknown;
use crate::{Row, StoreError, Tx, args};

/// An account's password as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPassword {
    /// Its hash.
    pub hash: PasswordHash,
    /// When it was set.
    pub set_at: Timestamp,
    /// Why it must be changed, if it must.
    pub must_change: Option<MustChange>,
}

/// The password of an account, if it has one.
pub async fn password(tx: &mut Tx, account: AccountId) -> Result<Option<StoredPassword>, StoreError> {
    let row = tx.opt("SELECT hash, set_at, must_change FROM passwords WHERE account_id = $1", args![account]).await?;
    let Some(row) = row else { return Ok(None) };
    let must_change = row.get::<Option<String>>("must_change")?;
    let must_change = must_change.map(|text| text.parse().map_err(|_| unknown("must_change", "an unknown reason")));
    Ok(Some(StoredPassword { hash: hash(&row)?, set_at: row.get("set_at")?, must_change: must_change.transpose()? }))
}

/// The passwords that an account had before its present one, newest first.
pub async fn list_former_passwords(
    tx: &mut Tx,
    account: AccountId,
    limit: usize,
) -> Result<Vec<PasswordHash>, StoreError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = tx
        .all(
            "SELECT hash FROM password_history WHERE account_id = $1 ORDER BY number DESC LIMIT $2",
            args![account, limit],
        )
        .await?;
    rows.iter().map(hash).collect()
}

/// Gives an account that has none its first password, such as an import brings; says whether it had none.
pub async fn insert_password(
    tx: &mut Tx,
    account: AccountId,
    organisation: OrganisationId,
    hash: &PasswordHash,
    must_change: Option<MustChange>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let inserted = tx
        .exec(
            "INSERT INTO passwords (account_id, organisation_id, hash, set_at, must_change) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (account_id) DO NOTHING",
            args![account, organisation, hash.phc(), now, must_change.map(MustChange::as_str)],
        )
        .await?;
    Ok(inserted == 1)
}

/// Sets a password; the one before it joins the history, of which no more is kept than the rules ask about.
pub async fn set_password(
    tx: &mut Tx,
    account: AccountId,
    organisation: OrganisationId,
    hash: &PasswordHash,
    must_change: Option<MustChange>,
    rules: &PasswordRules,
    now: Timestamp,
) -> Result<(), StoreError> {
    if insert_password(tx, account, organisation, hash, must_change, now).await? {
        return Ok(());
    }
    let latest = tx
        .opt(
            "INSERT INTO password_history (account_id, number, organisation_id, hash) \
             SELECT account_id, \
             (SELECT COALESCE(MAX(number), 0) + 1 FROM password_history WHERE account_id = $1), organisation_id, hash \
             FROM passwords WHERE account_id = $1 RETURNING number",
            args![account],
        )
        .await?;
    tx.exec(
        "UPDATE passwords SET organisation_id = $2, hash = $3, set_at = $4, must_change = $5 WHERE account_id = $1",
        args![account, organisation, hash.phc(), now, must_change.map(MustChange::as_str)],
    )
    .await?;
    if let Some(row) = latest {
        // The present password is one of those that are known.
        let kept = i64::try_from(rules.history).unwrap_or(i64::MAX).saturating_sub(1).max(0);
        let oldest_kept = row.get::<i64>("number")?.saturating_sub(kept);
        tx.exec("DELETE FROM password_history WHERE account_id = $1 AND number <= $2", args![account, oldest_kept])
            .await?;
    }
    Ok(())
}

/// Makes the password of an account worth nothing, for good: somebody else knows it. Says whether there was one.
pub async fn void_password(tx: &mut Tx, account: AccountId) -> Result<bool, StoreError> {
    let why = MustChange::Compromised.as_str();
    // SECURITY: the history forgets, this does not.
    let sql = "INSERT INTO void_passwords (account_id, organisation_id, hash) \
               SELECT account_id, organisation_id, hash FROM passwords WHERE account_id = $1 \
               ON CONFLICT (account_id, hash) DO NOTHING";
    tx.exec(sql, args![account]).await?;
    let sql = "UPDATE passwords SET must_change = $2 WHERE account_id = $1";
    Ok(tx.exec(sql, args![account, why]).await? == 1)
}

/// The passwords of an account that somebody else knows.
pub async fn list_void_passwords(tx: &mut Tx, account: AccountId) -> Result<Vec<PasswordHash>, StoreError> {
    let rows = tx.all("SELECT hash FROM void_passwords WHERE account_id = $1", args![account]).await?;
    rows.iter().map(hash).collect()
}

/// Replaces the hash of the same password by one of today's cost, unless the password has changed meanwhile.
pub async fn upgrade_password(
    tx: &mut Tx,
    account: AccountId,
    old: &PasswordHash,
    new: &PasswordHash,
) -> Result<bool, StoreError> {
    let upgraded = tx
        .exec(
            "UPDATE passwords SET hash = $3 WHERE account_id = $1 AND hash = $2",
            args![account, old.phc(), new.phc()],
        )
        .await?;
    Ok(upgraded == 1)
}

fn hash(row: &Row) -> Result<PasswordHash, StoreError> {
    PasswordHash::parse(&row.get::<String>("hash")?).map_err(|_| unknown("hash", "no password hash that we accept"))
}
