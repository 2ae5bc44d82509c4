use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::jose::{Algorithm, JwkSet, SigningKey};

fn parse(header: Option<&str>, form: &str) -> Result<ClientAuthentication, OAuthError> {
    ClientAuthentication::parse(header, &Parameters::parse(form.as_bytes()).unwrap())
}

#[test]
fn the_examples_of_the_standard_are_read() {
    // RFC 6749 §2.3.1: one client, in the header and in the form.
    for (header, form, method) in [
        (Some("Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3"), "", AuthenticationMethod::ClientSecretBasic),
        (None, "client_id=s6BhdRkqt3&client_secret=7Fjfp0ZBr1KtDRbnfVdmIw", AuthenticationMethod::ClientSecretPost),
    ] {
        let authentication = parse(header, form).unwrap();
        assert_eq!((authentication.client_id(), authentication.method()), ("s6BhdRkqt3", method));
        let (ClientAuthentication::Basic { secret, .. } | ClientAuthentication::Post { secret, .. }) = authentication
        else {
            panic!("no secret")
        };
        assert_eq!(secret.expose(), "7Fjfp0ZBr1KtDRbnfVdmIw");
    }
}

#[test]
fn a_public_client_only_names_itself() {
    for (header, form) in
        [(None, "client_id=app"), (Some("Basic YXBwOg=="), ""), (Some("Basic YXBwOg"), "client_id=app")]
    {
        let authentication = parse(header, form).unwrap();
        assert_eq!(authentication, ClientAuthentication::None { client_id: "app".to_owned() });
    }
}

#[test]
fn what_is_ambiguous_or_broken_is_refused() {
    let basic = "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3";
    let assertion = format!("client_assertion=a.b.c&client_assertion_type={ASSERTION_TYPE}");
    for (header, form, code) in [
        (None, "", ErrorCode::InvalidClient),
        (None, "client_secret=x", ErrorCode::InvalidRequest),
        (None, "client_id=a&client_id=b&client_secret=x", ErrorCode::InvalidRequest),
        (Some(basic), "client_secret=x", ErrorCode::InvalidRequest),
        (Some(basic), "client_id=other", ErrorCode::InvalidRequest),
        (Some(basic), assertion.as_str(), ErrorCode::InvalidRequest),
        (None, "client_id=a&client_secret=x&client_assertion=y", ErrorCode::InvalidRequest),
        (None, "client_id=a&client_assertion=a.b.c", ErrorCode::InvalidRequest),
        (None, assertion.as_str(), ErrorCode::InvalidClient),
        (Some("Bearer abc"), "client_id=a", ErrorCode::InvalidClient),
        (Some("Basic"), "", ErrorCode::InvalidClient),
        (Some("Basic !!!"), "", ErrorCode::InvalidClient),
        (Some("Basic bm9jb2xvbg=="), "", ErrorCode::InvalidClient),
        (Some("Basic OnNlY3JldA=="), "", ErrorCode::InvalidClient),
        (Some("Basic YTolZmY="), "", ErrorCode::InvalidClient),
        (Some("Basic YTolMA=="), "", ErrorCode::InvalidClient),
    ] {
        assert_eq!(parse(header, form).unwrap_err().code, code, "{header:?} {form}");
    }
}

#[test]
fn there_is_one_authorization_header() {
    let header = |values: &[&'static [u8]]| authorization_header(values.iter().copied());
    assert_eq!(header(&[]), Ok(None));
    assert_eq!(header(&[b"Basic x"]), Ok(Some("Basic x")));
    assert!(header(&[b"Basic x", b"Basic x"]).is_err());
    assert!(header(&[b"Basic \xff"]).is_err());
}

#[test]
fn an_assertion_is_held_against_the_rules() {
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let keys = JwkSet::new([key.jwk()]).verifying_keys(&[Algorithm::Es256]);
    let good = json!({"iss": "app", "sub": "app", "aud": "https://id.example", "exp": 1300, "iat": 1000, "jti": "j"});
    let verify = |change: serde_json::Value| {
        let mut claims = good.as_object().unwrap().clone();
        claims.extend(change.as_object().unwrap().clone());
        claims.retain(|_, value| !value.is_null());
        let token = key.sign(None, &claims).unwrap();
        let form = format!("client_assertion={token}&client_assertion_type={ASSERTION_TYPE}");
        let Ok(ClientAuthentication::Assertion(assertion)) = parse(None, &form) else { panic!("not an assertion") };
        assert_eq!(assertion.kid().as_deref(), Some(key.kid()));
        assertion.verify(&keys, &["https://id.example", "https://id.example/oauth/token"], 1010)
    };
    assert_eq!(verify(json!({})), Ok(VerifiedAssertion { jti: "j".to_owned(), expires: 1360 }));
    assert!(verify(json!({"aud": ["https://id.example/oauth/token"]})).is_ok());
    for (change, why) in [
        (json!({"iss": "other"}), AssertionError::Claim(ClaimError::Issuer)),
        (json!({"aud": "https://other.example"}), AssertionError::Claim(ClaimError::Audience)),
        (json!({"aud": ["https://id.example", "https://other.example"]}), AssertionError::Claim(ClaimError::Audience)),
        (json!({"aud": null}), AssertionError::Claim(ClaimError::Missing("aud"))),
        (json!({"exp": 900}), AssertionError::Claim(ClaimError::Expired)),
        (json!({"exp": 100_000}), AssertionError::Claim(ClaimError::LivesTooLong)),
        (json!({"exp": null}), AssertionError::Claim(ClaimError::Missing("exp"))),
        (json!({"nbf": 5000}), AssertionError::Claim(ClaimError::NotYet)),
        (json!({"jti": null}), AssertionError::Claim(ClaimError::Missing("jti"))),
        (json!({"jti": ""}), AssertionError::Claim(ClaimError::Missing("jti"))),
    ] {
        assert_eq!(verify(change.clone()), Err(why), "{change}");
    }
}

#[test]
fn an_assertion_about_another_client_is_refused() {
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let token = key.sign(None, &json!({"iss": "app", "sub": "app"})).unwrap();
    let form = format!("client_id=other&client_assertion={token}&client_assertion_type={ASSERTION_TYPE}");
    assert_eq!(parse(None, &form).unwrap_err().code, ErrorCode::InvalidClient);
}

#[test]
fn an_assertion_signed_by_a_shared_secret_is_refused() {
    let claims = json!({"iss": "app", "sub": "app", "aud": "https://id.example", "exp": 1300, "jti": "j"});
    let secret = jsonwebtoken::EncodingKey::from_secret(b"the client secret, long enough for a key");
    let token = jsonwebtoken::encode(&jsonwebtoken::Header::default(), &claims, &secret).unwrap();
    let form = format!("client_assertion={token}&client_assertion_type={ASSERTION_TYPE}");
    let Ok(ClientAuthentication::Assertion(assertion)) = parse(None, &form) else { panic!("not an assertion") };
    let refused = assertion.verify(&[], &["https://id.example"], 1010);
    assert_eq!(refused, Err(AssertionError::Token(JoseError::UnsupportedAlgorithm)));
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(client_id in "[ -~é€]{1,40}", secret in "[ -~é€]{1,40}") {
        let authentication = parse(Some(&basic_header(&client_id, &secret)), "");
        prop_assert_eq!(authentication, Ok(ClientAuthentication::Basic { client_id, secret: Sensitive::new(secret) }));
    }
}
