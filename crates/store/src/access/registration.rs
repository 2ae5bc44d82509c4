//! How far accounts are with registering a second factor.

use wardkey_domain::access::GraceUsed;
use wardkey_domain::id::{AccountId, OrganisationId};
use wardkey_domain::time::Timestamp;

use crate::{StoreError, Tx, args};

/// How much of its grace an account has used, and whether it ever had a second factor.
pub async fn grace_used(tx: &mut Tx, account: AccountId) -> Result<GraceUsed, StoreError> {
    let sql = "SELECT id FROM credentials WHERE account_id = $1 AND state <> 'pending' LIMIT 1";
    let was_registered = tx.opt(sql, args![account]).await?.is_some();
    let sql = "SELECT first_prompt_at, skips FROM registrations WHERE account_id = $1";
    let Some(row) = tx.opt(sql, args![account]).await? else {
        return Ok(GraceUsed { was_registered, ..GraceUsed::default() });
    };
    Ok(GraceUsed { first_prompt: row.get("first_prompt_at")?, skips: row.get("skips")?, was_registered })
}

/// Notes that an account was asked to register, unless it was asked before: its grace is never given back.
pub async fn note_prompt(
    tx: &mut Tx,
    account: AccountId,
    organisation: OrganisationId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO registrations (account_id, organisation_id, first_prompt_at, skips) VALUES ($1, $2, $3, 0) \
               ON CONFLICT (account_id) DO NOTHING";
    tx.exec(sql, args![account, organisation, now]).await?;
    Ok(())
}

/// Notes that registering was put off, where it had been `before` times; says whether nobody did so at the same moment.
pub async fn note_skip(tx: &mut Tx, account: AccountId, before: u16) -> Result<bool, StoreError> {
    let sql = "UPDATE registrations SET skips = skips + 1 WHERE account_id = $1 AND skips = $2";
    Ok(tx.exec(sql, args![account, before]).await? == 1)
}
