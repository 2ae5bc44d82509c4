//! Several operations in one request [RFC 7644 §3.7]. Each is done by itself, in a transaction of its own.

use std::collections::HashMap;

use axum::extract::{Request, State};
use axum::response::Response;
use wardkey_wire::scim::{
    BulkMethod, BulkOperation, BulkRequest, BulkResult, GROUP, Group, Patch, Precondition, ScimError, ScimType, USER,
    User, bulk_response, resolve_references, unresolved,
};

use crate::scim::answer::Answer;
use crate::scim::call::{Call, LIMITS, ScimState};
use crate::scim::endpoint::{groups, users};
use crate::scim::error::Failure;
use crate::scim::mapping::{self, Resource};

const ENDPOINT: &str = "bulk";

/// `POST /scim/v2/Bulk`
pub async fn carry_out(State(state): State<ScimState>, request: Request) -> Response {
    let answered = async {
        let call = &Call::read(&state, request).await?;
        let request = BulkRequest::parse(&call.body, LIMITS.operations)?;
        Ok(Answer::document(bulk_response(all(call, request).await)))
    };
    state.present(ENDPOINT, answered.await)
}

/// Does the operations in order; one that refers to what a later one makes waits for that.
async fn all(call: &Call, request: BulkRequest) -> Vec<BulkResult> {
    let mut made: HashMap<String, String> = HashMap::new();
    let (mut results, mut failures) = (Vec::new(), 0);
    let mut waiting = request.operations;
    while !waiting.is_empty() {
        let mut later = Vec::new();
        let before = results.len();
        for mut operation in waiting {
            resolve_references(&mut operation, &made);
            if unresolved(&operation).is_some() {
                later.push(operation);
                continue;
            }
            let result = one(call, operation, &mut made).await;
            failures += u64::from(result.outcome.is_err());
            results.push(result);
            if request.fail_on_errors.is_some_and(|most| failures >= most) {
                return results;
            }
        }
        if results.len() == before {
            // What they wait for is never made, or waits for them [RFC 7644 §3.7.1].
            for operation in later {
                results.push(left(operation));
                failures += 1;
                if request.fail_on_errors.is_some_and(|most| failures >= most) {
                    break;
                }
            }
            return results;
        }
        waiting = later;
    }
    results
}

fn left(operation: BulkOperation) -> BulkResult {
    let why = match unresolved(&operation) {
        Some(name) => format!("Nothing was made by the bulkId `{name}`."),
        None => "Something that this refers to was not made.".to_owned(),
    };
    result(operation.method, operation.bulk_id, Err(ScimError::of(409, why)), None)
}

async fn one(call: &Call, operation: BulkOperation, made: &mut HashMap<String, String>) -> BulkResult {
    let (method, bulk_id) = (operation.method, operation.bulk_id.clone());
    let known = operation.id.as_ref().map(|id| call.location(&format!("{}/{id}", operation.endpoint)));
    match done(call, operation).await {
        Ok(Done::Made(resource)) => {
            if let (Some(name), Some(id)) = (&bulk_id, resource.body.get("id").and_then(|id| id.as_str())) {
                made.insert(name.clone(), id.to_owned());
            }
            result(method, bulk_id, Ok(201), Some(resource))
        }
        Ok(Done::Changed(resource)) => result(method, bulk_id, Ok(200), Some(resource)),
        Ok(Done::Gone) => BulkResult { method, bulk_id, location: known, version: None, outcome: Ok(204) },
        Err(failure) => {
            let outcome = Err(failure.told(ENDPOINT));
            BulkResult { method, bulk_id, location: known, version: None, outcome }
        }
    }
}

fn result(
    method: BulkMethod,
    bulk_id: Option<String>,
    outcome: Result<u16, ScimError>,
    resource: Option<Resource>,
) -> BulkResult {
    let (location, version) = match resource {
        Some(resource) => (Some(resource.location), Some(Precondition::tag(&resource.version))),
        None => (None, None),
    };
    BulkResult { method, bulk_id, location, version, outcome }
}

enum Done {
    Made(Resource),
    Changed(Resource),
    Gone,
}

async fn done(call: &Call, operation: BulkOperation) -> Result<Done, Failure> {
    let BulkOperation { method, endpoint, id, version, data, .. } = operation;
    let (id, version) = (id.unwrap_or_default(), version.as_ref());
    let is = |kind: &wardkey_wire::scim::Definition| kind.endpoint.eq_ignore_ascii_case(&endpoint);
    if is(&USER) {
        return Ok(match method {
            BulkMethod::Post => Done::Made(users::made(call, mapping::person_wish(User::of_sent(data)?)).await?),
            BulkMethod::Put => {
                let wish = mapping::person_wish(User::of_sent(data)?);
                Done::Changed(users::replaced(call, &id, version, wish).await?)
            }
            BulkMethod::Patch => Done::Changed(users::changed(call, &id, version, &Patch::parse(&data)?).await?),
            BulkMethod::Delete => {
                users::deleted(call, &id, version).await?;
                Done::Gone
            }
        });
    }
    if is(&GROUP) {
        return Ok(match method {
            BulkMethod::Post => Done::Made(groups::made(call, mapping::group_wish(Group::of_sent(data)?)).await?),
            BulkMethod::Put => {
                let wish = mapping::group_wish(Group::of_sent(data)?);
                Done::Changed(groups::replaced(call, &id, version, wish).await?)
            }
            BulkMethod::Patch => Done::Changed(groups::changed(call, &id, version, &Patch::parse(&data)?).await?),
            BulkMethod::Delete => {
                groups::deleted(call, &id, version).await?;
                Done::Gone
            }
        });
    }
    let why = format!("There are no resources at `{endpoint}`.");
    Err(ScimError::bad(ScimType::InvalidValue, why).into())
}
