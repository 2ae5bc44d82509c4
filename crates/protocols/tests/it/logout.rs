//! Signing out at the wish of an application.

use wardkey_domain::application::RedirectUri;
use wardkey_testkit::{ISSUER, OidcClient};
use wardkey_usecases::application::confirm_logout;
use wardkey_usecases::session::{authenticate, check};

use crate::support::{Browsed, CALLBACK, NURSE, Provider, nobody};

const RETURN: &str = "https://rota.example/signed-out";

async fn client(provider: &Provider) -> OidcClient {
    provider.client(|settings| settings.post_logout_redirect_uris = vec![RedirectUri::parse(RETURN).unwrap()]).await
}

fn link(parameters: &[(&str, &str)]) -> String {
    let mut url = url::Url::parse(&format!("{ISSUER}/oauth/logout")).unwrap();
    url.query_pairs_mut().extend_pairs(parameters);
    url.into()
}

fn goes_to(browsed: &Browsed) -> &str {
    browsed.location.as_ref().unwrap().as_str()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_the_session_signs_out_at_once() {
    let provider = Provider::start().await;
    let client = client(&provider).await;
    let nurse = provider.test.signed_in(NURSE).await;
    let (tokens, _) = provider.tokens(&client, &nurse, &[]).await;
    let hint = tokens.id_token.unwrap();
    // Old tokens are good as hints.
    provider.test.clock.advance(std::time::Duration::from_secs(3_000));
    let parameters = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", RETURN), ("state", "a b")];
    let answered = provider.browse(&nurse, &link(&parameters)).await;
    assert_eq!(goes_to(&answered), format!("{RETURN}?state=a%20b"));
    assert!(!check(&provider.test.app, &nurse).await.unwrap());
    assert_eq!(client.refresh(&tokens.refresh_token.unwrap()).await.unwrap_err().error, "invalid_grant");
    let again = provider.browse(&nurse, &link(&parameters)).await;
    assert_eq!(goes_to(&again), format!("{RETURN}?state=a%20b"), "there is nothing left to end");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_token_of_the_session_the_person_is_asked() {
    let provider = Provider::start().await;
    let client = client(&provider).await;
    let (nurse, elsewhere) = (provider.test.signed_in(NURSE).await, provider.test.signed_in(NURSE).await);
    let (tokens, _) = provider.tokens(&client, &elsewhere, &[]).await;
    let hint = tokens.id_token.unwrap();
    let named = client.client_id.as_str();
    for parameters in [
        vec![],
        vec![("state", "x")],
        vec![("client_id", named)],
        vec![("post_logout_redirect_uri", RETURN), ("state", "x")],
        vec![("client_id", named), ("post_logout_redirect_uri", RETURN)],
        vec![("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", RETURN)],
    ] {
        let asked = provider.browse(&nurse, &link(&parameters)).await;
        assert_eq!(asked.path(), "/signout", "{parameters:?}");
        assert!(check(&provider.test.app, &nurse).await.unwrap(), "nothing has happened yet");
    }
    let parameters = [("client_id", named), ("post_logout_redirect_uri", RETURN), ("state", "x")];
    let asked = provider.browse(&nurse, &link(&parameters)).await;
    let id = asked.parameter("request").unwrap().parse().unwrap();
    let app = &provider.test.app;
    let op = authenticate(app, &nurse).await.unwrap().unwrap().op(app, &nurse);
    assert_eq!(confirm_logout(app, &op, id).await.unwrap().as_deref(), Some("https://rota.example/signed-out?state=x"));
    assert!(!check(app, &nurse).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_nobody_stands_for_is_not_gone_to() {
    let provider = Provider::start().await;
    client(&provider).await;
    let nurse = provider.test.signed_in(NURSE).await;
    let asked = provider.browse(&nurse, &link(&[("post_logout_redirect_uri", RETURN), ("state", "x")])).await;
    let app = &provider.test.app;
    let op = authenticate(app, &nurse).await.unwrap().unwrap().op(app, &nurse);
    let id = asked.parameter("request").unwrap().parse().unwrap();
    assert_eq!(confirm_logout(app, &op, id).await.unwrap(), None);
    assert!(!check(app, &nurse).await.unwrap(), "but the person is signed out");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_sent_to_an_address_that_is_not_registered() {
    let provider = Provider::start().await;
    let (client, other) = (client(&provider).await, provider.client(|_| ()).await);
    let nurse = provider.test.signed_in(NURSE).await;
    let (tokens, _) = provider.tokens(&client, &nurse, &[]).await;
    let hint = tokens.id_token.unwrap();
    let mut modified = hint.clone();
    modified.replace_range(hint.len() - 6..hint.len() - 4, "xx");
    let with_query = format!("{RETURN}?x=1");
    let (mine, others) = (client.client_id.as_str(), other.client_id.as_str());
    for (parameters, expected) in [
        (vec![("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", "https://evil.example/")], "OIDC-006"),
        (vec![("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", with_query.as_str())], "OIDC-006"),
        (vec![("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", CALLBACK)], "OIDC-006"),
        (vec![("client_id", others), ("post_logout_redirect_uri", RETURN)], "OIDC-006"),
        (vec![("id_token_hint", modified.as_str()), ("post_logout_redirect_uri", RETURN)], "OIDC-005"),
        (vec![("id_token_hint", "garbage")], "OIDC-005"),
        (vec![("id_token_hint", tokens.access_token.as_str())], "OIDC-005"),
        (vec![("id_token_hint", hint.as_str()), ("client_id", others)], "OIDC-005"),
        (vec![("client_id", "unheard-of")], "OIDC-002"),
        (vec![("client_id", mine), ("client_id", mine)], "OIDC-001"),
    ] {
        assert_eq!(provider.browse(&nurse, &link(&parameters)).await.page(), Some(expected), "{parameters:?}");
        assert!(check(&provider.test.app, &nurse).await.unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_posted_request_comes_back_with_the_cookie() {
    let provider = Provider::start().await;
    let client = client(&provider).await;
    let nurse = provider.test.signed_in(NURSE).await;
    let (tokens, _) = provider.tokens(&client, &nurse, &[]).await;
    let form = format!("id_token_hint={}&post_logout_redirect_uri={RETURN}", tokens.id_token.unwrap());
    let posted = provider.post(&nobody(), "/oauth/logout", &form).await;
    assert_eq!(posted.path(), "/oauth/logout/continue");
    let answered = provider.browse(&nurse, goes_to(&posted)).await;
    assert_eq!(goes_to(&answered), RETURN);
    assert!(!check(&provider.test.app, &nurse).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_signed_in_is_told_so() {
    let provider = Provider::start().await;
    assert_eq!(provider.browse(&nobody(), &link(&[])).await.path(), "/signed-out");
}
