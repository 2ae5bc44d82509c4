//! What somebody wants a named location to be, and who may agree to it.

use super::Ranges;
use crate::id::AccountId;
use crate::time::Timestamp;

/// What is proposed, and what is in force once it was approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Who answers for the location.
    pub owner: AccountId,
    /// Its ranges.
    pub ranges: Ranges,
}

/// What somebody wants a named location to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The owner and the ranges.
    pub terms: Terms,
    /// Who wrote it.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// A proposal that waits for an approver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// The proposal.
    pub proposal: Proposal,
    /// Who confirmed the prerequisites and handed it in.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// Why somebody who approves named locations may not approve this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MayNotApprove {
    /// They wrote the proposal, or handed it in.
    #[error("You asked for this yourself. Somebody else has to approve it.")]
    AskedForIt,
    /// They answer for the location, or would.
    #[error("You are the owner of this location. Somebody else has to approve it.")]
    OwnsIt,
}

impl Submission {
    /// Whether `approver` may approve it: two people are needed, and the owner is not the second.
    ///
    /// # Errors
    /// Says why not; the text may be shown.
    pub fn may_be_approved_by(&self, approver: AccountId) -> Result<(), MayNotApprove> {
        if approver == self.by || approver == self.proposal.by {
            return Err(MayNotApprove::AskedForIt);
        }
        if approver == self.proposal.terms.owner {
            return Err(MayNotApprove::OwnsIt);
        }
        Ok(())
    }
}
