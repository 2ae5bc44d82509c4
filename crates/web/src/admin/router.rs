//! The addresses of the administration area.

use axum::Router;
use axum::routing::{get, post};

use super::{
    account, bulk, case, cases, compromise, coverage, decided, deed, devices, exception, exceptions, impact, key, lift,
    location, location_deed, location_form, location_see, messages, pass, people, policy, postpone, replay, reports,
    restore, role, token, tokens, what_if,
};
use crate::routes;
use crate::web::Web;

/// Every page below `/admin`.
pub(crate) fn router() -> Router<Web> {
    Router::new()
        .route(routes::ADMIN, get(people::find))
        .route(routes::ADMIN_COVERAGE, get(coverage::all))
        .route("/admin/coverage/{code}", get(coverage::one))
        .route("/admin/coverage/{code}/remind", post(coverage::remind))
        .route(routes::ADMIN_POLICIES, get(policy::see))
        .route("/admin/policies/edit", get(policy::edit_form))
        .route("/admin/policies/edit/{version}", get(policy::edit_older))
        .route("/admin/policies/check", post(policy::check))
        .route("/admin/policies/publish", post(policy::publish))
        .route("/admin/policies/impact/{policy}", get(impact::see))
        .route("/admin/policies/state", post(impact::state))
        .route(routes::ADMIN_REPLAYS, post(replay::ask))
        .route("/admin/policies/replays/{replay}", get(replay::see))
        .route("/admin/policies/{version}/confirm", post(policy::confirm))
        .route("/admin/policies/{version}/take-back", post(policy::take_back))
        .route(routes::ADMIN_WHAT_IF, get(what_if::ask))
        .route("/admin/tokens", get(tokens::form).post(tokens::import))
        .route(routes::ADMIN_LOCATIONS, get(location::list))
        .route(routes::ADMIN_LOCATIONS_WAITING, get(location::waiting))
        .route(routes::ADMIN_REQUEST_LOCATION, get(location_form::request_form).post(location_form::request))
        .route("/admin/named-locations/{id}", get(location_see::see))
        .route("/admin/named-locations/{id}/revise", get(location_form::revise_form).post(location_form::revise))
        .route("/admin/named-locations/{id}/change", get(location_form::change_form).post(location_form::change))
        .route("/admin/named-locations/{id}/{deed}", get(location_deed::ask).post(location_deed::carry_out))
        .route(routes::CASES, get(cases::list))
        .route("/admin/cases/{id}", get(case::see))
        .route("/admin/cases/{id}/points/{point}", post(case::tick))
        .route("/admin/cases/{id}/factors/{factor}", post(case::decide))
        .route("/admin/cases/{id}/restore", get(restore::form).post(restore::restore))
        .route("/admin/cases/{id}/lift", get(lift::form).post(lift::lift))
        .route("/admin/people/{id}/compromise", get(compromise::form).post(compromise::mark))
        .route(routes::ADMIN_MESSAGES, get(messages::list))
        .route("/admin/messages/{id}/again", post(messages::again))
        .route("/admin/people/{id}/messages", get(messages::of_person))
        .route(routes::ADMIN_REPORTS, get(reports::list))
        .route("/admin/reports/{report}", get(reports::see))
        .route("/admin/reports/{report}/table.csv", get(reports::csv))
        .route("/admin/reports/{report}/signed.json", get(reports::snapshot))
        .route(routes::ADMIN_BULK, get(bulk::list))
        .route(routes::ADMIN_NEW_BULK, get(bulk::form).post(bulk::ask))
        .route(routes::ADMIN_TICKED, post(bulk::ticked))
        .route("/admin/bulk/{id}", get(bulk::see))
        .route("/admin/bulk/{id}/rows.csv", get(bulk::rows))
        .route("/admin/bulk/{id}/{step}", post(bulk::decide))
        .route(routes::ADMIN_EXCEPTIONS, get(exceptions::list))
        .route(routes::ADMIN_REQUEST_EXCEPTIONS, get(exceptions::request_form).post(exceptions::request))
        .route("/admin/exceptions/requests/{request}", get(exceptions::see))
        .route("/admin/exceptions/requests/{request}/approve", post(exceptions::approve))
        .route("/admin/exceptions/requests/{request}/reject", post(exceptions::reject))
        .route("/admin/people/{id}", get(account::see))
        .route("/admin/people/{id}/sign-ins", get(decided::see))
        .route("/admin/people/{id}/devices", get(devices::list))
        .route("/admin/people/{id}/devices/{device}/forget", post(devices::forget))
        .route("/admin/people/{id}/pass", get(pass::form).post(pass::issue))
        .route("/admin/people/{id}/exception", get(exception::form).post(exception::give))
        .route("/admin/people/{id}/postpone", get(postpone::form).post(postpone::postpone))
        .route("/admin/people/{id}/register-key", get(key::begin_form).post(key::begin))
        .route("/admin/people/{id}/register-key/{key}", get(key::form).post(key::register))
        .route("/admin/people/{id}/token", get(token::form).post(token::assign))
        .route("/admin/people/{id}/token/{token}/take-back", post(token::take_back))
        .route("/admin/people/{id}/role", get(role::form).post(role::give))
        .route("/admin/people/{id}/roles/{grant}/take-away", get(role::ask).post(role::take_away))
        .route("/admin/people/{id}/{deed}", get(deed::ask).post(deed::carry_out))
}
