//! The authorization endpoint.

use std::time::Duration;

use axum::http::StatusCode;
use wardkey_domain::application::{ApplicationStatus, ClientAuthentication, Pkce, RedirectUri};
use wardkey_testkit::OidcClient;
use wardkey_usecases::application::set_application_status;
use wardkey_usecases::{Circumstances, Handover};

use crate::support::{CALLBACK, CLERK, NURSE, Provider, claims, nobody};

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_in_person_is_sent_back_with_a_code_and_tokens_tell_the_truth() {
    let provider = Provider::start().await;
    let client = provider.client(|_| ()).await;
    let nurse = provider.test.signed_in(NURSE).await;
    let signed_in_at = provider.test.clock.now().as_seconds();
    provider.test.clock.advance(Duration::from_secs(100));
    let (tokens, authorization) = provider.tokens(&client, &nurse, &[]).await;
    let identity = client.id_token(&tokens, &authorization).await;
    let account = provider.test.account(NURSE).await;
    assert_eq!(identity.algorithm, "ES256");
    assert_eq!(identity.text("sub"), account.id.to_string());
    assert_eq!(identity.text("acr"), "https://refeds.org/profile/mfa");
    assert_eq!(identity.claims["amr"], serde_json::json!(["pwd", "otp", "mfa"]));
    assert_eq!(identity.claims["auth_time"], signed_in_at);
    assert_eq!(identity.claims["iat"], signed_in_at + 100);
    assert!(identity.claims["sid"].is_string() && identity.claims["at_hash"].is_string());
    assert_eq!(identity.claims.get("email"), None, "claims of scopes come from userinfo [Core §5.4]");
    assert_eq!(tokens.token_type, "Bearer");
    assert_eq!(tokens.scope.as_deref(), Some("openid profile email offline_access"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_signs_in_first_and_is_answered_once() {
    let provider = Provider::start().await;
    let client = provider.client(|_| ()).await;
    let authorization = client.authorization(&[("login_hint", NURSE)]);
    let asked = provider.browse(&nobody(), authorization.url.as_str()).await;
    assert_eq!((asked.status, asked.path()), (StatusCode::SEE_OTHER, "/signin"));
    let back = format!("{}/oauth/authorize/continue?request={}", client.issuer, asked.parameter("request").unwrap());
    assert_eq!(provider.browse(&nobody(), &back).await.path(), "/signin", "still nobody");
    let nurse = provider.test.signed_in(NURSE).await;
    let answer = provider.browse(&nurse, &back).await;
    assert!(answer.location.as_ref().unwrap().as_str().starts_with(CALLBACK));
    let code = answer.parameter("code").unwrap();
    client.exchange(&code, &authorization.pkce.verifier).await.unwrap();
    assert_eq!(provider.browse(&nurse, &back).await.page(), Some("OIDC-004"), "answered once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_waited_too_long_is_forgotten() {
    let provider = Provider::start().await;
    let client = provider.client(|_| ()).await;
    let asked = provider.browse(&nobody(), client.authorization(&[]).url.as_str()).await;
    let back = format!("{}/oauth/authorize/continue?request={}", client.issuer, asked.parameter("request").unwrap());
    provider.test.clock.advance(Duration::from_secs(31 * 60));
    let nurse = provider.test.signed_in(NURSE).await;
    assert_eq!(provider.browse(&nurse, &back).await.page(), Some("OIDC-004"));
    let never = format!("{}/oauth/authorize/continue?request=00000000-0000-0000-0000-000000000000", client.issuer);
    assert_eq!(provider.browse(&nurse, &never).await.page(), Some("OIDC-004"));
}

/// What is answered to `extra` with a session that is a hundred seconds old: an error, `code`, or a path of ours.
async fn answer(provider: &Provider, client: &OidcClient, who: &Circumstances, extra: &[(&str, &str)]) -> String {
    let browsed = provider.browse(who, client.authorization(extra).url.as_str()).await;
    if let Some(page) = browsed.page() {
        return page.to_owned();
    }
    if !browsed.location.as_ref().unwrap().as_str().starts_with(CALLBACK) {
        return browsed.path().to_owned();
    }
    assert_eq!(browsed.parameter("iss").as_deref(), Some(client.issuer.as_str()), "RFC 9207");
    assert!(browsed.parameter("state").is_some() || extra.contains(&("state", "")));
    browsed
        .parameter("error")
        .unwrap_or_else(|| if browsed.parameter("code").is_some() { "code".into() } else { "?".into() })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_held_against_what_the_request_asks() {
    let provider = Provider::start().await;
    let client = provider.client(|_| ()).await;
    let nurse = provider.test.signed_in(NURSE).await;
    let clerk = provider.test.signed_in(CLERK).await;
    let (tokens, _) = provider.tokens(&client, &nurse, &[]).await;
    let hint = tokens.id_token.unwrap();
    let (tokens, _) = provider.tokens(&client, &clerk, &[]).await;
    let clerks_hint = tokens.id_token.unwrap();
    provider.test.clock.advance(Duration::from_secs(100));
    let essential = |acr: &str| format!(r#"{{"id_token":{{"acr":{{"essential":true,"values":["{acr}"]}}}}}}"#);
    for (extra, signed_in, signed_out) in [
        (vec![("prompt", "none")], "code", "login_required"),
        (vec![("prompt", "login")], "/signin", "/signin"),
        (vec![("prompt", "select_account")], "/signin", "/signin"),
        (vec![("prompt", "consent")], "code", "/signin"),
        (vec![("prompt", "none login")], "invalid_request", "invalid_request"),
        (vec![("max_age", "100")], "code", "/signin"),
        (vec![("max_age", "99")], "/signin", "/signin"),
        (vec![("max_age", "1"), ("prompt", "none")], "login_required", "login_required"),
        (vec![("max_age", "x")], "invalid_request", "invalid_request"),
        (vec![("id_token_hint", hint.as_str())], "code", "/signin"),
        (vec![("id_token_hint", hint.as_str()), ("prompt", "none")], "code", "login_required"),
        (vec![("id_token_hint", clerks_hint.as_str()), ("prompt", "none")], "login_required", "login_required"),
        (vec![("id_token_hint", clerks_hint.as_str())], "/signin", "/signin"),
        (vec![("id_token_hint", "garbage"), ("prompt", "none")], "login_required", "login_required"),
        (vec![("acr_values", "1 2")], "code", "/signin"),
        (vec![("acr_values", "https://refeds.org/profile/mfa")], "code", "/signin"),
        (vec![("claims", &essential("https://refeds.org/profile/mfa"))], "code", "/signin"),
        (
            vec![("claims", &essential("urn:unheard:of"))],
            "unmet_authentication_requirements",
            "unmet_authentication_requirements",
        ),
        (vec![("claims", "[]")], "invalid_request", "invalid_request"),
        (
            vec![("display", "popup"), ("ui_locales", "cy en"), ("unheard_of", "1"), ("login_hint", "x")],
            "code",
            "/signin",
        ),
        (vec![("nonce", ""), ("state", "")], "code", "/signin"),
    ] {
        assert_eq!(answer(&provider, &client, &nurse, &extra).await, signed_in, "signed in {extra:?}");
        assert_eq!(answer(&provider, &client, &nobody(), &extra).await, signed_out, "signed out {extra:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_after_the_address_is_told_to_the_application() {
    let provider = Provider::start().await;
    let client = provider.client(|_| ()).await;
    let nurse = provider.test.signed_in(NURSE).await;
    for (extra, expected) in [
        (vec![("response_type", "token")], "unsupported_response_type"),
        (vec![("response_type", "code id_token")], "unsupported_response_type"),
        (vec![("response_type", "")], "invalid_request"),
        (vec![("response_mode", "fragment")], "invalid_request"),
        (vec![("request", "eyJhbGciOiJub25lIn0.e30.")], "request_not_supported"),
        (vec![("request_uri", "https://app.example/request.jwt")], "request_uri_not_supported"),
        (vec![("code_challenge", ""), ("code_challenge_method", "")], "invalid_request"),
        (vec![("code_challenge_method", "plain")], "invalid_request"),
        (vec![("code_challenge_method", "")], "invalid_request"),
        (vec![("code_challenge", "short")], "invalid_request"),
        (vec![("scope", "unheard_of")], "invalid_scope"),
        (vec![("scope", "caf\u{e9}")], "invalid_scope"),
        (vec![("nonce", "1"), ("nonce", "2")], "invalid_request"),
    ] {
        assert_eq!(answer(&provider, &client, &nurse, &extra).await, expected, "{extra:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_sent_to_an_address_that_was_not_verified() {
    let provider = Provider::start().await;
    let client = provider.client(|_| ()).await;
    let nurse = provider.test.signed_in(NURSE).await;
    for (extra, expected) in [
        (vec![("client_id", "unheard-of")], "OIDC-002"),
        (vec![("client_id", "")], "OIDC-001"),
        (vec![("redirect_uri", "")], "OIDC-003"),
        (vec![("redirect_uri", "https://evil.example/callback")], "OIDC-003"),
        (vec![("redirect_uri", "https://rota.example/callback/")], "OIDC-003"),
        (vec![("redirect_uri", "https://rota.example/callback?x=1")], "OIDC-003"),
        (
            vec![("redirect_uri", "https://rota.example/callback"), ("redirect_uri", "https://evil.example/")],
            "OIDC-001",
        ),
        (vec![("request_uri", "urn:ietf:params:oauth:request_uri:AAAAAAAAAAAAAAAAAAAAAAAA")], "OIDC-004"),
    ] {
        assert_eq!(answer(&provider, &client, &nurse, &extra).await, expected, "{extra:?}");
    }
    let malformed = format!("{}/oauth/authorize?client_id=%ff", client.issuer);
    assert_eq!(provider.browse(&nurse, &malformed).await.page(), Some("OIDC-001"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_application_gets_nothing() {
    let provider = Provider::start().await;
    let client = provider.client(|_| ()).await;
    let nurse = provider.test.signed_in(NURSE).await;
    let (tokens, _) = provider.tokens(&client, &nurse, &[]).await;
    let operator = provider.test.operator();
    set_application_status(&provider.test.app, &operator, &client.client_id, ApplicationStatus::Closed).await.unwrap();
    assert_eq!(answer(&provider, &client, &nurse, &[]).await, "OIDC-002");
    assert_eq!(client.userinfo(&tokens.access_token).await.status(), StatusCode::UNAUTHORIZED);
    let refused = client.refresh(&tokens.refresh_token.unwrap()).await.unwrap_err();
    assert_eq!((refused.status, refused.error.as_str()), (401, "invalid_client"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_can_travel_in_a_form() {
    let provider = Provider::start().await;
    let client = provider.client(|_| ()).await;
    let nurse = provider.test.signed_in(NURSE).await;
    let authorization = client.authorization(&[("response_mode", "form_post")]);
    let answered = provider.browse(&nurse, authorization.url.as_str()).await;
    let Some(Handover::FormPost { action, fields }) = answered.handover else { panic!("no form") };
    assert_eq!(action, CALLBACK);
    let field = |name: &str| fields.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone());
    assert_eq!(field("state"), Some(authorization.state));
    assert_eq!(field("iss"), Some(client.issuer.clone()));
    client.exchange(&field("code").unwrap(), &authorization.pkce.verifier).await.unwrap();
    let refused = client.authorization(&[("response_mode", "form_post"), ("prompt", "none")]);
    let refused = provider.browse(&nobody(), refused.url.as_str()).await;
    let Some(Handover::FormPost { fields, .. }) = refused.handover else { panic!("no form") };
    assert!(fields.contains(&("error".to_owned(), "login_required".to_owned())));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_posted_request_comes_back_for_its_answer_with_the_cookie() {
    let provider = Provider::start().await;
    let client = provider.client(|_| ()).await;
    let nurse = provider.test.signed_in(NURSE).await;
    let authorization = client.authorization(&[]);
    let posted = provider.post(&nobody(), "/oauth/authorize", authorization.url.query().unwrap()).await;
    assert_eq!((posted.status, posted.path()), (StatusCode::SEE_OTHER, "/oauth/authorize/continue"));
    let answered = provider.browse(&nurse, posted.location.unwrap().as_str()).await;
    assert!(answered.parameter("code").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_of_a_registered_address_is_kept() {
    let provider = Provider::start().await;
    let address = "https://rota.example/callback?dummy1=lorem&dummy2=ipsum";
    let client = provider.client(|settings| settings.redirect_uris = vec![RedirectUri::parse(address).unwrap()]).await;
    let nurse = provider.test.signed_in(NURSE).await;
    let answered = provider.browse(&nurse, client.authorization(&[]).url.as_str()).await;
    assert!(answered.location.as_ref().unwrap().as_str().starts_with(&format!("{address}&code=")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_native_application_listens_on_any_port_and_needs_its_verifier() {
    let provider = Provider::start().await;
    let mut client = provider
        .client(|settings| {
            settings.authentication = ClientAuthentication::None;
            settings.redirect_uris = vec![RedirectUri::parse("http://127.0.0.1/cb").unwrap()];
        })
        .await;
    client.redirect_uri = "http://127.0.0.1:50123/cb".to_owned();
    let nurse = provider.test.signed_in(NURSE).await;
    let (tokens, authorization) = provider.tokens(&client, &nurse, &[]).await;
    client.id_token(&tokens, &authorization).await;
    let without = client.authorization(&[("code_challenge", ""), ("code_challenge_method", "")]);
    let refused = provider.browse(&nurse, without.url.as_str()).await;
    assert_eq!(refused.parameter("error").as_deref(), Some("invalid_request"));
}

#[tokio::test(flavor = "multi_thread")]
async fn pkce_can_be_optional_for_an_application_with_a_secret() {
    let provider = Provider::start().await;
    let client = provider.client(|settings| settings.pkce = Pkce::Optional).await;
    let nurse = provider.test.signed_in(NURSE).await;
    let authorization = client.authorization(&[("code_challenge", ""), ("code_challenge_method", "")]);
    let code = provider.browse(&nurse, authorization.url.as_str()).await.parameter("code").unwrap();
    let form = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", CALLBACK)];
    let tokens = client.token(&form).await.unwrap();
    assert!(tokens.id_token.is_some());
    let (code, authorization) = provider.code(&client, &nurse).await;
    let form = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", CALLBACK)];
    assert_eq!(client.token(&form).await.unwrap_err().error, "invalid_grant", "a challenge that was sent is checked");
    assert_eq!(client.exchange(&code, &authorization.pkce.verifier).await.unwrap_err().error, "invalid_grant", "burnt");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_sign_in_shows_in_the_next_token() {
    let provider = Provider::start().await;
    let client = provider.client(|_| ()).await;
    let nurse = provider.test.signed_in(NURSE).await;
    let (first, _) = provider.tokens(&client, &nurse, &[]).await;
    provider.test.clock.advance(Duration::from_secs(5));
    let authorization = client.authorization(&[("max_age", "1")]);
    let asked = provider.browse(&nurse, authorization.url.as_str()).await;
    let back = format!("{}/oauth/authorize/continue?request={}", client.issuer, asked.parameter("request").unwrap());
    provider.test.clock.advance(Duration::from_secs(5));
    let nurse = provider.test.signed_in(NURSE).await;
    let code = provider.browse(&nurse, &back).await.parameter("code").unwrap();
    let second = client.exchange(&code, &authorization.pkce.verifier).await.unwrap();
    let auth_time = |token: Option<String>| claims(&token.unwrap())["auth_time"].as_i64().unwrap();
    assert_eq!(auth_time(second.id_token) - auth_time(first.id_token), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn claims_asked_for_by_name_are_in_the_id_token() {
    let provider = Provider::start().await;
    let client = provider.client(|_| ()).await;
    let nurse = provider.test.signed_in(NURSE).await;
    let wish = r#"{"id_token":{"email":{"essential":true},"picture":null},"userinfo":{"name":{"essential":true}}}"#;
    let (tokens, _) = provider.tokens(&client, &nurse, &[("claims", wish), ("scope", "openid")]).await;
    let identity = claims(tokens.id_token.as_deref().unwrap());
    assert_eq!(identity["email"], NURSE);
    let answer = client.userinfo(&tokens.access_token).await;
    let userinfo: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
    assert_eq!((&userinfo["name"], userinfo.get("email")), (&serde_json::json!("Test Person"), None));
}
