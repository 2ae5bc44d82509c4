//! Finding a person.

use axum::extract::Query;
use serde::{Deserialize, Serialize};
use url::form_urlencoded::Serializer;
use wardkey_usecases::directory::{self, FoundPeople, FoundPerson, may_import_tokens};

use crate::error::PageError;
use crate::page::Page;
use crate::person::Person;
use crate::routes;

/// What is searched for.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Search {
    #[serde(default)]
    q: String,
    after: Option<String>,
}

#[derive(Serialize)]
pub(crate) struct PeopleView {
    /// What was typed.
    pub(crate) typed: String,
    /// Whether something was searched for.
    pub(crate) searched: bool,
    pub(crate) people: Vec<PersonRow>,
    /// The address of the next page, if there is one.
    pub(crate) next: Option<String>,
    /// Whether the person may take hardware tokens in.
    pub(crate) takes_tokens: bool,
}

/// One person found.
#[derive(Serialize)]
pub(crate) struct PersonRow {
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) kind: &'static str,
    pub(crate) status: &'static str,
    pub(crate) status_colour: &'static str,
    pub(crate) organisation: String,
    /// The address of the account's page.
    pub(crate) see: String,
}

impl From<FoundPerson> for PersonRow {
    fn from(person: FoundPerson) -> Self {
        Self {
            name: person.display_name,
            address: person.address,
            kind: person.kind.words(),
            status: person.status.words(),
            status_colour: super::account::colour(person.status),
            organisation: format!("{} ({})", person.organisation, person.ods_code),
            see: routes::admin_account(person.id),
        }
    }
}

impl PeopleView {
    pub(crate) fn new(typed: String, found: FoundPeople, takes_tokens: bool) -> Self {
        let next = found.next.map(|after| {
            let query = Serializer::new(String::new()).append_pair("q", &typed).append_pair("after", &after).finish();
            format!("{}?{query}", routes::ADMIN)
        });
        let people = found.people.into_iter().map(PersonRow::from).collect();
        Self { searched: !typed.is_empty(), typed, people, next, takes_tokens }
    }
}

/// `GET /admin`
pub(crate) async fn find(person: Person, Query(search): Query<Search>) -> Result<Page, PageError> {
    let typed = search.q.trim().to_owned();
    let found = directory::find_people(person.app(), &person.op, &typed, search.after.as_deref()).await?;
    Ok(Page::new(
        "admin/people.html",
        person.admin_frame(),
        PeopleView::new(typed, found, may_import_tokens(&person.op)),
    ))
}
