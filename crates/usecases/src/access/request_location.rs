//! Asking for a named location: a draft, which is written anew and handed in [CA-4].

use wardkey_domain::access::{LocationConnection, LocationName, NamedLocation, NewLocation, Prerequisite, Terms};
use wardkey_domain::audit::Event;
use wardkey_domain::directory::{OdsCode, Organisation};
use wardkey_domain::id::NamedLocationId;
use wardkey_domain::op::Op;
use wardkey_domain::permission::{Action, Target};
use wardkey_store::access::Inserted;
use wardkey_store::{self as store, Tx};

use super::TypedTerms;
use super::target::{Loaded, SeenLocation, confirmed, load_to_change, person, save};
use crate::directory::require_fresh_factor;
use crate::{App, Error, FieldError, Result};

/// A named location, as somebody typed it.
#[derive(Clone, Copy, Debug)]
pub struct TypedLocation<'a> {
    /// The ODS code of its organisation.
    pub organisation: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Over which network it is connected, in the words of [`LocationConnection`].
    pub connection: &'a str,
    /// The owner and the ranges.
    pub terms: TypedTerms<'a>,
}

/// What the next named location will be called: drawn for the page that asks for it.
pub fn next_location(app: &App, op: &Op) -> NamedLocationId {
    NamedLocationId::new(op.now, app.id_entropy())
}

/// Keeps the draft that [`next_location`] named. A page that is sent twice makes one draft.
///
/// # Errors
/// `Invalid` with everything that is wrong with what was typed, also when the actor may ask for none there; a fresh second factor
/// may be needed [SES-8].
pub async fn request_location(app: &App, op: &Op, id: NamedLocationId, typed: &TypedLocation<'_>) -> Result<()> {
    let by = person(op)?;
    require_fresh_factor(app, op)?;
    let mut tx = app.store().begin().await?;
    let mut wrong = Vec::new();
    let organisation = organisation(&mut tx, op, typed.organisation).await?.map_err(|error| wrong.push(error));
    let name = LocationName::parse(typed.name)
        .map_err(|why| wrong.push(FieldError { field: "name", message: why.to_string() }));
    let connection = typed.connection.parse::<LocationConnection>().map_err(|_| wrong.push(no_connection()));
    let rules = &app.settings().location_ranges;
    let judged_as = connection.unwrap_or(LocationConnection::Internet);
    let terms = typed.terms.read(&mut tx, op, (rules, judged_as), wrong).await?;
    let (Ok(organisation), Ok(name), Ok(connection)) = (organisation, name, connection) else {
        return Err(Error::fault("read what was typed of a named location"));
    };
    let new = NewLocation { id, organisation: organisation.id, name, connection, terms };
    let location = NamedLocation::draft(new, by, op.now);
    match store::access::insert_location(&mut tx, &location).await? {
        Inserted::Yes => {}
        Inserted::Already => return Ok(()),
        Inserted::NameTaken => {
            let why = "Another named location has this name, or had it. Choose another one";
            return Err(Error::invalid("name", why));
        }
    }
    store::audit::append(&mut tx, op, Some(organisation.id), drafted(&location)?).await?;
    tx.commit().await?;
    Ok(())
}

/// Writes a request anew that was not approved yet; one that was handed in is taken back by it.
///
/// # Errors
/// When the actor may not, or it was approved, or changed since it was seen; `Invalid` with what is wrong with what was typed.
pub async fn revise_location(app: &App, op: &Op, seen: SeenLocation, typed: &TypedTerms<'_>) -> Result<()> {
    let by = person(op)?;
    let mut tx = app.store().begin().await?;
    let Loaded { location, .. } = load_to_change(app, &mut tx, op, Action::RequestNamedLocation, seen).await?;
    let rules = (&app.settings().location_ranges, location.connection);
    let terms = typed.read(&mut tx, op, rules, Vec::new()).await?;
    let location = location.revise(terms, by, op.now)?;
    save(&mut tx, op, &location, drafted(&location)?).await?;
    tx.commit().await?;
    Ok(())
}

/// Hands a request in. Whoever does confirms the prerequisites.
///
/// # Errors
/// When the actor may not, a prerequisite is not confirmed, or it is no draft as it was seen.
pub async fn submit_location(app: &App, op: &Op, seen: SeenLocation, given: &[Prerequisite]) -> Result<()> {
    let by = person(op)?;
    let mut tx = app.store().begin().await?;
    let Loaded { location, .. } = load_to_change(app, &mut tx, op, Action::RequestNamedLocation, seen).await?;
    let location = location.submit(by, confirmed(given)?, op.now)?;
    let event = Event::NamedLocationSubmitted { organisation: location.organisation, location: location.id };
    save(&mut tx, op, &location, event).await?;
    tx.commit().await?;
    Ok(())
}

/// The organisation that somebody typed, if the actor may ask for named locations of it.
async fn organisation(tx: &mut Tx, op: &Op, typed: &str) -> Result<std::result::Result<Organisation, FieldError>> {
    let wrong = |message: &str| Ok(Err(FieldError { field: "organisation", message: message.to_owned() }));
    let Ok(code) = typed.parse::<OdsCode>() else { return wrong("Enter the ODS code of the organisation") };
    let found = store::directory::find_organisation_by_code(tx, &code).await?;
    let may = |organisation: &Organisation| {
        op.require(Action::RequestNamedLocation, &Target::organisation(&organisation.path)).is_ok()
    };
    match found.filter(may) {
        Some(organisation) => Ok(Ok(organisation)),
        None => wrong("You ask for named locations of no organisation with this code"),
    }
}

fn no_connection() -> FieldError {
    FieldError { field: "connection", message: "Select how the location is connected".to_owned() }
}

fn drafted(location: &NamedLocation) -> Result<Event> {
    let terms = location.terms().ok_or_else(|| Error::fault("find what a draft says"))?;
    Ok(Event::NamedLocationDrafted {
        organisation: location.organisation,
        location: location.id,
        owner: terms.owner,
        ranges: count(terms),
    })
}

/// How many ranges there are, for the audit.
pub(super) fn count(terms: &Terms) -> u32 {
    u32::try_from(terms.ranges.as_slice().len()).unwrap_or(u32::MAX)
}
