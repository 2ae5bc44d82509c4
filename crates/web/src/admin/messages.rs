//! What was sent to people and what became of it.

use axum::extract::{Path, Query};
use serde::{Deserialize, Serialize};
use wardkey_domain::id::{AccountId, MessageId};
use wardkey_usecases::message::{self, MessageFacts, MessageList};

use crate::error::PageError;
use crate::form::Checked;
use crate::goto::Goto;
use crate::notice::Notice;
use crate::page::Page;
use crate::person::Person;
use crate::routes;
use crate::view::moment;

/// Where a page begins.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wanted {
    before: Option<String>,
}

/// The messages that did not arrive, or all that were sent to one person.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct MessagesView {
    /// Whose they are, for one person's.
    pub(crate) name: Option<String>,
    /// The page of that person.
    pub(crate) account: Option<String>,
    pub(crate) messages: Vec<MessageRow>,
    /// The address of the next page, if there is one.
    pub(crate) next: Option<String>,
}

/// One message. The templates have the words for what it is, how it travels and where it is.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct MessageRow {
    pub(crate) kind: &'static str,
    pub(crate) channel: &'static str,
    pub(crate) state: &'static str,
    /// The word of the program or of the network, for whoever looks into it.
    pub(crate) reason: Option<String>,
    pub(crate) tries: u32,
    pub(crate) at: String,
    pub(crate) name: String,
    pub(crate) organisation: String,
    pub(crate) person: String,
    /// The address of the button that sends it again.
    pub(crate) again: Option<String>,
}

/// `GET /admin/messages`
pub(crate) async fn list(person: Person, Query(wanted): Query<Wanted>) -> Result<Page, PageError> {
    let list = message::list_undelivered(person.app(), &person.op, wanted.before()).await?;
    let view = MessagesView::of(list, routes::ADMIN_MESSAGES, None);
    Ok(Page::new("admin/messages.html", person.admin_frame(), view))
}

/// `GET /admin/people/{id}/messages`
pub(crate) async fn of_person(
    person: Person,
    Path(id): Path<AccountId>,
    Query(wanted): Query<Wanted>,
) -> Result<Page, PageError> {
    let (account, list) = message::messages_to(person.app(), &person.op, id, wanted.before()).await?;
    let view = MessagesView::of(list, &routes::admin_messages_to(id), Some((id, account.display_name)));
    Ok(Page::new("admin/messages.html", person.admin_frame(), view))
}

/// `POST /admin/messages/{id}/again`
pub(crate) async fn again(person: Person, Path(id): Path<MessageId>, _form: Checked) -> Result<Goto, PageError> {
    let account = message::send_again(person.app(), &person.op, id).await?;
    Ok(Goto::to(routes::admin_messages_to(account)).notice(Notice::MessageSentAgain))
}

impl Wanted {
    /// Whatever else it says is no place to begin: the list begins at its beginning.
    fn before(&self) -> Option<MessageId> {
        self.before.as_deref()?.parse().ok()
    }
}

impl MessagesView {
    fn of(list: MessageList, path: &str, of: Option<(AccountId, String)>) -> Self {
        let account = of.as_ref().map(|(id, _)| routes::admin_account(*id));
        Self {
            name: of.map(|(_, name)| name),
            account,
            next: list.next.map(|before| format!("{path}?before={before}")),
            messages: list.messages.into_iter().map(MessageRow::from).collect(),
        }
    }
}

impl From<MessageFacts> for MessageRow {
    fn from(facts: MessageFacts) -> Self {
        let message = facts.message;
        Self {
            kind: message.kind.as_str(),
            channel: message.channel.as_str(),
            state: message.state.as_str(),
            reason: message.reason,
            tries: message.tries,
            at: moment(message.created_at),
            name: message.display_name,
            organisation: message.organisation,
            person: routes::admin_account(message.account),
            again: facts.may_be_sent_again.then(|| routes::admin_send_again(message.id)),
        }
    }
}
