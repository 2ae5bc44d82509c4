//! An application signs people in by OpenID Connect.

use std::time::Duration;

use wardkey_testkit::{Authorization, Browser, OidcClient, Person, TestApp, Tokens};
use wardkey_usecases::directory;

const NURSE: &str = "nurse@riverside-surgery.example";

async fn nurse_and_application(test: &TestApp) -> (Person, OidcClient) {
    test.add_practice("Y00001").await;
    let nurse = test.add_person("Y00001", NURSE).await;
    let client = test.add_web_application("Y00001").await;
    (nurse, client)
}

/// The browser asks on behalf of the application, and the person enrols on the way.
async fn enrol_on_the_way(
    test: &TestApp,
    nurse: &mut Person,
    client: &OidcClient,
    browser: &mut Browser,
) -> Authorization {
    let authorization = client.authorization(&[]);
    browser.open(authorization.url.as_str()).await;
    assert!(browser.page().shows("Rota"), "the page names the application: {}", browser.page().text());
    nurse.sign_in_and_enrol(browser, test.clock.now()).await;
    browser.follow("Continue to the application").await;
    authorization
}

async fn tokens(client: &OidcClient, authorization: &Authorization, browser: &Browser) -> Tokens {
    let code = client.code(authorization, browser.answer_to_application());
    client.exchange(&code, &authorization.pkce.verifier).await.unwrap()
}

on_both_engines!(a_newcomer_enrols_on_the_way_to_an_application, |test| {
    let (mut nurse, client) = nurse_and_application(test).await;
    let mut browser = test.browser();
    let authorization = enrol_on_the_way(test, &mut nurse, &client, &mut browser).await;
    let tokens = tokens(&client, &authorization, &browser).await;
    let identity = client.id_token(&tokens, &authorization).await;
    assert_eq!(identity.algorithm, "ES256");
    let amr: Vec<&str> = identity.claims["amr"].as_array().unwrap().iter().filter_map(|one| one.as_str()).collect();
    assert!(amr.contains(&"pwd") && amr.contains(&"otp") && amr.contains(&"mfa"), "{amr:?}");
    assert_eq!(identity.claims["auth_time"].as_i64(), Some(test.clock.now().as_seconds()));
    let userinfo = client.userinfo(&tokens.access_token).await;
    let claims: serde_json::Value = serde_json::from_slice(userinfo.body()).unwrap();
    assert_eq!(claims["sub"].as_str(), Some(identity.text("sub")));
    assert_eq!(client.introspect(&tokens.access_token).await["active"], true);
});

on_both_engines!(a_second_application_needs_no_second_sign_in, |test| {
    let (mut nurse, client) = nurse_and_application(test).await;
    let mut browser = test.browser();
    enrol_on_the_way(test, &mut nurse, &client, &mut browser).await;
    let other = test.add_web_application("Y00001").await;
    let authorization = other.authorization(&[]);
    browser.open(authorization.url.as_str()).await;
    let tokens = tokens(&other, &authorization, &browser).await;
    other.id_token(&tokens, &authorization).await;
    test.clock.advance(Duration::from_secs(1));
    let again = other.authorization(&[("prompt", "login")]);
    browser.open(again.url.as_str()).await;
    assert!(browser.left_for().is_none(), "prompt=login asks again");
});

on_both_engines!(an_enrolment_gives_an_application_nothing, |test| {
    let (nurse, client) = nurse_and_application(test).await;
    let mut browser = test.browser();
    nurse.enter_password(&mut browser).await;
    let silent = client.authorization(&[("prompt", "none")]);
    browser.open(silent.url.as_str()).await;
    let answer = browser.answer_to_application();
    assert_eq!(answer.parameter("error").as_deref(), Some("login_required"));
    assert_eq!(answer.parameter("code"), None);
});

on_both_engines!(a_code_is_exchanged_once_by_its_owner_with_its_verifier, |test| {
    let (mut nurse, client) = nurse_and_application(test).await;
    let mut browser = test.browser();
    let authorization = enrol_on_the_way(test, &mut nurse, &client, &mut browser).await;
    let code = client.code(&authorization, browser.answer_to_application());
    let thief = test.add_web_application("Y00001").await;
    let stolen = thief.exchange(&code, &authorization.pkce.verifier).await.unwrap_err();
    assert_eq!(stolen.error, "invalid_grant");

    let fresh = client.authorization(&[]);
    browser.open(fresh.url.as_str()).await;
    let code = client.code(&fresh, browser.answer_to_application());
    let guessed = client.exchange(&code, &authorization.pkce.verifier).await.unwrap_err();
    assert_eq!(guessed.error, "invalid_grant");

    let fresh = client.authorization(&[]);
    browser.open(fresh.url.as_str()).await;
    let code = client.code(&fresh, browser.answer_to_application());
    let tokens = client.exchange(&code, &fresh.pkce.verifier).await.unwrap();
    assert_eq!(client.exchange(&code, &fresh.pkce.verifier).await.unwrap_err().error, "invalid_grant");
    // A code that comes twice was stolen: what it gave is taken back [RFC 6749 §4.1.2].
    assert_eq!(client.introspect(&tokens.access_token).await["active"], false);
});

on_both_engines!(a_code_sent_twice_at_the_same_moment_gives_one_set_of_tokens, |test| {
    let (mut nurse, client) = nurse_and_application(test).await;
    let mut browser = test.browser();
    let authorization = enrol_on_the_way(test, &mut nurse, &client, &mut browser).await;
    let code = client.code(&authorization, browser.answer_to_application());
    let exchanges = (0..6).map(|_| {
        let (client, code, verifier) = (client.clone(), code.clone(), authorization.pkce.verifier.clone());
        tokio::spawn(async move { client.exchange(&code, &verifier).await.is_ok() })
    });
    let mut accepted = 0;
    for exchange in exchanges.collect::<Vec<_>>() {
        accepted += u32::from(exchange.await.unwrap());
    }
    assert!(accepted <= 1, "{accepted}");
});

on_both_engines!(refresh_tokens_rotate_and_reuse_ends_them_all, |test| {
    let (mut nurse, client) = nurse_and_application(test).await;
    let client = OidcClient { scope: "openid offline_access".to_owned(), ..client };
    let mut browser = test.browser();
    let authorization = enrol_on_the_way(test, &mut nurse, &client, &mut browser).await;
    let first = tokens(&client, &authorization, &browser).await.refresh_token.expect("a refresh token");
    let second = client.refresh(&first).await.unwrap();
    assert_ne!(second.refresh_token.as_ref(), Some(&first));
    test.clock.advance(Duration::from_secs(120));
    assert_eq!(client.refresh(&first).await.unwrap_err().error, "invalid_grant");
    let after = client.refresh(second.refresh_token.as_ref().unwrap()).await;
    assert_eq!(after.unwrap_err().error, "invalid_grant", "reuse ends the whole family");
});

on_both_engines!(what_an_application_holds_ends_with_the_account, |test| {
    let (mut nurse, client) = nurse_and_application(test).await;
    let client = OidcClient { scope: "openid offline_access".to_owned(), ..client };
    let mut browser = test.browser();
    let authorization = enrol_on_the_way(test, &mut nurse, &client, &mut browser).await;
    let tokens = tokens(&client, &authorization, &browser).await;
    let account = test.account(NURSE).await;
    directory::disable(&test.app, &test.operator(), account.id, "left the practice").await.unwrap();
    assert_eq!(client.introspect(&tokens.access_token).await["active"], false);
    assert_eq!(client.userinfo(&tokens.access_token).await.status(), 401);
    assert!(client.refresh(&tokens.refresh_token.unwrap()).await.is_err());
});

on_both_engines!(an_unverified_address_is_never_redirected_to, |test| {
    let (_, client) = nurse_and_application(test).await;
    for (name, value) in [
        ("redirect_uri", "https://evil.example/callback"),
        ("redirect_uri", "https://rota.example/callback/more"),
        ("redirect_uri", "https://rota.example/callback?x=1"),
        ("redirect_uri", ""),
        ("client_id", "nobody"),
    ] {
        let mut browser = test.browser();
        browser.open(client.authorization(&[(name, value)]).url.as_str()).await;
        assert!(browser.left_for().is_none(), "{name}={value}");
        assert!(browser.page().status.is_client_error(), "{name}={value}: {}", browser.page().status);
        assert!(browser.page().shows("Help desk code"), "{name}={value}: {}", browser.page().text());
    }
});

on_both_engines!(a_request_that_breaks_a_rule_goes_back_with_the_error_of_the_standard, |test| {
    let (_, client) = nurse_and_application(test).await;
    for (extra, error) in [
        ([("response_type", "token"), ("", "")], "unsupported_response_type"),
        ([("response_type", ""), ("", "")], "invalid_request"),
        ([("code_challenge", ""), ("code_challenge_method", "")], "invalid_request"),
        ([("code_challenge_method", "plain"), ("", "")], "invalid_request"),
        ([("prompt", "none login"), ("", "")], "invalid_request"),
        ([("max_age", "soon"), ("", "")], "invalid_request"),
    ] {
        let extra: Vec<(&str, &str)> = extra.into_iter().filter(|(name, _)| !name.is_empty()).collect();
        let mut browser = test.browser();
        browser.open(client.authorization(&extra).url.as_str()).await;
        let answer = browser.answer_to_application();
        assert_eq!(answer.parameter("error").as_deref(), Some(error), "{extra:?}");
        assert!(answer.parameter("iss").is_some(), "{extra:?}");
    }
});
