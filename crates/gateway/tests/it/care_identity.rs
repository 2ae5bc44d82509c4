//! The client of an upstream provider against an independent one: npm `oidc-provider`, which is certified.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};
use url::Url;
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;
use wardkey_gateway::care_identity::{
    AssertedIdentity, AssertionAlgorithm, AssertionKey, CareIdentity, CareIdentityError, CareIdentitySettings,
    IdTokenFault, UpstreamAnswer, UpstreamRequest, code_challenge,
};
use wardkey_gateway::outbound::{Outbound, OutboundSettings};
use wardkey_wire::jose::SigningKey;

use crate::peer::Peer;

const REDIRECT: &str = "https://id.example/signin/care-identity";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// As many redirects as this lead nowhere.
const MOST_HOPS: usize = 8;

/// The provider compares assertions with its own clock.
fn now() -> Timestamp {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    Timestamp::from_seconds(i64::try_from(now).unwrap())
}

/// A provider, and a client that is registered with it.
struct World {
    provider: Peer,
    client: CareIdentity,
}

impl World {
    async fn new(algorithm: AssertionAlgorithm) -> Self {
        let oidc_provider = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../e2e/node_modules/oidc-provider");
        assert!(oidc_provider.exists(), "npm oidc-provider is not installed: run `make setup`");
        let mut provider = Peer::start("upstream-provider.mjs", &[]).await;
        let key = SigningKey::generate(algorithm).unwrap().with_kid("ours".to_owned());
        let issuer = format!("http://127.0.0.1:{}", provider.port);
        let key = AssertionKey {
            kid: "ours".to_owned(),
            algorithm,
            pkcs8: Secret::new(key.to_pkcs8().unwrap().expose().clone()),
        };
        let strengths = vec!["AAL3_ANY".to_owned(), "AAL2_OR_AAL3_ANY".to_owned()];
        let settings = CareIdentitySettings {
            subject_claim: "uid".to_owned(),
            name_claims: vec!["email".to_owned()],
            max_age_of_sign_in: Some(std::time::Duration::from_secs(300)),
            ..CareIdentitySettings::new(issuer, "wardkey", key, strengths, REDIRECT)
        };
        let client = client(settings, provider.port);
        provider.order(&json!({ "act": "register", "client": {
            "client_id": "wardkey",
            "redirect_uris": [REDIRECT],
            "jwks": serde_json::from_str::<Value>(&client.key_set()).unwrap(),
            "token_endpoint_auth_signing_alg": algorithm.as_str(),
            "id_token_signed_response_alg": if algorithm == AssertionAlgorithm::Es256 { "ES256" } else { "RS256" },
        }}));
        provider.event("registered").await;
        Self { provider, client }
    }

    /// The same client, set up differently.
    fn changed(&self, change: impl FnOnce(&mut CareIdentitySettings)) -> CareIdentity {
        let mut settings = self.client.settings().clone();
        change(&mut settings);
        client(settings, self.provider.port)
    }

    /// Signs in with a browser, and says what the answer's address has in its query.
    async fn sign_in(&self) -> Answer {
        let challenge = code_challenge(&Secret::new(VERIFIER.to_owned())).unwrap();
        let request = UpstreamRequest { state: "state-1", nonce: "nonce-1", code_challenge: &challenge };
        let address = self.client.authorization_address(&request, now()).await.unwrap();
        let answer = browse(&address).await;
        assert_eq!(answer.get("state").map(String::as_str), Some("state-1"), "{answer:?}");
        answer
    }
}

type Answer = BTreeMap<String, String>;

fn client(settings: CareIdentitySettings, port: u16) -> CareIdentity {
    let allow = vec![format!("127.0.0.1:{port}").parse().unwrap()];
    CareIdentity::new(settings, Outbound::new(&OutboundSettings { allow, ..OutboundSettings::default() }).unwrap())
        .unwrap()
}

/// A browser with cookies and no script: it follows redirects until one leads to us.
async fn browse(address: &str) -> Answer {
    // The client wants a configuration for TLS, although everything here is on loopback without it.
    let tls = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    let browser = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap();
    let mut cookies = BTreeMap::new();
    let mut address = Url::parse(address).unwrap();
    for _ in 0..MOST_HOPS {
        if address.as_str().starts_with(REDIRECT) {
            return address.query_pairs().into_owned().collect();
        }
        let jar: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let page = browser.get(address.clone()).header(COOKIE, jar.join("; ")).send().await.unwrap();
        for line in page.headers().get_all(SET_COOKIE) {
            let pair = line.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            cookies.insert(name.to_owned(), value.to_owned());
        }
        let location = page.headers().get(LOCATION).map(|location| location.to_str().unwrap().to_owned());
        let status = page.status();
        let Some(location) = location else { panic!("{status}: {}", page.text().await.unwrap()) };
        address = address.join(&location).unwrap();
    }
    panic!("too many redirects")
}

async fn redeem(
    client: &CareIdentity,
    answer: &Answer,
    verifier: &str,
    jti: &str,
) -> Result<AssertedIdentity, CareIdentityError> {
    let code_verifier = Secret::new(verifier.to_owned());
    let iss = answer.get("iss").map(String::as_str);
    client
        .redeem(
            &UpstreamAnswer { code: &answer["code"], code_verifier: &code_verifier, nonce: "nonce-1", iss },
            now(),
            jti,
        )
        .await
}

fn refused(outcome: Result<AssertedIdentity, CareIdentityError>) -> String {
    match outcome {
        Err(CareIdentityError::Refused { error }) => error,
        other => panic!("not refused by the provider: {other:?}"),
    }
}

#[tokio::test]
async fn a_certified_upstream_provider_vouches_for_somebody_whatever_signs() {
    for algorithm in AssertionAlgorithm::ALL {
        let world = World::new(*algorithm).await;
        let answer = world.sign_in().await;
        assert!(answer.contains_key("iss"), "the provider follows RFC 9207: {answer:?}");
        let identity = redeem(&world.client, &answer, VERIFIER, "jti-1").await.unwrap();
        assert_eq!((identity.subject.as_str(), identity.acr.as_str()), ("910000000001", "AAL3_ANY"), "{algorithm}");
        assert_eq!(identity.addresses, ["nurse@hospital.example"]);
        assert!(now().since(identity.authenticated_at.unwrap()).as_secs() < 60);
    }
}

#[tokio::test]
async fn a_strength_that_an_upstream_provider_did_not_reach_is_refused() {
    let mut world = World::new(AssertionAlgorithm::Es256).await;
    for (acr, good) in [("AAL2_OR_AAL3_ANY", true), ("AAL2_ANY", false), ("AAL1_USERPASS", false)] {
        world.provider.behave(json!({ "acr": acr })).await;
        let outcome = redeem(&world.client, &world.sign_in().await, VERIFIER, acr).await;
        match (good, outcome) {
            (true, Ok(identity)) => assert_eq!(identity.acr, acr),
            (false, Err(CareIdentityError::NotBelieved(IdTokenFault::Strength))) => {}
            (_, outcome) => panic!("{acr}: {outcome:?}"),
        }
    }
}

#[tokio::test]
async fn an_upstream_code_is_good_once_for_its_own_client_address_and_verifier() {
    let world = World::new(AssertionAlgorithm::Rs512).await;
    let answer = world.sign_in().await;
    redeem(&world.client, &answer, VERIFIER, "1").await.unwrap();
    assert_eq!(refused(redeem(&world.client, &answer, VERIFIER, "2").await), "invalid_grant");
    let answer = world.sign_in().await;
    assert_eq!(refused(redeem(&world.client, &answer, &"x".repeat(43), "3").await), "invalid_grant");
    let answer = world.sign_in().await;
    let moved = world.changed(|settings| settings.redirect_uri.push_str("/elsewhere"));
    assert_eq!(refused(redeem(&moved, &answer, VERIFIER, "4").await), "invalid_grant");
}

#[tokio::test]
async fn an_upstream_provider_knows_us_by_our_key() {
    let world = World::new(AssertionAlgorithm::Rs512).await;
    let answer = world.sign_in().await;
    let other = SigningKey::generate(AssertionAlgorithm::Rs512).unwrap();
    let stranger =
        world.changed(|settings| settings.key.pkcs8 = Secret::new(other.to_pkcs8().unwrap().expose().clone()));
    assert_eq!(refused(redeem(&stranger, &answer, VERIFIER, "1").await), "invalid_client");
    // An assertion is good once: its `jti` is remembered.
    redeem(&world.client, &answer, VERIFIER, "2").await.unwrap();
    assert_eq!(refused(redeem(&world.client, &world.sign_in().await, VERIFIER, "2").await), "invalid_client");
}
