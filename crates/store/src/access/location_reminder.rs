//! Which owners are to be reminded that an attestation ends.

use wardkey_domain::access::{LocationName, Reminder};
use wardkey_domain::id::{AccountId, NamedLocationId, OrganisationId};
use wardkey_domain::time::Timestamp;

use super::location::name_in;
use crate::{Row, StoreError, Tx, args};

/// A named location whose owner is to be reminded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueReminder {
    /// Names it.
    pub location: NamedLocationId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// Its name.
    pub name: LocationName,
    /// Who answers for it.
    pub owner: AccountId,
    /// When its attestation ends.
    pub until: Timestamp,
    /// How many reminders were sent of it.
    pub sent: u8,
}

/// Named locations of which a reminder is due and was not sent, those that end first at first.
pub async fn list_due_reminders(tx: &mut Tx, now: Timestamp, limit: u32) -> Result<Vec<DueReminder>, StoreError> {
    let [sixty, thirty, seven, lapsed] = Reminder::ALL.map(|reminder| now.plus(reminder.before()));
    let sql = "SELECT id, organisation_id, name, owner_id, attested_until, reminded FROM named_locations \
               WHERE standing = 'active' AND attested_until <= $1 \
               AND (reminded < 1 OR (reminded < 2 AND attested_until <= $2) \
                    OR (reminded < 3 AND attested_until <= $3) OR (reminded < 4 AND attested_until <= $4)) \
               ORDER BY attested_until, id LIMIT $5";
    let read = |row: &Row| {
        Ok(DueReminder {
            location: row.get("id")?,
            organisation: row.get("organisation_id")?,
            name: name_in(row)?,
            owner: row.get("owner_id")?,
            until: row.get("attested_until")?,
            sent: row.get("reminded")?,
        })
    };
    tx.all(sql, args![sixty, thirty, seven, lapsed, limit]).await?.iter().map(read).collect()
}

/// Notes that `reminder` is sent; says whether nobody else did, and whether it is due still.
///
/// INVARIANT: of two nodes that send it at once, one gets `true`.
pub async fn claim_reminder(tx: &mut Tx, due: &DueReminder, reminder: Reminder) -> Result<bool, StoreError> {
    let sql = "UPDATE named_locations SET reminded = $2 \
               WHERE id = $1 AND reminded = $3 AND attested_until = $4 AND standing = 'active'";
    Ok(tx.exec(sql, args![due.location, reminder.step(), due.sent, due.until]).await? == 1)
}
