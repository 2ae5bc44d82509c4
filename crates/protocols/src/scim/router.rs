//! The endpoints.

use axum::Router;
use axum::response::Response;
use axum::routing::{any, get, post};
use wardkey_usecases::App;
use wardkey_wire::scim::ScimError;

use crate::scim::answer::refusal;
use crate::scim::call::ScimState;
use crate::scim::endpoint::{bulk, discovery, groups, search, users};
use crate::scim::paths;

/// The endpoints of the protocol. No script of a page in a browser has business here, so no other origin is let in.
pub fn router(app: App) -> Router {
    Router::new()
        .route(paths::USERS, get(users::list).post(users::create))
        .route(paths::SEARCH_USERS, post(users::search))
        .route(paths::USER, get(users::show).put(users::replace).patch(users::change).delete(users::delete))
        .route(paths::GROUPS, get(groups::list).post(groups::create))
        .route(paths::SEARCH_GROUPS, post(groups::search))
        .route(paths::GROUP, get(groups::show).put(groups::replace).patch(groups::change).delete(groups::delete))
        .route(paths::SEARCH, post(search::search))
        .route(paths::BULK, post(bulk::carry_out))
        .route(paths::CONFIG, get(discovery::config))
        .route(paths::RESOURCE_TYPES, get(discovery::resource_types))
        .route(paths::RESOURCE_TYPE, get(discovery::resource_type))
        .route(paths::SCHEMAS, get(discovery::schemas))
        .route(paths::SCHEMA, get(discovery::schema))
        .route(paths::ME, any(me))
        .route(paths::REST, any(unknown))
        .method_not_allowed_fallback(not_allowed)
        .with_state(ScimState::new(app))
}

/// Whoever asks is an application, and no user [RFC 7644 §3.11].
async fn me() -> Response {
    refusal("me", &ScimError::of(501, "A client acts for itself and is no user."))
}

async fn unknown() -> Response {
    refusal("unknown", &ScimError::of(404, "There is nothing here."))
}

async fn not_allowed() -> Response {
    refusal("unknown", &ScimError::of(405, "This cannot be done here."))
}
