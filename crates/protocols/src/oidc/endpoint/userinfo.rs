//! Claims about the person [OpenID Connect Core §5.3].

use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use wardkey_usecases::application::{self, Userinfo};
use wardkey_wire::oauth::bearer::{self, BearerError};
use wardkey_wire::oauth::{OAuthError, Parameters};

use crate::oidc::admission::challenge;
use crate::oidc::error::Failure;
use crate::oidc::request::{self, Form};
use crate::oidc::state::OidcState;
use crate::oidc::token_reference::reference;
use crate::oidc::{answer, mapping};

const ENDPOINT: &str = "userinfo";

enum Refused {
    Bearer(BearerError),
    Failure(Failure),
}

impl From<BearerError> for Refused {
    fn from(error: BearerError) -> Self {
        Self::Bearer(error)
    }
}

impl<E: Into<Failure>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Failure(error.into())
    }
}

/// `GET /oauth/userinfo`
pub async fn show(State(state): State<OidcState>, request: Request) -> Response {
    let (head, _) = request.into_parts();
    let authorization = request::authorization(&head.headers).map_err(malformed);
    let answered = async { answer(&state, authorization?, None).await };
    presented(&state, answered.await)
}

/// `POST /oauth/userinfo`, with the token in the header or in the form.
pub async fn show_for_form(State(state): State<OidcState>, request: Request) -> Response {
    if !request::is_form(request.headers()) {
        return show(State(state), request).await;
    }
    let answered = async {
        let form = Form::read(request).await.map_err(malformed)?;
        let authorization = form.authorization().map_err(malformed)?;
        answer(&state, authorization, Some(&form.parameters)).await
    };
    presented(&state, answered.await)
}

fn malformed(_: OAuthError) -> Refused {
    Refused::Bearer(BearerError::Malformed)
}

async fn answer(
    state: &OidcState,
    authorization: Option<&str>,
    form: Option<&Parameters>,
) -> Result<Response, Refused> {
    let token = bearer::token(authorization, form)?;
    let reference = reference(state, token.expose()).await?.ok_or(BearerError::Invalid)?;
    match application::userinfo(&state.app, &reference).await? {
        Userinfo::Claims { subject, claims } => {
            Ok(answer::json_of(StatusCode::OK, &mapping::userinfo(&subject.to_string(), &claims))?)
        }
        Userinfo::BadToken => Err(BearerError::Invalid.into()),
        Userinfo::InsufficientScope => Err(BearerError::InsufficientScope { scope: "openid" }.into()),
    }
}

fn presented(state: &OidcState, answered: Result<Response, Refused>) -> Response {
    match answered {
        Ok(response) => {
            answer::count(ENDPOINT, "ok");
            response
        }
        Err(Refused::Failure(failure)) => failure.answer(ENDPOINT),
        Err(Refused::Bearer(error)) => {
            answer::count(ENDPOINT, error.code().map_or("no_token", |code| code.as_str()));
            challenge(state, &error)
        }
    }
}
