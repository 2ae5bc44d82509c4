//! Token introspection [RFC 7662].

use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use wardkey_usecases::application;
use wardkey_wire::oauth::introspection::{INACTIVE, TokenQuestion};
use wardkey_wire::oauth::token::TokenType;

use crate::oidc::client_authentication::authenticate_confidential;
use crate::oidc::error::Failure;
use crate::oidc::request::Form;
use crate::oidc::state::OidcState;
use crate::oidc::token_reference::reference;
use crate::oidc::{answer, mapping};

const ENDPOINT: &str = "introspect";

/// `POST /oauth/introspect`
pub async fn introspect(State(state): State<OidcState>, request: Request) -> Response {
    match answered(&state, request).await {
        Ok((response, outcome)) => {
            answer::count(ENDPOINT, outcome);
            response
        }
        Err(failure) => failure.answer(ENDPOINT),
    }
}

async fn answered(state: &OidcState, request: Request) -> Result<(Response, &'static str), Failure> {
    let form = Form::read(request).await?;
    let caller = authenticate_confidential(state, &form, ENDPOINT).await?;
    let question = TokenQuestion::parse(&form.parameters)?;
    let text = question.token.expose();
    let active = match reference(state, text).await? {
        Some(reference) => {
            let facts = application::introspect(&state.app, &caller, &reference).await?;
            facts.map(|facts| mapping::introspection(state.issuer(), &facts, Some(TokenType::Bearer))).transpose()?
        }
        None => {
            let facts = application::introspect_refresh(&state.app, &caller, text).await?;
            facts.map(|facts| mapping::introspection(state.issuer(), &facts, None)).transpose()?
        }
    };
    Ok(match active {
        Some(body) => (answer::json(StatusCode::OK, body), "active"),
        None => (answer::json(StatusCode::OK, INACTIVE), "inactive"),
    })
}
