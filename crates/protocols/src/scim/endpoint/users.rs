//! People [RFC 7644 §3.3 to §3.6].

use axum::extract::{Path, Request, State};
use axum::response::Response;
use http::StatusCode;
use serde_json::{Map, Value};
use wardkey_usecases::directory::{
    IfMatch, Manner, PeopleAsk, PersonListing, PersonWish, Provisioned, ProvisionedPerson, change_provisioned_person,
    create_provisioned_person, delete_provisioned_person, list_provisioned_people, see_provisioned_person,
};
use wardkey_wire::scim::{
    Patch, Precondition, Projection, ScimError, ScimType, Search, USER, User, body, list_response,
};

use crate::scim::answer::Answer;
use crate::scim::call::{Call, ScimState, wanted};
use crate::scim::error::Failure;
use crate::scim::mapping::{self, Resource};
use crate::scim::narrowing::Narrowing;

const ENDPOINT: &str = "users";

/// `GET /scim/v2/Users`
pub async fn list(State(state): State<ScimState>, request: Request) -> Response {
    let answered = async {
        let call = &Call::read(&state, request).await?;
        listed(call, &call.search()?).await
    };
    state.present(ENDPOINT, answered.await)
}

/// `POST /scim/v2/Users/.search`
pub async fn search(State(state): State<ScimState>, request: Request) -> Response {
    let answered = async {
        let call = &Call::read(&state, request).await?;
        listed(call, &Search::of_body(&call.body)?).await
    };
    state.present(ENDPOINT, answered.await)
}

/// `POST /scim/v2/Users`
pub async fn create(State(state): State<ScimState>, request: Request) -> Response {
    let answered = async {
        let call = &Call::read(&state, request).await?;
        let projection = call.search()?.projection;
        let made = made(call, mapping::person_wish(User::parse(&call.body)?)).await?;
        Ok(projected(StatusCode::CREATED, made, &projection))
    };
    state.present(ENDPOINT, answered.await)
}

/// `GET /scim/v2/Users/{id}`
pub async fn show(State(state): State<ScimState>, Path(id): Path<String>, request: Request) -> Response {
    let answered = async {
        let call = &Call::read(&state, request).await?;
        let projection = call.search()?.projection;
        let person = see_provisioned_person(call.app(), &call.op, &id).await?;
        let seen = mapping::user(call, &person);
        if call.if_none_match().is_some_and(|known| known.names(&seen.version)) {
            return Ok(Answer {
                status: StatusCode::NOT_MODIFIED,
                body: None,
                location: None,
                version: Some(seen.version),
            });
        }
        Ok(projected(StatusCode::OK, seen, &projection))
    };
    state.present(ENDPOINT, answered.await)
}

/// `PUT /scim/v2/Users/{id}`
pub async fn replace(State(state): State<ScimState>, Path(id): Path<String>, request: Request) -> Response {
    let answered = async {
        let call = &Call::read(&state, request).await?;
        let projection = call.search()?.projection;
        let wish = mapping::person_wish(User::parse(&call.body)?);
        let replaced = replaced(call, &id, call.if_match().as_ref(), wish).await?;
        Ok(projected(StatusCode::OK, replaced, &projection))
    };
    state.present(ENDPOINT, answered.await)
}

/// `PATCH /scim/v2/Users/{id}`
pub async fn change(State(state): State<ScimState>, Path(id): Path<String>, request: Request) -> Response {
    let answered = async {
        let call = &Call::read(&state, request).await?;
        let projection = call.search()?.projection;
        let patch = Patch::parse(&body(&call.body)?)?;
        let changed = changed(call, &id, call.if_match().as_ref(), &patch).await?;
        Ok(projected(StatusCode::OK, changed, &projection))
    };
    state.present(ENDPOINT, answered.await)
}

/// `DELETE /scim/v2/Users/{id}`
pub async fn delete(State(state): State<ScimState>, Path(id): Path<String>, request: Request) -> Response {
    let answered = async {
        let call = &Call::read(&state, request).await?;
        deleted(call, &id, call.if_match().as_ref()).await?;
        Ok(Answer::gone())
    };
    state.present(ENDPOINT, answered.await)
}

/// Makes somebody.
pub async fn made(call: &Call, wish: PersonWish) -> Result<Resource, Failure> {
    Ok(mapping::user(call, &create_provisioned_person(call.app(), &call.op, &wish).await?))
}

/// Has somebody be as a client says as a whole.
pub async fn replaced(
    call: &Call,
    id: &str,
    if_match: Option<&Precondition>,
    wish: PersonWish,
) -> Result<Resource, Failure> {
    let names = |version: &str| if_match.is_some_and(|versions| versions.names(version));
    let if_match: IfMatch<'_> = if if_match.is_some() { Some(&names) } else { None };
    let wished = |_: &ProvisionedPerson| Ok::<_, ScimError>(wish.clone());
    done(call, change_provisioned_person(call.app(), &call.op, id, if_match, Manner::Whole, wished).await?)
}

/// Changes somebody in part.
pub async fn changed(
    call: &Call,
    id: &str,
    if_match: Option<&Precondition>,
    patch: &Patch,
) -> Result<Resource, Failure> {
    let names = |version: &str| if_match.is_some_and(|versions| versions.names(version));
    let if_match: IfMatch<'_> = if if_match.is_some() { Some(&names) } else { None };
    let wished = |person: &ProvisionedPerson| mapping::patched_person(patch, person);
    done(call, change_provisioned_person(call.app(), &call.op, id, if_match, Manner::Part, wished).await?)
}

fn done(call: &Call, outcome: Provisioned<ProvisionedPerson, ScimError>) -> Result<Resource, Failure> {
    match outcome {
        Provisioned::Done(person) => Ok(mapping::user(call, &person)),
        Provisioned::Stale => Err(Failure::Stale),
        Provisioned::Refused(error) => Err(error.into()),
    }
}

/// Deletes somebody.
pub async fn deleted(call: &Call, id: &str, if_match: Option<&Precondition>) -> Result<(), Failure> {
    let names = |version: &str| if_match.is_some_and(|versions| versions.names(version));
    let if_match: IfMatch<'_> = if if_match.is_some() { Some(&names) } else { None };
    match delete_provisioned_person(call.app(), &call.op, id, if_match).await? {
        Provisioned::Done(()) => Ok(()),
        Provisioned::Stale => Err(Failure::Stale),
        Provisioned::Refused(never) => match never {},
    }
}

fn projected(status: StatusCode, resource: Resource, projection: &Projection) -> Answer {
    let Resource { body, location, version } = resource;
    Answer::resource(status, projection.apply(&USER, body), location, version)
}

async fn listed(call: &Call, search: &Search) -> Result<Answer, Failure> {
    let (total, resources) = page(call, search, search.start - 1, wanted(search)).await?;
    Ok(Answer::document(list_response(total, search.start, resources)))
}

/// How many people `search` is about, and some of them.
pub async fn page(
    call: &Call,
    search: &Search,
    skipped: u64,
    count: u32,
) -> Result<(u64, Vec<Map<String, Value>>), Failure> {
    let filter = search.filter_for(&USER)?;
    let Narrowing { exact, ods_code, active, is_partial } = Narrowing::of(filter.as_ref());
    let holds = |person: &ProvisionedPerson| {
        let resource = mapping::user(call, person).body;
        filter.as_ref().is_none_or(|filter| filter.matches(&USER, &resource))
    };
    let matches: Option<&(dyn Fn(&ProvisionedPerson) -> bool + Send + Sync)> =
        if is_partial { Some(&holds) } else { None };
    let ask = PeopleAsk { exact, ods_code, active, matches, skipped, count };
    match list_provisioned_people(call.app(), &call.op, &ask).await? {
        PersonListing::Page { total, people } => {
            let written = |person: &ProvisionedPerson| search.projection.apply(&USER, mapping::user(call, person).body);
            Ok((total, people.iter().map(written).collect()))
        }
        PersonListing::TooMany { most } => {
            let why = format!(
                "This would mean to look at more than {most} people. Ask for a userName, an externalId, an id or an address, or for \
                 an organization."
            );
            Err(ScimError::bad(ScimType::TooMany, why).into())
        }
    }
}
