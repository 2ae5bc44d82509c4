//! Device authorization [RFC 8628 §3.1].

use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use wardkey_usecases::application::device::{self, DeviceBegun};
use wardkey_wire::oauth::device::{DeviceRequest, DeviceResponse};
use wardkey_wire::oauth::{OAuthError, response::with_query};

use crate::oidc::client_authentication::authenticate;
use crate::oidc::endpoint::token::{error_code, scopes};
use crate::oidc::error::Failure;
use crate::oidc::request::Form;
use crate::oidc::state::OidcState;
use crate::oidc::{answer, paths};

const ENDPOINT: &str = "device_authorization";

/// `POST /oauth/device_authorization`
pub async fn begin(State(state): State<OidcState>, request: Request) -> Response {
    match answered(&state, request).await {
        Ok(response) => {
            answer::count(ENDPOINT, "ok");
            response
        }
        Err(failure) => failure.answer(ENDPOINT),
    }
}

async fn answered(state: &OidcState, request: Request) -> Result<Response, Failure> {
    let form = Form::read(request).await?;
    let client = authenticate(state, &form, ENDPOINT).await?;
    let asked = DeviceRequest::parse(&form.parameters)?;
    let op = state.by_application(&form.circumstances(), client.id());
    let codes = match device::begin(&state.app, &op, &client, &scopes(&asked.scope)?).await? {
        DeviceBegun::Begun(codes) => codes,
        DeviceBegun::Refused(refusal) => {
            return Err(OAuthError::new(error_code(refusal.error()), refusal.description()).into());
        }
    };
    let verification_uri = state.address(paths::DEVICE);
    let answer = DeviceResponse {
        device_code: codes.device_code.expose(),
        user_code: codes.user_code.expose().clone(),
        verification_uri: &verification_uri,
        verification_uri_complete: Some(with_query(&verification_uri, &[("user_code", codes.user_code.expose())])),
        expires_in: codes.expires_in.as_secs(),
        interval: u64::try_from(codes.interval).unwrap_or(5),
    };
    answer::json_of(StatusCode::OK, &answer)
}
