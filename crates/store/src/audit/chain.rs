//! Blocks, and events as the sealer and the verifier walk them.

use wardkey_domain::audit::{Block, BlockContents, Digest, NumberSet, NumberedEntry};
use wardkey_domain::secret::constant_time_equal;
use wardkey_domain::time::Timestamp;

use super::events::{MAC_PURPOSE, columns, numbered};
use crate::{Row, StoreError, Tx, args};

/// Whether the MAC of an event is ours.
///
/// # Errors
/// Busy when it names a key that this node has not heard of yet: in the next transaction it will have, if there is one.
pub fn mac_holds(tx: &Tx, event: &NumberedEntry) -> Result<bool, StoreError> {
    let mac = tx.mac_for(event.mac_key, MAC_PURPOSE, &event.entry.canonical())?;
    Ok(constant_time_equal(&mac, event.mac.as_bytes()))
}

/// Events with numbers above `after` that can be seen, in order.
pub async fn list_unsealed(tx: &mut Tx, after: i64, limit: u32) -> Result<Vec<NumberedEntry>, StoreError> {
    list_events(tx, after.saturating_add(1), i64::MAX, limit).await
}

/// Events with numbers from `first` to `last`, in order.
pub async fn list_events(tx: &mut Tx, first: i64, last: i64, limit: u32) -> Result<Vec<NumberedEntry>, StoreError> {
    let rows = tx
        .all(
            concat!(
                "SELECT ",
                columns!(),
                " FROM audit_events e WHERE e.number >= $1 AND e.number <= $2 ORDER BY e.number LIMIT $3"
            ),
            args![first, last, i64::from(limit)],
        )
        .await?;
    rows.iter().map(numbered).collect()
}

/// Events that appeared where a block had found a gap, in order.
pub async fn list_late(tx: &mut Tx, limit: u32) -> Result<Vec<NumberedEntry>, StoreError> {
    let rows = tx
        .all(
            concat!(
                "SELECT ",
                columns!(),
                " FROM audit_gaps g JOIN audit_events e ON e.number >= g.first_event AND e.number <= g.last_event \
                 ORDER BY e.number LIMIT $1"
            ),
            args![i64::from(limit)],
        )
        .await?;
    rows.iter().map(numbered).collect()
}

/// The last block.
pub async fn last_block(tx: &mut Tx) -> Result<Option<Block>, StoreError> {
    let row = tx.opt("SELECT * FROM audit_blocks ORDER BY number DESC LIMIT 1", args![]).await?;
    row.as_ref().map(block).transpose()
}

/// Blocks with numbers above `after`, in order.
pub async fn list_blocks(tx: &mut Tx, after: i64, limit: u32) -> Result<Vec<Block>, StoreError> {
    let sql = "SELECT * FROM audit_blocks WHERE number > $1 ORDER BY number LIMIT $2";
    tx.all(sql, args![after, i64::from(limit)]).await?.iter().map(block).collect()
}

/// Saves a new block, notes its gaps and strikes its late events from earlier gaps.
///
/// # Errors
/// `StoreError::is_unique` when another sealer was faster: the number of a block is the fence between sealers.
pub async fn insert_block(tx: &mut Tx, block: &Block) -> Result<(), StoreError> {
    let contents = &block.contents;
    tx.exec(
        "INSERT INTO audit_blocks (number, previous, after_event, last_event, gaps, late, events, root, sealed_at, key_id, \
         hash, signature) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        args![
            contents.number,
            contents.previous.as_bytes(),
            contents.after,
            contents.last,
            contents.gaps.to_string(),
            contents.late.to_string(),
            contents.count,
            contents.root.as_bytes(),
            contents.sealed_at,
            contents.key,
            block.hash.as_bytes(),
            block.signature.as_slice(),
        ],
    )
    .await?;
    for (first, last) in contents.late.ranges() {
        strike(tx, *first, *last).await?;
    }
    for (first, last) in contents.gaps.ranges() {
        note_gap(tx, *first, *last, contents.sealed_at).await?;
    }
    Ok(())
}

/// Takes the numbers from `first` to `last` out of the gaps.
async fn strike(tx: &mut Tx, first: i64, last: i64) -> Result<(), StoreError> {
    let rows = tx
        .all(
            "DELETE FROM audit_gaps WHERE first_event <= $2 AND last_event >= $1 RETURNING first_event, last_event, noticed_at",
            args![first, last],
        )
        .await?;
    for row in rows {
        let (gap_first, gap_last): (i64, i64) = (row.get("first_event")?, row.get("last_event")?);
        let noticed_at: Timestamp = row.get("noticed_at")?;
        if gap_first < first {
            note_gap(tx, gap_first, first.saturating_sub(1), noticed_at).await?;
        }
        if gap_last > last {
            note_gap(tx, last.saturating_add(1), gap_last, noticed_at).await?;
        }
    }
    Ok(())
}

async fn note_gap(tx: &mut Tx, first: i64, last: i64, noticed_at: Timestamp) -> Result<(), StoreError> {
    let sql = "INSERT INTO audit_gaps (first_event, last_event, noticed_at) VALUES ($1, $2, $3)";
    tx.exec(sql, args![first, last, noticed_at]).await?;
    Ok(())
}

/// Forgets gaps that were noticed before `before`: a transaction does not stay open that long, so they were rolled back.
///
/// Should one appear after all, verification reports it as not sealed; it is never taken for sealed.
pub async fn forget_gaps(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.exec("DELETE FROM audit_gaps WHERE noticed_at < $1", args![before]).await
}

fn block(row: &Row) -> Result<Block, StoreError> {
    Ok(Block {
        contents: BlockContents {
            number: row.get("number")?,
            previous: Digest::from_bytes(row.get("previous")?),
            after: row.get("after_event")?,
            last: row.get("last_event")?,
            gaps: numbers(row, "gaps")?,
            late: numbers(row, "late")?,
            count: row.get("events")?,
            root: Digest::from_bytes(row.get("root")?),
            sealed_at: row.get("sealed_at")?,
            key: row.get("key_id")?,
        },
        hash: Digest::from_bytes(row.get("hash")?),
        signature: row.get("signature")?,
    })
}

fn numbers(row: &Row, column: &str) -> Result<NumberSet, StoreError> {
    let text: String = row.get(column)?;
    NumberSet::parse(&text)
        .map_err(|_| StoreError::Column { column: column.to_owned(), found: "something else than numbers" })
}
