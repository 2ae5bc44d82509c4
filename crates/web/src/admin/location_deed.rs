//! What is done with a named location: a page that asks why, or what was checked, then the deed.

use axum::extract::Path;
use serde::Serialize;
use wardkey_domain::access::Prerequisite;
use wardkey_usecases::access::{
    self, LocationDeed, LocationFacts, SeenLocation, approve_location, attest_location, location_to_change,
    reject_location, resume_location, retire_location, submit_location, suspend_location,
};
use wardkey_usecases::signin::{Destination, PortalPage};

use super::location_see::{TermsView, deed_word, location_id};
use crate::drawn::Answer;
use crate::error::{OrFreshFactor, PageError};
use crate::form::{Checked, Fields};
use crate::goto::Goto;
use crate::notice::Notice;
use crate::page::Page;
use crate::person::Person;
use crate::routes;

/// The page that asks why, or what was checked.
#[derive(Serialize)]
pub(crate) struct LocationDeedView {
    /// The deed's word; the template has the sentences.
    pub(crate) word: &'static str,
    pub(crate) name: String,
    pub(crate) action: String,
    pub(crate) back: String,
    /// What it is done with: a deed that comes from a page which showed something else is refused.
    pub(crate) version: i64,
    pub(crate) terms: TermsView,
    /// The words of the points that are confirmed.
    pub(crate) checked: Vec<&'static str>,
    /// The reason that was typed.
    pub(crate) reason: String,
}

pub(super) const HERE: Destination = Destination::PortalPage(PortalPage::NamedLocations);

fn parse(word: &str) -> Result<LocationDeed, PageError> {
    // What is typed has pages of its own.
    let own_page = |deed: &LocationDeed| matches!(deed, LocationDeed::Revise | LocationDeed::Propose);
    let found = LocationDeed::ALL.into_iter().filter(|deed| !own_page(deed)).find(|deed| deed_word(*deed) == word);
    found.ok_or(PageError::NotFound)
}

/// `GET /admin/named-locations/{id}/{deed}`
pub(crate) async fn ask(person: Person, Path((id, deed)): Path<(String, String)>) -> Result<Page, PageError> {
    let (id, deed) = (location_id(&id)?, parse(&deed)?);
    let facts = location_to_change(person.app(), &person.op, id, deed).await.or_fresh_factor(HERE)?;
    Ok(question(&person, &facts, deed, &Fields::default()))
}

/// `POST /admin/named-locations/{id}/{deed}`
pub(crate) async fn carry_out(
    person: Person,
    Path((id, deed)): Path<(String, String)>,
    form: Checked,
) -> Result<Answer, PageError> {
    let (id, deed) = (location_id(&id)?, parse(&deed)?);
    let facts = location_to_change(person.app(), &person.op, id, deed).await.or_fresh_factor(HERE)?;
    match done(&person, seen(&facts, &form)?, deed, &form).await {
        Ok(notice) => Ok(Goto::to(routes::admin_location(id)).notice(notice).into()),
        Err(error) => Ok(question(&person, &facts, deed, &form).refused(error)?.into()),
    }
}

async fn done(
    person: &Person,
    seen: SeenLocation,
    deed: LocationDeed,
    form: &Fields,
) -> wardkey_usecases::Result<Notice> {
    let (app, op, reason) = (person.app(), &person.op, form.text("reason"));
    let checked = checked(form);
    match deed {
        LocationDeed::Submit => submit_location(app, op, seen, &checked).await.map(|()| Notice::LocationSubmitted),
        LocationDeed::Approve => approve_location(app, op, seen, &checked).await.map(|()| Notice::LocationApproved),
        LocationDeed::Reject => reject_location(app, op, seen, reason).await.map(|()| Notice::LocationRejected),
        LocationDeed::Attest => attest_location(app, op, seen, &checked).await.map(|()| Notice::LocationAttested),
        LocationDeed::Suspend => suspend_location(app, op, seen, reason).await.map(|()| Notice::LocationSuspended),
        LocationDeed::Resume => resume_location(app, op, seen, reason).await.map(|()| Notice::LocationResumed),
        LocationDeed::Retire => retire_location(app, op, seen, reason).await.map(|()| Notice::LocationRetired),
        LocationDeed::Revise | LocationDeed::Propose => Err(wardkey_usecases::Error::NotFound("page")),
    }
}

fn question(person: &Person, facts: &LocationFacts, deed: LocationDeed, form: &Fields) -> Page {
    let id = facts.location.id;
    let view = LocationDeedView {
        word: deed_word(deed),
        name: facts.location.name.to_string(),
        action: routes::admin_location_deed(id, deed_word(deed)),
        back: routes::admin_location(id),
        version: facts.location.version,
        terms: TermsView::from(facts),
        checked: checked(form).into_iter().map(Prerequisite::as_str).collect(),
        reason: form.text("reason").to_owned(),
    };
    Page::new("admin/named-location-deed.html", person.admin_frame(), view)
}

/// The location as the page showed it that the form comes from.
pub(super) fn seen(facts: &access::LocationFacts, form: &Fields) -> Result<SeenLocation, PageError> {
    let version = form.text("version").parse().map_err(|_| PageError::BadRequest)?;
    Ok(SeenLocation { id: facts.location.id, version })
}

/// The points that were confirmed.
pub(super) fn checked(form: &Fields) -> Vec<Prerequisite> {
    Prerequisite::ALL.into_iter().filter(|one| form.text(one.as_str()) == "yes").collect()
}
