//! What can be done with a named location, by whom, as it stands: what a page offers.

use wardkey_domain::access::{Authority, CannotMove, NamedLocation, Prerequisite};
use wardkey_domain::audit::Reason;
use wardkey_domain::directory::Organisation;
use wardkey_domain::id::AccountId;
use wardkey_domain::op::Op;
use wardkey_domain::permission::{Action, Target};
use wardkey_domain::time::Timestamp;

/// Something to do with a named location.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocationDeed {
    /// Write the request anew.
    Revise,
    /// Hand it in.
    Submit,
    /// Propose other ranges or another owner.
    Propose,
    /// Agree to what waits.
    Approve,
    /// Decline what waits.
    Reject,
    /// Vouch for it for another year.
    Attest,
    /// Put it out of use for now.
    Suspend,
    /// Put it into use again as it was.
    Resume,
    /// Put it out of use for good.
    Retire,
}

impl LocationDeed {
    /// Every deed, in the order in which a page offers them.
    pub const ALL: [Self; 9] = [
        Self::Submit,
        Self::Revise,
        Self::Approve,
        Self::Reject,
        Self::Attest,
        Self::Resume,
        Self::Propose,
        Self::Suspend,
        Self::Retire,
    ];

    /// What it needs permission for; either where both may.
    pub(super) const fn actions(self) -> &'static [Action] {
        match self {
            Self::Revise | Self::Submit | Self::Propose => &[Action::RequestNamedLocation],
            Self::Approve | Self::Reject | Self::Resume => &[Action::ApproveNamedLocation],
            Self::Attest | Self::Suspend | Self::Retire => {
                &[Action::ApproveNamedLocation, Action::RequestNamedLocation]
            }
        }
    }
}

/// Whether the actor's roles let them do this with an organisation's named locations.
pub(super) fn may(op: &Op, deed: LocationDeed, organisation: &Organisation) -> bool {
    let target = Target::organisation(&organisation.path);
    deed.actions().iter().any(|action| op.require(*action, &target).is_ok())
}

/// In which capacity the actor does what both may do.
pub(super) fn authority(op: &Op, organisation: &Organisation) -> Authority {
    if may(op, LocationDeed::Approve, organisation) { Authority::Approver } else { Authority::Requester }
}

/// Whether the location, as it stands, lets `by` do this. What is typed and confirmed is judged when it is done.
pub(super) fn attempt(
    location: &NamedLocation,
    deed: LocationDeed,
    by: AccountId,
    authority: Authority,
    now: Timestamp,
) -> std::result::Result<(), CannotMove> {
    let location = location.clone();
    let Ok(confirmed) = Prerequisite::confirm(&Prerequisite::ALL) else { return Ok(()) };
    let reason = || Reason::parse("-").map_err(|_| CannotMove::NotInForce);
    let moved = match (deed, location.terms().cloned()) {
        (LocationDeed::Revise, Some(terms)) => location.revise(terms, by, now),
        (LocationDeed::Revise, None) => Err(CannotMove::Retired),
        (LocationDeed::Submit, _) => location.submit(by, confirmed, now),
        // What is there already is not proposed: it is asked for only whether a change could be.
        (LocationDeed::Propose, terms) => match location.propose(terms.ok_or(CannotMove::Retired)?, by, confirmed, now)
        {
            Err(CannotMove::NothingChanges) => return Ok(()),
            moved => moved,
        },
        (LocationDeed::Approve, _) => location.approve(by, confirmed, now),
        (LocationDeed::Reject, _) => location.reject(reason()?, now),
        (LocationDeed::Attest, _) => location.attest(by, authority, confirmed, now),
        (LocationDeed::Suspend, _) => location.suspend(authority, reason()?, now),
        (LocationDeed::Resume, _) => location.resume(),
        (LocationDeed::Retire, _) => location.retire(now),
    };
    moved.map(|_| ())
}
