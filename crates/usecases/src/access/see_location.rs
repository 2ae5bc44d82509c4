//! Looking at named locations: all that one may see, those that wait, and one with what may be done with it.

use wardkey_domain::access::{Authority, CannotMove, MayNotApprove, NamedLocation, Phase, Proposal, Standing};
use wardkey_domain::audit::Reason;
use wardkey_domain::directory::Organisation;
use wardkey_domain::id::{AccountId, NamedLocationId};
use wardkey_domain::op::Op;
use wardkey_domain::permission::{Action, Extent};
use wardkey_domain::time::Timestamp;
use wardkey_store::{self as store, Tx};

use super::LocationDeed;
use super::location_deed::{attempt, authority, may};
use super::target::{Loaded, NO_LOCATION, load, permit};
use crate::directory::require_fresh_factor;
use crate::{App, Error, Result};

pub use wardkey_store::access::ListedLocation;

/// One page of named locations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundLocations {
    /// The locations.
    pub locations: Vec<ListedLocation>,
    /// What to pass as `after` for the next page, if there is one.
    pub next: Option<String>,
}

/// Somebody who has to do with a named location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocationPerson {
    /// The account.
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// Its address.
    pub address: String,
}

/// A named location of another organisation that has addresses in common with what is proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// Its name.
    pub name: String,
    /// What its organisation is called.
    pub organisation: String,
}

/// Everything about a named location that the actor may see.
#[derive(Clone, Debug)]
pub struct LocationFacts {
    /// The location.
    pub location: NamedLocation,
    /// Its organisation.
    pub organisation: Organisation,
    /// Where it stands now.
    pub phase: Phase,
    /// Who answers for it, or would.
    pub owner: Option<LocationPerson>,
    /// Who would answer for it after the change that waits.
    pub next_owner: Option<LocationPerson>,
    /// Who wrote what is not approved yet.
    pub proposed_by: Option<LocationPerson>,
    /// Who handed that in.
    pub submitted_by: Option<LocationPerson>,
    /// Who vouched for it last.
    pub attested_by: Option<LocationPerson>,
    /// Why, and since when, it is rejected or suspended.
    pub because: Option<(Timestamp, Reason)>,
    /// What the actor may do with it as it stands.
    pub permitted: Vec<LocationDeed>,
    /// Why the actor, who approves, may not approve this one.
    pub may_not_approve: Option<MayNotApprove>,
    /// For approvers: active locations of other organisations with addresses in common.
    pub overlaps: Vec<Overlap>,
}

/// How many locations a page shows.
const PAGE: u32 = 20;
/// How many wait on one page at most: those that have waited longest.
const QUEUE: u32 = 100;
/// How many locations with their ranges are compared at once.
const COMPARED: u32 = 100;
/// How many overlaps are told.
const TOLD: usize = 20;

/// Whether the actor may ask for named locations of any organisation.
pub fn may_request_locations(op: &Op) -> bool {
    op.extent(Action::RequestNamedLocation) != Extent::Nothing
}

/// Permits the actor to ask for a named location, of whichever organisation: what a page asks before it shows its form.
///
/// # Errors
/// Not found when the actor asks for none at all; a fresh second factor may be needed first [SES-8].
pub fn requesting_locations(app: &App, op: &Op) -> Result<()> {
    if !may_request_locations(op) {
        return Err(Error::NotFound("page"));
    }
    require_fresh_factor(app, op)
}

/// Whether the actor may approve named locations.
pub fn may_approve_locations(op: &Op) -> bool {
    op.extent(Action::ApproveNamedLocation) != Extent::Nothing
}

/// The named locations of the organisations whose people the actor may see, by name.
///
/// # Errors
/// When there are no such organisations.
pub async fn find_locations(app: &App, op: &Op, after: Option<&str>) -> Result<FoundLocations> {
    let extent = op.extent(Action::SeeAccount);
    if extent == Extent::Nothing {
        return Err(Error::NotFound("page"));
    }
    let mut tx = app.store().read().await?;
    let after = after.unwrap_or_default();
    let mut locations = store::access::list_locations(&mut tx, &extent, after, PAGE + 1, op.now).await?;
    let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = locations.len() > page;
    locations.truncate(page);
    let next = locations.last().filter(|_| more).map(|last| last.name.key());
    Ok(FoundLocations { locations, next })
}

/// What waits for an approver, the oldest first.
///
/// # Errors
/// When the actor does not approve named locations.
pub async fn waiting_locations(app: &App, op: &Op) -> Result<Vec<ListedLocation>> {
    op.require_everywhere(Action::ApproveNamedLocation)?;
    let mut tx = app.store().read().await?;
    Ok(store::access::list_waiting_locations(&mut tx, QUEUE, op.now).await?)
}

/// Everything about a named location that the actor may see.
///
/// # Errors
/// Not found when there is no such location, or the actor may not see it.
pub async fn see_location(app: &App, op: &Op, id: NamedLocationId) -> Result<LocationFacts> {
    let mut tx = app.store().read().await?;
    let loaded = load(&mut tx, op, Action::SeeAccount, id).await?;
    facts(&mut tx, op, loaded).await
}

/// The same, if the actor may do `deed` now: what a page asks before it asks for the rest.
///
/// # Errors
/// As [`see_location`]; why not, when the actor may not or the location stands otherwise; a fresh second factor may be needed
/// first [SES-8].
pub async fn location_to_change(app: &App, op: &Op, id: NamedLocationId, deed: LocationDeed) -> Result<LocationFacts> {
    let mut tx = app.store().read().await?;
    let loaded = load(&mut tx, op, Action::SeeAccount, id).await?;
    if !may(op, deed, &loaded.organisation) {
        let first = deed.actions().first().ok_or(NO_LOCATION)?;
        permit(op, *first, &loaded.organisation)?;
    }
    require_fresh_factor(app, op)?;
    if let Some(actor) = op.account() {
        attempt(&loaded.location, deed, actor.id, authority(op, &loaded.organisation), op.now)?;
    }
    facts(&mut tx, op, loaded).await
}

async fn facts(tx: &mut Tx, op: &Op, loaded: Loaded) -> Result<LocationFacts> {
    let Loaded { location, organisation } = loaded;
    let waits = location.waits();
    let is_approver = may(op, LocationDeed::Approve, &organisation);
    let overlaps = if is_approver { overlaps(tx, op, &location).await? } else { Vec::new() };
    let proposal = proposal(&location.standing);
    let permitted = op.account().map(|actor| {
        let authority = authority(op, &organisation);
        let possible = |deed: &LocationDeed| {
            may(op, *deed, &organisation) && attempt(&location, *deed, actor.id, authority, op.now).is_ok()
        };
        LocationDeed::ALL.into_iter().filter(possible).collect()
    });
    let may_not_approve = op.account().filter(|_| is_approver && waits.is_some()).and_then(|actor| {
        let approved = attempt(&location, LocationDeed::Approve, actor.id, Authority::Approver, op.now);
        if let Err(CannotMove::MayNotApprove(why)) = approved { Some(why) } else { None }
    });
    let next_owner = location.approved().and(waits).map(|waits| waits.proposal.terms.owner);
    Ok(LocationFacts {
        phase: location.phase(op.now),
        owner: person(tx, location.terms().map(|terms| terms.owner)).await?,
        next_owner: person(tx, next_owner).await?,
        proposed_by: person(tx, proposal.map(|proposal| proposal.by)).await?,
        submitted_by: person(tx, waits.map(|waits| waits.by)).await?,
        attested_by: person(tx, location.approved().map(|in_force| in_force.attestation.by)).await?,
        because: because(&location.standing),
        permitted: permitted.unwrap_or_default(),
        may_not_approve,
        overlaps,
        organisation,
        location,
    })
}

const fn proposal(standing: &Standing) -> Option<&Proposal> {
    match standing {
        Standing::Draft(proposal) | Standing::Rejected { proposal, .. } => Some(proposal),
        Standing::Submitted(submission) => Some(&submission.proposal),
        Standing::Active(in_force) | Standing::Suspended(in_force, _) => match &in_force.change {
            Some(change) => Some(&change.proposal),
            None => None,
        },
        Standing::Retired { .. } => None,
    }
}

fn because(standing: &Standing) -> Option<(Timestamp, Reason)> {
    match standing {
        Standing::Rejected { at, reason, .. } => Some((*at, reason.clone())),
        Standing::Suspended(_, suspension) => Some((suspension.at, suspension.reason.clone())),
        Standing::Draft(_) | Standing::Submitted(_) | Standing::Active(_) | Standing::Retired { .. } => None,
    }
}

async fn person(tx: &mut Tx, id: Option<AccountId>) -> Result<Option<LocationPerson>> {
    let Some(id) = id else { return Ok(None) };
    let account = store::directory::find_account(tx, id).await?;
    let person = |account: wardkey_domain::directory::Account| LocationPerson {
        id,
        name: account.display_name,
        address: account.address.to_string(),
    };
    Ok(account.map(person))
}

/// Active locations of other organisations that have addresses in common with what waits.
async fn overlaps(tx: &mut Tx, op: &Op, location: &NamedLocation) -> Result<Vec<Overlap>> {
    let Some(waits) = location.waits() else { return Ok(Vec::new()) };
    let ranges = &waits.proposal.terms.ranges;
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = store::access::list_active_locations_after(tx, op.now, after, COMPARED).await?;
        for other in &page {
            after = Some(other.location.id);
            let is_elsewhere = other.organisation != location.organisation;
            if is_elsewhere && ranges.overlap(&other.location.ranges) {
                let organisation = store::directory::find_organisation(tx, other.organisation).await?;
                let organisation = organisation.map(|organisation| organisation.name).unwrap_or_default();
                found.push(Overlap { name: other.name.to_string(), organisation });
            }
        }
        if page.len() < usize::try_from(COMPARED).unwrap_or(usize::MAX) || found.len() >= TOLD {
            found.truncate(TOLD);
            return Ok(found);
        }
    }
}
