//! How a named location comes to be active, and how it ceases to be [CA-4, CA-13].

use std::str::FromStr;

use super::{Attestation, Confirmed, LocationConnection, LocationName, MayNotApprove, Proposal, Submission, Terms};
use crate::audit::Reason;
use crate::id::{AccountId, NamedLocationId, OrganisationId};
use crate::time::Timestamp;

/// A network that belongs to an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedLocation {
    /// Its identifier.
    pub id: NamedLocationId,
    /// The organisation whose it is.
    pub organisation: OrganisationId,
    /// What policies name it by; it never changes.
    pub name: LocationName,
    /// Over which network it is connected.
    pub connection: LocationConnection,
    /// Where it stands.
    pub standing: Standing,
    /// When it was asked for first.
    pub created_at: Timestamp,
    /// Counts its changes: a save names the version it read, and loses if another was faster.
    pub version: i64,
}

/// Where a named location stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is being written.
    Draft(Proposal),
    /// It waits for an approver.
    Submitted(Submission),
    /// An approver said no; it can be written anew.
    Rejected {
        /// What was proposed.
        proposal: Proposal,
        /// When.
        at: Timestamp,
        /// Why.
        reason: Reason,
    },
    /// It was approved. It is active as long as its attestation is good: [`NamedLocation::active`].
    Active(InForce),
    /// It is out of use until somebody takes that back.
    Suspended(InForce, Suspension),
    /// It is out of use for good; its name is not given again.
    Retired {
        /// When.
        at: Timestamp,
    },
}

/// What was approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InForce {
    /// The owner and the ranges that were approved.
    pub terms: Terms,
    /// Who vouches for it, and until when.
    pub attestation: Attestation,
    /// What it is to become instead, if an approver agrees; until then it goes on as it is.
    pub change: Option<Submission>,
}

/// Why a named location is out of use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspension {
    /// When it was put out of use.
    pub at: Timestamp,
    /// In which capacity somebody did.
    pub authority: Authority,
    /// Why.
    pub reason: Reason,
}

/// In which capacity somebody acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Authority {
    /// As one who may ask for named locations of the organisation.
    Requester,
    /// As one who approves them.
    Approver,
}

impl Authority {
    /// The word that stores and the audit use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requester => "requester",
            Self::Approver => "approver",
        }
    }
}

impl FromStr for Authority {
    type Err = UnknownAuthority;

    fn from_str(text: &str) -> Result<Self, UnknownAuthority> {
        [Self::Requester, Self::Approver].into_iter().find(|one| one.as_str() == text).ok_or(UnknownAuthority)
    }
}

/// A word that names no capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown capacity")]
pub struct UnknownAuthority;

impl Standing {
    /// The word that stores use.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Draft(_) => "draft",
            Self::Submitted(_) => "submitted",
            Self::Rejected { .. } => "rejected",
            Self::Active(_) => "active",
            Self::Suspended(..) => "suspended",
            Self::Retired { .. } => "retired",
        }
    }
}

/// A named location to be.
#[derive(Clone, Debug)]
pub struct NewLocation {
    /// Its identifier.
    pub id: NamedLocationId,
    /// The organisation whose it is.
    pub organisation: OrganisationId,
    /// Its name.
    pub name: LocationName,
    /// Over which network it is connected.
    pub connection: LocationConnection,
    /// The owner and the ranges.
    pub terms: Terms,
}

/// Where a named location stands at some moment, as people are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// It is being written.
    Draft,
    /// It waits for an approver.
    Submitted,
    /// It was rejected.
    Rejected,
    /// It is active.
    Active,
    /// It is active, and its attestation can be renewed.
    Due,
    /// It is not active, because its attestation has ended.
    Lapsed,
    /// It is suspended.
    Suspended,
    /// It is retired.
    Retired,
}

/// Why something cannot be done with a named location as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotMove {
    /// It is past being written.
    #[error("This named location is not a draft any more. Propose a change of it instead.")]
    NotADraft,
    /// There is nothing to approve or to reject.
    #[error("Nothing of this named location waits for approval.")]
    NothingWaits,
    /// Whoever would approve it may not.
    #[error(transparent)]
    MayNotApprove(#[from] MayNotApprove),
    /// It is not in force.
    #[error("This named location is not in force.")]
    NotInForce,
    /// What is proposed is what is there.
    #[error("This is how the named location is already. Change its ranges or its owner first.")]
    NothingChanges,
    /// Its attestation is good for long.
    #[error("This named location was attested a short while ago. That can be renewed in its last 60 days.")]
    TooEarly,
    /// It is suspended already.
    #[error("This named location is suspended already.")]
    AlreadySuspended,
    /// It is not suspended.
    #[error("This named location is not suspended.")]
    NotSuspended,
    /// An approver suspended it.
    #[error("Somebody who approves named locations has suspended this one, and only they resume it.")]
    ApproverSuspended,
    /// It is active [CA-13].
    #[error("This named location is in force. Suspend it first.")]
    InForce,
    /// It waits for an approver.
    #[error("This named location waits for approval. Take the request back first.")]
    Waits,
    /// It is retired.
    #[error("This named location is retired.")]
    Retired,
}

impl NamedLocation {
    /// A draft.
    pub fn draft(new: NewLocation, by: AccountId, now: Timestamp) -> Self {
        Self {
            id: new.id,
            organisation: new.organisation,
            name: new.name,
            connection: new.connection,
            standing: Standing::Draft(Proposal { terms: new.terms, by, at: now }),
            created_at: now,
            version: 1,
        }
    }

    /// Writes the request anew; one that was handed in is taken back by it.
    ///
    /// # Errors
    /// When it was approved once: then a change is proposed.
    pub fn revise(self, terms: Terms, by: AccountId, now: Timestamp) -> Result<Self, CannotMove> {
        match self.standing {
            Standing::Draft(_) | Standing::Submitted(_) | Standing::Rejected { .. } => {
                Ok(Self { standing: Standing::Draft(Proposal { terms, by, at: now }), ..self })
            }
            Standing::Active(_) | Standing::Suspended(..) => Err(CannotMove::NotADraft),
            Standing::Retired { .. } => Err(CannotMove::Retired),
        }
    }

    /// Hands the request in: whoever does has confirmed the prerequisites.
    ///
    /// # Errors
    /// Unless it is a draft, or was rejected.
    pub fn submit(self, by: AccountId, _: Confirmed, now: Timestamp) -> Result<Self, CannotMove> {
        match self.standing {
            Standing::Draft(proposal) | Standing::Rejected { proposal, .. } => {
                Ok(Self { standing: Standing::Submitted(Submission { proposal, by, at: now }), ..self })
            }
            Standing::Submitted(_) => Err(CannotMove::Waits),
            Standing::Active(_) | Standing::Suspended(..) => Err(CannotMove::NotADraft),
            Standing::Retired { .. } => Err(CannotMove::Retired),
        }
    }

    /// Proposes other ranges, or another owner, of a named location in force, in place of any change that waits. Until it is
    /// approved nothing changes.
    ///
    /// # Errors
    /// Unless it is in force, and something would change.
    pub fn propose(self, terms: Terms, by: AccountId, _: Confirmed, now: Timestamp) -> Result<Self, CannotMove> {
        self.in_force(|in_force| {
            if in_force.terms == terms {
                return Err(CannotMove::NothingChanges);
            }
            let change = Submission { proposal: Proposal { terms, by, at: now }, by, at: now };
            Ok(InForce { change: Some(change), ..in_force })
        })
    }

    /// Agrees to what waits: whoever does has confirmed the prerequisites again. The first approval is an attestation, too.
    ///
    /// # Errors
    /// When nothing waits, or `by` asked for it or owns it, now or then.
    pub fn approve(self, by: AccountId, _: Confirmed, now: Timestamp) -> Result<Self, CannotMove> {
        if let Standing::Submitted(submission) = self.standing {
            submission.may_be_approved_by(by)?;
            let attestation = Attestation::new(by, now);
            let in_force = InForce { terms: submission.proposal.terms, attestation, change: None };
            return Ok(Self { standing: Standing::Active(in_force), ..self });
        }
        self.waiting(|in_force, change| {
            change.may_be_approved_by(by)?;
            if in_force.terms.owner == by {
                return Err(MayNotApprove::OwnsIt.into());
            }
            Ok(InForce { terms: change.proposal.terms, change: None, ..in_force })
        })
    }

    /// Declines what waits. What is in force stays so.
    ///
    /// # Errors
    /// When nothing waits.
    pub fn reject(self, reason: Reason, now: Timestamp) -> Result<Self, CannotMove> {
        if let Standing::Submitted(Submission { proposal, .. }) = self.standing {
            return Ok(Self { standing: Standing::Rejected { proposal, at: now, reason }, ..self });
        }
        self.waiting(|in_force, _| Ok(InForce { change: None, ..in_force }))
    }

    /// Vouches for it for another year: whoever does has confirmed the prerequisites again. That resumes it, too, unless an
    /// approver has suspended it and it is none who attests.
    ///
    /// # Errors
    /// Unless it is in force and the attestation has lapsed or is about to, or it is suspended.
    pub fn attest(self, by: AccountId, authority: Authority, _: Confirmed, now: Timestamp) -> Result<Self, CannotMove> {
        let in_force = match self.standing {
            Standing::Active(in_force) if now < in_force.attestation.renewable_from() => {
                return Err(CannotMove::TooEarly);
            }
            // SECURITY: whoever may only ask does not undo what somebody did who approves.
            Standing::Suspended(_, suspension) if suspension.authority > authority => {
                return Err(CannotMove::ApproverSuspended);
            }
            Standing::Active(in_force) | Standing::Suspended(in_force, _) => in_force,
            Standing::Draft(_) | Standing::Submitted(_) | Standing::Rejected { .. } => {
                return Err(CannotMove::NotInForce);
            }
            Standing::Retired { .. } => return Err(CannotMove::Retired),
        };
        let attestation = Attestation::new(by, now);
        Ok(Self { standing: Standing::Active(InForce { attestation, ..in_force }), ..self })
    }

    /// Puts it out of use for now.
    ///
    /// # Errors
    /// Unless it is in force and not suspended.
    pub fn suspend(self, authority: Authority, reason: Reason, now: Timestamp) -> Result<Self, CannotMove> {
        match self.standing {
            Standing::Active(in_force) => {
                let suspension = Suspension { at: now, authority, reason };
                Ok(Self { standing: Standing::Suspended(in_force, suspension), ..self })
            }
            Standing::Suspended(..) => Err(CannotMove::AlreadySuspended),
            Standing::Draft(_) | Standing::Submitted(_) | Standing::Rejected { .. } => Err(CannotMove::NotInForce),
            Standing::Retired { .. } => Err(CannotMove::Retired),
        }
    }

    /// Puts it into use again as it was, its attestation included. Only an approver does; others attest it.
    ///
    /// # Errors
    /// Unless it is suspended.
    pub fn resume(self) -> Result<Self, CannotMove> {
        match self.standing {
            Standing::Suspended(in_force, _) => Ok(Self { standing: Standing::Active(in_force), ..self }),
            Standing::Draft(_) | Standing::Submitted(_) | Standing::Rejected { .. } | Standing::Active(_) => {
                Err(CannotMove::NotSuspended)
            }
            Standing::Retired { .. } => Err(CannotMove::Retired),
        }
    }

    /// Puts it out of use for good.
    ///
    /// # Errors
    /// When it is in force [CA-13], waits for an approver, or is retired already.
    pub fn retire(self, now: Timestamp) -> Result<Self, CannotMove> {
        match self.standing {
            Standing::Draft(_) | Standing::Rejected { .. } | Standing::Suspended(..) => {
                Ok(Self { standing: Standing::Retired { at: now }, ..self })
            }
            Standing::Submitted(_) => Err(CannotMove::Waits),
            Standing::Active(_) => Err(CannotMove::InForce),
            Standing::Retired { .. } => Err(CannotMove::Retired),
        }
    }

    /// What is in force, if the location is active: approved, not suspended, and its attestation is good.
    ///
    /// INVARIANT: nothing else says that one is active.
    pub fn active(&self, now: Timestamp) -> Option<&InForce> {
        match &self.standing {
            Standing::Active(in_force) => Some(in_force).filter(|in_force| in_force.attestation.is_good(now)),
            Standing::Draft(_)
            | Standing::Submitted(_)
            | Standing::Rejected { .. }
            | Standing::Suspended(..)
            | Standing::Retired { .. } => None,
        }
    }

    /// What waits for an approver.
    pub const fn waits(&self) -> Option<&Submission> {
        match &self.standing {
            Standing::Submitted(submission) => Some(submission),
            Standing::Active(in_force) | Standing::Suspended(in_force, _) => in_force.change.as_ref(),
            Standing::Draft(_) | Standing::Rejected { .. } | Standing::Retired { .. } => None,
        }
    }

    /// The owner and the ranges: those in force, or else those that are proposed; nothing once it is retired.
    pub const fn terms(&self) -> Option<&Terms> {
        match &self.standing {
            Standing::Active(in_force) | Standing::Suspended(in_force, _) => Some(&in_force.terms),
            Standing::Draft(proposal) | Standing::Rejected { proposal, .. } => Some(&proposal.terms),
            Standing::Submitted(submission) => Some(&submission.proposal.terms),
            Standing::Retired { .. } => None,
        }
    }

    /// What was approved, suspended or lapsed as it may be.
    pub const fn approved(&self) -> Option<&InForce> {
        match &self.standing {
            Standing::Active(in_force) | Standing::Suspended(in_force, _) => Some(in_force),
            Standing::Draft(_) | Standing::Submitted(_) | Standing::Rejected { .. } | Standing::Retired { .. } => None,
        }
    }

    /// Where it stands at this moment.
    pub fn phase(&self, now: Timestamp) -> Phase {
        match &self.standing {
            Standing::Draft(_) => Phase::Draft,
            Standing::Submitted(_) => Phase::Submitted,
            Standing::Rejected { .. } => Phase::Rejected,
            Standing::Active(in_force) => Phase::of(&in_force.attestation, now),
            Standing::Suspended(..) => Phase::Suspended,
            Standing::Retired { .. } => Phase::Retired,
        }
    }

    fn in_force(self, change: impl FnOnce(InForce) -> Result<InForce, CannotMove>) -> Result<Self, CannotMove> {
        let standing = match self.standing {
            Standing::Active(in_force) => Standing::Active(change(in_force)?),
            Standing::Suspended(in_force, suspension) => Standing::Suspended(change(in_force)?, suspension),
            Standing::Draft(_) | Standing::Submitted(_) | Standing::Rejected { .. } => {
                return Err(CannotMove::NotInForce);
            }
            Standing::Retired { .. } => return Err(CannotMove::Retired),
        };
        Ok(Self { standing, ..self })
    }

    fn waiting(
        self,
        decide: impl FnOnce(InForce, Submission) -> Result<InForce, CannotMove>,
    ) -> Result<Self, CannotMove> {
        if self.waits().is_none() {
            return Err(CannotMove::NothingWaits);
        }
        self.in_force(|in_force| match in_force.change.clone() {
            Some(change) => decide(in_force, change),
            None => Err(CannotMove::NothingWaits),
        })
    }
}

impl Phase {
    /// Where one stands that was approved and is not suspended.
    pub fn of(attestation: &Attestation, now: Timestamp) -> Self {
        if !attestation.is_good(now) {
            Self::Lapsed
        } else if now >= attestation.renewable_from() {
            Self::Due
        } else {
            Self::Active
        }
    }
}
