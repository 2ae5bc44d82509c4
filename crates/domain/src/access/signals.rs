//! What is known of a sign-in when it is decided what it must reach.

use std::net::IpAddr;

use crate::access::{ClientKind, Country, Device, FactorSet, GraceUsed, Hold, Requirement, Risk, Target};
use crate::directory::{AccountKind, Role};
use crate::factor::FactorKind;
use crate::id::{AccountId, GroupId, OrganisationId};
use crate::session::{Remembered, Strength};
use crate::time::Timestamp;

/// What is known of a sign-in. What is not known counts as the worst that it may be.
#[derive(Clone, Copy, Debug)]
pub struct Signals<'a> {
    /// Who signs in.
    pub account: Subject<'a>,
    /// Where to.
    pub target: Target,
    /// The least that the application asks for.
    pub asked: Strength,
    /// What kind of program asks.
    pub client: ClientKind,
    /// The address of the connection [CA-12].
    pub address: Option<IpAddr>,
    /// Its country.
    pub country: Option<Country>,
    /// The device.
    pub device: Device,
    /// The risk, if it could be judged.
    pub risk: Option<Risk>,
    /// Whether the owner of the account has had this browser remembered [SES-5].
    pub remembered: Option<Remembered>,
    /// When.
    pub now: Timestamp,
}

/// By what a sign-in comes, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connection {
    /// The address of the connection [CA-12].
    pub address: Option<IpAddr>,
    /// Its country.
    pub country: Option<Country>,
    /// The device.
    pub device: Device,
    /// The risk, if it could be judged.
    pub risk: Option<Risk>,
    /// Whether the owner of the account has had this browser remembered.
    pub remembered: Option<Remembered>,
    /// When.
    pub at: Timestamp,
}

/// The account that signs in.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The account.
    pub id: AccountId,
    /// What kind of account it is.
    pub kind: AccountKind,
    /// When it was made.
    pub created_at: Timestamp,
    /// The roles that it holds.
    pub roles: &'a [Role],
    /// The groups that it is in.
    pub groups: &'a [GroupId],
    /// Its organisation, and those above it from the nearest to the root.
    pub organisations: &'a [OrganisationId],
    /// The second factors that it has enrolled: no pass, and no recovery code.
    pub factors: FactorSet,
    /// Whether it is held, because somebody else had it.
    pub hold: Hold,
    /// Until when its prompts are suspended, if they are.
    pub excepted_until: Option<Timestamp>,
    /// Until when it need not register, although accounts made as late as it do, if somebody has said so.
    pub postponed_until: Option<Timestamp>,
    /// How much of its grace is used.
    pub grace: GraceUsed,
}

impl Subject<'_> {
    /// Whether it holds a privileged role.
    pub fn is_privileged(&self) -> bool {
        self.roles.iter().any(|role| role.is_privileged())
    }

    /// Whether it has a second factor.
    pub const fn is_registered(&self) -> bool {
        !self.factors.is_empty()
    }

    /// What its factors reach beside a password; nothing without one.
    pub fn held(&self) -> Option<Strength> {
        self.is_registered().then(|| reach(self.factors)).flatten()
    }

    /// Whether it could meet a requirement with what it has.
    pub fn could_meet(&self, required: Requirement) -> bool {
        let counting = required.among.map_or(self.factors, |among| among.and(self.factors));
        !required.asks_for_second_factor()
            || (!counting.is_empty() && reach(counting).is_some_and(|reached| reached >= required.strength))
    }
}

fn reach(factors: FactorSet) -> Option<Strength> {
    Strength::of(factors.iter().chain([FactorKind::Password]))
}
