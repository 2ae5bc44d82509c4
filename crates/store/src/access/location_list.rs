//! Lists of named locations.

use wardkey_domain::access::{ActiveLocation, LocationName, Phase};
use wardkey_domain::id::{NamedLocationId, OrganisationId};
use wardkey_domain::permission::Extent;
use wardkey_domain::time::Timestamp;

use super::location::{attestation_in, name_in, ranges_in, wrong};
use crate::directory::path_ranges;
use crate::{Row, StoreError, Tx, args};

/// A named location in a list, without its ranges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedLocation {
    /// Names it.
    pub id: NamedLocationId,
    /// Its name.
    pub name: LocationName,
    /// What its organisation is called.
    pub organisation_name: String,
    /// The code of its organisation.
    pub ods_code: String,
    /// Where it stands.
    pub phase: Phase,
    /// Until when it is attested, if it ever was approved.
    pub attested_until: Option<Timestamp>,
    /// Since when something of it waits for an approver.
    pub waits_since: Option<Timestamp>,
}

/// An active named location, as policies are compiled from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActiveNamedLocation {
    /// The location and its ranges.
    pub location: ActiveLocation,
    /// The name by which policies name it.
    pub name: LocationName,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// From when on it is not active, unless it is attested again.
    pub active_until: Timestamp,
}

macro_rules! listed {
    ($rest:literal) => {
        concat!(
            "SELECT l.id, l.name, l.standing, l.attested_by, l.attested_at, l.attested_until, l.submitted_at, \
             o.name AS organisation_name, o.ods_code \
             FROM named_locations l JOIN organisations o ON o.id = l.organisation_id WHERE ",
            $rest
        )
    };
}

/// The named locations of the organisations in `extent`, by name; `after` is the key of the last one of the page before.
pub async fn list_locations(
    tx: &mut Tx,
    extent: &Extent,
    after: &str,
    limit: u32,
    now: Timestamp,
) -> Result<Vec<ListedLocation>, StoreError> {
    let mut found = Vec::new();
    for (start, end) in path_ranges(extent) {
        let sql = listed!("o.path >= $1 AND o.path < $2 AND l.name_key > $3 ORDER BY l.name_key LIMIT $4");
        for row in tx.all(sql, args![start, end, after, limit]).await? {
            found.push(from_row(&row, now)?);
        }
    }
    found.sort_by_cached_key(|listed: &ListedLocation| listed.name.key());
    // Subtrees may overlap.
    found.dedup_by_key(|listed| listed.id);
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

/// The named locations of which something waits for an approver, those that have waited longest first.
pub async fn list_waiting_locations(
    tx: &mut Tx,
    limit: u32,
    now: Timestamp,
) -> Result<Vec<ListedLocation>, StoreError> {
    let sql = listed!("l.submitted_at IS NOT NULL ORDER BY l.submitted_at, l.id LIMIT $1");
    tx.all(sql, args![limit]).await?.iter().map(|row| from_row(row, now)).collect()
}

/// How many locations with their ranges are read at once.
const PAGE: u32 = 200;

/// Every named location that is active at `now`. The answer is good until the first `active_until`, or a new epoch.
pub async fn list_active_locations(tx: &mut Tx, now: Timestamp) -> Result<Vec<ActiveNamedLocation>, StoreError> {
    let mut all: Vec<ActiveNamedLocation> = Vec::new();
    loop {
        let last = all.last().map(|active| active.location.id);
        let page = list_active_locations_after(tx, now, last, PAGE).await?;
        let is_last = page.len() < usize::try_from(PAGE).unwrap_or(usize::MAX);
        all.extend(page);
        if is_last {
            return Ok(all);
        }
    }
}

/// The next named locations that are active at `now`, after the one named `after`.
pub async fn list_active_locations_after(
    tx: &mut Tx,
    now: Timestamp,
    after: Option<NamedLocationId>,
    limit: u32,
) -> Result<Vec<ActiveNamedLocation>, StoreError> {
    let after = after.map_or(uuid::Uuid::nil(), NamedLocationId::uuid);
    let sql = "SELECT id, organisation_id, name, ranges, attested_until FROM named_locations \
               WHERE standing = 'active' AND attested_until > $1 AND id > $2 ORDER BY id LIMIT $3";
    let rows = tx.all(sql, args![now, after, limit]).await?;
    let read = |row: &Row| {
        Ok(ActiveNamedLocation {
            location: ActiveLocation { id: row.get("id")?, ranges: ranges_in(row, "ranges")?.into_vec() },
            name: name_in(row)?,
            organisation: row.get("organisation_id")?,
            active_until: row.get("attested_until")?,
        })
    };
    rows.iter().map(read).collect()
}

fn from_row(row: &Row, now: Timestamp) -> Result<ListedLocation, StoreError> {
    let phase = match row.get::<String>("standing")?.as_str() {
        "draft" => Phase::Draft,
        "submitted" => Phase::Submitted,
        "rejected" => Phase::Rejected,
        "active" => Phase::of(&attestation_in(row)?, now),
        "suspended" => Phase::Suspended,
        "retired" => Phase::Retired,
        _ => return Err(wrong("standing")),
    };
    Ok(ListedLocation {
        id: row.get("id")?,
        name: name_in(row)?,
        organisation_name: row.get("organisation_name")?,
        ods_code: row.get("ods_code")?,
        phase,
        attested_until: row.get("attested_until")?,
        waits_since: row.get("submitted_at")?,
    })
}
