//! `AuditEvent`: an event with its circumstances, as it was written down.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::event::Event;
use crate::id::{AccountId, ApplicationId, AuditEventId, OrganisationId, RequestId};
use crate::op::{Actor, Op};
use crate::time::Timestamp;

/// An event, who caused it, when, and from where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditEvent {
    /// Its identifier.
    pub id: AuditEventId,
    /// When it happened.
    pub at: Timestamp,
    /// Who caused it.
    pub actor: RecordedActor,
    /// The request in which it happened; log lines carry the same.
    pub request: RequestId,
    /// The network address that the request came from.
    pub address: Option<IpAddr>,
    /// The browser that the request came from, in few words ("Chrome on Windows").
    pub browser: Option<String>,
    /// The organisation whose event it is.
    pub organisation: Option<OrganisationId>,
    /// The account it is about.
    pub account: Option<AccountId>,
    /// The application it is about.
    pub application: Option<ApplicationId>,
    /// What happened.
    pub event: Event,
}

impl AuditEvent {
    /// Writes down `event` with the circumstances of `op`.
    ///
    /// `organisation` is the one whose event it is; when absent, the one that the event names, or the actor's.
    pub fn new(id: AuditEventId, op: &Op, organisation: Option<OrganisationId>, event: Event) -> Self {
        let subjects = event.subjects();
        Self {
            id,
            at: op.now,
            actor: RecordedActor::of(&op.actor),
            request: op.request,
            address: op.origin.address,
            browser: op.origin.browser.clone(),
            organisation: organisation.or(subjects.organisation).or_else(|| op.organisation()),
            account: subjects.account,
            application: subjects.application,
            event,
        }
    }
}

/// Who caused an event, without what changes later.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RecordedActor {
    /// A browser that had not signed in.
    Anonymous,
    /// A person with a session.
    Account(AccountId),
    /// Somebody at the command line of the server.
    Operator(String),
    /// An application acting for itself.
    Application(ApplicationId),
    /// A job of Wardkey itself.
    System(String),
}

impl RecordedActor {
    /// The lasting part of `actor`.
    pub fn of(actor: &Actor) -> Self {
        match actor {
            Actor::Anonymous => Self::Anonymous,
            Actor::Account(account) => Self::Account(account.id),
            Actor::Operator(name) => Self::Operator(name.clone()),
            Actor::Application(application) => Self::Application(application.id),
            Actor::System(job) => Self::System((*job).to_owned()),
        }
    }
}

impl fmt::Display for RecordedActor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anonymous => f.write_str("anonymous"),
            Self::Account(id) => write!(f, "account:{id}"),
            Self::Operator(name) => write!(f, "operator:{name}"),
            Self::Application(id) => write!(f, "application:{id}"),
            Self::System(job) => write!(f, "system:{job}"),
        }
    }
}

/// The text does not name an actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an actor")]
pub struct NotAnActor;

impl FromStr for RecordedActor {
    type Err = NotAnActor;

    fn from_str(text: &str) -> Result<Self, NotAnActor> {
        match text.split_once(':') {
            None if text == "anonymous" => Ok(Self::Anonymous),
            Some(("account", id)) => id.parse().map(Self::Account).map_err(|_| NotAnActor),
            Some(("operator", name)) => Ok(Self::Operator(name.to_owned())),
            Some(("application", id)) => id.parse().map(Self::Application).map_err(|_| NotAnActor),
            Some(("system", job)) => Ok(Self::System(job.to_owned())),
            Some(_) | None => Err(NotAnActor),
        }
    }
}

impl Serialize for RecordedActor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actor_reads_back_as_it_was_written() {
        let account = AccountId::new(Timestamp::from_seconds(1), [1; 10]);
        for actor in [
            RecordedActor::Anonymous,
            RecordedActor::Account(account),
            RecordedActor::Operator("root: the first".to_owned()),
            RecordedActor::System("seal_audit".to_owned()),
        ] {
            assert_eq!(actor.to_string().parse(), Ok(actor));
        }
        assert_eq!("account:nobody".parse::<RecordedActor>(), Err(NotAnActor));
    }
}
