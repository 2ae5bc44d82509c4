//! Device authorization.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::Value;
use wardkey_domain::application::{ClientAuthentication, GrantType};
use wardkey_testkit::{OidcClient, Tokens};
use wardkey_usecases::application::device::{self, DeviceAnswer, DeviceAnswered, DeviceFound};
use wardkey_usecases::session::{self, Authenticated};
use wardkey_usecases::{App, Circumstances};

use crate::support::{NURSE, Provider};

async fn television(provider: &Provider) -> OidcClient {
    provider
        .client(|settings| {
            settings.authentication = ClientAuthentication::None;
            settings.grants = vec![GrantType::DeviceCode, GrantType::RefreshToken];
            settings.redirect_uris.clear();
        })
        .await
}

async fn begin(client: &OidcClient) -> Value {
    let answer = client.post("/oauth/device_authorization", &[("scope", "openid offline_access")]).await;
    assert_eq!(answer.status(), StatusCode::OK);
    serde_json::from_slice(answer.body()).unwrap()
}

async fn poll(client: &OidcClient, codes: &Value) -> Result<Tokens, String> {
    let code = codes["device_code"].as_str().unwrap();
    let form = [("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", code)];
    client.token(&form).await.map_err(|error| error.error)
}

async fn somebody(app: &App, who: &Circumstances) -> Authenticated {
    session::authenticate(app, who).await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_lets_a_device_in_and_it_is_let_in_once() {
    let provider = Provider::start().await;
    let (app, clock) = (&provider.test.app, &provider.test.clock);
    let client = television(&provider).await;
    let codes = begin(&client).await;
    assert_eq!(codes["verification_uri"], "http://localhost:8480/device");
    assert_eq!(poll(&client, &codes).await.unwrap_err(), "authorization_pending");
    assert_eq!(poll(&client, &codes).await.unwrap_err(), "slow_down");
    clock.advance(Duration::from_secs(10));
    let nurse = provider.test.signed_in(NURSE).await;
    let who = somebody(app, &nurse).await;
    let op = who.op(app, &nurse);
    let typed = codes["user_code"].as_str().unwrap().to_lowercase();
    let DeviceFound::Found(view) = device::look_up(app, &op, &typed).await.unwrap() else { panic!("not found") };
    assert_eq!((view.application_name.as_str(), view.offline), ("Rota", true));
    let answered = device::answer(app, &op, &who, &typed, DeviceAnswer::Approve).await.unwrap();
    assert_eq!(answered, DeviceAnswered::Approved);
    assert_eq!(device::answer(app, &op, &who, &typed, DeviceAnswer::Deny).await.unwrap(), DeviceAnswered::Unknown);
    let tokens = poll(&client, &codes).await.unwrap();
    assert!(tokens.id_token.is_some());
    assert_eq!(client.userinfo(&tokens.access_token).await.status(), StatusCode::OK);
    assert_eq!(poll(&client, &codes).await.unwrap_err(), "invalid_grant", "once");
    client.refresh(&tokens.refresh_token.unwrap()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_is_no_and_late_is_late() {
    let provider = Provider::start().await;
    let (app, clock) = (&provider.test.app, &provider.test.clock);
    let client = television(&provider).await;
    let codes = begin(&client).await;
    let nurse = provider.test.signed_in(NURSE).await;
    let who = somebody(app, &nurse).await;
    let op = who.op(app, &nurse);
    let typed = codes["user_code"].as_str().unwrap();
    assert_eq!(device::answer(app, &op, &who, typed, DeviceAnswer::Deny).await.unwrap(), DeviceAnswered::Denied);
    assert_eq!(poll(&client, &codes).await.unwrap_err(), "access_denied");
    let codes = begin(&client).await;
    clock.advance(Duration::from_secs(600));
    assert_eq!(poll(&client, &codes).await.unwrap_err(), "expired_token");
    let other = television(&provider).await;
    let codes = begin(&client).await;
    assert_eq!(poll(&other, &codes).await.unwrap_err(), "invalid_grant", "another client's");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_off_until_somebody_switches_it_on() {
    let provider = Provider::start().await;
    let client = provider.client(|_| ()).await;
    let answer = client.post("/oauth/device_authorization", &[("scope", "openid")]).await;
    let answer: Value = serde_json::from_slice(answer.body()).unwrap();
    assert_eq!(answer["error"], "unauthorized_client");
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_cannot_be_guessed() {
    let provider = Provider::start().await;
    let app = &provider.test.app;
    let client = television(&provider).await;
    let codes = begin(&client).await;
    let nurse = provider.test.signed_in(NURSE).await;
    let op = somebody(app, &nurse).await.op(app, &nurse);
    for _ in 0..10 {
        assert_eq!(device::look_up(app, &op, "BBBB-BBBB").await.unwrap(), DeviceFound::Unknown);
    }
    let right = codes["user_code"].as_str().unwrap();
    assert!(matches!(device::look_up(app, &op, right).await.unwrap(), DeviceFound::TooManyTries(_)));
    provider.test.clock.advance(Duration::from_secs(600));
    let codes = begin(&client).await;
    let op = somebody(app, &nurse).await.op(app, &nurse);
    let right = codes["user_code"].as_str().unwrap();
    assert!(matches!(device::look_up(app, &op, right).await.unwrap(), DeviceFound::Found(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_gets_nothing_from_a_session_that_has_ended() {
    let provider = Provider::start().await;
    let app = &provider.test.app;
    let client = television(&provider).await;
    let codes = begin(&client).await;
    let nurse = provider.test.signed_in(NURSE).await;
    let who = somebody(app, &nurse).await;
    let op = who.op(app, &nurse);
    device::answer(app, &op, &who, codes["user_code"].as_str().unwrap(), DeviceAnswer::Approve).await.unwrap();
    session::sign_out(app, &op).await.unwrap();
    assert_eq!(poll(&client, &codes).await.unwrap_err(), "invalid_grant");
}
