//! Reports about people, row by row.

use axum::extract::State;
use axum::response::Response;
use wardkey_domain::report::ReportKind;
use wardkey_usecases::report::{take_report, take_slice};

use super::people::elsewhere;
use crate::management::call::{Call, ReadReportsAndPeople};
use crate::management::parameter::ReportPart;
use crate::management::problem::{FieldProblem, Problem};
use crate::management::state::Api;
use crate::management::view::Report;
use crate::management::{content, paths, word};

/// Takes a report
///
/// How accounts stand with multi-factor authentication, one by one: in parts as JSON, or the whole of it as a table of at most 50,000
/// rows. Who took how many rows when stands in the audit. As a report names people, the token needs the scope for people, too.
#[utoipa::path(
    get,
    path = paths::REPORT,
    tag = "Figures",
    operation_id = "takeReport",
    params(("report" = inline(ReportName), Path, description = "Which accounts are in it."), ReportPart),
    responses((status = 200, description = "The accounts. A part may have fewer than were asked for, or none, although others follow.",
        content((Report = "application/json"), (String = "text/csv")),
        headers(("Link" = String, description = "`rel=\"next\"`: the address of the part that follows, if there is one.")))),
    security(("oauth2" = ["wardkey:reports.read", "wardkey:people.read"])),
)]
pub async fn take(State(api): State<Api>, call: Call<ReadReportsAndPeople>) -> Result<Response, Problem> {
    let (part, kind) = call.asks::<ReportPart>(&[content::JSON, content::CSV])?;
    let report: ReportKind = call.named()?;
    let (app, op, code) = (api.app(), &call.op, part.organisation());
    if kind == content::CSV {
        if !part.is_whole() {
            let error = FieldProblem::in_address("after", "a table is always whole");
            return Err(Problem::unreadable(error));
        }
        let table = take_report(app, op, report, code).await?;
        let mut response = Response::default();
        content::put(&mut response, "text/csv; charset=utf-8", table);
        return Ok(response);
    }
    let slice = take_slice(app, op, report, code, part.slice()).await.map_err(elsewhere)?;
    let report = Report::from(slice);
    Ok(call.linked(content::json(&report)?, report.next.as_deref()))
}

/// Which accounts are in a report.
pub struct ReportName;

impl utoipa::PartialSchema for ReportName {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        word::report().into()
    }
}

impl utoipa::ToSchema for ReportName {}
