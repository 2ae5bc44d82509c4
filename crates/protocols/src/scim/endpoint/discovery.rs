//! What the server says of itself [RFC 7644 §4].

use std::collections::BTreeMap;

use axum::extract::{Path, Request, State};
use axum::response::Response;
use serde_json::Value;
use wardkey_usecases::directory::provisioning_codes;
use wardkey_wire::scim::{self, ScimError, Search, list_response};

use crate::scim::answer::Answer;
use crate::scim::call::{Call, LIMITS, ScimState};
use crate::scim::error::Failure;

const ENDPOINT: &str = "discovery";

/// `GET /scim/v2/ServiceProviderConfig`
pub async fn config(State(state): State<ScimState>, request: Request) -> Response {
    let answered = async {
        let call = &Call::read(&state, request).await?;
        let location = call.location("/ServiceProviderConfig");
        Ok(Answer::document(scim::service_provider_config(&LIMITS, &location)))
    };
    state.present(ENDPOINT, answered.await)
}

/// `GET /scim/v2/ResourceTypes`
pub async fn resource_types(State(state): State<ScimState>, request: Request) -> Response {
    let answered = async {
        let call = &Call::read(&state, request).await?;
        refuse_filter(&call.search()?)?;
        let all = scim::resource_types(&|kind| call.location(&format!("/ResourceTypes/{}", kind.name)));
        Ok(whole(all))
    };
    state.present(ENDPOINT, answered.await)
}

/// `GET /scim/v2/ResourceTypes/{id}`
pub async fn resource_type(State(state): State<ScimState>, Path(id): Path<String>, request: Request) -> Response {
    let answered = async {
        let call = &Call::read(&state, request).await?;
        let found = scim::resource_type(&id, &call.location(&format!("/ResourceTypes/{id}")));
        found.map(Answer::document).ok_or_else(|| nothing("resource type"))
    };
    state.present(ENDPOINT, answered.await)
}

/// `GET /scim/v2/Schemas`
pub async fn schemas(State(state): State<ScimState>, request: Request) -> Response {
    let answered = async {
        let call = &Call::read(&state, request).await?;
        refuse_filter(&call.search()?)?;
        let suggested = suggested(call).await?;
        let written =
            |schema: &scim::Schema| schema.to_json(&call.location(&format!("/Schemas/{}", schema.id)), &suggested);
        Ok(whole(scim::schemas().into_iter().map(written).collect()))
    };
    state.present(ENDPOINT, answered.await)
}

/// `GET /scim/v2/Schemas/{id}`
pub async fn schema(State(state): State<ScimState>, Path(id): Path<String>, request: Request) -> Response {
    let answered = async {
        let call = &Call::read(&state, request).await?;
        let found = scim::schema(&id).ok_or_else(|| nothing("schema"))?;
        let location = call.location(&format!("/Schemas/{}", found.id));
        Ok(Answer::document(found.to_json(&location, &suggested(call).await?)))
    };
    state.present(ENDPOINT, answered.await)
}

/// The organisations that the client may write, for whoever sets the client up.
async fn suggested(call: &Call) -> Result<BTreeMap<&'static str, Vec<String>>, Failure> {
    let codes = provisioning_codes(call.app(), &call.op).await?;
    Ok(if codes.is_empty() { BTreeMap::new() } else { BTreeMap::from([("organization", codes)]) })
}

/// A client that filters here expects what is not there [RFC 7644 §4].
fn refuse_filter(search: &Search) -> Result<(), ScimError> {
    if search.has_filter() { Err(ScimError::of(403, "There are no filters here.")) } else { Ok(()) }
}

fn nothing(what: &str) -> Failure {
    ScimError::of(404, format!("There is no such {what}.")).into()
}

fn whole(all: Vec<Value>) -> Answer {
    let total = u64::try_from(all.len()).unwrap_or(u64::MAX);
    let objects = all.into_iter().filter_map(|one| match one {
        Value::Object(members) => Some(members),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => None,
    });
    Answer::document(list_response(total, 1, objects.collect()))
}
