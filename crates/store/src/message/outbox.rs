//! The outbox: rows that a transaction writes and a worker sends.

use wardkey_domain::id::{AccountId, FlowId, MessageId, OrganisationId};
use wardkey_domain::message::{Channel, DeliveryState, MessageKind, ReportCode};
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;

use crate::seal::SealedAt;
use crate::{Row, StoreError, Tx, args};

/// SECURITY: from a stolen database nobody learns a reference that would end somebody's sign-in.
pub(super) const REPORTS: &str = "report reference";

/// A message to be sent.
#[derive(Debug)]
pub struct NewMessage<'a> {
    /// Its identifier, which is also its name towards networks.
    pub id: MessageId,
    /// What it is for.
    pub kind: MessageKind,
    /// Whose it is.
    pub account: AccountId,
    /// The organisation of that account.
    pub organisation: OrganisationId,
    /// The sign-in that asked for it.
    pub flow: Option<FlowId>,
    /// To whom and what, as the use case wrote it.
    pub payload: &'a Secret<Vec<u8>>,
    /// From when on it is not worth sending.
    pub expires_at: Timestamp,
    /// The reference by which it can be reported.
    pub report: Option<&'a ReportCode>,
}

/// A message that a worker has taken to send.
#[derive(Debug)]
pub struct ClaimedMessage {
    /// Its identifier.
    pub id: MessageId,
    /// What it is for.
    pub kind: MessageKind,
    /// Whose it is.
    pub account: AccountId,
    /// The organisation of that account.
    pub organisation: OrganisationId,
    /// To whom and what.
    pub payload: Secret<Vec<u8>>,
    /// When it was decided.
    pub created_at: Timestamp,
    /// From when on it is not worth sending.
    pub expires_at: Timestamp,
    /// How often it was tried, this time included.
    pub tries: u32,
    /// Networks that will not have it.
    pub refused_by: Vec<String>,
}

fn sealed_at(id: MessageId) -> SealedAt {
    SealedAt { table: "messages", id: id.uuid(), column: "sealed_payload" }
}

/// Writes a message into the outbox, to be sent once this transaction is committed.
pub async fn insert_message(tx: &mut Tx, message: &NewMessage<'_>, now: Timestamp) -> Result<(), StoreError> {
    let sealed = tx.seal(sealed_at(message.id), message.payload.expose())?;
    let report = message.report.map(|report| tx.mac(REPORTS, report.key().as_bytes()));
    tx.exec(
        "INSERT INTO messages (id, organisation_id, account_id, flow_id, kind, channel, state, tries, next_at, created_at, \
         expires_at, refused_by, report_mac, sealed_payload) \
         VALUES ($1, $2, $3, $4, $5, $6, 'waiting', 0, $7, $7, $8, '', $9, $10)",
        args![
            message.id,
            message.organisation,
            message.account,
            message.flow,
            message.kind.as_str(),
            message.kind.channel().as_str(),
            now,
            message.expires_at,
            report,
            sealed,
        ],
    )
    .await?;
    Ok(())
}

/// Whether any message of a channel is due: asked often, so it takes no write.
pub async fn has_due_messages(tx: &mut Tx, channel: Channel, now: Timestamp) -> Result<bool, StoreError> {
    Ok(next_due_at(tx, channel).await?.is_some_and(|at| at <= now))
}

/// When the next message of a channel is due.
pub async fn next_due_at(tx: &mut Tx, channel: Channel) -> Result<Option<Timestamp>, StoreError> {
    let row = tx
        .opt(
            "SELECT next_at FROM messages WHERE state = 'waiting' AND channel = $1 ORDER BY next_at LIMIT 1",
            args![channel.as_str()],
        )
        .await?;
    row.map(|row| row.get("next_at")).transpose()
}

/// Takes messages that are due, at most `limit`, the longest waiting first. Commit before handing any over.
///
/// One that cannot be read, because its key is gone, say, has failed.
///
/// SECURITY: of any number of workers on any number of nodes, one gets a message: the row is locked by the first, and the
/// condition is asked again of the others when they get it.
pub async fn claim_messages(
    tx: &mut Tx,
    channel: Channel,
    now: Timestamp,
    claimed_until: Timestamp,
    limit: u32,
) -> Result<Vec<ClaimedMessage>, StoreError> {
    let rows = tx
        .all(
            "UPDATE messages SET state = 'sending', claimed_until = $3, tries = tries + 1 \
             WHERE state = 'waiting' AND channel = $1 AND next_at <= $2 AND expires_at > $2 AND id IN \
             (SELECT id FROM messages WHERE state = 'waiting' AND channel = $1 AND next_at <= $2 AND expires_at > $2 \
             ORDER BY next_at LIMIT $4) \
             RETURNING id, kind, account_id, organisation_id, created_at, expires_at, tries, refused_by, sealed_payload",
            args![channel.as_str(), now, claimed_until, i64::from(limit)],
        )
        .await?;
    let mut claimed = Vec::with_capacity(rows.len());
    for row in &rows {
        match from_row(tx, row) {
            Ok(message) => claimed.push(message),
            // One row that cannot be read must not keep all others from leaving.
            Err(error) => {
                let id: MessageId = row.get("id")?;
                tracing::error!(error = &error as &dyn std::error::Error, "a message cannot be read, and is given up");
                settle_message(tx, id, DeliveryState::Failed, None, None, Some("unreadable"), now).await?;
            }
        }
    }
    claimed.sort_by_key(|message: &ClaimedMessage| message.created_at);
    Ok(claimed)
}

fn from_row(tx: &Tx, row: &Row) -> Result<ClaimedMessage, StoreError> {
    let id: MessageId = row.get("id")?;
    let sealed: Vec<u8> = row.get("sealed_payload")?;
    let refused_by: String = row.get("refused_by")?;
    Ok(ClaimedMessage {
        id,
        kind: row.get::<String>("kind")?.parse().map_err(|_| unknown("kind"))?,
        account: row.get("account_id")?,
        organisation: row.get("organisation_id")?,
        payload: tx.unseal(sealed_at(id), &sealed)?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
        tries: row.get("tries")?,
        refused_by: refused_by.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect(),
    })
}

/// Notes what became of a message that this worker had taken, and erases what it said once nothing more is sent; says
/// whether the message was still this worker's. What an e-mail that did not arrive says is kept: it carries no code, and somebody
/// may send it again.
pub async fn settle_message(
    tx: &mut Tx,
    id: MessageId,
    state: DeliveryState,
    gateway: Option<&str>,
    reference: Option<&str>,
    reason: Option<&str>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let handed_over = (state == DeliveryState::HandedOver).then_some(now);
    let finished = state.is_final().then_some(now);
    let settled = tx
        .exec(
            "UPDATE messages SET state = $2, gateway = $3, reference = $4, reason = $5, \
             handed_over_at = COALESCE(handed_over_at, $6), finished_at = $7, claimed_until = NULL, \
             sealed_payload = CASE WHEN channel = 'mail' AND $8 = 1 THEN sealed_payload END \
             WHERE id = $1 AND state = 'sending'",
            args![id, state.as_str(), gateway, reference, reason, handed_over, finished, i64::from(state.is_lost())],
        )
        .await?;
    Ok(settled == 1)
}

/// Puts a message that this worker had taken back to be tried again at `at`; `refused_by` will not be asked again.
pub async fn retry_message(
    tx: &mut Tx,
    id: MessageId,
    at: Timestamp,
    refused_by: Option<&str>,
    reason: Option<&str>,
) -> Result<bool, StoreError> {
    let settled = tx
        .exec(
            "UPDATE messages SET state = 'waiting', next_at = $2, claimed_until = NULL, reason = $4, \
             refused_by = CASE WHEN CAST($3 AS TEXT) IS NULL THEN '' ELSE refused_by || ',' || CAST($3 AS TEXT) END \
             WHERE id = $1 AND state = 'sending'",
            args![id, at, refused_by, reason],
        )
        .await?;
    Ok(settled == 1)
}

/// Takes back a message that has not left yet; says whether it had not.
pub async fn withdraw_message(tx: &mut Tx, id: MessageId, now: Timestamp) -> Result<bool, StoreError> {
    let withdrawn = tx
        .exec(
            "UPDATE messages SET state = 'withdrawn', finished_at = $2, sealed_payload = NULL \
             WHERE id = $1 AND state = 'waiting'",
            args![id, now],
        )
        .await?;
    Ok(withdrawn == 1)
}

/// Gives up messages that are not worth sending any more; says how many.
pub async fn expire_messages(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    tx.exec(
        "UPDATE messages SET state = 'expired', finished_at = $1, \
         sealed_payload = CASE WHEN channel = 'mail' THEN sealed_payload END \
         WHERE state = 'waiting' AND expires_at <= $1",
        args![now],
    )
    .await
}

/// Messages whose worker is believed dead: it was cut off while it handed them over.
pub async fn list_abandoned_messages(
    tx: &mut Tx,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(MessageId, Channel)>, StoreError> {
    let rows = tx
        .all(
            "SELECT id, channel FROM messages WHERE state = 'sending' AND claimed_until <= $1 ORDER BY claimed_until \
             LIMIT $2",
            args![now, i64::from(limit)],
        )
        .await?;
    let read = |row: &Row| {
        let channel = row.get::<String>("channel")?.parse().map_err(|_| unknown("channel"))?;
        Ok((row.get("id")?, channel))
    };
    rows.iter().map(read).collect()
}

/// Forgets messages that were decided before `before` and are over; says how many.
pub async fn delete_old_messages(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.exec("DELETE FROM messages WHERE created_at < $1 AND state NOT IN ('waiting', 'sending')", args![before]).await
}

pub(super) fn unknown(column: &str) -> StoreError {
    StoreError::Column { column: column.to_owned(), found: "an unknown word" }
}
