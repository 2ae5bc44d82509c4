//! `Op`: who acts, when, and from where. The first argument of every operation.

use std::net::IpAddr;

use crate::directory::{OrganisationPath, RoleGrant};
use crate::id::{AccountId, ApplicationId, DeviceId, OrganisationId, RequestId, SessionId};
use crate::permission::ApiScope;
use crate::time::Timestamp;

/// One operation's circumstances.
#[derive(Clone, Debug)]
pub struct Op {
    /// When it happens. The domain has no other clock.
    pub now: Timestamp,
    /// Who acts.
    pub actor: Actor,
    /// Where the request came from.
    pub origin: Origin,
    /// Correlates log lines and audit events of one request.
    pub request: RequestId,
}

/// Who acts.
#[derive(Clone, Debug)]
pub enum Actor {
    /// A browser that has not signed in.
    Anonymous,
    /// A person with a full session.
    Account(ActingAccount),
    /// Somebody at the command line of the server: named, trusted, audited.
    Operator(String),
    /// An authenticated application acting for itself.
    Application(ActingApplication),
    /// A job of Wardkey itself, by name.
    System(&'static str),
}

/// A signed-in person, with what permission decisions need to know.
#[derive(Clone, Debug)]
pub struct ActingAccount {
    /// The account.
    pub id: AccountId,
    /// The organisation it belongs to.
    pub organisation: OrganisationId,
    /// The session it acts through.
    pub session: SessionId,
    /// The roles it holds now; expired ones are left out.
    pub roles: Vec<RoleGrant>,
    /// When a second factor was last verified in this session [SES-8].
    pub second_factor_at: Timestamp,
    /// When a second factor that is not restricted was last verified in this session, if one was [AUT-8].
    pub unrestricted_factor_at: Option<Timestamp>,
}

/// An application that has shown who it is.
#[derive(Clone, Debug)]
pub struct ActingApplication {
    /// The application.
    pub id: ApplicationId,
    /// What it may do here itself; nothing when it only asks for tokens.
    pub mandate: Option<Mandate>,
}

/// What an application may do here by itself, and where.
#[derive(Clone, Debug)]
pub struct Mandate {
    /// The organisation that answers for it: it reaches this one and those below.
    pub path: OrganisationPath,
    /// The scopes of its token that are ours.
    pub scopes: Vec<ApiScope>,
}

/// Where a request came from.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The client's network address, from the connection or from a trusted proxy.
    pub address: Option<IpAddr>,
    /// A short description of the browser ("Chrome on Windows"), never the raw header.
    pub browser: Option<String>,
    /// The device that the browser's device cookie names, if it is genuine.
    pub device: Option<DeviceId>,
}

impl Op {
    /// The account that acts, if a person with a session does.
    pub fn account(&self) -> Option<&ActingAccount> {
        match &self.actor {
            Actor::Account(account) => Some(account),
            Actor::Anonymous | Actor::Operator(_) | Actor::Application(_) | Actor::System(_) => None,
        }
    }

    /// The organisation on whose behalf somebody acts, if it is known.
    pub fn organisation(&self) -> Option<OrganisationId> {
        match &self.actor {
            Actor::Account(account) => Some(account.organisation),
            Actor::Application(application) => Some(application.mandate.as_ref()?.path.organisation()),
            Actor::Anonymous | Actor::Operator(_) | Actor::System(_) => None,
        }
    }

    /// The same circumstances with another actor.
    #[must_use]
    pub fn acting_as(&self, actor: Actor) -> Self {
        Self { actor, ..self.clone() }
    }
}
