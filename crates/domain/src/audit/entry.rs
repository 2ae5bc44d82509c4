//! `Entry`: an event as the store keeps it, and the bytes that its MAC covers.

use std::net::IpAddr;

use super::chain::Digest;
use super::event::Event;
use super::record::AuditEvent;
use crate::id::{AccountId, ApplicationId, AuditEventId, OrganisationId, RequestId};
use crate::time::Timestamp;

/// An event's columns, exactly as written.
///
/// INVARIANT: the MAC covers the text of the row, not a new rendering of what it means; so old rows verify for ever,
/// however [`Event`] grows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its identifier.
    pub id: AuditEventId,
    /// When it happened.
    pub at: Timestamp,
    /// Who caused it, as text.
    pub actor: String,
    /// The request in which it happened.
    pub request: RequestId,
    /// The network address, as text.
    pub address: Option<String>,
    /// The browser in few words.
    pub browser: Option<String>,
    /// The organisation whose event it is.
    pub organisation: Option<OrganisationId>,
    /// The account it is about.
    pub account: Option<AccountId>,
    /// The application it is about.
    pub application: Option<ApplicationId>,
    /// The name of the kind of event.
    pub kind: String,
    /// The event as JSON.
    pub event: String,
}

/// A row says something that this version cannot read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The JSON of the event.
    #[error("the event cannot be read")]
    Event(#[from] serde_json::Error),
    /// The actor.
    #[error("the actor cannot be read")]
    Actor(#[from] super::record::NotAnActor),
    /// The address.
    #[error("the address cannot be read")]
    Address(#[from] std::net::AddrParseError),
}

impl Entry {
    /// Writes `record` as columns.
    ///
    /// # Errors
    /// Never for the events that exist; serialisation is fallible by type.
    pub fn of(record: &AuditEvent) -> Result<Self, serde_json::Error> {
        Ok(Self {
            id: record.id,
            at: record.at,
            actor: record.actor.to_string(),
            request: record.request,
            address: record.address.map(|address| address.to_string()),
            browser: record.browser.clone(),
            organisation: record.organisation,
            account: record.account,
            application: record.application,
            kind: record.event.kind().to_owned(),
            event: serde_json::to_string(&record.event)?,
        })
    }

    /// Reads the columns back.
    ///
    /// # Errors
    /// When a later version wrote them, or somebody edited them.
    pub fn read(&self) -> Result<AuditEvent, Unreadable> {
        Ok(AuditEvent {
            id: self.id,
            at: self.at,
            actor: self.actor.parse()?,
            request: self.request,
            address: self.address.as_deref().map(str::parse::<IpAddr>).transpose()?,
            browser: self.browser.clone(),
            organisation: self.organisation,
            account: self.account,
            application: self.application,
            event: serde_json::from_str::<Event>(&self.event)?,
        })
    }

    /// The bytes that the keyed MAC covers: every column, each with its length, so that no two rows share them.
    pub fn canonical(&self) -> Vec<u8> {
        let mut bytes = Canonical::new("wardkey.audit.event.1");
        bytes.part(self.id.uuid().as_bytes());
        bytes.part(&self.at.as_micros().to_be_bytes());
        bytes.part(self.actor.as_bytes());
        bytes.part(self.request.uuid().as_bytes());
        bytes.optional(self.address.as_deref().map(str::as_bytes));
        bytes.optional(self.browser.as_deref().map(str::as_bytes));
        bytes.optional(self.organisation.map(|id| id.uuid().into_bytes()));
        bytes.optional(self.account.map(|id| id.uuid().into_bytes()));
        bytes.optional(self.application.map(|id| id.uuid().into_bytes()));
        bytes.part(self.kind.as_bytes());
        bytes.part(self.event.as_bytes());
        bytes.0
    }
}

/// An entry with its place in the table and its MAC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberedEntry {
    /// Its number: events are chained in this order. Numbers rise, and some may be missing.
    pub number: i64,
    /// The row.
    pub entry: Entry,
    /// The keyed MAC over [`Entry::canonical`].
    pub mac: Digest,
    /// The number of the key that made the MAC.
    pub mac_key: i64,
}

/// Bytes in which every part carries its length, and an absent part differs from an empty one.
pub(super) struct Canonical(Vec<u8>);

impl Canonical {
    pub(super) fn new(purpose: &'static str) -> Self {
        let mut bytes = Self(Vec::with_capacity(512));
        bytes.part(purpose.as_bytes());
        bytes
    }

    pub(super) fn part(&mut self, part: &[u8]) {
        self.0.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX - 1).to_be_bytes());
        self.0.extend_from_slice(part);
    }

    pub(super) fn optional(&mut self, part: Option<impl AsRef<[u8]>>) {
        match part {
            Some(part) => self.part(part.as_ref()),
            None => self.0.extend_from_slice(&u64::MAX.to_be_bytes()),
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(crate) fn entry() -> impl Strategy<Value = Entry> {
        (
            any::<[u8; 10]>(),
            any::<i64>(),
            ".{0,12}",
            proptest::option::of(".{0,12}"),
            proptest::option::of(".{0,12}"),
            ".{0,20}",
        )
            .prop_map(|(entropy, at, actor, address, browser, event)| Entry {
                id: AuditEventId::new(Timestamp::from_micros(at.abs() / 2), entropy),
                at: Timestamp::from_micros(at),
                actor,
                request: RequestId::new(Timestamp::from_seconds(1), entropy),
                address,
                browser,
                organisation: None,
                account: None,
                application: None,
                kind: "signed_in".to_owned(),
                event,
            })
    }

    proptest! {
        #[test]
        fn different_rows_have_different_bytes(one in entry(), other in entry()) {
            prop_assert_eq!(one == other, one.canonical() == other.canonical());
        }

        #[test]
        fn text_cannot_move_between_columns(entry in entry(), moved in ".{1,5}") {
            let mut left = entry.clone();
            left.actor.push_str(&moved);
            let mut right = entry;
            right.address = Some(format!("{moved}{}", right.address.unwrap_or_default()));
            prop_assert_ne!(left.canonical(), right.canonical());
        }
    }

    #[test]
    fn nothing_and_an_empty_text_differ() {
        let mut one = Canonical::new("x");
        one.optional(None::<&[u8]>);
        let mut other = Canonical::new("x");
        other.optional(Some(b""));
        assert_ne!(one.bytes(), other.bytes());
    }
}
