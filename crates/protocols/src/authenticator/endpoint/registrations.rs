//! A new app uses its binding code.

use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use wardkey_domain::secret::Secret;
use wardkey_usecases::App;
use wardkey_usecases::credential::app::{NewAppKey, bind};
use wardkey_wire::authenticator::{Registered, Registration, from_base64url};

use crate::authenticator::error::Failure;
use crate::authenticator::message::{count, json, read};

const CALL: &str = "registrations";

/// `POST /authenticator/v1/registrations`
pub async fn register(State(app): State<App>, request: Request) -> Response {
    match registered(&app, request).await {
        Ok(registered) => {
            count(CALL, "bound");
            json(StatusCode::OK, &registered)
        }
        Err(failure) => failure.answer(&app, CALL),
    }
}

async fn registered(app: &App, request: Request) -> Result<Registered, Failure> {
    let (op, body) = read(app, request).await?;
    let Registration { code, key, device, signature } = Registration::parse(&body)?;
    let new = NewAppKey {
        code: Secret::new(code),
        key: from_base64url(&key)?,
        key_text: key,
        device,
        signature: from_base64url(&signature)?,
    };
    let bound = bind(app, &op, new).await??;
    Ok(Registered {
        account: bound.credential.to_string(),
        origin: app.settings().issuer.origin().to_owned(),
        organisation: bound.organisation,
        name: bound.address,
        service: bound.service,
        secret: bound.secret.expose().clone(),
        vapid: bound.vapid,
        now: op.now.as_seconds(),
    })
}
