//! Where an app is woken.

use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use wardkey_usecases::App;
use wardkey_usecases::credential::app::{GivenSubscription, subscribe as save};
use wardkey_wire::authenticator::{Subscription, from_base64url};

use crate::authenticator::error::Failure;
use crate::authenticator::message::{count, json, read};

const CALL: &str = "subscriptions";

/// `POST /authenticator/v1/subscriptions`
pub async fn subscribe(State(app): State<App>, request: Request) -> Response {
    match subscribed(&app, request).await {
        Ok(()) => {
            count(CALL, "saved");
            json(StatusCode::OK, &serde_json::json!({}))
        }
        Err(failure) => failure.answer(&app, CALL),
    }
}

async fn subscribed(app: &App, request: Request) -> Result<(), Failure> {
    let (op, body) = read(app, request).await?;
    let Subscription { account, at, endpoint, p256dh, auth, signature } = Subscription::parse(&body)?;
    let signature = from_base64url(&signature)?;
    Ok(save(app, &op, GivenSubscription { account, at, endpoint, p256dh, auth, signature }).await??)
}
