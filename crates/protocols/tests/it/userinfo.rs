//! The userinfo endpoint.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use axum::response::Response;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::support::{NURSE, Provider, body};

async fn ask(provider: &Provider, method: Method, query: &str, bearer: Option<&str>, form: Option<&str>) -> Response {
    let mut request = Request::builder().method(method).uri(format!("/oauth/userinfo{query}"));
    if let Some(bearer) = bearer {
        request = request.header(header::AUTHORIZATION, bearer);
    }
    if form.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    }
    let body = Body::from(form.unwrap_or_default().to_owned());
    provider.router.clone().oneshot(request.body(body).unwrap()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn claims_are_read_by_get_and_by_post() {
    let provider = Provider::start().await;
    let client = provider.client(|_| ()).await;
    let nurse = provider.test.signed_in(NURSE).await;
    let (tokens, _) = provider.tokens(&client, &nurse, &[]).await;
    let bearer = format!("Bearer {}", tokens.access_token);
    let form = format!("access_token={}", tokens.access_token);
    for (method, bearer, form) in [
        (Method::GET, Some(bearer.as_str()), None),
        (Method::POST, Some(bearer.as_str()), None),
        (Method::POST, Some(bearer.as_str()), Some("")),
        (Method::POST, None, Some(form.as_str())),
    ] {
        let response = ask(&provider, method, "", bearer, form).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
        assert_eq!(response.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        let claims: Value = serde_json::from_slice(&body(response).await).unwrap();
        assert_eq!(claims["sub"], provider.test.account(NURSE).await.id.to_string());
        assert_eq!((&claims["email"], &claims["email_verified"]), (&NURSE.into(), &true.into()));
        assert_eq!((&claims["name"], &claims["preferred_username"]), (&"Test Person".into(), &NURSE.into()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_without_a_good_token_is_told_why() {
    let provider = Provider::start().await;
    let client = provider.client(|_| ()).await;
    let nurse = provider.test.signed_in(NURSE).await;
    let (tokens, _) = provider.tokens(&client, &nurse, &[("scope", "profile")]).await;
    let (full, _) = provider.tokens(&client, &nurse, &[]).await;
    let (no_openid, in_query) =
        (format!("Bearer {}", tokens.access_token), format!("?access_token={}", full.access_token));
    let (bearer, form) = (format!("Bearer {}", full.access_token), format!("access_token={}", full.access_token));
    for (query, bearer, form, status, error) in [
        ("", None, None, 401, None),
        ("", Some("Basic abc"), None, 401, None),
        ("", Some("Bearer garbage"), None, 401, Some("invalid_token")),
        ("", Some("Bearer a.b.c"), None, 401, Some("invalid_token")),
        ("", Some("Bearer \"x"), None, 400, Some("invalid_request")),
        (in_query.as_str(), None, None, 401, None),
        ("", Some(no_openid.as_str()), None, 403, Some("insufficient_scope")),
        ("", Some(bearer.as_str()), Some(form.as_str()), 400, Some("invalid_request")),
    ] {
        let method = if form.is_some() { Method::POST } else { Method::GET };
        let response = ask(&provider, method, query, bearer, form).await;
        assert_eq!(response.status().as_u16(), status, "{bearer:?} {form:?}");
        let challenge = response.headers()[header::WWW_AUTHENTICATE].to_str().unwrap();
        match error {
            Some(error) => assert!(challenge.contains(&format!("error=\"{error}\"")), "{challenge}"),
            None => assert!(!challenge.contains("error="), "{challenge}"),
        }
    }
}
