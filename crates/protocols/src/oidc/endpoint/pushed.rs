//! Pushed authorization requests [RFC 9126].

use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use wardkey_usecases::application;
use wardkey_wire::oauth::pushed::{self, PushedReference, PushedResponse};
use wardkey_wire::oauth::{OAuthError, Parameters};

use crate::oidc::answer;
use crate::oidc::client_authentication::authenticate;
use crate::oidc::endpoint::authorize::request_of;
use crate::oidc::error::Failure;
use crate::oidc::request::Form;
use crate::oidc::state::OidcState;

const ENDPOINT: &str = "par";

/// `POST /oauth/par`
pub async fn push(State(state): State<OidcState>, request: Request) -> Response {
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
    let op = state.by_application(&form.circumstances(), client.id());
    let checked = match pushed::parse(&with_client_id(&form.parameters, client.client_id())) {
        Err(error) => Err(error),
        Ok(asked) if !asked.address.redirect_uri.as_deref().is_some_and(|uri| client.settings.may_redirect_to(uri)) => {
            Err(OAuthError::about("redirect_uri", "is missing or not registered"))
        }
        Ok(asked) => request_of(state, &client, asked, op.now).await?,
    };
    let request = match checked {
        Ok(request) => request,
        Err(error) => {
            application::request_refused(&state.app, &op, &client, ENDPOINT, error.code.as_str()).await?;
            return Err(error.into());
        }
    };
    let pushed = application::push(&state.app, &op, &client, &request).await?;
    let answer = PushedResponse {
        request_uri: PushedReference::new(pushed.reference.expose()).to_uri(),
        expires_in: pushed.expires_in.as_secs(),
    };
    answer::json_of(StatusCode::CREATED, &answer)
}

/// A client that proves itself by header may leave its name out of the form.
fn with_client_id(parameters: &Parameters, client_id: &str) -> Parameters {
    if parameters.contains("client_id") {
        return parameters.clone();
    }
    Parameters::from_pairs(parameters.iter().chain([("client_id", client_id)]))
}
