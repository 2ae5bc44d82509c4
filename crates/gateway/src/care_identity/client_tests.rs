use std::time::Duration;

use serde_json::json;
use wardkey_wire::jose::{Algorithm, ClaimError, SigningKey, VerifyingKey, sign_hs256};
use wardkey_wire::oauth::Parameters;
use wardkey_wire::oauth::client::ClientAuthentication;

use super::super::provider::{NOW, Provider, SIGNER};
use super::super::{AssertedIdentity, CareIdentityError, IdTokenFault};
use super::*;
use crate::outbound::{MAX_BODY, OutboundError};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

async fn redeem_at(
    client: &CareIdentity,
    iss: Option<&str>,
    now: Timestamp,
) -> Result<AssertedIdentity, CareIdentityError> {
    let code_verifier = Secret::new(VERIFIER.to_owned());
    let answer = UpstreamAnswer { code: "secret-code", code_verifier: &code_verifier, nonce: "n-1", iss };
    client.redeem(&answer, now, "jti-1").await
}

async fn redeem(client: &CareIdentity) -> Result<AssertedIdentity, CareIdentityError> {
    redeem_at(client, None, NOW).await
}

fn fault(outcome: &Result<AssertedIdentity, CareIdentityError>) -> Option<IdTokenFault> {
    match outcome {
        Err(CareIdentityError::NotBelieved(fault)) => Some(*fault),
        Ok(_) | Err(_) => None,
    }
}

#[tokio::test]
async fn a_browser_is_sent_to_sign_in_with_everything_that_was_asked_for() {
    let provider = Provider::start().await;
    let request = UpstreamRequest { state: "s 1", nonce: "n-1", code_challenge: CHALLENGE };
    let address = provider.client().authorization_address(&request, NOW).await.unwrap();
    let address = Url::parse(&address).unwrap();
    assert_eq!(address.path(), "/authorize");
    let said: Vec<(String, String)> = address.query_pairs().into_owned().collect();
    let expected = [
        ("realm", "care"),
        ("response_type", "code"),
        ("client_id", "wardkey"),
        ("redirect_uri", "https://id.example/upstream"),
        ("scope", "openid"),
        ("state", "s 1"),
        ("nonce", "n-1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("acr_values", "AAL3_ANY AAL2_OR_AAL3_ANY"),
        ("max_age", "600"),
    ];
    assert_eq!(said, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[tokio::test]
async fn a_code_becomes_somebody() {
    let provider = Provider::start().await;
    let client = provider.client();
    let identity = redeem(&client).await.unwrap();
    assert_eq!((identity.subject.as_str(), identity.acr.as_str()), ("person-1", "AAL3_ANY"));
    assert_eq!(identity.issuer, provider.issuer());
    assert_eq!(identity.authenticated_at, Some(NOW.minus(Duration::from_secs(10))));
    assert_eq!(identity.addresses, Vec::<String>::new());
    assert!(provider.asked("/userinfo").is_empty(), "the ID token said everything");
    let asked = provider.asked("/token");
    let (_, form) = asked[0].split_once("\r\n\r\n").unwrap();
    let parameters = Parameters::parse(form.as_bytes()).unwrap();
    for (name, value) in [
        ("grant_type", "authorization_code"),
        ("code", "secret-code"),
        ("redirect_uri", "https://id.example/upstream"),
        ("code_verifier", VERIFIER),
        ("client_id", "wardkey"),
    ] {
        assert_eq!(parameters.get(name), Some(value), "{name}");
    }
    let ClientAuthentication::Assertion(assertion) = ClientAuthentication::parse(None, &parameters).unwrap() else {
        panic!("not an assertion")
    };
    assert_eq!(assertion.kid().as_deref(), Some("ours"));
    let keys: Vec<VerifyingKey> =
        wardkey_wire::jose::JwkSet::parse(&client.key_set()).unwrap().verifying_keys(&[Algorithm::Rs512]);
    let endpoint = format!("{}/token", provider.issuer());
    let verified = assertion.verify(&keys, &[&endpoint], NOW.as_seconds()).unwrap();
    assert_eq!(verified.jti, "jti-1");
}

#[tokio::test]
async fn what_breaks_a_rule_is_not_believed() {
    let provider = Provider::start().await;
    let client = provider.client();
    let now = NOW.as_seconds();
    for (change, why) in [
        (json!({"iss": "https://attacker.example"}), ClaimError::Issuer.into()),
        (json!({"aud": "another"}), ClaimError::Audience.into()),
        (json!({"aud": ["wardkey", "another"]}), IdTokenFault::AuthorizedParty),
        (json!({"exp": now - 60}), ClaimError::Expired.into()),
        (json!({"iat": now + 61}), ClaimError::NotYet.into()),
        (json!({"nonce": "n-2"}), IdTokenFault::Nonce),
        (json!({"acr": "AAL1_USERPASS"}), IdTokenFault::Strength),
        (json!({"auth_time": now - 661}), IdTokenFault::SignInTooOld),
        (json!({"auth_time": null}), ClaimError::Missing("auth_time").into()),
        (json!({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}), IdTokenFault::AccessToken),
    ] {
        provider.assert(&change);
        let outcome = redeem(&client).await;
        assert_eq!(fault(&outcome), Some(why), "{change}");
        assert!(!outcome.unwrap_err().is_passing());
    }
}

#[tokio::test]
async fn what_the_provider_did_not_sign_is_not_believed() {
    let provider = Provider::start().await;
    let client = provider.client();
    let claims = provider.claims(&json!({}));
    let impostor = SigningKey::generate(Algorithm::Rs256).unwrap().with_kid("theirs".to_owned());
    let signed = impostor.sign(None, &claims).unwrap();
    let (_, rest) = signed.split_once('.').unwrap();
    let (payload, _) = rest.split_once('.').unwrap();
    let public = serde_json::to_vec(SIGNER.jwk()).unwrap();
    for (token, why) in [
        // {"alg":"none"}
        (format!("eyJhbGciOiJub25lIn0.{payload}."), JoseError::UnsupportedAlgorithm),
        (sign_hs256(&public, &claims).unwrap(), JoseError::UnsupportedAlgorithm),
        (signed.clone(), JoseError::BadSignature),
    ] {
        provider.give(&token);
        assert_eq!(fault(&redeem(&client).await), Some(why.into()), "{token}");
    }
    assert_eq!(provider.asked("/keys").len(), 1);
}

#[tokio::test]
async fn an_unknown_key_has_the_keys_fetched_once_a_minute() {
    let provider = Provider::start().await;
    let client = provider.client();
    let at = |seconds| NOW.plus(Duration::from_secs(seconds));
    let newer = SigningKey::generate(Algorithm::Es256).unwrap();
    let stranger = SigningKey::generate(Algorithm::Es256).unwrap();
    let by = |key: &SigningKey| key.sign(None, &provider.claims(&json!({ "exp": at(7_200).as_seconds() }))).unwrap();
    let unknown = Some(IdTokenFault::Token(JoseError::NoKey));
    // Which token comes when, whether it is believed, and how often the keys were fetched after that.
    for (seconds, key, believed, fetched) in [
        (0, &*SIGNER, true, 1),
        (59, &stranger, false, 1),
        (60, &stranger, false, 2),
        (100, &stranger, false, 2),
        (119, &newer, false, 2),
        (120, &newer, true, 3),
        (121, &newer, true, 3),
        (500, &*SIGNER, true, 3),
    ] {
        if seconds == 100 {
            provider.publish(&[&SIGNER, &newer]);
        }
        provider.give(&by(key));
        let outcome = redeem_at(&client, None, at(seconds)).await;
        assert_eq!((outcome.is_ok(), fault(&outcome)), (believed, unknown.filter(|_| !believed)), "{seconds}");
        assert_eq!(provider.asked("/keys").len(), fetched, "{seconds}");
    }
    // A fetch that fails is not repeated for a minute, either.
    provider.answer("/keys", "503 Service Unavailable", "");
    provider.give(&by(&stranger));
    assert!(redeem_at(&client, None, at(510)).await.unwrap_err().is_passing());
    assert_eq!(fault(&redeem_at(&client, None, at(511)).await), unknown);
    assert_eq!(provider.asked("/keys").len(), 4);
}

#[tokio::test]
async fn what_is_known_of_the_provider_is_kept_for_an_hour() {
    let provider = Provider::start().await;
    let client = provider.client();
    let fresh = json!({ "auth_time": NOW.as_seconds() + 3_600, "exp": NOW.as_seconds() + 9_000 });
    for (seconds, fetched) in [(0, 1), (3_599, 1), (3_600, 2)] {
        if seconds > 0 {
            provider.assert(&fresh);
        }
        redeem_at(&client, None, NOW.plus(Duration::from_secs(seconds))).await.unwrap();
        assert_eq!(provider.asked("/.well-known/openid-configuration").len(), fetched, "{seconds}");
        assert_eq!(provider.asked("/keys").len(), fetched, "{seconds}");
    }
}

#[tokio::test]
async fn more_is_fetched_only_when_it_is_needed() {
    let provider = Provider::start().await;
    let settings = CareIdentitySettings {
        subject_claim: "uid".to_owned(),
        name_claims: vec!["email".to_owned(), "nhsmail".to_owned()],
        ..provider.settings()
    };
    let client = provider.client_with(settings.clone());
    let identity = redeem(&client).await.unwrap();
    assert_eq!(identity.subject, "910000000001");
    assert_eq!(identity.addresses, ["nurse@hospital.example"]);
    assert!(provider.asked("/userinfo")[0].to_lowercase().contains("\r\nauthorization: bearer secret-access\r\n"));
    // The ID token goes before what is told beside it.
    provider.assert(&json!({"uid": "1", "email": "a@hospital.example", "nhsmail": "a@nhs.example"}));
    let identity = redeem(&client).await.unwrap();
    assert_eq!((identity.subject.as_str(), identity.addresses.len()), ("1", 2));
    assert_eq!(provider.asked("/userinfo").len(), 1);
}

#[tokio::test]
async fn claims_about_somebody_else_or_nobody_name_nobody() {
    let provider = Provider::start().await;
    let settings = CareIdentitySettings {
        subject_claim: "uid".to_owned(),
        name_claims: vec!["email".to_owned()],
        ..provider.settings()
    };
    let client = provider.client_with(settings);
    for (change, why) in [
        (json!({"sub": "person-2"}), IdTokenFault::SomebodyElse),
        (json!({"sub": null}), IdTokenFault::SomebodyElse),
        (json!({"uid": null}), IdTokenFault::Nobody),
        (json!({"uid": 910_000_000_001_i64}), IdTokenFault::Nobody),
        (json!({"uid": ""}), IdTokenFault::Nobody),
        (json!({"uid": "a\nb"}), IdTokenFault::Nobody),
        (json!({"uid": "x".repeat(256)}), IdTokenFault::Nobody),
    ] {
        provider.tell(&change);
        assert_eq!(fault(&redeem(&client).await), Some(why), "{change}");
    }
    for (change, addresses) in [
        (json!({"email_verified": true}), 1),
        (json!({"email_verified": false}), 0),
        (json!({"email_verified": "true"}), 0),
        (json!({"email": null}), 0),
    ] {
        provider.tell(&change);
        assert_eq!(redeem(&client).await.unwrap().addresses.len(), addresses, "{change}");
    }
    provider.answer("/userinfo", "200 OK", "<html>");
    assert!(matches!(redeem(&client).await, Err(CareIdentityError::BadAnswer)));
    provider.answer("/userinfo", "401 Unauthorized", "");
    let refused = redeem(&client).await;
    assert!(matches!(refused, Err(CareIdentityError::Unreachable(OutboundError::Status(401)))), "{refused:?}");
    provider.describe(&json!({"userinfo_endpoint": null}));
    let client = provider.client_with(client.settings().clone());
    assert_eq!(fault(&redeem(&client).await), Some(IdTokenFault::Nobody));
}

#[tokio::test]
async fn a_code_of_another_provider_is_sent_to_nobody() {
    let provider = Provider::start().await;
    let client = provider.client();
    let issuer = provider.issuer();
    assert_eq!(
        fault(&redeem_at(&client, Some("https://attacker.example"), NOW).await),
        Some(IdTokenFault::AnsweringIssuer)
    );
    assert!(provider.asked("/token").is_empty());
    assert!(redeem_at(&client, Some(&issuer), NOW).await.is_ok());
    provider.describe(&json!({"authorization_response_iss_parameter_supported": true}));
    let client = provider.client();
    assert_eq!(fault(&redeem(&client).await), Some(IdTokenFault::AnsweringIssuer));
    assert_eq!(provider.asked("/token").len(), 1);
    assert!(redeem_at(&client, Some(&issuer), NOW).await.is_ok());
}

#[tokio::test]
async fn an_answer_that_is_none_signs_nobody_in() {
    let provider = Provider::start().await;
    let elsewhere = Provider::start().await;
    let client = provider.client();
    let redirect = format!("302 Found\r\nlocation: {}/token", elsewhere.issuer());
    let large = "x".repeat(MAX_BODY + 1);
    for (head, body, words, passing) in [
        (redirect.as_str(), "", "Unreachable(Status(302))", false),
        ("200 OK", large.as_str(), "Unreachable(TooLarge)", false),
        ("400 Bad Request", large.as_str(), "Unreachable(TooLarge)", false),
        ("503 Service Unavailable", "", "Unreachable(Status(503))", true),
        ("200 OK", "<html>", "BadAnswer", false),
        ("200 OK", r#"{"error":"invalid_grant"}"#, "BadAnswer", false),
        ("400 Bad Request", "<html>", "BadAnswer", false),
        ("400 Bad Request", r#"{"error":"invalid_grant"}"#, r#"Refused { error: "invalid_grant" }"#, false),
        ("401 Unauthorized", r#"{"error":"invalid_client"}"#, r#"Refused { error: "invalid_client" }"#, false),
        ("400 Bad Request", r#"{"error":"server_error"}"#, r#"Refused { error: "server_error" }"#, true),
        ("400 Bad Request", r#"{"error":"secret-code was used"}"#, "BadAnswer", false),
    ] {
        provider.answer("/token", head, body);
        let error = redeem(&client).await.unwrap_err();
        assert_eq!((format!("{error:?}").as_str(), error.is_passing()), (words, passing), "{head}");
    }
    assert!(elsewhere.asked("/token").is_empty());
}

#[tokio::test]
async fn a_provider_that_describes_itself_badly_is_not_used() {
    let provider = Provider::start().await;
    let request = UpstreamRequest { state: "s", nonce: "n", code_challenge: CHALLENGE };
    for change in [
        json!({"issuer": "https://attacker.example"}),
        json!({"issuer": format!("{}/", provider.issuer())}),
        json!({"authorization_endpoint": "javascript:alert(1)"}),
        json!({"authorization_endpoint": "http://plain.example/authorize"}),
        json!({"token_endpoint": "http://plain.example/token"}),
        json!({"token_endpoint": "https://10.0.0.1/token"}),
        json!({"jwks_uri": null}),
    ] {
        provider.describe(&change);
        let client = provider.client();
        let refused = client.authorization_address(&request, NOW).await;
        assert!(matches!(refused, Err(CareIdentityError::BadMetadata)), "{change}: {refused:?}");
        assert!(matches!(redeem(&client).await, Err(CareIdentityError::BadMetadata)), "{change}");
    }
    assert!(provider.asked("/token").is_empty());
    provider.describe(&json!({}));
    provider.answer("/keys", "200 OK", r#"{"keys":[{"kty":"oct","k":"AA"}]}"#);
    assert!(matches!(redeem(&provider.client()).await, Err(CareIdentityError::BadMetadata)));
}

#[tokio::test]
async fn nothing_secret_or_personal_is_printed() {
    let provider = Provider::start().await;
    let settings = CareIdentitySettings { name_claims: vec!["email".to_owned()], ..provider.settings() };
    let client = provider.client_with(settings.clone());
    let identity = redeem(&client).await.unwrap();
    provider.tell(&json!({"sub": "person-2"}));
    let refused = redeem(&client).await.unwrap_err();
    let printed = format!("{identity:?} {client:?} {settings:?} {refused:?} {refused}");
    for secret in ["secret", "person-", "nurse@", VERIFIER, "eyJ"] {
        assert!(!printed.contains(secret), "{secret}: {printed}");
    }
}

#[tokio::test]
async fn settings_that_never_lead_to_a_sign_in_are_refused() {
    let provider = Provider::start().await;
    let good = provider.settings();
    let check = |change: &dyn Fn(&mut CareIdentitySettings)| {
        let mut settings = good.clone();
        change(&mut settings);
        CareIdentity::new(settings, provider.outbound()).is_ok()
    };
    assert!(check(&|_| {}));
    let bad: [&dyn Fn(&mut CareIdentitySettings); 10] = [
        &|settings| settings.issuer = "http://plain.example".to_owned(),
        &|settings| settings.issuer.push_str("/?realm=care"),
        &|settings| settings.client_id.clear(),
        &|settings| settings.acr_values.clear(),
        &|settings| settings.acr_values.push("AAL1 AAL2".to_owned()),
        &|settings| settings.scope = "profile".to_owned(),
        &|settings| settings.subject_claim.clear(),
        &|settings| settings.redirect_uri = "/upstream".to_owned(),
        &|settings| settings.key.pkcs8 = Secret::new(vec![1, 2, 3]),
        &|settings| settings.key.algorithm = Algorithm::Es256,
    ];
    for (number, change) in bad.iter().enumerate() {
        assert!(!check(change), "{number}");
    }
}

#[test]
fn a_challenge_is_made_of_a_verifier_only() {
    let challenge = |text: &str| code_challenge(&Secret::new(text.to_owned()));
    // RFC 7636, Appendix B.
    assert_eq!(challenge(VERIFIER).as_deref(), Some(CHALLENGE));
    assert_eq!(challenge("short"), None);
}
