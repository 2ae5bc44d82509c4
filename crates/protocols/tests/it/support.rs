//! The provider alone, and a browser that only knows addresses.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use serde_json::Value;
use tower::ServiceExt as _;
use url::Url;
use wardkey_domain::application::{ClientSettings, RedirectUri};
use wardkey_testkit::{Authorization, OidcClient, TestApp, Tokens, Transport};
use wardkey_usecases::{Circumstances, Handover};

/// Somebody who can sign in.
pub const NURSE: &str = "nurse@practice.example";
/// Somebody else.
pub const CLERK: &str = "clerk@practice.example";
/// Where answers come to the application.
pub const CALLBACK: &str = "https://rota.example/callback";

/// The provider's endpoints, without the web edge around them.
pub struct Provider {
    pub test: TestApp,
    pub router: Router,
}

/// What a browser gets.
pub struct Browsed {
    pub status: StatusCode,
    pub location: Option<Url>,
    pub handover: Option<Handover>,
}

impl Provider {
    pub async fn start() -> Self {
        let test = TestApp::start().await;
        test.add_practice("Y00001").await;
        test.add_person("Y00001", NURSE).await;
        test.add_person("Y00001", CLERK).await;
        let router = wardkey_protocols::router(test.app.clone());
        Self { test, router }
    }

    /// Registers an application with a secret; `change` changes its settings first.
    pub async fn client(&self, change: impl FnOnce(&mut ClientSettings)) -> OidcClient {
        let mut settings = ClientSettings::web(vec![RedirectUri::parse(CALLBACK).unwrap()]);
        change(&mut settings);
        let client = self.test.add_application("Y00001", settings).await;
        OidcClient { transport: Transport::router(self.router.clone()), ..client }
    }

    /// What a browser gets that follows a link.
    pub async fn browse(&self, who: &Circumstances, address: &str) -> Browsed {
        let address = Url::parse(address).unwrap();
        let query = address.query().map(|query| format!("?{query}")).unwrap_or_default();
        let request = Request::get(format!("{}{query}", address.path())).body(Body::empty()).unwrap();
        self.send(who, request).await
    }

    /// What a browser gets that posts a form.
    pub async fn post(&self, who: &Circumstances, path: &str, form: &str) -> Browsed {
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()))
            .unwrap();
        self.send(who, request).await
    }

    async fn send(&self, who: &Circumstances, mut request: Request<Body>) -> Browsed {
        request.extensions_mut().insert(who.clone());
        let response = self.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.headers().get(header::CACHE_CONTROL).unwrap(), "no-store");
        Browsed {
            status: response.status(),
            location: response.headers().get(header::LOCATION).map(|to| to.to_str().unwrap().parse().unwrap()),
            handover: response.extensions().get::<Handover>().cloned(),
        }
    }

    /// Walks through an authorization with a session that is enough.
    pub async fn tokens(
        &self,
        client: &OidcClient,
        who: &Circumstances,
        extra: &[(&str, &str)],
    ) -> (Tokens, Authorization) {
        let authorization = client.authorization(extra);
        let code = self.browse(who, authorization.url.as_str()).await.parameter("code").unwrap();
        (client.exchange(&code, &authorization.pkce.verifier).await.unwrap(), authorization)
    }

    /// A code for `client`.
    pub async fn code(&self, client: &OidcClient, who: &Circumstances) -> (String, Authorization) {
        let authorization = client.authorization(&[]);
        let code = self.browse(who, authorization.url.as_str()).await.parameter("code").unwrap();
        (code, authorization)
    }
}

impl Browsed {
    /// A parameter of the address that the browser is sent to.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let location = self.location.as_ref()?;
        location.query_pairs().find(|(own, _)| own == name).map(|(_, value)| value.into_owned())
    }

    /// The path that the browser is sent to.
    pub fn path(&self) -> &str {
        self.location.as_ref().map_or("", Url::path)
    }

    /// The code of the page that the person sees instead of an answer.
    pub fn page(&self) -> Option<&'static str> {
        assert!(self.location.is_none() || self.handover.is_none());
        match &self.handover {
            Some(Handover::ErrorPage { code, .. }) => Some(code),
            Some(Handover::FormPost { .. }) | None => None,
        }
    }
}

/// Nobody in particular.
pub fn nobody() -> Circumstances {
    Circumstances::default()
}

/// The claims of a signed token, unverified.
pub fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    let bytes = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, payload).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

/// The whole body of an answer of the router.
pub async fn body(response: axum::response::Response) -> Vec<u8> {
    to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()
}
