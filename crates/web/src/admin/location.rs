//! Named locations in lists: those that one may see, and those that wait for an approver [CA-4].

use axum::extract::Query;
use serde::{Deserialize, Serialize};
use url::form_urlencoded::Serializer;
use wardkey_domain::access::Phase;
use wardkey_usecases::access::{
    self, FoundLocations, ListedLocation, may_approve_locations, may_request_locations, waiting_locations,
};

use crate::error::PageError;
use crate::page::Page;
use crate::person::Person;
use crate::routes;
use crate::view::moment;

/// Where a list goes on.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct After {
    after: Option<String>,
}

#[derive(Serialize)]
pub(crate) struct LocationsView {
    pub(crate) locations: Vec<LocationRow>,
    /// The address of the next page, if there is one.
    pub(crate) next: Option<String>,
    /// Whether the person may ask for one.
    pub(crate) may_request: bool,
    /// Whether the person approves them.
    pub(crate) may_approve: bool,
}

/// One named location.
#[derive(Serialize)]
pub(crate) struct LocationRow {
    pub(crate) name: String,
    pub(crate) organisation: String,
    /// The phase's word; the template has its name and its colour.
    pub(crate) phase: &'static str,
    /// Until when it is attested, if it is in force.
    pub(crate) until: Option<String>,
    /// Whether a change of it waits for approval.
    pub(crate) changes: bool,
    /// Since when it waits.
    pub(crate) since: Option<String>,
    /// The address of its page.
    pub(crate) see: String,
}

impl From<ListedLocation> for LocationRow {
    fn from(listed: ListedLocation) -> Self {
        Self {
            name: listed.name.to_string(),
            organisation: format!("{} ({})", listed.organisation_name, listed.ods_code),
            phase: word(listed.phase),
            until: listed.attested_until.map(moment),
            changes: listed.waits_since.is_some() && listed.attested_until.is_some(),
            since: listed.waits_since.map(moment),
            see: routes::admin_location(listed.id),
        }
    }
}

/// `GET /admin/named-locations`
pub(crate) async fn list(person: Person, Query(query): Query<After>) -> Result<Page, PageError> {
    let found = access::find_locations(person.app(), &person.op, query.after.as_deref()).await?;
    let FoundLocations { locations, next } = found;
    let view = LocationsView {
        locations: locations.into_iter().map(LocationRow::from).collect(),
        next: next.map(|after| {
            let query = Serializer::new(String::new()).append_pair("after", &after).finish();
            format!("{}?{query}", routes::ADMIN_LOCATIONS)
        }),
        may_request: may_request_locations(&person.op),
        may_approve: may_approve_locations(&person.op),
    };
    Ok(Page::new("admin/named-locations.html", person.admin_frame(), view))
}

/// `GET /admin/named-locations/waiting`
pub(crate) async fn waiting(person: Person) -> Result<Page, PageError> {
    let locations = waiting_locations(person.app(), &person.op).await?;
    let view = LocationsView {
        locations: locations.into_iter().map(LocationRow::from).collect(),
        next: None,
        may_request: false,
        may_approve: true,
    };
    Ok(Page::new("admin/named-locations-waiting.html", person.admin_frame(), view))
}

/// The word for a phase in templates.
pub(super) const fn word(phase: Phase) -> &'static str {
    match phase {
        Phase::Draft => "draft",
        Phase::Submitted => "submitted",
        Phase::Rejected => "rejected",
        Phase::Active => "active",
        Phase::Due => "due",
        Phase::Lapsed => "lapsed",
        Phase::Suspended => "suspended",
        Phase::Retired => "retired",
    }
}
