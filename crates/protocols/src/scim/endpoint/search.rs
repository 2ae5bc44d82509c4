//! A search for people and groups together [RFC 7644 §3.4.3].

use axum::extract::{Request, State};
use axum::response::Response;
use wardkey_wire::scim::{GROUP, Search, USER, list_response};

use crate::scim::answer::Answer;
use crate::scim::call::{Call, ScimState, wanted};
use crate::scim::endpoint::{groups, users};
use crate::scim::error::Failure;

/// `POST /scim/v2/.search`
pub async fn search(State(state): State<ScimState>, request: Request) -> Response {
    let answered = async {
        let call = &Call::read(&state, request).await?;
        found(call, &Search::of_body(&call.body)?).await
    };
    state.present("search", answered.await)
}

/// People come first. What the filter names only groups have is an error for people, and the other way round; the filter has to
/// make sense for one of them.
async fn found(call: &Call, search: &Search) -> Result<Answer, Failure> {
    let (of_users, of_groups) = (search.filter_for(&USER), search.filter_for(&GROUP));
    if let (Err(error), Err(_)) = (&of_users, &of_groups) {
        return Err(error.clone().into());
    }
    let (skipped, count) = (search.start - 1, wanted(search));
    let (people, mut resources) = match of_users {
        Ok(_) => users::page(call, search, skipped, count).await?,
        Err(_) => (0, Vec::new()),
    };
    let left = count.saturating_sub(u32::try_from(resources.len()).unwrap_or(u32::MAX));
    let (groups, more) = match of_groups {
        Ok(_) => groups::page(call, search, skipped.saturating_sub(people), left).await?,
        Err(_) => (0, Vec::new()),
    };
    resources.extend(more);
    Ok(Answer::document(list_response(people + groups, search.start, resources)))
}
