//! The endpoints.

use axum::Router;
use axum::middleware::map_response;
use axum::routing::{get, post};
use wardkey_usecases::App;

use crate::oidc::cors::{allow_any_origin, preflight};
use crate::oidc::endpoint::{
    authorize, device_authorization, discovery, introspect, jwks, logout, pushed, resume, revoke, token, userinfo,
};
use crate::oidc::paths;
use crate::oidc::state::OidcState;

/// The endpoints of the provider.
pub fn router(app: App) -> Router {
    let open_to_scripts = Router::new()
        .route(paths::TOKEN, post(token::exchange).options(preflight))
        .route(paths::USERINFO, get(userinfo::show).post(userinfo::show_for_form).options(preflight))
        .route(paths::REVOKE, post(revoke::revoke).options(preflight))
        .route(paths::PAR, post(pushed::push).options(preflight))
        .route(paths::DEVICE_AUTHORIZATION, post(device_authorization::begin).options(preflight))
        .layer(map_response(async |response| allow_any_origin(response)));
    // These set their own headers: a layer would cost them more than all else they do.
    let published = Router::new()
        .route(paths::DISCOVERY, get(discovery::show).options(preflight))
        .route(paths::OAUTH_DISCOVERY, get(discovery::show).options(preflight))
        .route(paths::JWKS, get(jwks::show).options(preflight));
    let others = Router::new()
        .route(paths::AUTHORIZE, get(authorize::from_link).post(authorize::from_form))
        .route(paths::CONTINUE, get(resume::resume))
        .route(paths::INTROSPECT, post(introspect::introspect))
        .route(paths::LOGOUT, get(logout::from_link).post(logout::from_form))
        .route(paths::LOGOUT_CONTINUE, get(logout::resume));
    open_to_scripts.merge(published).merge(others).with_state(OidcState::new(app))
}
