//! Reports: how each account stands with multi-factor authentication, on the page, as CSV and as a signed snapshot [ADM-5, ADM-6].

use serde::{Deserialize, Serialize};
use wardkey_domain::directory::OdsCode;
use wardkey_domain::factor::definition;
use wardkey_domain::report::{ReportKind, StatusLine};
use wardkey_usecases::report::{StatusReport, may_see_reports, status_report, take_report, take_snapshot};

use super::people::{capital, mfa_colour, names};
use crate::address::{Params, Segment};
use crate::download::Table;
use crate::error::PageError;
use crate::page::Page;
use crate::person::Person;
use crate::routes;
use crate::view::moment;

/// The list of reports.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct ReportsView {
    /// The words of the reports; the template has the sentences.
    pub(crate) kinds: Vec<&'static str>,
}

/// One report.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct ReportView {
    pub(crate) kind: &'static str,
    /// The code that was typed.
    pub(crate) organisation: String,
    /// What the organisation is called.
    pub(crate) name: Option<String>,
    pub(crate) rows: usize,
    pub(crate) lines: Vec<StatusRow>,
    pub(crate) at: String,
    pub(crate) csv: String,
    pub(crate) snapshot: String,
}

/// One account.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StatusRow {
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) organisation: String,
    pub(crate) mfa: &'static str,
    pub(crate) mfa_colour: &'static str,
    pub(crate) source: String,
    pub(crate) since: Option<String>,
    pub(crate) methods: Vec<&'static str>,
    pub(crate) is_privileged: bool,
    pub(crate) excepted_until: Option<String>,
    pub(crate) last_used: Option<String>,
}

/// What stands in the address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct About {
    organisation: String,
}

/// How many rows a page shows: the file has them all.
const SHOWN: usize = 100;

/// `GET /admin/reports`
pub(crate) async fn list(person: Person) -> Result<Page, PageError> {
    if !may_see_reports(&person.op) {
        return Err(PageError::NotFound);
    }
    let kinds = ReportKind::ALL.iter().map(|kind| kind.as_str()).collect();
    Ok(Page::new("admin/reports.html", person.admin_frame(), ReportsView { kinds }))
}

/// `GET /admin/reports/{report}`
pub(crate) async fn see(
    person: Person,
    Segment(kind): Segment<ReportKind>,
    Params(about): Params<About>,
) -> Result<Page, PageError> {
    let typed = about.organisation.trim();
    let view = ReportView { kind: kind.as_str(), organisation: typed.to_owned(), ..ReportView::default() };
    let page = |view: ReportView| Page::new("admin/report.html", person.admin_frame(), view);
    let unknown = "No organisation that you look after has this ODS code";
    let Ok(code) = code(typed) else { return Ok(page(view).error("organisation", unknown.to_owned())) };
    match status_report(person.app(), &person.op, kind, code.as_ref()).await {
        Ok(report) => Ok(page(view.of(report, moment(person.op.now)))),
        Err(wardkey_usecases::Error::NotFound(_)) if code.is_some() && may_see_reports(&person.op) => {
            Ok(page(view).error("organisation", unknown.to_owned()))
        }
        Err(error) => page(view).refused(error),
    }
}

/// `GET /admin/reports/{report}/table.csv`
pub(crate) async fn csv(
    person: Person,
    Segment(kind): Segment<ReportKind>,
    Params(about): Params<About>,
) -> Result<Table, PageError> {
    let code = code(about.organisation.trim()).map_err(|_| PageError::NotFound)?;
    let csv = take_report(person.app(), &person.op, kind, code.as_ref()).await?;
    Ok(Table { name: file_name(kind, code.as_ref()), text: csv, kind: "csv" })
}

/// `GET /admin/reports/{report}/signed.json`
pub(crate) async fn snapshot(
    person: Person,
    Segment(kind): Segment<ReportKind>,
    Params(about): Params<About>,
) -> Result<Table, PageError> {
    let code = code(about.organisation.trim()).map_err(|_| PageError::NotFound)?;
    let text = take_snapshot(person.app(), &person.op, kind, code.as_ref()).await?;
    Ok(Table { name: file_name(kind, code.as_ref()), text, kind: "json" })
}

/// The code that was typed, if any was.
fn code(typed: &str) -> Result<Option<OdsCode>, ()> {
    if typed.is_empty() { Ok(None) } else { OdsCode::parse(typed).map(Some).map_err(|_| ()) }
}

fn file_name(kind: ReportKind, code: Option<&OdsCode>) -> String {
    match code {
        Some(code) => format!("{}-{code}", kind.as_str()),
        None => kind.as_str().to_owned(),
    }
}

impl ReportView {
    fn of(self, report: StatusReport, at: String) -> Self {
        let organisation = report.organisation.as_ref().map(|found| found.ods_code.to_string());
        let query = organisation.map(|code| format!("?organisation={code}")).unwrap_or_default();
        Self {
            name: report.organisation.map(|found| found.name),
            rows: report.lines.len(),
            at,
            csv: format!("{}/{}/table.csv{query}", routes::ADMIN_REPORTS, self.kind),
            snapshot: format!("{}/{}/signed.json{query}", routes::ADMIN_REPORTS, self.kind),
            lines: report.lines.into_iter().take(SHOWN).map(StatusRow::from).collect(),
            ..self
        }
    }
}

impl From<StatusLine> for StatusRow {
    fn from(line: StatusLine) -> Self {
        let default = line.core_method();
        let mut methods = names(line.methods);
        // The one that is asked for first comes first.
        if let Some(name) = default.map(|kind| definition(kind).name) {
            methods.sort_by_key(|method| *method != name);
        }
        Self {
            name: line.display_name,
            address: line.address,
            organisation: format!("{} ({})", line.organisation, line.ods_code),
            mfa: line.mfa.words(),
            mfa_colour: mfa_colour(line.mfa),
            source: capital(line.source.words()),
            since: line.since.map(moment),
            methods,
            is_privileged: line.is_privileged,
            excepted_until: line.exception.map(|(_, until)| moment(until)),
            last_used: line.last_second_factor_at.map(moment),
        }
    }
}
