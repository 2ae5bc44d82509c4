//! The calls.

use axum::Router;
use axum::middleware::map_response;
use axum::routing::post;
use wardkey_usecases::App;

use crate::authenticator::endpoint::{answers, events, registrations, requests, subscriptions};
use crate::authenticator::{error, paths};
use crate::oidc::{allow_any_origin, preflight};

/// The calls of apps.
pub fn router(app: App) -> Router {
    Router::new()
        .route(paths::REGISTRATIONS, post(registrations::register).options(preflight))
        .route(paths::REQUESTS, post(requests::list).options(preflight))
        .route(paths::EVENTS, post(events::stream).options(preflight))
        .route(paths::ANSWERS, post(answers::answer).options(preflight))
        .route(paths::SUBSCRIPTIONS, post(subscriptions::subscribe).options(preflight))
        .route("/authenticator/v1/{*rest}", axum::routing::any(error::unknown))
        .method_not_allowed_fallback(error::unknown)
        .layer(map_response(async |response| allow_any_origin(response)))
        .with_state(app)
}
