use std::sync::LazyLock;

use serde_json::{Value, json};

use super::*;
use crate::jose::{Algorithm, SigningKey, sign_hs256};

static KEYS: LazyLock<Vec<SigningKey>> =
    LazyLock::new(|| Algorithm::ALL.iter().map(|&algorithm| SigningKey::generate(algorithm).unwrap()).collect());

const ACCESS_TOKEN: &str = "access";
const NOW: i64 = 10_000;

fn strengths() -> Vec<String> {
    vec!["AAL3_ANY".to_owned(), "AAL2_OR_AAL3_ANY".to_owned()]
}

fn rules(acr_values: &[String]) -> IdTokenRules<'_> {
    IdTokenRules {
        issuer: "https://upstream.example",
        client_id: "wardkey",
        nonce: "n-1",
        acr_values,
        max_age: Some(600),
        now: NOW,
        leeway: 60,
    }
}

fn token(key: &SigningKey, typ: Option<&str>, change: &Value) -> String {
    let mut members = json!({
        "iss": "https://upstream.example", "sub": "person", "aud": "wardkey", "nonce": "n-1", "acr": "AAL3_ANY",
        "iat": NOW, "exp": NOW + 300, "auth_time": NOW - 10,
    });
    members.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    members.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    key.sign(typ, &members).unwrap()
}

fn verifying() -> Vec<VerifyingKey> {
    KEYS.iter().flat_map(|key| key.jwk().verifying_keys(Algorithm::ALL)).collect()
}

fn check(change: &Value) -> Result<CheckedIdToken, IdTokenFault> {
    rules(&strengths()).check(&token(&KEYS[0], Some("JWT"), change), ACCESS_TOKEN, &verifying())
}

#[test]
fn a_good_upstream_token_is_believed_whatever_signs_it() {
    for key in KEYS.iter() {
        let at_hash = half_hash_beside(key.algorithm(), ACCESS_TOKEN);
        for typ in [Some("JWT"), None] {
            let token = token(key, typ, &json!({ "at_hash": at_hash }));
            let checked = rules(&strengths()).check(&token, ACCESS_TOKEN, &verifying()).unwrap();
            assert_eq!((checked.subject(), checked.acr()), ("person", "AAL3_ANY"));
            assert_eq!(checked.auth_time(), Some(NOW - 10));
        }
    }
}

#[test]
fn an_upstream_token_that_breaks_a_rule_is_not_believed() {
    use IdTokenFault::{AccessToken, AuthorizedParty, Claim, Nonce, SignInTooOld, Strength};
    for (change, outcome) in [
        (json!({}), None),
        (json!({"aud": ["wardkey"]}), None),
        (json!({"aud": ["wardkey"], "azp": "wardkey"}), None),
        (json!({"aud": ["wardkey", "other"], "azp": "wardkey"}), None),
        (json!({"acr": "AAL2_OR_AAL3_ANY"}), None),
        (json!({"exp": NOW - 59}), None),
        (json!({"iat": NOW + 60}), None),
        (json!({"auth_time": NOW - 660}), None),
        (json!({"iss": "https://upstream.example/"}), Some(Claim(ClaimError::Issuer))),
        (json!({"iss": null}), Some(Claim(ClaimError::Missing("iss")))),
        (json!({"aud": "other"}), Some(Claim(ClaimError::Audience))),
        (json!({"aud": null}), Some(Claim(ClaimError::Missing("aud")))),
        (json!({"aud": ["wardkey", "other"]}), Some(AuthorizedParty)),
        (json!({"aud": ["wardkey", "other"], "azp": "other"}), Some(AuthorizedParty)),
        (json!({"azp": "other"}), Some(AuthorizedParty)),
        (json!({"azp": ["wardkey"]}), Some(AuthorizedParty)),
        (json!({"exp": NOW - 60}), Some(Claim(ClaimError::Expired))),
        (json!({"exp": null}), Some(Claim(ClaimError::Missing("exp")))),
        (json!({"exp": NOW + 90_000}), Some(Claim(ClaimError::LivesTooLong))),
        (json!({"iat": NOW + 61}), Some(Claim(ClaimError::NotYet))),
        (json!({"iat": null}), Some(Claim(ClaimError::Missing("iat")))),
        (json!({"nonce": "n-2"}), Some(Nonce)),
        (json!({"nonce": null}), Some(Nonce)),
        (json!({"acr": "AAL1_USERPASS"}), Some(Strength)),
        (json!({"acr": ["AAL3_ANY"]}), Some(Strength)),
        (json!({"acr": null}), Some(Strength)),
        (json!({"auth_time": null}), Some(Claim(ClaimError::Missing("auth_time")))),
        (json!({"auth_time": "9990"}), Some(Claim(ClaimError::Missing("auth_time")))),
        (json!({"auth_time": NOW - 661}), Some(SignInTooOld)),
        (json!({"auth_time": NOW + 61}), Some(Claim(ClaimError::NotYet))),
        (json!({"at_hash": half_hash_beside(Algorithm::Es256, "another")}), Some(AccessToken)),
        (json!({"at_hash": 1}), Some(AccessToken)),
        (json!({"sub": null}), Some(Claim(ClaimError::Missing("sub")))),
        (json!({"sub": ""}), Some(Claim(ClaimError::Missing("sub")))),
        (json!({"sub": "x".repeat(256)}), Some(Claim(ClaimError::Missing("sub")))),
    ] {
        assert_eq!(check(&change).err(), outcome, "{change}");
    }
}

#[test]
fn without_a_limit_an_upstream_token_need_not_say_when() {
    let strengths = strengths();
    let rules = IdTokenRules { max_age: None, ..rules(&strengths) };
    for (auth_time, good) in [(json!(null), true), (json!(5), true), (json!("5"), false)] {
        let token = token(&KEYS[0], None, &json!({ "auth_time": auth_time }));
        assert_eq!(rules.check(&token, ACCESS_TOKEN, &verifying()).is_ok(), good, "{auth_time}");
    }
}

#[test]
fn where_no_strength_is_asked_for_no_upstream_token_is_strong_enough() {
    let token = token(&KEYS[0], None, &json!({}));
    assert_eq!(rules(&[]).check(&token, ACCESS_TOKEN, &verifying()).err(), Some(IdTokenFault::Strength));
}

#[test]
fn an_upstream_token_that_the_provider_did_not_sign_is_not_believed() {
    let keys = verifying();
    let good = token(&KEYS[0], Some("JWT"), &json!({}));
    let (_, rest) = good.split_once('.').unwrap();
    let (payload, _) = rest.split_once('.').unwrap();
    let stranger = SigningKey::generate(Algorithm::Es256).unwrap();
    let impostor = SigningKey::generate(Algorithm::Es256).unwrap().with_kid(KEYS[0].kid().to_owned());
    let public = serde_json::to_string(KEYS[0].jwk()).unwrap();
    let symmetric = sign_hs256(public.as_bytes(), &json!({"iss": "https://upstream.example"})).unwrap();
    for (token, why) in [
        // {"alg":"none"}
        (format!("eyJhbGciOiJub25lIn0.{payload}."), JoseError::UnsupportedAlgorithm),
        (symmetric, JoseError::UnsupportedAlgorithm),
        (token(&stranger, None, &json!({})), JoseError::NoKey),
        (token(&impostor, None, &json!({})), JoseError::BadSignature),
        (format!("{good}x"), JoseError::Malformed),
        (String::new(), JoseError::Malformed),
    ] {
        assert_eq!(rules(&strengths()).check(&token, ACCESS_TOKEN, &keys).err(), Some(why.into()), "{token}");
    }
    for typ in ["at+jwt", "logout+jwt"] {
        let other = token(&KEYS[0], Some(typ), &json!({}));
        assert_eq!(rules(&strengths()).check(&other, ACCESS_TOKEN, &keys).err(), Some(IdTokenFault::Type), "{typ}");
    }
}

#[test]
fn an_answer_of_another_upstream_provider_is_not_taken() {
    const ISSUER: &str = "https://upstream.example";
    for (named, announced, good) in [
        (Some(ISSUER), true, true),
        (Some(ISSUER), false, true),
        (None, false, true),
        (None, true, false),
        (Some("https://attacker.example"), true, false),
        (Some("https://attacker.example"), false, false),
        (Some("https://upstream.example/"), false, false),
    ] {
        assert_eq!(check_answering_issuer(named, ISSUER, announced).is_ok(), good, "{named:?} {announced}");
    }
}
