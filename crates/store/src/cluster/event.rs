//! What there is to tell, and how it travels.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wardkey_domain::id::{AccountId, ApplicationId, CredentialId, GrantId, SessionId};

/// The notification channel on PostgreSQL.
pub(crate) const CHANNEL: &str = "wardkey";
/// PostgreSQL refuses notifications of 8000 bytes.
const LONGEST_MESSAGE: usize = 7000;

/// Something that happened in a committed transaction.
///
/// Only what must take effect at once and does not come with every transaction: on PostgreSQL, commits that notify wait for
/// each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClusterEvent {
    /// A session was ended.
    SessionEnded(SessionId),
    /// A session goes on under another token and with other proofs.
    SessionChanged(SessionId),
    /// All sessions of an account were ended, or what they may do has changed.
    AccountSessionsEnded(AccountId),
    /// A grant, with its tokens, was revoked.
    GrantRevoked(GrantId),
    /// All grants of an account were revoked.
    AccountGrantsRevoked(AccountId),
    /// One access token was revoked; by its hash.
    AccessTokenRevoked([u8; 32]),
    /// An app was asked, has answered, was bound or removed: whoever waits for it should look.
    AppNews(CredentialId),
    /// Data keys or signing keys have changed.
    KeysRotated,
    /// An application's settings have changed.
    ApplicationChanged(ApplicationId),
    /// Events may have been lost: forget everything that they could have been about.
    Resynchronise,
}

/// A message between nodes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Message {
    /// Who sends it.
    pub(super) node: Uuid,
    /// What it says.
    pub(super) said: Said,
}

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Said {
    /// Something has happened.
    Events(Vec<ClusterEvent>),
    /// The sender lives; the number is its own clock's.
    Beat(u64),
}

impl Message {
    /// The message about `events`, or none when there are none.
    pub(super) fn about(node: Uuid, events: &[ClusterEvent]) -> Option<String> {
        if events.is_empty() {
            return None;
        }
        let text = Self { node, said: Said::Events(events.to_vec()) }.text()?;
        if text.len() <= LONGEST_MESSAGE {
            return Some(text);
        }
        Self { node, said: Said::Events(vec![ClusterEvent::Resynchronise]) }.text()
    }

    pub(super) fn text(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(events: &[ClusterEvent]) -> Option<Vec<ClusterEvent>> {
        let message: Message = serde_json::from_str(&Message::about(Uuid::nil(), events)?).unwrap();
        match message.said {
            Said::Events(events) => Some(events),
            Said::Beat(_) => None,
        }
    }

    #[test]
    fn a_message_is_sent_when_there_is_something_to_say() {
        let ended = ClusterEvent::SessionEnded(SessionId::from_uuid(Uuid::from_u128(1)));
        assert_eq!(sent(&[]), None);
        assert_eq!(sent(&[ended, ended]), Some(vec![ended, ended]));
    }

    #[test]
    fn too_many_events_become_a_request_to_forget_everything() {
        let ended = ClusterEvent::SessionEnded(SessionId::from_uuid(Uuid::from_u128(1)));
        assert_eq!(sent(&[ended; 500]), Some(vec![ClusterEvent::Resynchronise]));
    }
}
