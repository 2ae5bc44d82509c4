//! What has become of a message, and what networks say of it later.

use wardkey_domain::factor::voice_call::{CallOutcome, CallStanding};
use wardkey_domain::id::{AccountId, FlowId, MessageId, OrganisationId};
use wardkey_domain::message::{Channel, DeliveryState, MessageKind, ReportCode};
use wardkey_domain::time::Timestamp;

use super::outbox::{REPORTS, unknown};
use crate::{Row, StoreError, Tx, args};

/// How a message stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageStanding {
    /// Where it is.
    pub state: DeliveryState,
    /// Why it is there, as a word of the program.
    pub reason: Option<String>,
    /// How the call stands, for a call.
    pub call: Option<CallStanding>,
}

/// A message whose network may still say whether it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwaitedReceipt {
    /// Its identifier.
    pub id: MessageId,
    /// The network's name for it.
    pub reference: String,
}

/// A message that somebody says they did not ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportedMessage {
    /// Its identifier.
    pub id: MessageId,
    /// What it was for.
    pub kind: MessageKind,
    /// Whose it was.
    pub account: AccountId,
    /// The organisation of that account.
    pub organisation: OrganisationId,
    /// The sign-in that asked for it.
    pub flow: Option<FlowId>,
}

/// What a reference leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    /// A message that nobody has reported before.
    Taken(ReportedMessage),
    /// A message that was reported before.
    Before,
    /// Nothing.
    Unknown,
}

/// How a message stands; `None` when it is forgotten.
pub async fn message_standing(tx: &mut Tx, id: MessageId) -> Result<Option<MessageStanding>, StoreError> {
    let row = tx.opt("SELECT channel, state, reason, standing FROM messages WHERE id = $1", args![id]).await?;
    row.map(|row| standing_from(&row)).transpose()
}

/// How a call stands. One whose row says that nobody knows, or that it never left, is over.
pub async fn call_standing(tx: &mut Tx, id: MessageId) -> Result<CallStanding, StoreError> {
    let standing = message_standing(tx, id).await?;
    Ok(standing.and_then(|standing| standing.call).unwrap_or(CallStanding::Ended(CallOutcome::CutOff)))
}

fn standing_from(row: &Row) -> Result<MessageStanding, StoreError> {
    let state: DeliveryState = row.get::<String>("state")?.parse().map_err(|_| unknown("state"))?;
    let channel: Channel = row.get::<String>("channel")?.parse().map_err(|_| unknown("channel"))?;
    let call = match channel {
        Channel::Call => Some(call_from(state, row.get::<Option<String>>("standing")?.as_deref())?),
        Channel::Text | Channel::Push | Channel::Mail => None,
    };
    Ok(MessageStanding { state, reason: row.get("reason")?, call })
}

/// SECURITY: only a row that says so is a confirmation.
fn call_from(state: DeliveryState, word: Option<&str>) -> Result<CallStanding, StoreError> {
    let underway = [CallStanding::Waiting, CallStanding::Dialling, CallStanding::Ringing, CallStanding::Answered];
    if let Some(word) = word
        && let Ok(outcome) = word.parse::<CallOutcome>()
    {
        return Ok(CallStanding::Ended(outcome));
    }
    let noted = match word {
        None => CallStanding::Waiting,
        Some(word) => underway.into_iter().find(|known| known.as_str() == word).ok_or_else(|| unknown("standing"))?,
    };
    Ok(match state {
        DeliveryState::Waiting => CallStanding::Waiting,
        DeliveryState::Sending | DeliveryState::HandedOver | DeliveryState::Delivered => noted,
        DeliveryState::Failed => CallStanding::Ended(CallOutcome::ServiceError),
        DeliveryState::Expired | DeliveryState::Unknown | DeliveryState::Withdrawn => {
            CallStanding::Ended(CallOutcome::CutOff)
        }
    })
}

/// Notes how a call stands while its worker holds it.
pub async fn set_call_standing(
    tx: &mut Tx,
    id: MessageId,
    standing: CallStanding,
    claimed_until: Timestamp,
) -> Result<bool, StoreError> {
    let noted = tx
        .exec(
            "UPDATE messages SET standing = $2, claimed_until = $3 WHERE id = $1 AND channel = 'call' \
             AND state = 'sending'",
            args![id, standing.as_str(), claimed_until],
        )
        .await?;
    Ok(noted == 1)
}

/// Says that a worker is still at a message that it has taken.
pub async fn keep_claim(tx: &mut Tx, id: MessageId, claimed_until: Timestamp) -> Result<bool, StoreError> {
    let kept = tx
        .exec("UPDATE messages SET claimed_until = $2 WHERE id = $1 AND state = 'sending'", args![id, claimed_until])
        .await?;
    Ok(kept == 1)
}

/// Notes how a call ended, and erases whom it was made to; says whether it was still this worker's.
pub async fn settle_call(
    tx: &mut Tx,
    id: MessageId,
    outcome: CallOutcome,
    gateway: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let state = match outcome {
        CallOutcome::Confirmed
        | CallOutcome::Reported
        | CallOutcome::WrongCode
        | CallOutcome::NoResponse
        | CallOutcome::Voicemail
        | CallOutcome::HungUp => DeliveryState::Delivered,
        CallOutcome::Busy
        | CallOutcome::NoAnswer
        | CallOutcome::Unreachable
        | CallOutcome::Declined
        | CallOutcome::ServiceError
        | CallOutcome::CutOff => DeliveryState::Failed,
    };
    let settled = tx
        .exec(
            "UPDATE messages SET state = $2, standing = $3, gateway = $4, finished_at = $5, claimed_until = NULL, \
             sealed_payload = NULL WHERE id = $1 AND channel = 'call' AND state = 'sending'",
            args![id, state.as_str(), outcome.as_str(), gateway, now],
        )
        .await?;
    Ok(settled == 1)
}

/// Notes what a network says of a message that it took; says whether that was news.
pub async fn receive(
    tx: &mut Tx,
    gateway: &str,
    reference: &str,
    state: DeliveryState,
    reason: Option<&str>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let received = tx
        .exec(
            "UPDATE messages SET state = $3, reason = $4, finished_at = $5 \
             WHERE gateway = $1 AND reference = $2 AND state = 'handed_over'",
            args![gateway, reference, state.as_str(), reason, now],
        )
        .await?;
    Ok(received > 0)
}

/// Texts that a network has taken and not spoken of since, the newest first.
pub async fn list_awaited_receipts(
    tx: &mut Tx,
    gateway: &str,
    since: Timestamp,
    limit: u32,
) -> Result<Vec<AwaitedReceipt>, StoreError> {
    let rows = tx
        .all(
            "SELECT id, reference FROM messages WHERE gateway = $1 AND reference IS NOT NULL AND state = 'handed_over' \
             AND created_at >= $2 ORDER BY created_at DESC LIMIT $3",
            args![gateway, since, i64::from(limit)],
        )
        .await?;
    rows.iter().map(|row| Ok(AwaitedReceipt { id: row.get("id")?, reference: row.get("reference")? })).collect()
}

/// Takes the report of the message with this reference, decided at `since` or later.
///
/// SECURITY: once. Whoever has a reference must not be able to send news about it for an hour.
pub async fn take_report(
    tx: &mut Tx,
    report: &ReportCode,
    since: Timestamp,
    now: Timestamp,
) -> Result<Report, StoreError> {
    let mac = tx.mac(REPORTS, report.key().as_bytes());
    let row = tx
        .opt(
            "UPDATE messages SET reported_at = $3 \
             WHERE report_mac = $1 AND created_at >= $2 AND reported_at IS NULL \
             RETURNING id, kind, account_id, organisation_id, flow_id",
            args![mac, since, now],
        )
        .await?;
    let Some(row) = row else {
        let before =
            tx.opt("SELECT id FROM messages WHERE report_mac = $1 AND created_at >= $2", args![mac, since]).await?;
        return Ok(if before.is_some() { Report::Before } else { Report::Unknown });
    };
    Ok(Report::Taken(ReportedMessage {
        id: row.get("id")?,
        kind: row.get::<String>("kind")?.parse().map_err(|_| unknown("kind"))?,
        account: row.get("account_id")?,
        organisation: row.get("organisation_id")?,
        flow: row.get("flow_id")?,
    }))
}

/// The sign-in that asked for a message.
pub async fn flow_of(tx: &mut Tx, id: MessageId) -> Result<Option<FlowId>, StoreError> {
    let row = tx.opt("SELECT flow_id FROM messages WHERE id = $1", args![id]).await?;
    row.map_or(Ok(None), |row| row.get("flow_id"))
}

/// How many calls of an organisation wait or are under way.
pub async fn count_calls_at_once(tx: &mut Tx, organisation: OrganisationId, now: Timestamp) -> Result<u32, StoreError> {
    let row = tx
        .opt(
            "SELECT COUNT(*) AS calls FROM messages WHERE organisation_id = $1 AND channel = 'call' \
             AND finished_at IS NULL AND expires_at > $2",
            args![organisation, now],
        )
        .await?;
    row.map_or(Ok(0), |row| row.get("calls"))
}

/// How many messages there are in each state, for operators and tests.
pub async fn count_messages(tx: &mut Tx) -> Result<Vec<(DeliveryState, u64)>, StoreError> {
    let rows = tx.all("SELECT state, COUNT(*) AS messages FROM messages GROUP BY state", args![]).await?;
    let read = |row: &Row| {
        let state = row.get::<String>("state")?.parse().map_err(|_| unknown("state"))?;
        let count: i64 = row.get("messages")?;
        Ok((state, u64::try_from(count).unwrap_or(0)))
    };
    rows.iter().map(read).collect()
}
