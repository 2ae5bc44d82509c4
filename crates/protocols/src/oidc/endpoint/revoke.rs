//! Token revocation [RFC 7009].

use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use wardkey_usecases::application;
use wardkey_wire::oauth::revocation::TokenQuestion;

use crate::oidc::answer;
use crate::oidc::client_authentication::authenticate;
use crate::oidc::error::Failure;
use crate::oidc::request::Form;
use crate::oidc::state::OidcState;
use crate::oidc::token_reference::reference;

const ENDPOINT: &str = "revoke";

/// `POST /oauth/revoke`
pub async fn revoke(State(state): State<OidcState>, request: Request) -> Response {
    match answered(&state, request).await {
        Ok(outcome) => {
            answer::count(ENDPOINT, outcome);
            // [RFC 7009 §2.2]: the same answer whether or not there was such a token.
            answer::empty(StatusCode::OK)
        }
        Err(failure) => failure.answer(ENDPOINT),
    }
}

async fn answered(state: &OidcState, request: Request) -> Result<&'static str, Failure> {
    let form = Form::read(request).await?;
    let client = authenticate(state, &form, ENDPOINT).await?;
    let question = TokenQuestion::parse(&form.parameters)?;
    let op = state.by_application(&form.circumstances(), client.id());
    let token = question.token.expose();
    // The hint is not needed: our tokens tell their kinds apart.
    if application::revoke_refresh(&state.app, &op, &client, token).await? {
        return Ok("refresh_token");
    }
    if let Some(reference) = reference(state, token).await?
        && application::revoke_access(&state.app, &op, &client, &reference).await?
    {
        return Ok("access_token");
    }
    Ok("unknown_token")
}
