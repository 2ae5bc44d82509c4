//! Finding a person.

use axum::extract::Query;
use serde::{Deserialize, Serialize};
use url::form_urlencoded::Serializer;
use wardkey_domain::op::Op;
use wardkey_usecases::access::{may_see_cases, may_see_exceptions, may_see_policies};
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
    /// Whether the person sees policies.
    pub(crate) sees_policies: bool,
    /// Whether the person sees exceptions.
    pub(crate) sees_exceptions: bool,
    /// Whether the person may take hardware tokens in.
    pub(crate) takes_tokens: bool,
    /// Whether the person works on cases of compromised accounts.
    pub(crate) works_on_cases: bool,
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
    pub(crate) fn new(typed: String, found: FoundPeople, op: &Op) -> Self {
        let next = found.next.map(|after| {
            let query = Serializer::new(String::new()).append_pair("q", &typed).append_pair("after", &after).finish();
            format!("{}?{query}", routes::ADMIN)
        });
        let people = found.people.into_iter().map(PersonRow::from).collect();
        let (takes_tokens, works_on_cases) = (may_import_tokens(op), may_see_cases(op));
        let (sees_exceptions, sees_policies) = (may_see_exceptions(op), may_see_policies(op));
        Self {
            searched: !typed.is_empty(),
            typed,
            people,
            next,
            takes_tokens,
            works_on_cases,
            sees_exceptions,
            sees_policies,
        }
    }
}

/// `GET /admin`
pub(crate) async fn find(person: Person, Query(search): Query<Search>) -> Result<Page, PageError> {
    let typed = search.q.trim().to_owned();
    let found = directory::find_people(person.app(), &person.op, &typed, search.after.as_deref()).await?;
    Ok(Page::new("admin/people.html", person.admin_frame(), PeopleView::new(typed, found, &person.op)))
}
