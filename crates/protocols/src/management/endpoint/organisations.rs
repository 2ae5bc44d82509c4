//! Which organisations there are.

use axum::extract::State;
use axum::response::Response;
use wardkey_domain::directory::OdsCode;
use wardkey_usecases::directory::list_organisations;

use crate::management::call::{Call, ReadPeople};
use crate::management::parameter::Part;
use crate::management::problem::Problem;
use crate::management::state::Api;
use crate::management::view::Organisations;
use crate::management::{content, paths};

/// Lists organisations
///
/// The one that answers for the application and all below it, by code.
#[utoipa::path(
    get,
    path = paths::ORGANISATIONS,
    tag = "Organisations",
    operation_id = "listOrganisations",
    params(Part),
    responses((status = 200, description = "Some of them, and where the others are.", body = Organisations,
        headers(("Link" = String, description = "`rel=\"next\"`: the address of the part that follows, if there is one.")))),
    security(("oauth2" = ["wardkey:people.read"])),
)]
pub async fn list(State(api): State<Api>, call: Call<ReadPeople>) -> Result<Response, Problem> {
    let part: Part = call.query()?;
    let slice = part.slice();
    let after = slice.after.map(OdsCode::parse).transpose().map_err(|_| Problem::not_found())?;
    let listed = list_organisations(api.app(), &call.op, after.as_ref(), slice.most).await?;
    let organisations = Organisations::from(listed);
    Ok(call.linked(content::json(&organisations)?, organisations.next.as_deref()))
}
