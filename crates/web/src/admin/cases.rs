//! The cases of compromised accounts.

use axum::extract::Query;
use serde::{Deserialize, Serialize};
use wardkey_usecases::access::{ListedCases, WhichCases, list_cases};

use crate::error::PageError;
use crate::page::Page;
use crate::person::Person;
use crate::routes;
use crate::view::moment;

/// Which cases to list.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wanted {
    /// `restored` for those that are closed.
    which: Option<String>,
    before: Option<i64>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct CasesView {
    /// Whether those are listed that are closed.
    pub(crate) restored: bool,
    pub(crate) cases: Vec<CaseRow>,
    /// The address of the next page, if there is one.
    pub(crate) next: Option<String>,
}

/// One case.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CaseRow {
    pub(crate) number: String,
    pub(crate) name: String,
    pub(crate) organisation: String,
    pub(crate) opened: String,
    /// The word of the point that is to be done next; nothing when each is done, or the case is closed.
    pub(crate) next: Option<&'static str>,
    pub(crate) href: String,
}

/// `GET /admin/cases`
pub(crate) async fn list(person: Person, Query(wanted): Query<Wanted>) -> Result<Page, PageError> {
    let restored = wanted.which.as_deref() == Some("restored");
    let which = if restored { WhichCases::Restored } else { WhichCases::Open };
    let listed = list_cases(person.app(), &person.op, which, wanted.before).await?;
    Ok(Page::new("admin/cases.html", person.admin_frame(), CasesView::of(listed, restored)))
}

impl CasesView {
    fn of(listed: ListedCases, restored: bool) -> Self {
        let which = if restored { "which=restored&" } else { "" };
        let row = |listed: wardkey_usecases::access::ListedCase| CaseRow {
            number: listed.case.number.to_string(),
            name: listed.display_name,
            organisation: listed.organisation_name,
            opened: moment(listed.case.opened_at),
            next: listed.case.next(listed.kind).filter(|_| listed.case.is_open()).map(|point| point.as_str()),
            href: routes::case(listed.case.id),
        };
        Self {
            restored,
            next: listed.next.map(|before| format!("{}?{which}before={before}", routes::CASES)),
            cases: listed.cases.into_iter().map(row).collect(),
        }
    }
}
