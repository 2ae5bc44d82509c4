//! What was sent, to whom, and what became of it: for people who help. What a message said is not read here.

use uuid::Uuid;
use wardkey_domain::id::{AccountId, MessageId};
use wardkey_domain::message::{Channel, DeliveryState, MessageKind};
use wardkey_domain::permission::Extent;
use wardkey_domain::time::Timestamp;

use super::outbox::unknown;
use crate::directory::{SUBTREES, path_ranges};
use crate::{Row, StoreError, Tx, args};

/// A message, without what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedMessage {
    /// Its identifier.
    pub id: MessageId,
    /// What it is for.
    pub kind: MessageKind,
    /// How it travels.
    pub channel: Channel,
    /// Where it is.
    pub state: DeliveryState,
    /// Why it is there, as a word of the program or of a network.
    pub reason: Option<String>,
    /// How often it was tried.
    pub tries: u32,
    /// When it was decided.
    pub created_at: Timestamp,
    /// To whom.
    pub account: AccountId,
    /// What they are called.
    pub display_name: String,
    /// What their organisation is called.
    pub organisation: String,
    /// Whether what it says is still there, so that it could be sent again.
    pub is_kept: bool,
}

macro_rules! select {
    () => {
        "SELECT m.id, m.kind, m.channel, m.state, m.reason, m.tries, m.created_at, m.account_id, a.display_name, \
         o.name AS organisation_name, CASE WHEN m.sealed_payload IS NULL THEN 0 ELSE 1 END AS is_kept \
         FROM messages m JOIN accounts a ON a.id = m.account_id JOIN organisations o ON o.id = a.organisation_id "
    };
}

const UNDELIVERED: &str = concat!(
    select!(),
    "WHERE m.state IN ('failed', 'expired', 'unknown') AND m.channel <> 'push' AND m.id < $1 \
     AND ((o.path >= $2 AND o.path < $3) OR (o.path >= $4 AND o.path < $5) OR (o.path >= $6 AND o.path < $7) \
     OR (o.path >= $8 AND o.path < $9)) ORDER BY m.id DESC LIMIT $10"
);

/// Messages to people within an extent that did not arrive, the newest first; only those before `before`, if it is given.
///
/// A wake-up of an app is left out: that a phone was switched off is no news.
pub async fn list_undelivered(
    tx: &mut Tx,
    extent: &Extent,
    before: Option<MessageId>,
    limit: u32,
) -> Result<Vec<ListedMessage>, StoreError> {
    let nothing = ("0".to_owned(), "0".to_owned());
    let mut found = Vec::new();
    for ranges in path_ranges(&extent.disjoint()).chunks(SUBTREES) {
        let mut values = args![before.unwrap_or_else(last)];
        for (start, end) in ranges.iter().chain(std::iter::repeat(&nothing)).take(SUBTREES) {
            values.extend(args![start, end]);
        }
        values.extend(args![limit]);
        for row in tx.all(UNDELIVERED, values).await? {
            found.push(from_row(&row)?);
        }
    }
    found.sort_by_key(|message| std::cmp::Reverse(message.id));
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

/// What was sent to an account, or is on its way, the newest first; only what was before `before`, if it is given.
pub async fn list_messages_to(
    tx: &mut Tx,
    account: AccountId,
    before: Option<MessageId>,
    limit: u32,
) -> Result<Vec<ListedMessage>, StoreError> {
    let sql = concat!(select!(), "WHERE m.account_id = $1 AND m.id < $2 ORDER BY m.id DESC LIMIT $3");
    tx.all(sql, args![account, before.unwrap_or_else(last), limit]).await?.iter().map(from_row).collect()
}

/// The message with this identifier.
pub async fn find_message(tx: &mut Tx, id: MessageId) -> Result<Option<ListedMessage>, StoreError> {
    tx.opt(concat!(select!(), "WHERE m.id = $1"), args![id]).await?.as_ref().map(from_row).transpose()
}

/// Puts a message that has come to an end without arriving back into the outbox, to be sent until `expires_at`; says whether it was
/// still there and nobody was faster.
pub async fn send_message_again(
    tx: &mut Tx,
    id: MessageId,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sent = tx
        .exec(
            "UPDATE messages SET state = 'waiting', tries = 0, next_at = $2, expires_at = $3, finished_at = NULL, \
             reason = NULL, refused_by = '' WHERE id = $1 AND state IN ('failed', 'expired', 'unknown') \
             AND sealed_payload IS NOT NULL",
            args![id, now, expires_at],
        )
        .await?;
    Ok(sent == 1)
}

/// Behind every identifier.
fn last() -> MessageId {
    MessageId::from_uuid(Uuid::max())
}

fn from_row(row: &Row) -> Result<ListedMessage, StoreError> {
    Ok(ListedMessage {
        id: row.get("id")?,
        kind: row.get::<String>("kind")?.parse().map_err(|_| unknown("kind"))?,
        channel: row.get::<String>("channel")?.parse().map_err(|_| unknown("channel"))?,
        state: row.get::<String>("state")?.parse().map_err(|_| unknown("state"))?,
        reason: row.get("reason")?,
        tries: row.get("tries")?,
        created_at: row.get("created_at")?,
        account: row.get("account_id")?,
        display_name: row.get("display_name")?,
        organisation: row.get("organisation_name")?,
        is_kept: row.get::<i64>("is_kept")? == 1,
    })
}
