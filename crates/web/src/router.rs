//! Which handler answers which address, and the layers around them.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use wardkey_usecases::App;

use crate::error::PageError;
use crate::settings::WebSettings;
use crate::web::Web;
use crate::{admin, asset, authenticator, demo, edge, portal, routes, session_check, signin};

/// Every page.
///
/// The answers still have to be drawn: put [`wrap`] around this router, or around it and others.
pub fn router(app: App, settings: WebSettings) -> Router {
    let has_demo = settings.demo.is_some();
    let mut router = Router::new().merge(sign_in()).merge(profile()).merge(admin::router());
    if has_demo {
        router = router.merge(demonstration());
    }
    router
        .route("/assets/{version}/{*name}", get(asset::serve))
        .route(routes::SESSION_CHECK, get(session_check::check))
        .merge(authenticator::router())
        .fallback(|| async { PageError::NotFound })
        .method_not_allowed_fallback(|| async { PageError::MethodNotAllowed })
        .with_state(Web::new(app, settings))
}

/// The layer around every router: it reads a request's circumstances, draws pages and hand-overs, turns panics into a
/// page, and sets the security headers.
pub fn wrap(router: Router, app: App, settings: WebSettings) -> Router {
    router.layer(from_fn_with_state(Web::new(app, settings), edge::edge))
}

fn sign_in() -> Router<Web> {
    Router::new()
        .route(routes::SIGN_IN, get(signin::start).post(signin::password))
        .route(routes::SIGN_IN_STEP, get(signin::step))
        .route(routes::ACTIVATE, get(signin::activate).post(signin::activation))
        .route(routes::NEW_PASSWORD, get(signin::step).post(signin::new_password))
        .route(routes::CODE, get(signin::step).post(signin::second_factor))
        .route(routes::TEXT_CODE, get(signin::step).post(signin::text_code))
        .route(routes::CALL, get(signin::step).post(signin::call_done))
        .route(routes::APP_DONE, get(signin::step).post(signin::app_done))
        .route(routes::CODE_INSTEAD, post(signin::code_instead))
        .route(routes::PASS, get(signin::step).post(signin::pass))
        .route(routes::RECOVERY_CODE, get(signin::step).post(signin::recovery_code))
        .route(routes::RECOVERED, get(signin::step).post(signin::put_off))
        .route(routes::REGISTER, get(signin::step).post(signin::put_off))
        .route(routes::KEY, get(signin::step).post(signin::show_key))
        .route(routes::CARD, get(signin::step).post(signin::card_shown))
        .route(routes::CARE_IDENTITY, post(signin::go_to_care_identity))
        .route(routes::CARE_IDENTITY_CALLBACK, get(signin::care_identity_callback))
        .route(routes::CARE_IDENTITY_KEYS, get(signin::care_identity_keys))
        .route(routes::PASSKEY, get(signin::passkey_options).post(signin::show_passkey))
        .route(routes::WAIT, get(signin::wait_for_app))
        .route(routes::SEND, get(signin::step).post(signin::send))
        .route(routes::ANOTHER_WAY, get(signin::another_way).post(signin::choose))
        .route(routes::START_AGAIN, post(signin::start_again))
        .route(routes::SIGN_IN_ENDED, get(signin::step))
        .route(routes::CANNOT_SIGN_IN, get(signin::cannot_sign_in))
        .route(routes::NOT_ME, get(signin::report_form).post(signin::report))
        .route(routes::NOT_ME_DONE, get(signin::reported))
        .route(routes::ACCESSIBILITY, get(signin::accessibility))
        .route(routes::SIGN_OUT, get(signin::confirm_sign_out).post(signin::sign_out))
        .route(routes::SIGNED_OUT, get(signin::signed_out))
}

fn profile() -> Router<Web> {
    Router::new()
        .route(routes::HOME, get(portal::home))
        .route(routes::PROFILE, get(portal::profile))
        .route(routes::MY_PROFILE, get(portal::my_profile))
        .route(routes::SELF_SERVICE, get(portal::self_service))
        .route(routes::SELF_ENROL, get(portal::self_enrol).post(signin::confirm))
        .route(routes::CHOOSE_METHOD, get(signin::step).post(signin::choose_method))
        .route(routes::CHOOSE_AGAIN, post(signin::choose_again))
        .route(routes::ENROL_APP, get(signin::step).post(signin::confirm_app))
        .route(routes::ENROL_BIND, get(signin::step).post(signin::app_done))
        .route(routes::ENROL_KEY, get(signin::step).post(signin::confirm_key))
        .route(routes::ENROL_CARD, get(signin::step).post(signin::card_shown))
        .route(routes::ENROL_TOKEN, get(signin::step).post(signin::confirm_token))
        .route(routes::ENROL_NUMBER, get(signin::step).post(signin::enter_number))
        .route(routes::ENROL_OTHER_NUMBER, post(signin::other_number))
        .route(routes::ENROL_TEXT, get(signin::step).post(signin::confirm_text))
        .route(routes::ENROL_CALL, get(signin::step).post(signin::confirm_call))
        .route(routes::ENROLLED, get(signin::enrolled))
        .route(routes::SECURITY_INFO, get(portal::security_info))
        .route(routes::ADD_APP, get(portal::begin_adding_form).post(portal::begin_adding))
        .route("/profile/security-info/add/{id}", get(portal::add_app_form).post(portal::add_app))
        .route(routes::BIND_APP, get(portal::begin_binding_form).post(portal::begin_binding))
        .route("/profile/security-info/authenticator/{id}", get(portal::binding_form).post(portal::continue_binding))
        .route("/profile/security-info/authenticator/{id}/again", post(portal::ask_again))
        .route("/profile/security-info/authenticator/{id}/wait", get(portal::wait_for_binding))
        .route("/profile/security-info/{id}/move", get(portal::move_form).post(portal::begin_moving))
        .route(routes::ADD_KEY, get(portal::begin_key_form).post(portal::begin_key))
        .route("/profile/security-info/key/{id}", get(portal::add_key_form).post(portal::add_key))
        .route(routes::ADD_CARD, get(portal::begin_card_form).post(portal::begin_card))
        .route("/profile/security-info/card/{id}", get(portal::add_card_form).post(portal::add_card))
        .route(routes::ADD_TEXT, get(portal::add_text_form).post(portal::add_text))
        .route(routes::ADD_CALL, get(portal::add_call_form).post(portal::add_call))
        .route("/profile/security-info/phone/{id}", get(portal::confirm_phone_form).post(portal::confirm_phone))
        .route("/profile/security-info/phone/{id}/send", post(portal::send_to_phone))
        .route("/profile/security-info/{id}/number", get(portal::change_number_form).post(portal::change_number))
        .route("/profile/security-info/{id}/rename", get(portal::rename_form).post(portal::rename))
        .route("/profile/security-info/{id}/remove", get(portal::remove_form).post(portal::remove))
        .route("/profile/security-info/{id}/default", post(portal::make_default))
        .route("/profile/security-info/token/{id}", get(portal::token_form).post(portal::activate))
        .route(routes::RECOVERY_CODES, get(portal::about_codes).post(portal::make_codes))
        .route(routes::RENEW_CODES, get(portal::renew_codes).post(portal::make_renewed_codes))
        .route(routes::REMOVE_RECOVERY_CODES, post(portal::remove_codes))
        .route(routes::CHANGE_PASSWORD, get(portal::change_form).post(portal::change))
        .route(routes::SESSIONS, get(portal::sessions))
        .route(routes::END_OTHER_SESSIONS, post(portal::end_others))
        .route(routes::SIGN_OUT_EVERYWHERE, post(portal::sign_out_everywhere))
        .route("/profile/sessions/{id}/end", post(portal::end))
        .route(routes::REMEMBER, get(portal::remember_form).post(portal::remember))
        .route(routes::REMEMBER_HERE, post(portal::remember_here))
        .route("/profile/sessions/devices/{device}/forget", post(portal::forget))
        .route(routes::RECENT_SIGN_INS, get(portal::sign_ins))
        .route(routes::DEVICE, get(portal::device).post(portal::device_code))
        .route(routes::DEVICE_DECISION, post(portal::device_decision))
}

fn demonstration() -> Router<Web> {
    Router::new()
        .route(routes::DEMO_PHONE, get(demo::app))
        .route(routes::DEMO_MESSAGES, get(demo::phone).post(demo::add))
        .route(routes::DEMO_PHONE_CALL, post(demo::call))
        .route(routes::DEMO_PHONE_SCAN, post(demo::scan))
        .route(routes::DEMO_PHONE_REMOVE, post(demo::remove))
}
