//! What was decided, and why.

use crate::access::{AssignedBy, Baseline, Condition, Controls, GraceLeft, Requirement};
use crate::id::{NamedLocationId, PolicyId};
use crate::session::Strength;
use crate::time::Timestamp;

/// What a sign-in comes to, with everything that was considered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What it comes to.
    pub access: Access,
    /// What it would come to if the policies that only report were on, where that is something else.
    pub would_be: Option<Access>,
    /// The account's baseline, and who has assigned it.
    pub baseline: (Baseline, AssignedBy),
    /// Every policy, in order.
    pub considered: Vec<Considered>,
}

/// What a sign-in comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// Nobody comes in.
    Blocked(BlockedBy),
    /// Whoever reaches this much comes in.
    Granted(Grant),
}

/// Why nobody comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockedBy {
    /// Somebody else had the account.
    Hold,
    /// A policy says so.
    Policy(PolicyId),
    /// A policy names something that is not there any more [fail closed].
    BrokenPolicy(PolicyId),
}

/// What must be reached to come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// What must be reached.
    pub required: Requirement,
    /// Whether a second factor must be registered for it, and when.
    pub registration: Registration,
    /// Whether a first factor can be registered here on the strength of a password.
    pub may_register: bool,
    /// What must be reached as long as that is put off.
    pub meanwhile: Requirement,
    /// What holds for the session.
    pub controls: Controls,
    /// Why that much: what was decided first, and then each that asked for more.
    pub reasons: Vec<Reason>,
}

/// Whether a second factor must be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registration {
    /// The account has one that is enough, or none is asked for.
    NotNeeded,
    /// It can be put off.
    CanWait(GraceLeft),
    /// It must be registered now.
    Due,
}

/// One reason for what must be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The account is for breaking glass: a factor that cannot be phished, and no policy is about it [CA-16].
    BreakGlass,
    /// The account holds a privileged role: two factors, neither of them restricted, everywhere [AUT-8, MET-10, CA-17].
    Privileged,
    /// Somebody else had the account, and it was given back: two factors, everywhere [CMP-2].
    Pinned,
    /// The prompts of the account are suspended until then [EXC-20, EXC-22].
    Excepted(Timestamp),
    /// An administrator has given the account until then to register [ENR-6].
    Postponed(Timestamp),
    /// The baseline.
    Baseline(Baseline),
    /// The browser is remembered until then, and the baseline allows it [AUT-11].
    Remembered(Timestamp),
    /// The baseline does not prompt in this named location [CA-1].
    InLocation(NamedLocationId),
    /// A policy asks for more.
    Policy(PolicyId),
    /// The application asks for at least this strength [RFC 9470, OpenID Connect Core §3.1.2.1].
    AskedByApplication(Strength),
}

/// One policy that was considered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Considered {
    /// The policy.
    pub policy: PolicyId,
    /// Whether it applied.
    pub applies: Applies,
}

/// Whether a policy applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applies {
    /// It is off, and nobody looked.
    Off,
    /// It applied.
    Yes,
    /// It would have applied, but only reports.
    WouldApply,
    /// This condition is the first that was not met.
    NotMet(Condition),
    /// This condition excludes the sign-in.
    Excluded(Condition),
}

impl Access {
    /// Whether it comes to the same, for whatever reason.
    pub fn amounts_to(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Blocked(_), Self::Blocked(_)) => true,
            (Self::Granted(own), Self::Granted(other)) => {
                let of = |grant: &Grant| {
                    (grant.required, grant.registration, grant.may_register, grant.meanwhile, grant.controls)
                };
                of(own) == of(other)
            }
            (Self::Blocked(_), Self::Granted(_)) | (Self::Granted(_), Self::Blocked(_)) => false,
        }
    }
}

impl Registration {
    /// The stricter of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Due, _) | (_, Self::Due) => Self::Due,
            (Self::CanWait(one), Self::CanWait(other)) => Self::CanWait(one.and(other)),
            (Self::CanWait(left), Self::NotNeeded) | (Self::NotNeeded, Self::CanWait(left)) => Self::CanWait(left),
            (Self::NotNeeded, Self::NotNeeded) => Self::NotNeeded,
        }
    }
}
