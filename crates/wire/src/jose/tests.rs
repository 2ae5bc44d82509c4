//! The parts together: vectors of the standards, jsonwebtoken as an oracle in both directions, and hostile tokens.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

static ES256: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::generate(Algorithm::Es256).unwrap());
static RS256: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::generate(Algorithm::Rs256).unwrap());
static PS256: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::generate(Algorithm::Ps256).unwrap());
static RS512: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::generate(Algorithm::Rs512).unwrap());

fn signing_keys() -> [&'static SigningKey; 4] {
    [&ES256, &RS256, &PS256, &RS512]
}

fn verifying(key: &SigningKey) -> Vec<VerifyingKey> {
    key.jwk().verifying_keys(&[key.algorithm()])
}

fn token_and_key(vector: &str) -> (String, Jwk) {
    let (token, jwk) = vector.trim().split_once('\n').unwrap();
    (token.to_owned(), Jwk::parse(jwk).unwrap())
}

fn with_header(header: &str, token: &str) -> String {
    let (_, rest) = token.split_once('.').unwrap();
    format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header))
}

#[test]
fn the_signatures_of_rfc_7515_are_right() {
    for (vector, algorithm) in [
        (include_str!("../../vectors/rfc7515-a2-rs256.txt"), Algorithm::Rs256),
        (include_str!("../../vectors/rfc7515-a3-es256.txt"), Algorithm::Es256),
    ] {
        let (token, jwk) = token_and_key(vector);
        let verified = verify(&token, &jwk.verifying_keys(&[algorithm])).unwrap();
        assert_eq!(verified.claims().unwrap().text("iss"), Some("joe"));
        assert_eq!(verified.claims().unwrap().date("exp"), Some(1_300_819_380));
    }
}

#[test]
fn unsigned_and_symmetric_tokens_are_refused() {
    let (_, jwk) = token_and_key(include_str!("../../vectors/rfc7515-a2-rs256.txt"));
    let keys = jwk.verifying_keys(Algorithm::ALL);
    for token in [include_str!("../../vectors/rfc7515-a1-hs256.txt"), include_str!("../../vectors/rfc7515-a5-none.txt")]
    {
        assert_eq!(verify(token.trim(), &keys).unwrap_err(), JoseError::UnsupportedAlgorithm);
    }
}

#[test]
fn the_keys_of_rfc_7517_are_read() {
    let set = JwkSet::parse(include_str!("../../vectors/rfc7517-a1-keys.json")).unwrap();
    // The first key is for encryption, so it is passed over.
    assert_eq!(set.skipped, [BadJwk::Unsupported]);
    assert_eq!(set.keys.len(), 1);
    assert_eq!((set.keys[0].kid.as_deref(), set.keys[0].algorithm), (Some("2011-04-29"), Some(Algorithm::Rs256)));
}

#[test]
fn the_thumbprint_of_rfc_7638_comes_out() {
    let jwk = Jwk::parse(include_str!("../../vectors/rfc7638-3.1-key.json")).unwrap();
    assert_eq!(jwk.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

#[test]
fn what_we_sign_an_independent_library_verifies() {
    for key in signing_keys() {
        let token = key.sign(Some("at+jwt"), &json!({"sub": "x", "exp": 4_102_444_800_u64})).unwrap();
        let jwk: jsonwebtoken::jwk::Jwk = serde_json::from_value(serde_json::to_value(key.jwk()).unwrap()).unwrap();
        let algorithm = key.algorithm().as_str().parse().unwrap();
        let decoded = jsonwebtoken::decode::<Value>(
            &token,
            &jsonwebtoken::DecodingKey::from_jwk(&jwk).unwrap(),
            &jsonwebtoken::Validation::new(algorithm),
        )
        .unwrap();
        assert_eq!(decoded.claims["sub"], "x");
        assert_eq!((decoded.header.kid.as_deref(), decoded.header.typ.as_deref()), (Some(key.kid()), Some("at+jwt")));
    }
}

#[test]
fn what_an_independent_library_signs_we_verify() {
    for key in signing_keys() {
        let der = key.to_pkcs8().unwrap();
        let base64 = base64::engine::general_purpose::STANDARD.encode(der.expose());
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{base64}\n-----END PRIVATE KEY-----\n");
        let encoding = match key.algorithm() {
            Algorithm::Es256 => jsonwebtoken::EncodingKey::from_ec_pem(pem.as_bytes()).unwrap(),
            Algorithm::Rs256 | Algorithm::Ps256 | Algorithm::Rs512 => {
                jsonwebtoken::EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap()
            }
        };
        let header = jsonwebtoken::Header::new(key.algorithm().as_str().parse().unwrap());
        let token = jsonwebtoken::encode(&header, &json!({"sub": "x"}), &encoding).unwrap();
        let verified = verify(&token, &verifying(key)).unwrap();
        assert_eq!(verified.claims().unwrap().text("sub"), Some("x"));
        assert_eq!((verified.header.algorithm, verified.header.kid.as_deref()), (key.algorithm(), None));
        assert!(verified.header.is_type("JWT") && !verified.header.is_type("at+jwt"));
    }
}

#[test]
fn a_key_survives_pkcs8_and_its_json() {
    for key in signing_keys() {
        let again = SigningKey::from_pkcs8(key.algorithm(), key.to_pkcs8().unwrap().expose()).unwrap();
        assert_eq!((again.kid(), again.jwk()), (key.kid(), key.jwk()));
        let set = JwkSet::new([key.jwk()]);
        assert_eq!(JwkSet::parse(&set.to_json()).unwrap(), set);
        assert!(!set.to_json().contains("\"d\""), "{}", set.to_json());
        let token = again.sign(None, &json!({})).unwrap();
        assert!(verify(&token, &verifying(key)).is_ok());
    }
}

#[test]
fn a_private_key_of_another_kind_is_refused() {
    let (ec, rsa) = (ES256.to_pkcs8().unwrap(), RS256.to_pkcs8().unwrap());
    assert_eq!(SigningKey::from_pkcs8(Algorithm::Es256, rsa.expose()).unwrap_err(), KeyError::Unreadable);
    assert_eq!(SigningKey::from_pkcs8(Algorithm::Rs256, ec.expose()).unwrap_err(), KeyError::Unreadable);
    assert_eq!(SigningKey::from_pkcs8(Algorithm::Rs256, b"").unwrap_err(), KeyError::Unreadable);
    assert_eq!(format!("{:?}", &*ES256), format!("SigningKey {{ kid: {:?}, algorithm: Es256, .. }}", ES256.kid()));
}

#[test]
fn the_header_cannot_choose_how_a_key_is_used() {
    // An RSA key that is recorded for RS256 does not verify PS256, nor the other way round, nor does its public half
    // serve as the secret of an HMAC (CVE-2015-9235).
    let token = PS256.sign(None, &json!({})).unwrap();
    let only_rs256 = PS256.jwk().verifying_keys(&[Algorithm::Rs256]);
    assert!(only_rs256.is_empty(), "the key itself names PS256");
    let mut jwk = PS256.jwk().clone();
    jwk.algorithm = None;
    assert_eq!(verify(&token, &jwk.verifying_keys(&[Algorithm::Rs256])).unwrap_err(), JoseError::NoKey);
    assert!(verify(&token, &jwk.verifying_keys(&[Algorithm::Rs256, Algorithm::Ps256])).is_ok());
    let public = serde_json::to_string(RS256.jwk()).unwrap();
    let secret = jsonwebtoken::EncodingKey::from_secret(public.as_bytes());
    let forged = jsonwebtoken::encode(&jsonwebtoken::Header::default(), &json!({}), &secret).unwrap();
    assert_eq!(verify(&forged, &verifying(&RS256)).unwrap_err(), JoseError::UnsupportedAlgorithm);
}

#[test]
fn a_key_that_the_token_brings_is_never_used() {
    let attacker = SigningKey::generate(Algorithm::Es256).unwrap();
    let claims = URL_SAFE_NO_PAD.encode(r#"{"sub":"x"}"#);
    let header = json!({"alg": "ES256", "jwk": attacker.jwk(), "jku": "https://evil.example", "x5c": ["AA=="]});
    let signed = format!("{}.{claims}", URL_SAFE_NO_PAD.encode(header.to_string()));
    let pkcs8 = attacker.to_pkcs8().unwrap();
    let pair = aws_lc_rs::signature::EcdsaKeyPair::from_pkcs8(
        &aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED_SIGNING,
        pkcs8.expose(),
    )
    .unwrap();
    let signature = pair.sign(&aws_lc_rs::rand::SystemRandom::new(), signed.as_bytes()).unwrap();
    let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()));
    assert!(verify(&token, &verifying(&attacker)).is_ok(), "the signature itself is right");
    assert_eq!(verify(&token, &verifying(&ES256)).unwrap_err(), JoseError::BadSignature);
}

#[test]
fn a_malformed_token_is_refused() {
    let good = ES256.sign(None, &json!({"sub": "x"})).unwrap();
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let es256 = |header: &str| with_header(header, &good);
    for (token, why) in [
        (String::new(), JoseError::Malformed),
        ("..".to_owned(), JoseError::Malformed),
        ("a.b".to_owned(), JoseError::Malformed),
        (format!("{good}."), JoseError::Malformed),
        (format!("{good}.x.y"), JoseError::Malformed),
        (format!("{good}="), JoseError::Malformed),
        (format!("{good}\n"), JoseError::Malformed),
        (format!(" {good}"), JoseError::Malformed),
        (es256("[]"), JoseError::Malformed),
        (es256("{}"), JoseError::Malformed),
        (es256(r#"{"alg":1}"#), JoseError::Malformed),
        (es256(r#"{"alg":"ES256","kid":1}"#), JoseError::Malformed),
        (es256(r#"{"alg":"ES256","typ":[]}"#), JoseError::Malformed),
        (es256(r#"{"alg":"ES256","alg":"none"}"#), JoseError::Malformed),
        (es256(r#"{"alg":"ES256","crit":[]}"#), JoseError::CriticalHeader),
        (es256(r#"{"alg":"ES256","crit":["b64"],"b64":false}"#), JoseError::CriticalHeader),
        (es256(r#"{"alg":"none"}"#), JoseError::UnsupportedAlgorithm),
        (es256(r#"{"alg":"ES384"}"#), JoseError::UnsupportedAlgorithm),
        (es256(r#"{"alg":"RS256"}"#), JoseError::NoKey),
        (es256(r#"{"alg":"ES256","kid":"other"}"#), JoseError::NoKey),
        (es256(r#"{"alg":"ES256"}"#), JoseError::BadSignature),
        (format!("{signed}."), JoseError::BadSignature),
        (format!("{signed}.{}", URL_SAFE_NO_PAD.encode([0; 64])), JoseError::BadSignature),
        (format!("{signed}.{}", URL_SAFE_NO_PAD.encode([0; 63])), JoseError::BadSignature),
        (format!("{signed}A.{signature}"), JoseError::BadSignature),
        // The last character carries four bits that must be zero: a token has one spelling.
        (format!("{}B", &good[..good.len() - 1]), JoseError::Malformed),
        (format!("{signed}.{}", "A".repeat(MAX_TOKEN)), JoseError::TooLarge),
    ] {
        assert_eq!(verify(&token, &verifying(&ES256)).err(), Some(why), "{token}");
    }
    assert_eq!(unverified_kid(&good).unwrap().as_deref(), Some(ES256.kid()));
    assert_eq!(unverified_claims(&good).unwrap().text("sub"), Some("x"));
}

#[test]
fn claims_named_twice_are_refused() {
    let pkcs8 = ES256.to_pkcs8().unwrap();
    let pair = aws_lc_rs::signature::EcdsaKeyPair::from_pkcs8(
        &aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED_SIGNING,
        pkcs8.expose(),
    )
    .unwrap();
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256"}"#),
        URL_SAFE_NO_PAD.encode(r#"{"sub":"nurse","sub":"admin"}"#)
    );
    let signature = pair.sign(&aws_lc_rs::rand::SystemRandom::new(), signed.as_bytes()).unwrap();
    let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()));
    assert_eq!(verify(&token, &verifying(&ES256)).unwrap().claims(), Err(JoseError::Malformed));
}

#[test]
fn the_right_key_is_found_among_several() {
    let other = SigningKey::generate(Algorithm::Es256).unwrap();
    let set = JwkSet::new([other.jwk(), RS256.jwk(), ES256.jwk()]);
    let keys = set.verifying_keys(Algorithm::ALL);
    for key in [&*ES256, &*RS256, &other] {
        let token = key.sign(None, &json!({})).unwrap();
        let verified = verify(&token, &keys).unwrap();
        assert_eq!(verified.header.kid.as_deref(), Some(key.kid()));
    }
    let mut nameless = set;
    nameless.keys.iter_mut().for_each(|jwk| jwk.kid = None);
    let token = ES256.sign(None, &json!({})).unwrap();
    assert!(verify(&token, &nameless.verifying_keys(Algorithm::ALL)).is_ok());
}

fn jwk(change: Value) -> Result<Jwk, BadJwk> {
    let mut members = serde_json::to_value(if change.get("n").is_some() || change.get("e").is_some() {
        RS256.jwk()
    } else {
        ES256.jwk()
    })
    .unwrap();
    members.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    members.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    Jwk::parse(&members.to_string())
}

#[test]
fn a_key_that_is_not_a_strong_public_signature_key_is_refused() {
    let modulus = |bytes: usize, last: u8| {
        let mut modulus = vec![0xff; bytes];
        modulus[bytes - 1] = last;
        URL_SAFE_NO_PAD.encode(modulus)
    };
    for (change, why) in [
        (json!({"d": "AA"}), BadJwk::NotPublic),
        (json!({"k": "AA"}), BadJwk::NotPublic),
        (json!({"kty": "oct"}), BadJwk::Unsupported),
        (json!({"kty": "OKP", "crv": "Ed25519"}), BadJwk::Unsupported),
        (json!({"kty": null}), BadJwk::Malformed),
        (json!({"crv": "P-384"}), BadJwk::Unsupported),
        (json!({"crv": "secp256k1"}), BadJwk::Unsupported),
        (json!({"use": "enc"}), BadJwk::Unsupported),
        (json!({"key_ops": ["sign"]}), BadJwk::Unsupported),
        (json!({"key_ops": "verify"}), BadJwk::Malformed),
        (json!({"alg": "HS256"}), BadJwk::Unsupported),
        (json!({"alg": "none"}), BadJwk::Unsupported),
        (json!({"alg": "RS256"}), BadJwk::Malformed),
        (json!({"x": null}), BadJwk::Malformed),
        (json!({"x": URL_SAFE_NO_PAD.encode([1; 32])}), BadJwk::Malformed),
        (json!({"x": URL_SAFE_NO_PAD.encode([0; 33])}), BadJwk::Malformed),
        (json!({"x": URL_SAFE_NO_PAD.encode([1; 31])}), BadJwk::Malformed),
        (json!({"x": "not base64url!"}), BadJwk::Malformed),
        (json!({"kid": 1}), BadJwk::Malformed),
        (json!({"n": modulus(128, 1)}), BadJwk::Weak),
        (json!({"n": modulus(255, 1)}), BadJwk::Weak),
        (json!({"n": modulus(1025, 1)}), BadJwk::Weak),
        (json!({"n": ""}), BadJwk::Weak),
        (json!({"e": "Aw"}), BadJwk::Weak),
        (json!({"e": "AQ"}), BadJwk::Weak),
        (json!({"e": "AQAA"}), BadJwk::Weak),
        (json!({"e": ""}), BadJwk::Weak),
        (json!({"e": URL_SAFE_NO_PAD.encode([0xff; 100])}), BadJwk::Weak),
    ] {
        assert_eq!(jwk(change.clone()).err(), Some(why), "{change}");
    }
    assert!(jwk(json!({"key_ops": ["verify"], "use": null, "alg": null, "x5t": "ignored"})).is_ok());
}

#[test]
fn a_set_is_read_or_refused_whole() {
    let good = serde_json::to_value(ES256.jwk()).unwrap();
    let set = |keys: Value| JwkSet::parse(&json!({ "keys": keys }).to_string());
    assert_eq!(set(json!([good, {"kty": "OKP"}, {}])).unwrap().keys.len(), 1);
    assert_eq!(set(json!([])).unwrap().keys.len(), 0);
    assert_eq!(set(json!([good, {"kty": "oct", "k": "AA"}])), Err(BadJwk::NotPublic));
    assert_eq!(set(json!([1])), Err(BadJwk::Malformed));
    assert_eq!(set(json!(vec![good; MAX_KEYS + 1])), Err(BadJwk::TooMany));
    for bad in ["", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":[],"keys":[]}"#] {
        assert_eq!(JwkSet::parse(bad), Err(BadJwk::Malformed), "{bad}");
    }
}

#[test]
fn claims_are_held_against_the_rules() {
    let good = json!({"iss": "i", "aud": "a", "exp": 1100, "iat": 1000, "nbf": 1000});
    let rules = ClaimRules {
        issuer: "i",
        audience: Audience::AnyOf(&["a", "b"]),
        expiry: Expiry::Within(600),
        now: 1000,
        leeway: 10,
    };
    let check = |rules: ClaimRules<'_>, change: Value| {
        let mut members = good.as_object().unwrap().clone();
        members.extend(change.as_object().unwrap().clone());
        members.retain(|_, value| !value.is_null());
        rules.check(&Claims::parse(Value::Object(members).to_string().as_bytes()).unwrap())
    };
    for (change, outcome) in [
        (json!({}), Ok(())),
        (json!({"aud": ["x", "b"]}), Ok(())),
        (json!({"exp": 991}), Ok(())),
        (json!({"exp": 1610}), Ok(())),
        (json!({"exp": 1000.5}), Ok(())),
        (json!({"iat": 1010, "nbf": 1010}), Ok(())),
        (json!({"iat": null, "nbf": null}), Ok(())),
        (json!({"iss": null}), Err(ClaimError::Missing("iss"))),
        (json!({"iss": ["i"]}), Err(ClaimError::Missing("iss"))),
        (json!({"iss": "I"}), Err(ClaimError::Issuer)),
        (json!({"aud": null}), Err(ClaimError::Missing("aud"))),
        (json!({"aud": []}), Err(ClaimError::Missing("aud"))),
        (json!({"aud": ["a", 1]}), Err(ClaimError::Missing("aud"))),
        (json!({"aud": "c"}), Err(ClaimError::Audience)),
        (json!({"exp": null}), Err(ClaimError::Missing("exp"))),
        (json!({"exp": "1100"}), Err(ClaimError::Missing("exp"))),
        (json!({"exp": -1}), Err(ClaimError::Missing("exp"))),
        (json!({"exp": 1e300}), Err(ClaimError::Missing("exp"))),
        (json!({"exp": 990}), Err(ClaimError::Expired)),
        (json!({"exp": 1611}), Err(ClaimError::LivesTooLong)),
        (json!({"nbf": 1011}), Err(ClaimError::NotYet)),
        (json!({"iat": 1011}), Err(ClaimError::NotYet)),
        (json!({"iat": "x"}), Err(ClaimError::Missing("iat"))),
    ] {
        assert_eq!(check(rules, change.clone()), outcome, "{change}");
    }
    let only = ClaimRules { audience: Audience::OnlyOneOf(&["a"]), ..rules };
    assert_eq!(check(only, json!({"aud": ["a"]})), Ok(()));
    assert_eq!(check(only, json!({"aud": ["a", "b"]})), Err(ClaimError::Audience));
    let hint = ClaimRules { audience: Audience::CheckedByCaller, expiry: Expiry::MayHavePassed, ..rules };
    assert_eq!(check(hint, json!({"aud": "x", "exp": 5})), Ok(()));
    assert_eq!(check(hint, json!({"iat": 5000})), Err(ClaimError::NotYet));
}

proptest! {
    #[test]
    fn what_is_signed_is_verified(subject in ".{0,40}", number in any::<i64>()) {
        let claims = json!({"sub": subject, "number": number});
        let token = ES256.sign(Some("JWT"), &claims).unwrap();
        let verified = verify(&token, &verifying(&ES256)).unwrap();
        let read = verified.claims().unwrap();
        prop_assert_eq!(Value::Object(read.members().clone()), claims);
    }

    #[test]
    fn a_changed_token_is_refused(at in any::<prop::sample::Index>(), to in "[A-Za-z0-9_.-]") {
        let token = ES256.sign(None, &json!({"sub": "x", "exp": 1})).unwrap();
        let at = at.index(token.len());
        let changed = format!("{}{to}{}", &token[..at], &token[at + 1..]);
        prop_assume!(changed != token);
        prop_assert!(verify(&changed, &verifying(&ES256)).is_err());
    }

    #[test]
    fn no_text_confuses_the_parsers(text in "\\PC{0,200}") {
        let _ = verify(&text, &verifying(&ES256));
        let _ = JwkSet::parse(&text);
        let _ = Jwk::parse(&text);
    }
}
