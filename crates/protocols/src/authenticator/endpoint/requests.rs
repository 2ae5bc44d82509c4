//! What is open for an app.

use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use wardkey_usecases::App;
use wardkey_usecases::credential::app::{ShownRequest, requests};
use wardkey_wire::authenticator as wire;

use crate::authenticator::error::Failure;
use crate::authenticator::message::{count, greetings, json, read};

const CALL: &str = "requests";

/// `POST /authenticator/v1/requests`
pub async fn list(State(app): State<App>, request: Request) -> Response {
    match listed(&app, request).await {
        Ok(listed) => {
            count(CALL, "listed");
            json(StatusCode::OK, &listed)
        }
        Err(failure) => failure.answer(&app, CALL),
    }
}

async fn listed(app: &App, request: Request) -> Result<wire::Requests, Failure> {
    let (op, body) = read(app, request).await?;
    let open = requests(app, &op, &greetings(&body)?).await??;
    Ok(wire::Requests {
        requests: open.requests.into_iter().map(shown).collect(),
        gone: open.gone,
        now: op.now.as_seconds(),
    })
}

fn shown(request: ShownRequest) -> wire::Request {
    wire::Request {
        request: request.id.to_string(),
        account: request.credential.to_string(),
        purpose: if request.joining { "enrol" } else { "sign_in" }.to_owned(),
        nonce: request.nonce,
        context: request.context,
        digits: request.digits,
        expires_at: request.expires_at.as_seconds(),
    }
}
