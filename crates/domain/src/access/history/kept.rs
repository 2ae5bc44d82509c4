//! What is kept of a sign-in, so that it can be decided again.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::access::{
    ClientKind, Country, Device, FactorSet, GraceUsed, Hold, Requirement, Risk, Signals, Subject, Target,
};
use crate::directory::{AccountKind, Role};
use crate::factor::FactorKind;
use crate::id::{AccountId, ApplicationId, GroupId, OrganisationId};
use crate::session::{Remembered, Strength};
use crate::time::Timestamp;

/// What was known of a sign-in before anything was changed by it, and what was shown in it. Nothing of it is secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptSignIn {
    /// Who signed in.
    pub account: AccountId,
    /// What kind of account it was.
    pub kind: AccountKind,
    /// When it was made.
    pub created_at: Timestamp,
    /// The roles that it held.
    #[serde(default, skip_serializing_if = "is_default")]
    pub roles: Vec<Role>,
    /// The groups that it was in.
    #[serde(default, skip_serializing_if = "is_default")]
    pub groups: Vec<GroupId>,
    /// Its organisation, and those above it from the nearest to the root.
    pub organisations: Vec<OrganisationId>,
    /// The second factors that it had enrolled.
    #[serde(default, skip_serializing_if = "is_default")]
    pub factors: FactorSet,
    /// Whether it was held.
    #[serde(default, skip_serializing_if = "is_default")]
    pub hold: Hold,
    /// Until when its prompts were suspended, if they were.
    #[serde(default, skip_serializing_if = "is_default")]
    pub excepted_until: Option<Timestamp>,
    /// Until when it needed not register, if somebody had said so.
    #[serde(default, skip_serializing_if = "is_default")]
    pub postponed_until: Option<Timestamp>,
    /// How much of its grace was used.
    #[serde(default, skip_serializing_if = "is_default")]
    pub grace: GraceUsed,
    /// Where to; nothing for our own pages.
    #[serde(default, skip_serializing_if = "is_default")]
    pub application: Option<ApplicationId>,
    /// The least that the application asked for.
    pub asked: Strength,
    /// What kind of program asked.
    #[serde(default, skip_serializing_if = "is_default")]
    pub client: ClientKind,
    /// The address of the connection.
    #[serde(default, skip_serializing_if = "is_default")]
    pub address: Option<IpAddr>,
    /// Its country.
    #[serde(default, skip_serializing_if = "is_default")]
    pub country: Option<Country>,
    /// The device.
    pub device: Device,
    /// The risk, if it could be judged.
    #[serde(default, skip_serializing_if = "is_default")]
    pub risk: Option<Risk>,
    /// Whether the browser was remembered.
    #[serde(default, skip_serializing_if = "is_default")]
    pub remembered: Option<Remembered>,
    /// When.
    pub at: Timestamp,
    /// What was shown.
    #[serde(default, skip_serializing_if = "is_default")]
    pub shown: Vec<Shown>,
    /// Whether nobody was asked for anything: a session that had begun before was enough, or would have been.
    #[serde(default, skip_serializing_if = "is_default")]
    pub by_session: bool,
}

/// A factor that was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// The factor.
    pub factor: FactorKind,
    /// When.
    pub at: Timestamp,
    /// Whether it was enrolled by that, on the strength of a password alone.
    #[serde(default, skip_serializing_if = "is_default")]
    pub is_enrolment: bool,
}

/// What goes without saying is not written.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl KeptSignIn {
    /// Keeps what was known of a sign-in, and what was shown in it.
    pub fn of(signals: &Signals<'_>, shown: Vec<Shown>, by_session: bool) -> Self {
        let account = &signals.account;
        Self {
            account: account.id,
            kind: account.kind,
            created_at: account.created_at,
            roles: account.roles.to_vec(),
            groups: account.groups.to_vec(),
            organisations: account.organisations.to_vec(),
            factors: account.factors,
            hold: account.hold,
            excepted_until: account.excepted_until,
            postponed_until: account.postponed_until,
            grace: account.grace,
            application: match signals.target {
                Target::Application(application) => Some(application),
                Target::Portal => None,
            },
            asked: signals.asked,
            client: signals.client,
            address: signals.address,
            country: signals.country,
            device: signals.device,
            risk: signals.risk,
            remembered: signals.remembered,
            at: signals.now,
            shown,
            by_session,
        }
    }

    /// What was known, to decide it again.
    pub fn signals(&self) -> Signals<'_> {
        let account = Subject {
            id: self.account,
            kind: self.kind,
            created_at: self.created_at,
            roles: &self.roles,
            groups: &self.groups,
            organisations: &self.organisations,
            factors: self.factors,
            hold: self.hold,
            excepted_until: self.excepted_until,
            postponed_until: self.postponed_until,
            grace: self.grace,
        };
        Signals {
            account,
            target: self.application.map_or(Target::Portal, Target::Application),
            asked: self.asked,
            client: self.client,
            address: self.address,
            country: self.country,
            device: self.device,
            risk: self.risk,
            remembered: self.remembered,
            now: self.at,
        }
    }

    /// Whether a second factor was shown.
    pub fn has_shown_second_factor(&self) -> bool {
        self.shown.iter().any(|shown| shown.factor != FactorKind::Password)
    }

    /// Whether what was shown meets a requirement.
    pub(super) fn meets(&self, required: Requirement) -> bool {
        required.is_met_by(self.shown.iter().map(|shown| (shown.factor, shown.is_enrolment)))
    }
}
