//! The client.

use axum::http::{Method, Request, Response, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::jwk::JwkSet;
use serde_json::Value;
use url::Url;

use super::pkce::{Pkce, random_text};
use super::tokens::{IdToken, OAuthError, Tokens};
use crate::browser::Departure;
use crate::transport::Transport;

/// How a client proves who it is.
#[derive(Clone, Debug)]
pub enum ClientAuthentication {
    /// It cannot keep a secret.
    Public,
    /// `client_secret_basic`.
    Basic(String),
    /// `client_secret_post`.
    Post(String),
}

/// An application that signs people in.
#[derive(Clone, Debug)]
pub struct OidcClient {
    /// How it reaches the provider.
    pub transport: Transport,
    /// The provider.
    pub issuer: String,
    /// Its identifier.
    pub client_id: String,
    /// How it proves who it is.
    pub authentication: ClientAuthentication,
    /// Where answers come to it.
    pub redirect_uri: String,
    /// What it asks for.
    pub scope: String,
}

/// An authorization request that was made, with what must be remembered until the answer.
#[derive(Clone, Debug)]
pub struct Authorization {
    /// Where to send the browser.
    pub url: Url,
    /// Comes back unchanged.
    pub state: String,
    /// Comes back in the ID token.
    pub nonce: String,
    /// Proves that whoever exchanges the code began the request.
    pub pkce: Pkce,
}

impl OidcClient {
    /// The provider's description of itself.
    pub async fn discovery(&self) -> Value {
        self.json(self.get("/.well-known/openid-configuration", None).await)
    }

    /// The provider's keys.
    pub async fn keys(&self) -> JwkSet {
        let discovery = self.discovery().await;
        let uri = discovery["jwks_uri"].as_str().expect("a jwks_uri").to_owned();
        let answer = self.get(&self.path_of(&uri), None).await;
        serde_json::from_slice(answer.body()).expect("a key set")
    }

    /// Begins an authorization; `extra` parameters are added, or replace those of the same name, or remove them if empty.
    ///
    /// # Panics
    /// When the issuer is no address.
    pub fn authorization(&self, extra: &[(&str, &str)]) -> Authorization {
        let (state, nonce, pkce) = (random_text(), random_text(), Pkce::new());
        let mut parameters: Vec<(&str, &str)> = vec![
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", &self.redirect_uri),
            ("scope", &self.scope),
            ("state", &state),
            ("nonce", &nonce),
            ("code_challenge", &pkce.challenge),
            ("code_challenge_method", "S256"),
        ];
        parameters.retain(|(name, _)| !extra.iter().any(|(other, _)| other == name));
        parameters.extend(extra.iter().filter(|(_, value)| !value.is_empty()));
        let mut url = Url::parse(&format!("{}/oauth/authorize", self.issuer)).expect("the issuer is an address");
        url.query_pairs_mut().extend_pairs(parameters);
        Authorization { url, state, nonce, pkce }
    }

    /// Takes the code out of an answer, after checking state and issuer ([RFC 9207]).
    ///
    /// # Panics
    /// When there is no code, or the answer is not to `authorization`.
    pub fn code(&self, authorization: &Authorization, answer: &Departure) -> String {
        assert!(answer.url.as_str().starts_with(&self.redirect_uri), "{} is not ours", answer.url);
        assert_eq!(answer.parameter("state"), Some(authorization.state.clone()));
        assert_eq!(answer.parameter("iss"), Some(self.issuer.clone()));
        answer.parameter("code").unwrap_or_else(|| panic!("no code in {}", answer.url))
    }

    /// Exchanges a code.
    ///
    /// # Errors
    /// What the provider says against it.
    pub async fn exchange(&self, code: &str, verifier: &str) -> Result<Tokens, OAuthError> {
        let redirect_uri = self.redirect_uri.clone();
        self.token(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &redirect_uri),
            ("code_verifier", verifier),
        ])
        .await
    }

    /// Exchanges a refresh token.
    ///
    /// # Errors
    /// What the provider says against it.
    pub async fn refresh(&self, refresh_token: &str) -> Result<Tokens, OAuthError> {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await
    }

    /// Asks the token endpoint.
    ///
    /// # Errors
    /// What the provider says against it.
    ///
    /// # Panics
    /// When the answer is neither tokens nor an error in OAuth's form.
    pub async fn token(&self, parameters: &[(&str, &str)]) -> Result<Tokens, OAuthError> {
        let answer = self.post("/oauth/token", parameters).await;
        if answer.status().is_success() {
            assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
            return Ok(serde_json::from_slice(answer.body()).expect("tokens"));
        }
        let body = String::from_utf8_lossy(answer.body()).into_owned();
        let mut error: OAuthError =
            serde_json::from_slice(answer.body()).unwrap_or_else(|_| panic!("not OAuth: {body}"));
        error.status = answer.status().as_u16();
        Err(error)
    }

    /// Verifies the ID token of `tokens` as an answer to `authorization`.
    ///
    /// # Panics
    /// When it does not verify.
    pub async fn id_token(&self, tokens: &Tokens, authorization: &Authorization) -> IdToken {
        let token = tokens.id_token.as_deref().expect("there is an ID token");
        let verified = IdToken::verify(token, &self.keys().await, &self.issuer, &self.client_id);
        assert_eq!(verified.text("nonce"), authorization.nonce);
        verified
    }

    /// Asks for the claims of the person, with an access token.
    pub async fn userinfo(&self, access_token: &str) -> Response<Vec<u8>> {
        self.get("/oauth/userinfo", Some(access_token)).await
    }

    /// Asks whether a token is still good.
    pub async fn introspect(&self, token: &str) -> Value {
        let answer = self.post("/oauth/introspect", &[("token", token)]).await;
        self.json(answer)
    }

    /// Takes a token back.
    pub async fn revoke(&self, token: &str) -> u16 {
        self.post("/oauth/revoke", &[("token", token)]).await.status().as_u16()
    }

    /// Posts a form to an endpoint with this client's authentication.
    pub async fn post(&self, path: &str, parameters: &[(&str, &str)]) -> Response<Vec<u8>> {
        let mut parameters = parameters.to_vec();
        let mut request = self.request(Method::POST, path);
        match &self.authentication {
            ClientAuthentication::Public => parameters.push(("client_id", &self.client_id)),
            ClientAuthentication::Basic(secret) => {
                let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
                let pair = STANDARD.encode(format!("{}:{}", encode(&self.client_id), encode(secret)));
                request = request.header(header::AUTHORIZATION, format!("Basic {pair}"));
            }
            ClientAuthentication::Post(secret) => {
                parameters.extend([("client_id", self.client_id.as_str()), ("client_secret", secret.as_str())]);
            }
        }
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.transport.send(request.body(form(&parameters)).expect("a request")).await
    }

    /// Gets a path, with an access token if there is one.
    pub async fn get(&self, path: &str, access_token: Option<&str>) -> Response<Vec<u8>> {
        let mut request = self.request(Method::GET, path);
        if let Some(token) = access_token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        self.transport.send(request.body(Vec::new()).expect("a request")).await
    }

    fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        let host = self.issuer.split_once("://").map_or("", |(_, rest)| rest);
        Request::builder().method(method).uri(path).header(header::HOST, host)
    }

    fn path_of(&self, address: &str) -> String {
        address.strip_prefix(&self.issuer).expect("an address of the issuer").to_owned()
    }

    fn json(&self, answer: Response<Vec<u8>>) -> Value {
        serde_json::from_slice(answer.body())
            .unwrap_or_else(|_| panic!("{} is not JSON: {}", answer.status(), String::from_utf8_lossy(answer.body())))
    }
}

/// A form as it is posted.
fn form(parameters: &[(&str, &str)]) -> Vec<u8> {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish().into_bytes()
}
