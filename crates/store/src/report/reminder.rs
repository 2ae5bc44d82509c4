//! Who was reminded to set up a second factor.

use wardkey_domain::id::{AccountId, OrganisationId};
use wardkey_domain::time::Timestamp;

use crate::{StoreError, Tx, args};

/// Notes that somebody is reminded now, unless that was done after `since` already; says whether it was not.
pub async fn note_reminded(
    tx: &mut Tx,
    account: AccountId,
    organisation: OrganisationId,
    now: Timestamp,
    since: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO registration_reminders (account_id, organisation_id, reminded_at) VALUES ($1, $2, $3) \
               ON CONFLICT (account_id) DO UPDATE SET reminded_at = excluded.reminded_at \
               WHERE registration_reminders.reminded_at <= $4";
    Ok(tx.exec(sql, args![account, organisation, now, since]).await? == 1)
}
