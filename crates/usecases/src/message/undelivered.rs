//! What was sent to people and what became of it; sending news again that did not arrive.

use std::time::Duration;

use wardkey_domain::audit::Event;
use wardkey_domain::directory::Account;
use wardkey_domain::id::{AccountId, MessageId};
use wardkey_domain::message::MessageKind;
use wardkey_domain::op::Op;
use wardkey_domain::permission::{Action, Extent};
use wardkey_store as store;
use wardkey_store::message::ListedMessage;

use crate::directory::load;
use crate::{App, Error, Result};

const PAGE: u32 = 20;
/// For how long it is tried again.
const AGAIN_FOR: Duration = Duration::from_secs(3 * 86_400);
const NO_MESSAGE: Error = Error::NotFound("message");

/// One page of messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageList {
    /// The messages, the newest first.
    pub messages: Vec<MessageFacts>,
    /// Where the next page begins, if there is one.
    pub next: Option<MessageId>,
}

/// A message, and whether the actor may have it sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageFacts {
    /// The message.
    pub message: ListedMessage,
    /// Whether it may.
    pub may_be_sent_again: bool,
}

/// Whether the actor sees any messages.
pub fn may_see_messages(op: &Op) -> bool {
    op.extent(Action::SeeMessages) != Extent::Nothing
}

/// Messages that did not arrive, of everybody whom the actor looks after.
///
/// # Errors
/// When the actor looks after nobody.
pub async fn list_undelivered(app: &App, op: &Op, before: Option<MessageId>) -> Result<MessageList> {
    let extent = op.extent(Action::SeeMessages);
    if extent == Extent::Nothing {
        return Err(Error::NotFound("page"));
    }
    let mut tx = app.store().read().await?;
    Ok(page(op, store::message::list_undelivered(&mut tx, &extent, before, PAGE + 1).await?))
}

/// What was sent to somebody, and is still known.
///
/// # Errors
/// When the account is not one that the actor sees, or they do not see its messages.
pub async fn messages_to(
    app: &App,
    op: &Op,
    id: AccountId,
    before: Option<MessageId>,
) -> Result<(Account, MessageList)> {
    let mut tx = app.store().read().await?;
    let account = load(&mut tx, op, Action::SeeMessages, id).await?.account;
    let list = page(op, store::message::list_messages_to(&mut tx, id, before, PAGE + 1).await?);
    Ok((account, list))
}

/// Has news sent again that did not arrive; says to whom it was.
///
/// # Errors
/// When the actor may not, or there is nothing of it left to send, or somebody was faster.
pub async fn send_again(app: &App, op: &Op, id: MessageId) -> Result<AccountId> {
    let mut tx = app.store().begin().await?;
    let message = store::message::find_message(&mut tx, id).await?.ok_or(NO_MESSAGE)?;
    let account = load(&mut tx, op, Action::SendAgain, message.account).await.map_err(unseen)?.account;
    let sent = can_be_sent_again(&message)
        && store::message::send_message_again(&mut tx, id, op.now.plus(AGAIN_FOR), op.now).await?;
    if !sent {
        return Err(Error::Conflict("This message cannot be sent again, or is on its way already.".to_owned()));
    }
    let event = Event::MessageSentAgain { account: account.id, message: id, news: message.kind.as_str().into() };
    store::audit::append(&mut tx, op, Some(account.organisation), event).await?;
    tx.commit().await?;
    app.wake().ring(message.channel);
    Ok(account.id)
}

/// Only news: a code would be too old, and what is said of it was erased when it left.
fn can_be_sent_again(message: &ListedMessage) -> bool {
    message.is_kept && message.state.is_lost() && MessageKind::tells_what_happened(message.kind)
}

fn page(op: &Op, mut messages: Vec<ListedMessage>) -> MessageList {
    let size = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = messages.len() > size;
    messages.truncate(size);
    let next = messages.last().filter(|_| more).map(|last| last.id);
    let own = op.account().map(|actor| actor.id);
    let sends = op.extent(Action::SendAgain) != Extent::Nothing;
    let facts = |message: ListedMessage| MessageFacts {
        may_be_sent_again: sends && own != Some(message.account) && can_be_sent_again(&message),
        message,
    };
    MessageList { messages: messages.into_iter().map(facts).collect(), next }
}

fn unseen(error: Error) -> Error {
    match error {
        Error::NotFound(_) => NO_MESSAGE,
        other => other,
    }
}
