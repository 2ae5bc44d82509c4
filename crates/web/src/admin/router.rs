//! The addresses of the administration area.

use axum::Router;
use axum::routing::{get, post};

use super::{account, deed, key, pass, people, token, tokens};
use crate::routes;
use crate::web::Web;

/// Every page below `/admin`.
pub(crate) fn router() -> Router<Web> {
    Router::new()
        .route(routes::ADMIN, get(people::find))
        .route("/admin/tokens", get(tokens::form).post(tokens::import))
        .route("/admin/people/{id}", get(account::see))
        .route("/admin/people/{id}/pass", get(pass::form).post(pass::issue))
        .route("/admin/people/{id}/register-key", get(key::begin_form).post(key::begin))
        .route("/admin/people/{id}/register-key/{key}", get(key::form).post(key::register))
        .route("/admin/people/{id}/token", get(token::form).post(token::assign))
        .route("/admin/people/{id}/token/{token}/take-back", post(token::take_back))
        .route("/admin/people/{id}/{deed}", get(deed::ask).post(deed::carry_out))
}
