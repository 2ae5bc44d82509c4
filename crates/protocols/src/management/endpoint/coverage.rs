//! How many people are covered.

use axum::extract::State;
use axum::response::Response;
use wardkey_domain::directory::OdsCode;
use wardkey_usecases::report::see_coverage;

use crate::management::call::{Call, ReadReports};
use crate::management::parameter::Nothing;
use crate::management::problem::Problem;
use crate::management::state::Api;
use crate::management::view::Coverage;
use crate::management::{content, paths};

/// Sees how many people are protected
///
/// In the organisation that answers for the application, and in each right below it.
#[utoipa::path(
    get,
    path = paths::COVERAGE,
    tag = "Figures",
    operation_id = "seeCoverage",
    responses((status = 200, description = "The figures.", body = Coverage)),
    security(("oauth2" = ["wardkey:reports.read"])),
)]
pub async fn all(State(api): State<Api>, call: Call<ReadReports>) -> Result<Response, Problem> {
    let Nothing {} = call.query()?;
    content::json(&Coverage::from(see_coverage(api.app(), &call.op, None).await?))
}

/// Sees how many people of an organisation are protected
///
/// In it and in each right below it.
#[utoipa::path(
    get,
    path = paths::COVERAGE_OF,
    tag = "Figures",
    operation_id = "seeCoverageOf",
    params(("ods_code" = String, Path, description = "The organisation.", pattern = "^[A-Za-z0-9]{1,9}$", example = "A81001")),
    responses((status = 200, description = "The figures.", body = Coverage)),
    security(("oauth2" = ["wardkey:reports.read"])),
)]
pub async fn one(State(api): State<Api>, call: Call<ReadReports>) -> Result<Response, Problem> {
    let (code, Nothing {}) = (call.named::<OdsCode>()?, call.query()?);
    content::json(&Coverage::from(see_coverage(api.app(), &call.op, Some(&code)).await?))
}
