//! How clients prove who they are.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};
use tower::ServiceExt as _;
use wardkey_domain::application::{ClientAuthentication as Registered, ClientKeys, GrantType};
use wardkey_testkit::{ClientAuthentication, ISSUER, OidcClient};
use wardkey_usecases::application::rotate_secret;
use wardkey_wire::jose::{Algorithm, SigningKey};

use crate::support::{Provider, body};

const FORM: &[(&str, &str)] = &[("grant_type", "client_credentials")];

async fn machine(provider: &Provider, authentication: Registered, keys: ClientKeys) -> OidcClient {
    provider
        .client(|settings| {
            settings.authentication = authentication;
            settings.grants = vec![GrantType::ClientCredentials];
            settings.redirect_uris.clear();
            settings.scopes = "rota".parse().unwrap();
            settings.keys = keys;
        })
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_uses_the_method_it_registered() {
    let provider = Provider::start().await;
    let basic = machine(&provider, Registered::ClientSecretBasic, ClientKeys::None).await;
    let post = machine(&provider, Registered::ClientSecretPost, ClientKeys::None).await;
    basic.token(FORM).await.unwrap();
    post.token(FORM).await.unwrap();
    let (ClientAuthentication::Basic(one), ClientAuthentication::Post(two)) =
        (&basic.authentication, &post.authentication)
    else {
        panic!("other methods");
    };
    for (client, authentication) in [
        (&basic, ClientAuthentication::Post(one.clone())),
        (&post, ClientAuthentication::Basic(two.clone())),
        (&basic, ClientAuthentication::Public),
        (&basic, ClientAuthentication::Basic(two.clone())),
        (&basic, ClientAuthentication::Basic(String::new())),
        (&post, ClientAuthentication::Post("wrong".into())),
    ] {
        let wrong = OidcClient { authentication, ..client.clone() };
        let refused = wrong.token(FORM).await.unwrap_err();
        assert_eq!((refused.status, refused.error.as_str()), (401, "invalid_client"), "{:?}", wrong.authentication);
    }
    let unknown = OidcClient { client_id: "unheard-of".into(), ..basic.clone() };
    let answer = unknown.post("/oauth/token", FORM).await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    assert!(answer.headers()[header::WWW_AUTHENTICATE].to_str().unwrap().starts_with("Basic"));
    assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_secret_works_beside_the_old_one_for_a_day() {
    let provider = Provider::start().await;
    let old = machine(&provider, Registered::ClientSecretBasic, ClientKeys::None).await;
    old.token(FORM).await.unwrap();
    let secret = rotate_secret(&provider.test.app, &provider.test.operator(), &old.client_id).await.unwrap();
    let new = OidcClient { authentication: ClientAuthentication::Basic(secret.expose().clone()), ..old.clone() };
    new.token(FORM).await.unwrap();
    old.token(FORM).await.unwrap();
    provider.test.clock.advance(std::time::Duration::from_secs(24 * 60 * 60));
    new.token(FORM).await.unwrap();
    assert_eq!(old.token(FORM).await.unwrap_err().error, "invalid_client");
}

/// Asks for a token with a signed statement; the status and the error.
async fn ask(provider: &Provider, assertion: &str) -> (u16, Value) {
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "client_credentials")
        .append_pair("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
        .append_pair("client_assertion", assertion)
        .finish();
    let request = Request::post("/oauth/token").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let response = provider.router.clone().oneshot(request.body(Body::from(form)).unwrap()).await.unwrap();
    let status = response.status().as_u16();
    let answer: Value = serde_json::from_slice(&body(response).await).unwrap();
    (status, answer["error"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_statement_proves_a_client_once() {
    let provider = Provider::start().await;
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let stranger = SigningKey::generate(Algorithm::Es256).unwrap();
    let keys = ClientKeys::Inline(json!({"keys": [serde_json::to_value(key.jwk()).unwrap()]}));
    let client = machine(&provider, Registered::PrivateKeyJwt, keys).await;
    let now = provider.test.clock.now().as_seconds();
    let statement = |jti: &str| json!({"iss": client.client_id, "sub": client.client_id, "aud": ISSUER, "exp": now + 60, "iat": now, "jti": jti});
    let with = |name: &str, value: Value| {
        let mut said = statement("other");
        said[name] = value;
        said
    };
    let refused = (401, json!("invalid_client"));
    let sign = |said: &Value| key.sign(None, said).unwrap();
    assert_eq!(ask(&provider, &sign(&statement("1"))).await, (200, Value::Null));
    assert_eq!(ask(&provider, &sign(&statement("1"))).await, refused, "used before");
    let audience = format!("{ISSUER}/oauth/token");
    assert_eq!(
        ask(
            &provider,
            &sign(&{
                let mut said = statement("2");
                said["aud"] = json!(audience);
                said
            })
        )
        .await
        .0,
        200
    );
    assert_eq!(ask(&provider, &stranger.sign(None, &statement("3")).unwrap()).await, refused, "a stranger's");
    for (name, value) in [
        ("aud", json!("https://evil.example")),
        ("aud", json!([ISSUER, "https://evil.example"])),
        ("exp", json!(now - 120)),
        ("exp", json!(now + 100_000)),
        ("iss", json!("another")),
        ("jti", Value::Null),
        ("nbf", json!(now + 1_000)),
    ] {
        assert_eq!(ask(&provider, &sign(&with(name, value.clone()))).await, refused, "{name} {value}");
    }
    let none = "eyJhbGciOiJub25lIn0";
    let payload = sign(&statement("4")).split('.').nth(1).unwrap().to_owned();
    assert_eq!(ask(&provider, &format!("{none}.{payload}.")).await, refused, "unsigned");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_is_a_form_of_bounded_size() {
    let provider = Provider::start().await;
    for (kind, content, status) in [
        ("application/json", r#"{"grant_type":"client_credentials"}"#.to_owned(), 400),
        ("multipart/form-data; boundary=x", "--x--".to_owned(), 400),
        ("application/x-www-form-urlencoded", "a".repeat(70_000), 400),
        ("application/x-www-form-urlencoded", "grant_type=%ff".to_owned(), 400),
        ("application/x-www-form-urlencoded; charset=UTF-8", "grant_type=client_credentials".to_owned(), 401),
    ] {
        for path in ["/oauth/token", "/oauth/introspect", "/oauth/revoke", "/oauth/par", "/oauth/device_authorization"]
        {
            let request = Request::post(path).header(header::CONTENT_TYPE, kind).body(Body::from(content.clone()));
            let response = provider.router.clone().oneshot(request.unwrap()).await.unwrap();
            assert_eq!(response.status().as_u16(), status, "{path} {kind}");
            let answer: Value = serde_json::from_slice(&body(response).await).unwrap();
            assert!(answer["error"].is_string(), "{path} {kind}");
        }
    }
}
