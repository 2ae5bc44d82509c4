//! Asking for a named location, writing the request anew, and proposing a change of one in force.

use axum::extract::Path;
use http::StatusCode;
use serde::Serialize;
use wardkey_domain::access::Prerequisite;
use wardkey_usecases::Error;
use wardkey_usecases::access::{
    LocationDeed, LocationFacts, TypedLocation, TypedTerms, location_to_change, may_request_locations, next_location,
    propose_location_change, request_location, requesting_locations, revise_location,
};

use super::location_deed::{HERE, checked, seen};
use super::location_see::{deed_word, location_id};
use crate::drawn::Answer;
use crate::error::{OrFreshFactor, PageError};
use crate::form::{Fields, Upload};
use crate::goto::Goto;
use crate::notice::Notice;
use crate::page::{ErrorView, Page};
use crate::person::Person;
use crate::routes;

/// The page on which ranges are typed.
#[derive(Serialize)]
pub(crate) struct LocationFormView {
    /// `request`, `revise` or `change`; the template has the sentences.
    pub(crate) word: &'static str,
    pub(crate) action: String,
    pub(crate) back: String,
    /// What the new one will be called, so that a form that is sent twice asks for one.
    pub(crate) location: String,
    /// The version that is changed.
    pub(crate) version: String,
    pub(crate) organisation: String,
    pub(crate) name: String,
    pub(crate) connection: String,
    pub(crate) owner: String,
    pub(crate) ranges: String,
    /// The words of the points that are confirmed.
    pub(crate) checked: Vec<&'static str>,
    /// The address that the person comes from now [CA-12].
    pub(crate) own_address: Option<String>,
    /// The largest networks that are allowed.
    pub(crate) largest_v4: u8,
    pub(crate) largest_v6: u8,
    /// Where the second factor is proved again, when that was too long ago to keep this.
    pub(crate) prove_at: Option<&'static str>,
}

/// `GET /admin/named-locations/request`
pub(crate) async fn request_form(person: Person) -> Result<Page, PageError> {
    requesting_locations(person.app(), &person.op).or_fresh_factor(HERE)?;
    let view = LocationFormView {
        location: next_location(person.app(), &person.op).to_string(),
        organisation: person.organisation.ods_code.to_string(),
        ..empty(&person, "request", routes::ADMIN_REQUEST_LOCATION.to_owned(), routes::ADMIN_LOCATIONS.to_owned())
    };
    Ok(page(&person, view))
}

/// `POST /admin/named-locations/request`: keeps a draft, and goes on to handing it in.
pub(crate) async fn request(person: Person, form: Upload) -> Result<Answer, PageError> {
    if !may_request_locations(&person.op) {
        return Err(PageError::NotFound);
    }
    let id = location_id(form.text("location"))?;
    let typed = TypedLocation {
        organisation: form.text("organisation"),
        name: form.text("name"),
        connection: form.text("connection"),
        terms: terms(&form),
    };
    match request_location(person.app(), &person.op, id, &typed).await {
        Ok(()) => {
            let hand_in = routes::admin_location_deed(id, deed_word(LocationDeed::Submit));
            Ok(Goto::to(hand_in).notice(Notice::LocationDrafted).into())
        }
        Err(error) => {
            let (here, back) = (routes::ADMIN_REQUEST_LOCATION.to_owned(), routes::ADMIN_LOCATIONS.to_owned());
            let view = LocationFormView {
                organisation: form.text("organisation").to_owned(),
                name: form.text("name").to_owned(),
                connection: form.text("connection").to_owned(),
                ..typed_again(empty(&person, "request", here, back), &form)
            };
            Ok(refused(&person, view, error)?.into())
        }
    }
}

/// `GET /admin/named-locations/{id}/revise`
pub(crate) async fn revise_form(person: Person, Path(id): Path<String>) -> Result<Page, PageError> {
    form_of(&person, &id, LocationDeed::Revise).await
}

/// `POST /admin/named-locations/{id}/revise`
pub(crate) async fn revise(person: Person, Path(id): Path<String>, form: Upload) -> Result<Answer, PageError> {
    let facts = still_possible(&person, &id, LocationDeed::Revise).await?;
    let done = revise_location(person.app(), &person.op, seen(&facts, &form)?, &terms(&form)).await;
    let hand_in = routes::admin_location_deed(facts.location.id, deed_word(LocationDeed::Submit));
    match done {
        Ok(()) => Ok(Goto::to(hand_in).notice(Notice::LocationDrafted).into()),
        Err(error) => {
            Ok(refused(&person, typed_again(of(&person, &facts, LocationDeed::Revise), &form), error)?.into())
        }
    }
}

/// `GET /admin/named-locations/{id}/change`
pub(crate) async fn change_form(person: Person, Path(id): Path<String>) -> Result<Page, PageError> {
    form_of(&person, &id, LocationDeed::Propose).await
}

/// `POST /admin/named-locations/{id}/change`
pub(crate) async fn change(person: Person, Path(id): Path<String>, form: Upload) -> Result<Answer, PageError> {
    let facts = still_possible(&person, &id, LocationDeed::Propose).await?;
    let (seen, confirmed) = (seen(&facts, &form)?, checked(&form));
    match propose_location_change(person.app(), &person.op, seen, &terms(&form), &confirmed).await {
        Ok(()) => {
            let there = routes::admin_location(facts.location.id);
            Ok(Goto::to(there).notice(Notice::LocationChangeProposed).into())
        }
        Err(error) => {
            Ok(refused(&person, typed_again(of(&person, &facts, LocationDeed::Propose), &form), error)?.into())
        }
    }
}

async fn form_of(person: &Person, id: &str, deed: LocationDeed) -> Result<Page, PageError> {
    let facts = location_to_change(person.app(), &person.op, location_id(id)?, deed).await.or_fresh_factor(HERE)?;
    Ok(page(person, of(person, &facts, deed)))
}

/// What a form is about that comes back. A second factor that is no longer fresh is told on the page, which keeps what was typed.
async fn still_possible(person: &Person, id: &str, deed: LocationDeed) -> Result<LocationFacts, PageError> {
    let id = location_id(id)?;
    match location_to_change(person.app(), &person.op, id, deed).await {
        Err(Error::FreshFactorNeeded) => {
            Ok(wardkey_usecases::access::see_location(person.app(), &person.op, id).await?)
        }
        found => Ok(found?),
    }
}

fn terms(form: &Fields) -> TypedTerms<'_> {
    TypedTerms { owner: form.text("owner"), ranges: form.text("ranges") }
}

fn empty(person: &Person, word: &'static str, action: String, back: String) -> LocationFormView {
    let rules = &person.app().settings().location_ranges;
    LocationFormView {
        word,
        action,
        back,
        location: String::new(),
        version: String::new(),
        organisation: String::new(),
        name: String::new(),
        connection: String::new(),
        owner: String::new(),
        ranges: String::new(),
        checked: Vec::new(),
        own_address: person.op.origin.address.map(|address| address.to_string()),
        largest_v4: rules.largest_v4,
        largest_v6: rules.largest_v6,
        prove_at: None,
    }
}

/// The form as the location is now.
fn of(person: &Person, facts: &LocationFacts, deed: LocationDeed) -> LocationFormView {
    let location = &facts.location;
    let here = routes::admin_location_deed(location.id, deed_word(deed));
    LocationFormView {
        version: location.version.to_string(),
        organisation: format!("{} ({})", facts.organisation.name, facts.organisation.ods_code),
        name: location.name.to_string(),
        connection: location.connection.as_str().to_owned(),
        owner: facts.owner.as_ref().map(|owner| owner.address.clone()).unwrap_or_default(),
        ranges: location.terms().map(|terms| terms.ranges.to_text()).unwrap_or_default(),
        ..empty(person, deed_word(deed), here, routes::admin_location(location.id))
    }
}

/// The form with what was typed.
fn typed_again(view: LocationFormView, form: &Fields) -> LocationFormView {
    let text = |field: &str| form.text(field).to_owned();
    LocationFormView {
        location: text("location"),
        version: text("version"),
        owner: text("owner"),
        ranges: text("ranges"),
        checked: checked(form).into_iter().map(Prerequisite::as_str).collect(),
        ..view
    }
}

fn refused(person: &Person, view: LocationFormView, error: Error) -> Result<Page, PageError> {
    if let Error::FreshFactorNeeded = error {
        // Nobody types two thousand ranges again.
        let mut page = page(person, LocationFormView { prove_at: Some(routes::ADMIN_REQUEST_LOCATION), ..view });
        let text = "You proved your second factor too long ago. What you typed is kept below".to_owned();
        page.errors.push(ErrorView { field: "", text, code: None });
        return Ok(page.status(StatusCode::CONFLICT));
    }
    page(person, view).refused(error)
}

fn page(person: &Person, view: LocationFormView) -> Page {
    Page::new("admin/named-location-form.html", person.admin_frame(), view)
}
