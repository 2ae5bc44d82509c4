//! Pushed authorization requests.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::Value;
use wardkey_testkit::{Authorization, OidcClient};

use crate::support::{NURSE, Provider};

/// Pushes a request; the status and the answer.
async fn push(client: &OidcClient, authorization: &Authorization) -> (StatusCode, Value) {
    let parameters: Vec<(String, String)> = authorization.url.query_pairs().into_owned().collect();
    let parameters: Vec<(&str, &str)> =
        parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = client.post("/oauth/par", &parameters).await;
    (answer.status(), serde_json::from_slice(answer.body()).unwrap())
}

fn link(client: &OidcClient, request_uri: &str) -> String {
    let mut url = url::Url::parse(&format!("{}/oauth/authorize", client.issuer)).unwrap();
    url.query_pairs_mut().append_pair("client_id", &client.client_id).append_pair("request_uri", request_uri);
    url.into()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pushed_request_is_used_once_by_its_client() {
    let provider = Provider::start().await;
    let (client, other) = (provider.client(|_| ()).await, provider.client(|_| ()).await);
    let nurse = provider.test.signed_in(NURSE).await;
    let authorization = client.authorization(&[]);
    let (status, answer) = push(&client, &authorization).await;
    assert_eq!((status, &answer["expires_in"]), (StatusCode::CREATED, &60.into()));
    let request_uri = answer["request_uri"].as_str().unwrap();
    assert_eq!(provider.browse(&nurse, &link(&other, request_uri)).await.page(), Some("OIDC-004"));
    let answered = provider.browse(&nurse, &link(&client, request_uri)).await;
    let code = answered.parameter("code").unwrap();
    assert_eq!(answered.parameter("state"), Some(authorization.state.clone()));
    client.exchange(&code, &authorization.pkce.verifier).await.unwrap();
    assert_eq!(provider.browse(&nurse, &link(&client, request_uri)).await.page(), Some("OIDC-004"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pushed_request_is_good_for_a_minute() {
    let provider = Provider::start().await;
    let client = provider.client(|_| ()).await;
    let nurse = provider.test.signed_in(NURSE).await;
    let (_, answer) = push(&client, &client.authorization(&[])).await;
    provider.test.clock.advance(Duration::from_secs(60));
    let late = provider.browse(&nurse, &link(&client, answer["request_uri"].as_str().unwrap())).await;
    assert_eq!(late.page(), Some("OIDC-004"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_can_be_made_to_push() {
    let provider = Provider::start().await;
    let client = provider.client(|settings| settings.require_pushed_requests = true).await;
    let nurse = provider.test.signed_in(NURSE).await;
    let direct = provider.browse(&nurse, client.authorization(&[]).url.as_str()).await;
    assert_eq!(direct.parameter("error").as_deref(), Some("invalid_request"));
    let (_, answer) = push(&client, &client.authorization(&[])).await;
    let answered = provider.browse(&nurse, &link(&client, answer["request_uri"].as_str().unwrap())).await;
    assert!(answered.parameter("code").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_told_at_once() {
    let provider = Provider::start().await;
    let client = provider.client(|_| ()).await;
    for (extra, error) in [
        (vec![("redirect_uri", "https://evil.example/")], "invalid_request"),
        (vec![("redirect_uri", "")], "invalid_request"),
        (vec![("request_uri", "urn:ietf:params:oauth:request_uri:AAAAAAAAAAAAAAAAAAAAAAAA")], "invalid_request"),
        (vec![("response_type", "token")], "unsupported_response_type"),
        (vec![("code_challenge_method", "plain")], "invalid_request"),
        (vec![("scope", "unheard_of")], "invalid_scope"),
    ] {
        let (status, answer) = push(&client, &client.authorization(&extra)).await;
        assert_eq!((status, answer["error"].as_str()), (StatusCode::BAD_REQUEST, Some(error)), "{extra:?}");
    }
}
