//! One named location, with what may be done with it.

use axum::extract::Path;
use serde::Serialize;
use wardkey_domain::access::{Ranges, Terms};
use wardkey_domain::id::NamedLocationId;
use wardkey_usecases::access::{self, LocationDeed, LocationFacts, LocationPerson};

use super::location::word;
use crate::error::PageError;
use crate::page::Page;
use crate::person::Person;
use crate::routes;
use crate::view::moment;

#[derive(Serialize)]
pub(crate) struct LocationView {
    pub(crate) name: String,
    pub(crate) organisation: String,
    /// The phase's word; the template has its name and its colour.
    pub(crate) phase: &'static str,
    pub(crate) terms: TermsView,
    /// Since when, and why, it is rejected or suspended.
    pub(crate) because: Option<Because>,
    /// Who wrote and handed in what waits, and when.
    pub(crate) proposed: Option<Done>,
    pub(crate) submitted: Option<Done>,
    /// Who attested it last, and when.
    pub(crate) attested: Option<Done>,
    pub(crate) until: Option<String>,
    /// What the person may do.
    pub(crate) deeds: Vec<DeedLink>,
}

/// What is in force or proposed, and the change that waits: what an approver looks at.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct TermsView {
    /// The connection's word.
    pub(crate) connection: &'static str,
    pub(crate) owner: Option<String>,
    pub(crate) ranges: Vec<String>,
    /// How many addresses of IPv4 they have.
    pub(crate) addresses: u64,
    pub(crate) change: Option<ChangeView>,
    /// Why the person, who approves, may not approve this.
    pub(crate) may_not_approve: Option<String>,
    /// Active locations of other organisations with addresses in common.
    pub(crate) overlaps: Vec<String>,
}

/// A change that waits.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ChangeView {
    /// The owner, if it would be another.
    pub(crate) owner: Option<String>,
    pub(crate) added: Vec<String>,
    pub(crate) removed: Vec<String>,
    /// How many addresses of IPv4 there would be.
    pub(crate) addresses: u64,
}

/// Since when, and why.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Because {
    pub(crate) at: String,
    pub(crate) reason: String,
}

/// Who did something, and when.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Done {
    pub(crate) by: String,
    pub(crate) at: String,
}

/// Something to do.
#[derive(Serialize)]
pub(crate) struct DeedLink {
    pub(crate) word: &'static str,
    pub(crate) href: String,
}

/// `GET /admin/named-locations/{id}`
pub(crate) async fn see(person: Person, Path(id): Path<String>) -> Result<Page, PageError> {
    let facts = access::see_location(person.app(), &person.op, location_id(&id)?).await?;
    Ok(Page::new("admin/named-location.html", person.admin_frame(), LocationView::from(&facts)))
}

/// An address that names no location names no page either.
pub(super) fn location_id(text: &str) -> Result<NamedLocationId, PageError> {
    text.parse().map_err(|_| PageError::NotFound)
}

impl From<&LocationFacts> for LocationView {
    fn from(facts: &LocationFacts) -> Self {
        let location = &facts.location;
        let in_force = location.approved();
        let done = |by: Option<&LocationPerson>, at| Done { by: name(by), at: moment(at) };
        let waits = location.waits();
        let proposal = waits.map(|waits| &waits.proposal);
        Self {
            name: location.name.to_string(),
            organisation: format!("{} ({})", facts.organisation.name, facts.organisation.ods_code),
            phase: word(facts.phase),
            terms: TermsView::from(facts),
            because: facts
                .because
                .as_ref()
                .map(|(at, reason)| Because { at: moment(*at), reason: reason.as_str().to_owned() }),
            proposed: proposal.map(|proposal| done(facts.proposed_by.as_ref(), proposal.at)),
            submitted: waits.map(|waits| done(facts.submitted_by.as_ref(), waits.at)),
            attested: in_force.map(|in_force| done(facts.attested_by.as_ref(), in_force.attestation.at)),
            until: in_force.map(|in_force| moment(in_force.attestation.until)),
            deeds: facts.permitted.iter().map(|deed| DeedLink::of(*deed, location.id)).collect(),
        }
    }
}

impl From<&LocationFacts> for TermsView {
    fn from(facts: &LocationFacts) -> Self {
        let location = &facts.location;
        let terms = location.terms();
        let change = location.approved().and(location.waits()).map(|waits| &waits.proposal.terms);
        let ranges = terms.map(|terms| &terms.ranges);
        Self {
            connection: location.connection.as_str(),
            owner: facts.owner.as_ref().map(|owner| format!("{}, {}", owner.name, owner.address)),
            ranges: ranges.map(texts).unwrap_or_default(),
            addresses: ranges.map(Ranges::v4_addresses).unwrap_or_default(),
            change: terms.zip(change).map(|(now, next)| ChangeView::of(now, next, facts.next_owner.as_ref())),
            may_not_approve: facts.may_not_approve.map(|why| why.to_string()),
            overlaps: facts
                .overlaps
                .iter()
                .map(|overlap| format!("“{}” of {}", overlap.name, overlap.organisation))
                .collect(),
        }
    }
}

impl ChangeView {
    fn of(now: &Terms, next: &Terms, owner: Option<&LocationPerson>) -> Self {
        let change = now.ranges.change_to(&next.ranges);
        let is_other = now.owner != next.owner;
        Self {
            owner: owner.filter(|_| is_other).map(|owner| format!("{}, {}", owner.name, owner.address)),
            added: change.added.iter().map(ToString::to_string).collect(),
            removed: change.removed.iter().map(ToString::to_string).collect(),
            addresses: next.ranges.v4_addresses(),
        }
    }
}

impl DeedLink {
    fn of(deed: LocationDeed, id: NamedLocationId) -> Self {
        let word = deed_word(deed);
        Self { word, href: routes::admin_location_deed(id, word) }
    }
}

/// A deed's word in addresses and templates.
pub(super) const fn deed_word(deed: LocationDeed) -> &'static str {
    match deed {
        LocationDeed::Revise => "revise",
        LocationDeed::Submit => "submit",
        LocationDeed::Propose => "change",
        LocationDeed::Approve => "approve",
        LocationDeed::Reject => "reject",
        LocationDeed::Attest => "attest",
        LocationDeed::Suspend => "suspend",
        LocationDeed::Resume => "resume",
        LocationDeed::Retire => "retire",
    }
}

fn texts(ranges: &Ranges) -> Vec<String> {
    ranges.as_slice().iter().map(ToString::to_string).collect()
}

fn name(person: Option<&LocationPerson>) -> String {
    person.map_or_else(String::new, |person| person.name.clone())
}
