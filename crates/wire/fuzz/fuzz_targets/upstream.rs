//! What another provider says is believed only as it signed it, for us and for this sign-in; and whatever it signs, only
//! what the rules allow.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use wardkey_wire::jose::{Algorithm, Claims, MAX_TOKEN, SigningKey, VerifyingKey};
use wardkey_wire::oauth::upstream::{IdTokenRules, ProviderMetadata, TokenAnswer, refusal_code, userinfo_of};

const ISSUER: &str = "https://upstream.example";
const NOW: i64 = 10_000;
const LEEWAY: i64 = 60;
const ACCESS_TOKEN: &str = "access";
/// Half of its SHA-256.
const HALF_HASH: &str = "oFYf1knNtrqnhAVfBRuteQ";
/// Signed with the key below.
const TOKEN: &str = include_str!("../corpus/upstream/token");
/// The private key that RFC 7515 publishes in §A.3.
const PRIVATE: &[u8] = &[
    0x30, 0x81, 0x87, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08,
    0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x6d, 0x30, 0x6b, 0x02, 0x01, 0x01, 0x04, 0x20, 0x8e, 0x9b,
    0x10, 0x9e, 0x71, 0x90, 0x98, 0xbf, 0x98, 0x04, 0x87, 0xdf, 0x1f, 0x5d, 0x77, 0xe9, 0xcb, 0x29, 0x60, 0x6e, 0xbe,
    0xd2, 0x26, 0x3b, 0x5f, 0x57, 0xc2, 0x13, 0xdf, 0x84, 0xf4, 0xb2, 0xa1, 0x44, 0x03, 0x42, 0x00, 0x04, 0x7f, 0xcd,
    0xce, 0x27, 0x70, 0xf6, 0xc4, 0x5d, 0x41, 0x83, 0xcb, 0xee, 0x6f, 0xdb, 0x4b, 0x7b, 0x58, 0x07, 0x33, 0x35, 0x7b,
    0xe9, 0xef, 0x13, 0xba, 0xcf, 0x6e, 0x3c, 0x7b, 0xd1, 0x54, 0x45, 0xc7, 0xf1, 0x44, 0xcd, 0x1b, 0xbd, 0x9b, 0x7e,
    0x87, 0x2c, 0xdf, 0xed, 0xb9, 0xee, 0xb9, 0xf4, 0xb3, 0x69, 0x5d, 0x6e, 0xa9, 0x0b, 0x24, 0xad, 0x8a, 0x46, 0x23,
    0x28, 0x85, 0x88, 0xe5, 0xad,
];

static KEY: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::from_pkcs8(Algorithm::Es256, PRIVATE).expect("a key"));
static KEYS: LazyLock<Vec<VerifyingKey>> = LazyLock::new(|| KEY.jwk().verifying_keys(Algorithm::ALL));
static STRENGTHS: LazyLock<Vec<String>> = LazyLock::new(|| vec!["AAL3_ANY".to_owned(), "AAL2_OR_AAL3_ANY".to_owned()]);

fuzz_target!(|text: &str| {
    documents(text);
    let rules = IdTokenRules {
        issuer: ISSUER,
        client_id: "wardkey",
        nonce: "n-1",
        acr_values: &STRENGTHS,
        max_age: Some(600),
        now: NOW,
        leeway: LEEWAY,
    };
    // Nobody has signed any other.
    assert_eq!(rules.check(text, ACCESS_TOKEN, &KEYS).is_ok(), text == TOKEN);
    for elsewhere in [
        IdTokenRules { client_id: "other", ..rules },
        IdTokenRules { nonce: "n-2", ..rules },
        IdTokenRules { issuer: "https://other.example", ..rules },
        IdTokenRules { now: NOW + 1_000, ..rules },
    ] {
        assert!(elsewhere.check(text, ACCESS_TOKEN, &KEYS).is_err());
    }
    let Ok(claims) = Claims::parse(text.as_bytes()) else { return };
    let token = KEY.sign(Some("JWT"), claims.members()).expect("a token");
    if let Ok(checked) = rules.check(&token, ACCESS_TOKEN, &KEYS) {
        let said = Value::Object(claims.members().clone());
        check(&said);
        assert_eq!((said["sub"].as_str(), said["acr"].as_str()), (Some(checked.subject()), Some(checked.acr())));
        assert_eq!(said["auth_time"].as_f64().map(|time| time as i64), checked.auth_time());
        assert!(rules.check(&token, "another", &KEYS).is_err() || said.get("at_hash").is_none());
    }
});

/// What is read of a provider's other documents is whole, and about whom it was asked.
fn documents(text: &str) {
    if let Ok(read) = ProviderMetadata::parse(text, ISSUER) {
        assert_eq!(read.issuer, ISSUER);
        assert!(read.addresses().all(|address| !address.is_empty()));
        let mut written = json!({
            "issuer": read.issuer,
            "authorization_endpoint": read.authorization_endpoint,
            "token_endpoint": read.token_endpoint,
            "jwks_uri": read.jwks_uri,
            "authorization_response_iss_parameter_supported": read.answers_name_issuer,
        });
        if let Some(address) = &read.userinfo_endpoint {
            written["userinfo_endpoint"] = address.as_str().into();
        }
        assert_eq!(ProviderMetadata::parse(&written.to_string(), ISSUER), Ok(read));
    }
    if let Ok(read) = TokenAnswer::parse(text) {
        assert!(!read.access_token.expose().bytes().any(|byte| byte.is_ascii_control() || byte == b' '));
        assert!((1..=MAX_TOKEN).contains(&read.id_token.expose().len()));
        assert!(refusal_code(text).is_err() || text.contains("error"));
    }
    if let Ok(code) = refusal_code(text) {
        assert!((1..=64).contains(&code.len()) && !code.bytes().any(|byte| !byte.is_ascii() || byte <= b' '));
    }
    if let Ok(read) = userinfo_of("person", text) {
        assert_eq!(read.text("sub"), Some("person"));
    }
}

/// Holds what was believed against OpenID Connect Core §3.1.3.7.
fn check(said: &Value) {
    let date = |name: &str| said[name].as_f64();
    let (now, leeway) = (NOW as f64, LEEWAY as f64);
    assert_eq!((said["iss"].as_str(), said["nonce"].as_str()), (Some(ISSUER), Some("n-1")));
    let is_shared = match &said["aud"] {
        Value::Array(several) => {
            assert!(several.iter().any(|one| one == "wardkey"), "for somebody else");
            several.len() > 1
        }
        one => {
            assert_eq!(one, "wardkey", "for somebody else");
            false
        }
    };
    assert!(said["azp"] == "wardkey" || (!is_shared && said.get("azp").is_none()), "for another party");
    assert!(date("exp").is_some_and(|time| time > now - leeway && time < now + leeway + 24.0 * 3_600.0 + 1.0));
    assert!(date("iat").is_some_and(|time| time < now + leeway + 1.0));
    assert!(said.get("nbf").is_none() || date("nbf").is_some_and(|time| time < now + leeway + 1.0));
    assert!(date("auth_time").is_some_and(|time| time >= now - leeway - 600.0 && time < now + leeway + 1.0));
    assert!(said["acr"].as_str().is_some_and(|acr| STRENGTHS.iter().any(|asked| asked == acr)), "too weak");
    assert!(said["sub"].as_str().is_some_and(|subject| (1..=255).contains(&subject.len())));
    assert!(said.get("at_hash").is_none_or(|hash| hash == HALF_HASH), "another access token");
}
