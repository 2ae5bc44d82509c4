//! Groups [RFC 7644 §3.3 to §3.6].

use axum::extract::{Path, Request, State};
use axum::response::Response;
use http::StatusCode;
use serde_json::{Map, Value};
use wardkey_usecases::Error;
use wardkey_usecases::directory::{
    GroupListing, GroupWish, IfMatch, Provisioned, ProvisionedGroupView, WithMembers, change_provisioned_group,
    create_provisioned_group, delete_provisioned_group, list_provisioned_groups, see_provisioned_group,
};
use wardkey_wire::scim::{
    GROUP, Group, Patch, Precondition, Projection, ScimError, ScimType, Search, body, list_response,
};

use crate::scim::answer::Answer;
use crate::scim::call::{Call, ScimState, wanted};
use crate::scim::error::Failure;
use crate::scim::mapping::{self, Resource};

const ENDPOINT: &str = "groups";

/// `GET /scim/v2/Groups`
pub async fn list(State(state): State<ScimState>, request: Request) -> Response {
    let answered = async {
        let call = &Call::read(&state, request).await?;
        listed(call, &call.search()?).await
    };
    state.present(ENDPOINT, answered.await)
}

/// `POST /scim/v2/Groups/.search`
pub async fn search(State(state): State<ScimState>, request: Request) -> Response {
    let answered = async {
        let call = &Call::read(&state, request).await?;
        listed(call, &Search::of_body(&call.body)?).await
    };
    state.present(ENDPOINT, answered.await)
}

/// `POST /scim/v2/Groups`
pub async fn create(State(state): State<ScimState>, request: Request) -> Response {
    let answered = async {
        let call = &Call::read(&state, request).await?;
        let projection = call.search()?.projection;
        let made = made(call, mapping::group_wish(Group::parse(&call.body)?)).await?;
        Ok(projected(StatusCode::CREATED, made, &projection))
    };
    state.present(ENDPOINT, answered.await)
}

/// `GET /scim/v2/Groups/{id}`
pub async fn show(State(state): State<ScimState>, Path(id): Path<String>, request: Request) -> Response {
    let answered = async {
        let call = &Call::read(&state, request).await?;
        let projection = call.search()?.projection;
        let seen = mapping::group(call, &see_provisioned_group(call.app(), &call.op, &id).await?);
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

/// `PUT /scim/v2/Groups/{id}`
pub async fn replace(State(state): State<ScimState>, Path(id): Path<String>, request: Request) -> Response {
    let answered = async {
        let call = &Call::read(&state, request).await?;
        let projection = call.search()?.projection;
        let wish = mapping::group_wish(Group::parse(&call.body)?);
        let replaced = replaced(call, &id, call.if_match().as_ref(), wish).await?;
        Ok(projected(StatusCode::OK, replaced, &projection))
    };
    state.present(ENDPOINT, answered.await)
}

/// `PATCH /scim/v2/Groups/{id}`
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

/// `DELETE /scim/v2/Groups/{id}`
pub async fn delete(State(state): State<ScimState>, Path(id): Path<String>, request: Request) -> Response {
    let answered = async {
        let call = &Call::read(&state, request).await?;
        deleted(call, &id, call.if_match().as_ref()).await?;
        Ok(Answer::gone())
    };
    state.present(ENDPOINT, answered.await)
}

/// Makes a group.
pub async fn made(call: &Call, wish: GroupWish) -> Result<Resource, Failure> {
    Ok(mapping::group(call, &create_provisioned_group(call.app(), &call.op, &wish).await?))
}

/// Has a group be as a client says as a whole.
pub async fn replaced(
    call: &Call,
    id: &str,
    if_match: Option<&Precondition>,
    wish: GroupWish,
) -> Result<Resource, Failure> {
    let names = |version: &str| if_match.is_some_and(|versions| versions.names(version));
    let if_match: IfMatch<'_> = if if_match.is_some() { Some(&names) } else { None };
    let wished = |_: &ProvisionedGroupView| Ok::<_, ScimError>(wish.clone());
    done(call, change_provisioned_group(call.app(), &call.op, id, if_match, wished).await?)
}

/// Changes a group in part.
pub async fn changed(
    call: &Call,
    id: &str,
    if_match: Option<&Precondition>,
    patch: &Patch,
) -> Result<Resource, Failure> {
    let names = |version: &str| if_match.is_some_and(|versions| versions.names(version));
    let if_match: IfMatch<'_> = if if_match.is_some() { Some(&names) } else { None };
    let wished = |group: &ProvisionedGroupView| mapping::patched_group(patch, group);
    done(call, change_provisioned_group(call.app(), &call.op, id, if_match, wished).await?)
}

fn done(call: &Call, outcome: Provisioned<ProvisionedGroupView, ScimError>) -> Result<Resource, Failure> {
    match outcome {
        Provisioned::Done(group) => Ok(mapping::group(call, &group)),
        Provisioned::Stale => Err(Failure::Stale),
        Provisioned::Refused(error) => Err(error.into()),
    }
}

/// Deletes a group.
pub async fn deleted(call: &Call, id: &str, if_match: Option<&Precondition>) -> Result<(), Failure> {
    let names = |version: &str| if_match.is_some_and(|versions| versions.names(version));
    let if_match: IfMatch<'_> = if if_match.is_some() { Some(&names) } else { None };
    match delete_provisioned_group(call.app(), &call.op, id, if_match).await {
        Ok(Provisioned::Done(())) => Ok(()),
        Ok(Provisioned::Stale) => Err(Failure::Stale),
        Ok(Provisioned::Refused(never)) => match never {},
        // Nobody else has a value that this one wants.
        Err(Error::Conflict(why)) => Err(ScimError::of(409, why).into()),
        Err(other) => Err(other.into()),
    }
}

fn projected(status: StatusCode, resource: Resource, projection: &Projection) -> Answer {
    let Resource { body, location, version } = resource;
    Answer::resource(status, projection.apply(&GROUP, body), location, version)
}

async fn listed(call: &Call, search: &Search) -> Result<Answer, Failure> {
    let (total, resources) = page(call, search, search.start - 1, wanted(search)).await?;
    Ok(Answer::document(list_response(total, search.start, resources)))
}

/// How many groups `search` is about, and some of them.
pub async fn page(
    call: &Call,
    search: &Search,
    skipped: u64,
    count: u32,
) -> Result<(u64, Vec<Map<String, Value>>), Failure> {
    let filter = search.filter_for(&GROUP)?;
    let asks_for_members = filter.as_ref().is_some_and(|filter| filter.mentions("members"));
    let with = if asks_for_members || (count > 0 && search.projection.includes("members")) {
        WithMembers::Yes
    } else {
        WithMembers::No
    };
    let groups = match list_provisioned_groups(call.app(), &call.op, with).await? {
        GroupListing::All(groups) => groups,
        GroupListing::TooMany { most } => {
            let why = format!("More than {most} people are in these groups. Ask with `excludedAttributes=members`.");
            return Err(ScimError::bad(ScimType::TooMany, why).into());
        }
    };
    let written = groups.iter().map(|group| mapping::group(call, group).body);
    let meant: Vec<_> =
        written.filter(|resource| filter.as_ref().is_none_or(|filter| filter.matches(&GROUP, resource))).collect();
    let total = u64::try_from(meant.len()).unwrap_or(u64::MAX);
    let skipped = usize::try_from(skipped).unwrap_or(usize::MAX);
    let some = meant.into_iter().skip(skipped).take(count as usize);
    Ok((total, some.map(|resource| search.projection.apply(&GROUP, resource)).collect()))
}
