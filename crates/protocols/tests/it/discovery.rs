//! The discovery document and the keys.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use tower::ServiceExt as _;
use wardkey_domain::op::{Actor, Origin};
use wardkey_testkit::ISSUER;
use wardkey_usecases::application::{prepare_signing_keys, rotate_signing_keys};

use crate::support::{Provider, body};

#[tokio::test(flavor = "multi_thread")]
async fn the_document_is_built_from_the_issuer_and_not_from_the_request() {
    let provider = Provider::start().await;
    let request = Request::get("/.well-known/openid-configuration").header(header::HOST, "evil.example");
    let response = provider.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
    assert_eq!(response.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    let text = String::from_utf8(body(response).await).unwrap();
    assert!(!text.contains("evil.example"), "{text}");
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["issuer"], ISSUER);
    for (name, value) in document.as_object().unwrap() {
        if name.ends_with("_endpoint") || name == "jwks_uri" {
            assert!(value.as_str().unwrap().starts_with(&format!("{ISSUER}/oauth/")), "{name}");
        }
    }
    let lists =
        |name: &str| document[name].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect::<Vec<_>>();
    assert!(lists("id_token_signing_alg_values_supported").contains(&"RS256"));
    assert_eq!(lists("response_types_supported"), ["code"]);
    assert_eq!(lists("subject_types_supported"), ["public"]);
    assert_eq!(lists("code_challenge_methods_supported"), ["S256"]);
    let acr_values =
        ["phr", "urn:wardkey:acr:mfa-unrestricted", "https://refeds.org/profile/mfa", "https://refeds.org/profile/sfa"];
    assert_eq!(lists("acr_values_supported"), acr_values);
    assert_eq!(document["request_uri_parameter_supported"], false);
    assert_eq!(document["authorization_response_iss_parameter_supported"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_endpoint_of_the_document_is_there() {
    let provider = Provider::start().await;
    let client = provider.client(|_| ()).await;
    let document = client.discovery().await;
    for (name, value) in document.as_object().unwrap() {
        let Some(path) = value.as_str().and_then(|value| value.strip_prefix(ISSUER)).filter(|path| !path.is_empty())
        else {
            continue;
        };
        let request = Request::builder().method(Method::PATCH).uri(path).body(Body::empty()).unwrap();
        let response = provider.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED, "{name} {path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotated_key_stays_published() {
    let provider = Provider::start().await;
    let client = provider.client(|_| ()).await;
    prepare_signing_keys(&provider.test.app).await.unwrap();
    let before = client.keys().await;
    assert!(!before.keys.is_empty());
    let op = provider.test.app.op(Actor::Operator("test".into()), Origin::default());
    rotate_signing_keys(&provider.test.app, &op).await.unwrap();
    let after = client.keys().await;
    for key in &before.keys {
        assert!(after.keys.contains(key));
    }
    assert!(after.keys.len() > before.keys.len());
    assert!(after.keys.iter().all(|key| key.common.key_id.is_some()));
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_may_ask_where_the_standards_want_it() {
    let provider = Provider::start().await;
    for (path, allowed) in [
        ("/oauth/token", true),
        ("/oauth/userinfo", true),
        ("/oauth/jwks", true),
        ("/.well-known/openid-configuration", true),
        ("/oauth/authorize", false),
        ("/oauth/introspect", false),
    ] {
        let request =
            Request::builder().method(Method::OPTIONS).uri(path).header(header::ORIGIN, "https://app.example");
        let response = provider.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN), allowed, "{path}");
        assert!(!response.headers().contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS), "{path}");
    }
}
