//! The queries on `push_paces`.

use wardkey_domain::factor::push::Pace;
use wardkey_domain::id::{AccountId, OrganisationId};

use crate::{StoreError, Tx, args};

/// Locks the pace of an account, for browsers that are known or for those that are not, until the transaction ends.
pub async fn lock_pace(
    tx: &mut Tx,
    account: AccountId,
    organisation: OrganisationId,
    known: bool,
) -> Result<Pace, StoreError> {
    let row = tx
        .opt(
            "INSERT INTO push_paces (account_id, known, organisation_id, asked, hour, in_hour) VALUES ($1, $2, $3, 0, 0, 0) \
             ON CONFLICT (account_id, known) DO UPDATE SET organisation_id = excluded.organisation_id \
             RETURNING asked, again_at, hour, in_hour",
            args![account, known, organisation],
        )
        .await?;
    let Some(row) = row else { return Ok(Pace::default()) };
    Ok(Pace {
        asked: row.get("asked")?,
        again_at: row.get("again_at")?,
        hour: row.get("hour")?,
        in_hour: row.get("in_hour")?,
    })
}

/// Saves a pace that this transaction has locked.
pub async fn save_pace(tx: &mut Tx, account: AccountId, known: bool, pace: Pace) -> Result<(), StoreError> {
    tx.exec(
        "UPDATE push_paces SET asked = $3, again_at = $4, hour = $5, in_hour = $6 WHERE account_id = $1 AND known = $2",
        args![account, known, pace.asked, pace.again_at, pace.hour, pace.in_hour],
    )
    .await?;
    Ok(())
}
