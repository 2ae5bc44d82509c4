//! A provider that answers what a test tells it to, and remembers what it was asked.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;
use wardkey_wire::jose::{Algorithm, JwkSet, SigningKey};

use super::{AssertionKey, CareIdentity, CareIdentitySettings};
use crate::outbound::{Outbound, OutboundSettings};

pub(super) const NOW: Timestamp = Timestamp::from_seconds(1_795_320_000);

/// The provider's key.
pub(super) static SIGNER: LazyLock<SigningKey> =
    LazyLock::new(|| SigningKey::generate(Algorithm::Rs256).unwrap().with_kid("theirs".to_owned()));
/// Ours.
static OURS: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::generate(Algorithm::Rs512).unwrap());

type Answers = Arc<Mutex<HashMap<&'static str, Vec<u8>>>>;

/// A provider on a port of its own.
pub(super) struct Provider {
    pub(super) port: u16,
    answers: Answers,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Provider {
    /// Starts one with good answers to everything.
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (answers, asked) = (Answers::default(), Arc::new(Mutex::new(Vec::new())));
        let provider = Self { port, answers: Arc::clone(&answers), asked: Arc::clone(&asked) };
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, Arc::clone(&answers), Arc::clone(&asked)));
            }
        });
        provider.describe(&json!({}));
        provider.publish(&[&SIGNER]);
        provider.assert(&json!({}));
        provider.tell(&json!({}));
        provider
    }

    pub(super) fn issuer(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What `path` is answered with from now on: a status line's end with further headers, and a body.
    pub(super) fn answer(&self, path: &'static str, head: &str, body: &str) {
        let answer = format!("HTTP/1.1 {head}\r\nconnection: close\r\n\r\n{body}").into_bytes();
        self.answers.lock().unwrap().insert(path, answer);
    }

    /// Its own document, changed.
    pub(super) fn describe(&self, change: &Value) {
        let issuer = self.issuer();
        let document = json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorize?realm=care"),
            "token_endpoint": format!("{issuer}/token"),
            "jwks_uri": format!("{issuer}/keys"),
            "userinfo_endpoint": format!("{issuer}/userinfo"),
        });
        self.answer("/.well-known/openid-configuration", "200 OK", &changed(document, change).to_string());
    }

    /// Its keys.
    pub(super) fn publish(&self, keys: &[&SigningKey]) {
        self.answer("/keys", "200 OK", &JwkSet::new(keys.iter().map(|key| key.jwk())).to_json());
    }

    /// The claims of a good ID token, changed.
    pub(super) fn claims(&self, change: &Value) -> Value {
        let now = NOW.as_seconds();
        let claims = json!({
            "iss": self.issuer(), "sub": "person-1", "aud": "wardkey", "nonce": "n-1", "acr": "AAL3_ANY",
            "iat": now, "exp": now + 300, "auth_time": now - 10,
        });
        changed(claims, change)
    }

    /// Has the token endpoint assert these claims.
    pub(super) fn assert(&self, change: &Value) {
        self.give(&SIGNER.sign(Some("JWT"), &self.claims(change)).unwrap());
    }

    /// Has the token endpoint give this ID token.
    pub(super) fn give(&self, id_token: &str) {
        let tokens = json!({ "access_token": "secret-access", "token_type": "Bearer", "id_token": id_token });
        self.answer("/token", "200 OK", &tokens.to_string());
    }

    /// Has the userinfo endpoint tell this.
    pub(super) fn tell(&self, change: &Value) {
        let claims = json!({ "sub": "person-1", "uid": "910000000001", "email": "nurse@hospital.example" });
        self.answer("/userinfo", "200 OK", &changed(claims, change).to_string());
    }

    /// The requests for `path` so far.
    pub(super) fn asked(&self, path: &str) -> Vec<String> {
        let of_path = |asked: &&String| asked.split(' ').nth(1) == Some(path);
        self.asked.lock().unwrap().iter().filter(of_path).cloned().collect()
    }

    pub(super) fn settings(&self) -> CareIdentitySettings {
        let key = AssertionKey {
            kid: "ours".to_owned(),
            algorithm: OURS.algorithm(),
            pkcs8: Secret::new(OURS.to_pkcs8().unwrap().expose().clone()),
        };
        let strengths = ["AAL3_ANY", "AAL2_OR_AAL3_ANY"].map(str::to_owned).to_vec();
        CareIdentitySettings {
            max_age_of_sign_in: Some(std::time::Duration::from_secs(600)),
            ..CareIdentitySettings::new(self.issuer(), "wardkey", key, strengths, "https://id.example/upstream")
        }
    }

    pub(super) fn outbound(&self) -> Outbound {
        let allow = vec![format!("127.0.0.1:{}", self.port).parse().unwrap()];
        Outbound::new(&OutboundSettings { allow, ..OutboundSettings::default() }).unwrap()
    }

    pub(super) fn client(&self) -> CareIdentity {
        self.client_with(self.settings())
    }

    pub(super) fn client_with(&self, settings: CareIdentitySettings) -> CareIdentity {
        CareIdentity::new(settings, self.outbound()).unwrap()
    }
}

/// `members` with those of `change` in place of its own; what is null there goes.
fn changed(mut members: Value, change: &Value) -> Value {
    let object = members.as_object_mut().unwrap();
    object.extend(change.as_object().unwrap().clone());
    object.retain(|_, value| !value.is_null());
    members
}

async fn serve(mut stream: TcpStream, answers: Answers, asked: Arc<Mutex<Vec<String>>>) {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    let text = loop {
        let count = stream.read(&mut buffer).await.unwrap_or(0);
        request.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&request).into_owned();
        let complete = text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
            let lower = head.to_lowercase();
            let length = lower.lines().find_map(|line| line.strip_prefix("content-length: "));
            length.is_none_or(|length| body.len() >= length.parse::<usize>().unwrap())
        });
        if count == 0 || complete {
            break text;
        }
    };
    let path = text.split(' ').nth(1).unwrap_or_default().to_owned();
    asked.lock().unwrap().push(text);
    let answer = answers.lock().unwrap().get(path.as_str()).cloned();
    // A client that refuses a large answer closes early.
    let _ = stream.write_all(&answer.unwrap_or_else(|| b"HTTP/1.1 404 Not Found\r\n\r\n".to_vec())).await;
}
