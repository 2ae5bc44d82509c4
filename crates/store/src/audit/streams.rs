//! Streams: sealed events in the order in which they were sealed, and how far each stream has come.

use wardkey_domain::audit::{Block, NumberedEntry, StreamFailing, StreamName, StreamPosition, StreamStanding};
use wardkey_domain::time::Timestamp;

use super::chain::{last_block, list_blocks, list_events};
use crate::{Row, StoreError, Tx, args};

/// How many blocks are looked at for one page: a page of a quiet time is no reason to read a year.
const BLOCKS: u32 = 200;

/// Sealed events after a position.
#[derive(Clone, Debug, Default)]
pub struct SealedPage {
    /// Each with the position right after it.
    pub events: Vec<(StreamPosition, NumberedEntry)>,
    /// Up to where the page looked: beyond its last event where blocks had none.
    pub end: StreamPosition,
    /// Whether there may be more.
    pub more: bool,
}

/// At most `limit` sealed events after `position`, by block and in each block by number.
pub async fn list_sealed(tx: &mut Tx, position: StreamPosition, limit: u32) -> Result<SealedPage, StoreError> {
    let blocks = list_blocks(tx, position.block, BLOCKS).await?;
    let full = usize::try_from(BLOCKS).unwrap_or(usize::MAX);
    let mut page = SealedPage { end: position, more: blocks.len() >= full, ..SealedPage::default() };
    for block in &blocks {
        if !fill(tx, block, limit, &mut page).await? {
            page.more = true;
            return Ok(page);
        }
        page.end = StreamPosition { block: block.contents.number, event: 0 };
    }
    Ok(page)
}

/// Adds what the page lacks of `block`; says whether all of it found room.
async fn fill(tx: &mut Tx, block: &Block, limit: u32, page: &mut SealedPage) -> Result<bool, StoreError> {
    let contents = &block.contents;
    let fresh = [(contents.after.saturating_add(1), contents.last)];
    // Late numbers lie below all others of the block.
    for (first, last) in contents.late.ranges().iter().chain(&fresh) {
        loop {
            let room = limit.saturating_sub(u32::try_from(page.events.len()).unwrap_or(u32::MAX));
            let first = page.end.event.saturating_add(1).max(*first);
            if first > *last {
                break;
            }
            if room == 0 {
                return Ok(false);
            }
            let events = list_events(tx, first, *last, room).await?;
            let Some(read_to) = events.last().map(|event| event.number) else { break };
            for event in events {
                // What has appeared in a gap since belongs to the later block that seals it.
                if !contents.gaps.contains(event.number) {
                    page.events.push((StreamPosition { event: event.number, ..page.end }, event));
                }
            }
            page.end.event = read_to;
        }
    }
    Ok(true)
}

/// How many sealed events come after `position`, in at most so many `blocks`: each of them is read.
pub async fn count_sealed_after(tx: &mut Tx, position: StreamPosition, blocks: u32) -> Result<i64, StoreError> {
    let sql = "SELECT CAST(COALESCE(SUM(following.events), 0) AS BIGINT) AS counted
               FROM (SELECT events FROM audit_blocks WHERE number > $1 ORDER BY number LIMIT $2) AS following";
    let row = tx.opt(sql, args![position.block, i64::from(blocks)]).await?;
    let counted: i64 = row.map_or(Ok(0), |row| row.get("counted"))?;
    let done = match list_blocks(tx, position.block, 1).await?.first() {
        Some(block) => block.contents.count_up_to(position.event),
        None => 0,
    };
    Ok(counted.saturating_sub(done))
}

/// The position after everything that is sealed now.
pub async fn sealed_end(tx: &mut Tx) -> Result<StreamPosition, StoreError> {
    let last = last_block(tx).await?;
    Ok(StreamPosition { block: last.map_or(0, |block| block.contents.number), event: 0 })
}

/// How the stream called `name` stands, if it has begun.
pub async fn find_stream(tx: &mut Tx, name: &StreamName) -> Result<Option<StreamStanding>, StoreError> {
    let row = tx.opt("SELECT * FROM audit_streams WHERE name = $1", args![name.as_str()]).await?;
    row.as_ref().map(standing).transpose()
}

/// Every stream that has begun, by name. There are as many as operators have ever configured.
pub async fn list_streams(tx: &mut Tx) -> Result<Vec<StreamStanding>, StoreError> {
    let rows = tx.all("SELECT * FROM audit_streams ORDER BY name", args![]).await?;
    rows.iter().map(standing).collect()
}

/// Begins a stream; says whether this was what began it, and not another node in the same moment.
pub async fn begin_stream(tx: &mut Tx, standing: &StreamStanding) -> Result<bool, StoreError> {
    let sql = "INSERT INTO audit_streams (name, block, event, begun_at, tries) VALUES ($1, $2, $3, $4, 0)
               ON CONFLICT (name) DO NOTHING";
    let StreamStanding { name, position, begun_at, .. } = standing;
    Ok(tx.exec(sql, args![name.as_str(), position.block, position.event, *begun_at]).await? == 1)
}

/// Saves how a stream stands that stood at `before`; says whether it still did.
///
/// INVARIANT: of two nodes that both believe they hand a stream over, one saves. What the other has handed over is handed
/// over twice, and never skipped.
pub async fn save_stream(tx: &mut Tx, before: StreamPosition, standing: &StreamStanding) -> Result<bool, StoreError> {
    let failing = standing.failing.as_ref();
    let saved = tx
        .exec(
            "UPDATE audit_streams SET block = $4, event = $5, handed_over_at = $6, failing_since = $7, tries = $8,
                 error = $9, next_try_at = $10
             WHERE name = $1 AND block = $2 AND event = $3",
            args![
                standing.name.as_str(),
                before.block,
                before.event,
                standing.position.block,
                standing.position.event,
                standing.handed_over_at,
                failing.map(|failing| failing.since),
                failing.map_or(0, |failing| failing.tries),
                failing.map(|failing| failing.error.as_str()),
                failing.map(|failing| failing.next_try_at),
            ],
        )
        .await?;
    Ok(saved == 1)
}

/// Forgets a stream; says how it stood.
pub async fn delete_stream(tx: &mut Tx, name: &StreamName) -> Result<Option<StreamStanding>, StoreError> {
    let row = tx.opt("DELETE FROM audit_streams WHERE name = $1 RETURNING *", args![name.as_str()]).await?;
    row.as_ref().map(standing).transpose()
}

fn standing(row: &Row) -> Result<StreamStanding, StoreError> {
    let name: String = row.get("name")?;
    let name = name
        .parse()
        .map_err(|_| StoreError::Column { column: "name".to_owned(), found: "something else than a stream's name" })?;
    let (since, next): (Option<Timestamp>, Option<Timestamp>) = (row.get("failing_since")?, row.get("next_try_at")?);
    let failing = match since.zip(next) {
        Some((since, next_try_at)) => Some(StreamFailing {
            since,
            tries: row.get("tries")?,
            error: row.get::<Option<String>>("error")?.unwrap_or_default(),
            next_try_at,
        }),
        None => None,
    };
    Ok(StreamStanding {
        name,
        position: StreamPosition { block: row.get("block")?, event: row.get("event")? },
        begun_at: row.get("begun_at")?,
        handed_over_at: row.get("handed_over_at")?,
        failing,
    })
}
