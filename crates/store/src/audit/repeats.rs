//! Refusals that repeat: the first of a minute is an event, the others are counted and become one event when it is over.
//!
//! So a flood of hostile requests fills neither the table nor the disk, and still nothing is left uncounted.

use std::net::IpAddr;
use std::time::Duration;

use wardkey_domain::audit::{Digest, Event};
use wardkey_domain::id::OrganisationId;
use wardkey_domain::op::{Op, Origin};
use wardkey_domain::time::Timestamp;

use super::events::insert;
use crate::{StoreError, Tx, args};

const MINUTE: i64 = 60_000_000;

/// Counts `event` if it happened before in this minute; says whether it did.
pub(super) async fn counts(
    tx: &mut Tx,
    op: &Op,
    organisation: Option<OrganisationId>,
    event: &Event,
) -> Result<bool, StoreError> {
    let text = serde_json::to_string(event).map_err(StoreError::database)?;
    let network = op.origin.address.map(network).map(|network| network.to_string());
    let subject = format!("{organisation:?} {network:?} {text}");
    let row = tx
        .opt(
            "INSERT INTO audit_repeats (minute, subject, organisation_id, address, event, repeats) \
             VALUES ($1, $2, $3, $4, $5, 0) \
             ON CONFLICT (minute, subject) DO UPDATE SET repeats = audit_repeats.repeats + 1 RETURNING repeats",
            args![
                op.now.as_micros().div_euclid(MINUTE),
                Digest::of(subject.as_bytes()).as_bytes(),
                organisation,
                op.origin.address.map(|address| address.to_string()),
                text,
            ],
        )
        .await?;
    let repeats: i64 = row.map_or(Ok(0), |row| row.get("repeats"))?;
    Ok(repeats > 0)
}

/// What one attacker can choose addresses from: an IPv6 network of 64 bits is one household.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) >> 64 << 64).into()),
    }
}

/// Whether minutes that ended before `now` have counts to write.
pub async fn has_repeats_before(tx: &mut Tx, now: Timestamp) -> Result<bool, StoreError> {
    let minute = now.as_micros().div_euclid(MINUTE);
    Ok(tx.opt("SELECT repeats FROM audit_repeats WHERE minute < $1 LIMIT 1", args![minute]).await?.is_some())
}

/// Writes the counts of minutes that ended before `op.now` as events, at most `limit` of them; says how many it took.
pub async fn flush_repeats(tx: &mut Tx, op: &Op, limit: u32) -> Result<usize, StoreError> {
    let minute = op.now.as_micros().div_euclid(MINUTE);
    let rows = tx
        .all(
            "DELETE FROM audit_repeats WHERE (minute, subject) IN \
             (SELECT minute, subject FROM audit_repeats WHERE minute < $1 ORDER BY minute, subject LIMIT $2) \
             RETURNING minute, organisation_id, address, event, repeats",
            args![minute, i64::from(limit)],
        )
        .await?;
    for row in &rows {
        let repeats: u32 = row.get("repeats")?;
        if repeats == 0 {
            continue;
        }
        let event: Event = row.json("event")?;
        let address: Option<String> = row.get("address")?;
        let ended =
            Timestamp::from_micros(row.get::<i64>("minute")?.saturating_mul(MINUTE)).plus(Duration::from_secs(59));
        let origin = Origin { address: address.and_then(|address| address.parse().ok()), ..Origin::default() };
        let op = Op { now: ended.min(op.now), origin, ..op.clone() };
        insert(tx, &op, row.get("organisation_id")?, event.counted(repeats)).await?;
    }
    Ok(rows.len())
}
