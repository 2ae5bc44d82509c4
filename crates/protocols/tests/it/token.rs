//! The token endpoint, revocation and introspection.

use std::time::Duration;

use axum::http::StatusCode;
use wardkey_domain::application::{
    AccessTokens, ClientAuthentication, GrantType, Introspection, Scopes, SigningAlgorithm,
};
use wardkey_usecases::session::{self, Authenticated};

use crate::support::{CALLBACK, NURSE, Provider, claims};

async fn is_good(client: &wardkey_testkit::OidcClient, access_token: &str) -> bool {
    let answered = client.userinfo(access_token).await.status();
    let active = client.introspect(access_token).await["active"] == true;
    assert_eq!(answered == StatusCode::OK, active, "userinfo and introspection agree");
    active
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replayed_code_takes_its_tokens_back() {
    let provider = Provider::start().await;
    let client = provider.client(|_| ()).await;
    let nurse = provider.test.signed_in(NURSE).await;
    let (code, authorization) = provider.code(&client, &nurse).await;
    let tokens = client.exchange(&code, &authorization.pkce.verifier).await.unwrap();
    assert!(is_good(&client, &tokens.access_token).await);
    let refused = client.exchange(&code, &authorization.pkce.verifier).await.unwrap_err();
    assert_eq!((refused.status, refused.error.as_str()), (400, "invalid_grant"));
    assert!(!is_good(&client, &tokens.access_token).await);
    assert_eq!(client.refresh(&tokens.refresh_token.unwrap()).await.unwrap_err().error, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_for_its_client_and_its_address_and_its_minute() {
    let provider = Provider::start().await;
    let (client, other) = (provider.client(|_| ()).await, provider.client(|_| ()).await);
    let nurse = provider.test.signed_in(NURSE).await;
    let (code, authorization) = provider.code(&client, &nurse).await;
    let verifier = &authorization.pkce.verifier;
    assert_eq!(other.exchange(&code, verifier).await.unwrap_err().error, "invalid_grant");
    client.exchange(&code, verifier).await.expect("another client's try does not spend it");
    let (code, authorization) = provider.code(&client, &nurse).await;
    let verifier = authorization.pkce.verifier.as_str();
    for redirect_uri in ["https://rota.example/other", ""] {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", redirect_uri),
            ("code_verifier", verifier),
        ];
        assert_eq!(client.token(&form).await.unwrap_err().error, "invalid_grant", "{redirect_uri}");
    }
    let (code, authorization) = provider.code(&client, &nurse).await;
    let wrong = "wrong".repeat(10);
    assert_eq!(client.exchange(&code, &wrong).await.unwrap_err().error, "invalid_grant");
    assert_eq!(client.exchange(&code, &authorization.pkce.verifier).await.unwrap_err().error, "invalid_grant", "burnt");
    let (code, authorization) = provider.code(&client, &nurse).await;
    provider.test.clock.advance(Duration::from_secs(60));
    assert_eq!(client.exchange(&code, &authorization.pkce.verifier).await.unwrap_err().error, "invalid_grant", "late");
    assert_eq!(client.exchange("garbage", &authorization.pkce.verifier).await.unwrap_err().error, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_is_good_once_and_its_reuse_ends_the_family() {
    let provider = Provider::start().await;
    let client = provider.client(|_| ()).await;
    let nurse = provider.test.signed_in(NURSE).await;
    let (first, _) = provider.tokens(&client, &nurse, &[]).await;
    provider.test.clock.advance(Duration::from_secs(60));
    let old = first.refresh_token.unwrap();
    let second = client.refresh(&old).await.unwrap();
    let identity = claims(second.id_token.as_deref().unwrap());
    assert_eq!(identity.get("nonce"), None, "Core §12.2");
    let before = claims(first.id_token.as_deref().unwrap());
    for same in ["sub", "auth_time", "sid", "acr"] {
        assert_eq!(identity[same], before[same], "{same} [Core §12.2]");
    }
    assert_ne!(second.refresh_token.as_ref(), Some(&old));
    assert!(is_good(&client, &first.access_token).await && is_good(&client, &second.access_token).await);
    assert_eq!(client.refresh(&old).await.unwrap_err().error, "invalid_grant");
    assert!(!is_good(&client, &second.access_token).await);
    assert_eq!(client.refresh(&second.refresh_token.unwrap()).await.unwrap_err().error, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_may_ask_for_less_and_not_for_more() {
    let provider = Provider::start().await;
    let client = provider.client(|_| ()).await;
    let nurse = provider.test.signed_in(NURSE).await;
    let (tokens, _) = provider.tokens(&client, &nurse, &[("scope", "openid email offline_access")]).await;
    let refresh_token = tokens.refresh_token.unwrap();
    let ask = |scope: &'static str, token: String| {
        let client = client.clone();
        async move { client.token(&[("grant_type", "refresh_token"), ("refresh_token", &token), ("scope", scope)]).await }
    };
    assert_eq!(ask("openid profile", refresh_token.clone()).await.unwrap_err().error, "invalid_scope");
    let narrowed = ask("openid", refresh_token).await.expect("a refused wish spends nothing");
    assert_eq!(narrowed.scope.as_deref(), Some("openid"));
    let answer = client.userinfo(&narrowed.access_token).await;
    let userinfo: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
    assert_eq!(userinfo.get("email"), None);
    let wide = client.refresh(&narrowed.refresh_token.unwrap()).await.unwrap();
    assert_eq!(wide.scope.as_deref(), Some("openid email offline_access"), "the grant is as wide as before");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_comes_with_offline_access_only_and_ends() {
    let provider = Provider::start().await;
    let client = provider.client(|_| ()).await;
    let nurse = provider.test.signed_in(NURSE).await;
    let (tokens, _) = provider.tokens(&client, &nurse, &[("scope", "openid")]).await;
    assert_eq!(tokens.refresh_token, None);
    let nurse = provider.test.signed_in(NURSE).await;
    let (tokens, _) = provider.tokens(&client, &nurse, &[]).await;
    provider.test.clock.advance(Duration::from_secs(14 * 24 * 60 * 60));
    assert_eq!(client.refresh(&tokens.refresh_token.unwrap()).await.unwrap_err().error, "invalid_grant");
    let other = provider.client(|_| ()).await;
    let nurse = provider.test.signed_in(NURSE).await;
    let (tokens, _) = provider.tokens(&client, &nurse, &[]).await;
    let token = tokens.refresh_token.unwrap();
    assert_eq!(other.refresh(&token).await.unwrap_err().error, "invalid_grant", "another's");
    client.refresh(&token).await.expect("another client's try does not harm it");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_acts_for_itself() {
    let provider = Provider::start().await;
    let client = provider
        .client(|settings| {
            settings.grants = vec![GrantType::ClientCredentials];
            settings.redirect_uris.clear();
            settings.scopes = "openid rota:read rota:write".parse::<Scopes>().unwrap();
        })
        .await;
    let ask = |scope: &'static str| {
        let client = client.clone();
        async move { client.token(&[("grant_type", "client_credentials"), ("scope", scope)]).await }
    };
    let tokens = ask("rota:read").await.unwrap();
    assert_eq!((tokens.scope.as_deref(), tokens.id_token, tokens.refresh_token), (Some("rota:read"), None, None));
    let answered = client.introspect(&tokens.access_token).await;
    assert_eq!((&answered["active"], &answered["sub"]), (&true.into(), &client.client_id.as_str().into()));
    assert_eq!(ask("").await.unwrap().scope.as_deref(), Some("rota:read rota:write"));
    assert_eq!(ask("openid").await.unwrap_err().error, "invalid_scope", "there is no person");
    let userinfo = client.userinfo(&tokens.access_token).await;
    assert_eq!(userinfo.status(), StatusCode::FORBIDDEN);
    let web = provider.client(|_| ()).await;
    let refused = web.token(&[("grant_type", "client_credentials")]).await.unwrap_err();
    assert_eq!(refused.error, "unauthorized_client");
}

#[tokio::test(flavor = "multi_thread")]
async fn signed_access_tokens_can_be_read_looked_up_and_taken_back() {
    let provider = Provider::start().await;
    let client = provider
        .client(|settings| {
            settings.access_tokens = AccessTokens::Jwt { audience: "https://api.example".into() };
            settings.signing = SigningAlgorithm::Rs256;
        })
        .await;
    let nurse = provider.test.signed_in(NURSE).await;
    let (tokens, authorization) = provider.tokens(&client, &nurse, &[]).await;
    assert_eq!(client.id_token(&tokens, &authorization).await.algorithm, "RS256");
    let said = claims(&tokens.access_token);
    assert_eq!((&said["aud"], &said["client_id"]), (&"https://api.example".into(), &client.client_id.as_str().into()));
    assert_eq!(said["scope"], "openid profile email offline_access");
    assert!(is_good(&client, &tokens.access_token).await);
    assert!(!is_good(&client, said["jti"].as_str().unwrap()).await, "an identifier is no token");
    assert!(!is_good(&client, tokens.id_token.as_deref().unwrap()).await, "an ID token is no access token");
    assert_eq!(client.revoke(&tokens.access_token).await, 200);
    assert!(!is_good(&client, &tokens.access_token).await);
    client.refresh(&tokens.refresh_token.unwrap()).await.expect("the grant goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn revoking_a_refresh_token_ends_its_grant() {
    let provider = Provider::start().await;
    let (client, other) = (provider.client(|_| ()).await, provider.client(|_| ()).await);
    let nurse = provider.test.signed_in(NURSE).await;
    let (tokens, _) = provider.tokens(&client, &nurse, &[]).await;
    let refresh_token = tokens.refresh_token.unwrap();
    assert_eq!(other.revoke(&refresh_token).await, 200);
    assert_eq!(other.revoke(&tokens.access_token).await, 200);
    assert_eq!(client.revoke("garbage").await, 200);
    assert!(is_good(&client, &tokens.access_token).await, "another's wish changes nothing");
    assert_eq!(client.revoke(&refresh_token).await, 200);
    assert!(!is_good(&client, &tokens.access_token).await);
    assert_eq!(client.refresh(&refresh_token).await.unwrap_err().error, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_who_may_look_into_tokens_do() {
    let provider = Provider::start().await;
    let client = provider.client(|_| ()).await;
    let other = provider.client(|_| ()).await;
    let server = provider.client(|settings| settings.introspection = Introspection::All).await;
    let public = provider.client(|settings| settings.authentication = ClientAuthentication::None).await;
    let nurse = provider.test.signed_in(NURSE).await;
    let (tokens, _) = provider.tokens(&client, &nurse, &[]).await;
    let answered = server.introspect(&tokens.access_token).await;
    assert_eq!((&answered["active"], &answered["username"]), (&true.into(), &NURSE.into()));
    assert_eq!(answered["acr"], "https://refeds.org/profile/mfa");
    assert_eq!(other.introspect(&tokens.access_token).await, serde_json::json!({"active": false}));
    let refresh = tokens.refresh_token.unwrap();
    assert_eq!(
        server.introspect(&refresh).await,
        serde_json::json!({"active": false}),
        "a resource server has no business with it"
    );
    let answered = client.introspect(&refresh).await;
    assert_eq!(
        (answered["active"].as_bool(), answered["client_id"].as_str()),
        (Some(true), Some(client.client_id.as_str()))
    );
    assert!(answered.get("token_type").is_none() && answered["exp"].as_i64() > answered["iat"].as_i64(), "{answered}");
    let next = client.refresh(&refresh).await.unwrap().refresh_token.unwrap();
    assert_eq!(client.introspect(&refresh).await, serde_json::json!({"active": false}), "it was used");
    assert_eq!(client.introspect(&next).await["active"], true, "asking about a used one revokes nothing");
    let refused = public.post("/oauth/introspect", &[("token", &tokens.access_token)]).await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    provider.test.clock.advance(Duration::from_secs(600));
    assert_eq!(server.introspect(&tokens.access_token).await, serde_json::json!({"active": false}), "expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_session_takes_its_tokens_with_it() {
    let provider = Provider::start().await;
    let client = provider.client(|_| ()).await;
    let (here, there) = (provider.test.signed_in(NURSE).await, provider.test.signed_in(NURSE).await);
    let (ended, _) = provider.tokens(&client, &here, &[]).await;
    let (left, _) = provider.tokens(&client, &there, &[]).await;
    assert!(is_good(&client, &ended.access_token).await);
    let app = &provider.test.app;
    let authenticated: Authenticated = session::authenticate(app, &here).await.unwrap().unwrap();
    session::sign_out(app, &authenticated.op(app, &here)).await.unwrap();
    assert!(!is_good(&client, &ended.access_token).await);
    assert_eq!(client.refresh(&ended.refresh_token.unwrap()).await.unwrap_err().error, "invalid_grant");
    assert!(is_good(&client, &left.access_token).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_requests_get_the_standards_errors() {
    let provider = Provider::start().await;
    let client = provider.client(|_| ()).await;
    for (form, status, error) in [
        (vec![("grant_type", "password"), ("username", "a"), ("password", "b")], 400, "unsupported_grant_type"),
        (vec![("grant_type", "")], 400, "invalid_request"),
        (vec![("grant_type", "authorization_code")], 400, "invalid_request"),
        (vec![("grant_type", "authorization_code"), ("grant_type", "refresh_token")], 400, "invalid_request"),
        (vec![("grant_type", "authorization_code"), ("code", "a"), ("code_verifier", "short")], 400, "invalid_request"),
        (vec![("grant_type", "refresh_token"), ("refresh_token", "garbage")], 400, "invalid_grant"),
        (
            vec![("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", "x")],
            400,
            "unauthorized_client",
        ),
        (vec![("client_secret", "another"), ("grant_type", "refresh_token")], 400, "invalid_request"),
        (vec![("client_id", "another"), ("grant_type", "refresh_token")], 400, "invalid_request"),
    ] {
        let refused = client.token(&form).await.unwrap_err();
        assert_eq!((refused.status, refused.error.as_str()), (status, error), "{form:?}");
    }
    let unknown = client.token(&[
        ("grant_type", "authorization_code"),
        ("code", "a"),
        ("redirect_uri", CALLBACK),
        ("unheard_of", "1"),
    ]);
    assert_eq!(unknown.await.unwrap_err().error, "invalid_grant", "unknown parameters are ignored");
}
