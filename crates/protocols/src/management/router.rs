//! The calls.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get, post};
use wardkey_usecases::App;

use super::endpoint::{coverage, deeds, description, organisations, people, reports};
use super::state::Api;
use super::{paths, problem};

/// The calls of the management API.
pub fn router(app: App) -> Router {
    let api = Api::new(app);
    Router::new()
        .route(paths::PEOPLE, get(people::list))
        .route(paths::PERSON, get(people::see))
        .route(paths::SIGN_INS, get(people::sign_ins))
        .route(paths::ENABLE_MFA, post(deeds::enable_mfa))
        .route(paths::DISABLE, post(deeds::disable))
        .route(paths::ENABLE, post(deeds::enable))
        .route(paths::END_SESSIONS, post(deeds::end_sessions))
        .route(paths::MARK_COMPROMISED, post(deeds::mark_compromised))
        .route(paths::ORGANISATIONS, get(organisations::list))
        .route(paths::COVERAGE, get(coverage::all))
        .route(paths::COVERAGE_OF, get(coverage::one))
        .route(paths::REPORT, get(reports::take))
        .route(paths::DOCUMENT, get(description::show))
        .route("/api/v1", any(problem::no_such_call))
        .route("/api/v1/", any(problem::no_such_call))
        .route("/api/v1/{*rest}", any(problem::no_such_call))
        .method_not_allowed_fallback(problem::other_method)
        .layer(from_fn_with_state(api.clone(), problem::present))
        .with_state(api)
}
