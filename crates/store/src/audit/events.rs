//! Events: inserted once, never changed.

use aws_lc_rs::rand;
use wardkey_domain::audit::{AuditEvent, Digest, Entry, Event, NumberedEntry};
use wardkey_domain::id::{AccountId, AuditEventId, OrganisationId};
use wardkey_domain::op::Op;
use wardkey_domain::time::Timestamp;

use super::repeats;
use crate::{Row, StoreError, Tx, args};

/// What the key of the MACs is derived for.
pub(super) const MAC_PURPOSE: &str = "audit event";

/// Writes `event` down in the transaction of the deed.
///
/// `organisation` is the one whose event it is; when absent, the one that the event names, or the actor's. It only inserts,
/// and never waits for the chain: the sealer follows. A refusal that repeats within a minute, from the same network, is
/// written once and then counted; the count is written when the minute is over.
///
/// # Errors
/// When the store fails: then the deed must not happen either.
pub async fn append(
    tx: &mut Tx,
    op: &Op,
    organisation: Option<OrganisationId>,
    event: Event,
) -> Result<(), StoreError> {
    if event.repeats() && repeats::counts(tx, op, organisation, &event).await? {
        return Ok(());
    }
    insert(tx, op, organisation, event).await
}

/// Inserts one row.
pub(super) async fn insert(
    tx: &mut Tx,
    op: &Op,
    organisation: Option<OrganisationId>,
    event: Event,
) -> Result<(), StoreError> {
    let mut entropy = [0; 10];
    rand::fill(&mut entropy).map_err(StoreError::database)?;
    let record = AuditEvent::new(AuditEventId::new(op.now, entropy), op, organisation, event);
    let entry = Entry::of(&record).map_err(StoreError::database)?;
    let (mac_key, mac) = tx.mac_with_id(MAC_PURPOSE, &entry.canonical());
    tx.exec(
        "INSERT INTO audit_events (id, at, actor, request_id, address, browser, organisation_id, account_id, application_id, \
         kind, event, mac, mac_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        args![
            entry.id,
            entry.at,
            entry.actor,
            entry.request,
            entry.address,
            entry.browser,
            entry.organisation,
            entry.account,
            entry.application,
            entry.kind,
            entry.event,
            mac,
            mac_key,
        ],
    )
    .await?;
    Ok(())
}

/// The columns that [`numbered`] reads.
macro_rules! columns {
    () => {
        "e.number, e.id, e.at, e.actor, e.request_id, e.address, e.browser, e.organisation_id, e.account_id, \
         e.application_id, e.kind, e.event, e.mac, e.mac_key"
    };
}
pub(super) use columns;

/// Sign-ins and refused sign-ins of an account with numbers below `before`, newest first.
pub async fn list_account_sign_ins(
    tx: &mut Tx,
    account: AccountId,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<NumberedEntry>, StoreError> {
    let rows = tx
        .all(
            concat!(
                "SELECT ",
                columns!(),
                " FROM audit_events e WHERE e.account_id = $1 AND e.number < $2 \
                 AND e.kind IN ('signed_in', 'sign_in_refused') ORDER BY e.number DESC LIMIT $3"
            ),
            args![account, before.unwrap_or(i64::MAX), i64::from(limit)],
        )
        .await?;
    rows.iter().map(numbered).collect()
}

/// Events from `since` until before `until`, in the order of their identifiers, which is that of their moments; those
/// after `after`.
///
/// It walks the index of the identifiers, whose first 48 bits are milliseconds.
pub async fn list_between(
    tx: &mut Tx,
    since: Timestamp,
    until: Timestamp,
    after: Option<AuditEventId>,
    limit: u32,
) -> Result<Vec<NumberedEntry>, StoreError> {
    let first = AuditEventId::new(since, [0; 10]);
    // `after` is exclusive; nothing made by us carries only zeros in its random part.
    let after = after.map_or(first, |after| after.max(first));
    let end = AuditEventId::new(until.plus(std::time::Duration::from_millis(1)), [0; 10]);
    let rows = tx
        .all(
            concat!(
                "SELECT ",
                columns!(),
                " FROM audit_events e WHERE e.id > $1 AND e.id < $2 AND e.at >= $3 AND e.at < $4 ORDER BY e.id LIMIT $5"
            ),
            args![after, end, since, until, i64::from(limit)],
        )
        .await?;
    rows.iter().map(numbered).collect()
}

/// Reads the row of an event.
pub(super) fn numbered(row: &Row) -> Result<NumberedEntry, StoreError> {
    Ok(NumberedEntry {
        number: row.get("number")?,
        entry: Entry {
            id: row.get("id")?,
            at: row.get("at")?,
            actor: row.get("actor")?,
            request: row.get("request_id")?,
            address: row.get("address")?,
            browser: row.get("browser")?,
            organisation: row.get("organisation_id")?,
            account: row.get("account_id")?,
            application: row.get("application_id")?,
            kind: row.get("kind")?,
            event: row.get("event")?,
        },
        mac: Digest::from_bytes(row.get("mac")?),
        mac_key: row.get("mac_key")?,
    })
}
