//! The queries on `logout_notices`: applications that must still hear that a session has ended.
//!
//! Rows are queued by the functions that revoke grants, in the transaction that ends the session.

use wardkey_domain::id::{AccountId, ApplicationId, OrganisationId, SessionId};
use wardkey_domain::time::Timestamp;

use crate::{Row, StoreError, Tx, args};

/// News for one application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogoutNotice {
    /// Who must hear.
    pub application: ApplicationId,
    /// Which session has ended.
    pub session: SessionId,
    /// Whose session it was.
    pub account: AccountId,
    /// The organisation of that account.
    pub organisation: OrganisationId,
    /// When it ended.
    pub created_at: Timestamp,
    /// How often it was tried, this time included.
    pub tries: i64,
}

/// Whether any news is due: asked often, so it takes no write.
pub async fn has_logout_notices(tx: &mut Tx, now: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.opt("SELECT tries FROM logout_notices WHERE next_try_at <= $1 LIMIT 1", args![now]).await?.is_some())
}

/// Claims news that is due, at most `limit`: nobody else gets it before `again_at`.
pub async fn claim_logout_notices(
    tx: &mut Tx,
    now: Timestamp,
    again_at: Timestamp,
    limit: u32,
) -> Result<Vec<LogoutNotice>, StoreError> {
    // The outer condition is checked again when another node has just changed the row.
    let rows = tx
        .all(
            "UPDATE logout_notices SET next_try_at = $2, tries = tries + 1 WHERE next_try_at <= $1 AND \
             (application_id, session_id) IN (SELECT application_id, session_id FROM logout_notices \
             WHERE next_try_at <= $1 ORDER BY next_try_at LIMIT $3) \
             RETURNING application_id, session_id, account_id, organisation_id, created_at, tries",
            args![now, again_at, i64::from(limit)],
        )
        .await?;
    let read = |row: &Row| {
        Ok(LogoutNotice {
            application: row.get("application_id")?,
            session: row.get("session_id")?,
            account: row.get("account_id")?,
            organisation: row.get("organisation_id")?,
            created_at: row.get("created_at")?,
            tries: row.get("tries")?,
        })
    };
    rows.iter().map(read).collect()
}

/// Forgets news that was delivered or given up.
pub async fn delete_logout_notice(tx: &mut Tx, notice: &LogoutNotice) -> Result<(), StoreError> {
    tx.exec(
        "DELETE FROM logout_notices WHERE application_id = $1 AND session_id = $2",
        args![notice.application, notice.session],
    )
    .await?;
    Ok(())
}

/// Puts news off until `next_try_at`.
pub async fn postpone_logout_notice(
    tx: &mut Tx,
    notice: &LogoutNotice,
    next_try_at: Timestamp,
) -> Result<(), StoreError> {
    tx.exec(
        "UPDATE logout_notices SET next_try_at = $3 WHERE application_id = $1 AND session_id = $2",
        args![notice.application, notice.session, next_try_at],
    )
    .await?;
    Ok(())
}
