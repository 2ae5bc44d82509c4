//! A person, an application and what passes between them, without messages.

use std::sync::Arc;

use wardkey_domain::application::token::access_token_hash;
use wardkey_domain::application::{
    AcrRequest, AuthorizationRequest, ClaimsRequest, ClientSettings, Prompts, RedirectUri, ResponseMode,
};
use wardkey_domain::op::{ActingApplication, Actor, Op, Origin};
use wardkey_domain::secret::TokenHash;
use wardkey_testkit::TestApp;
use wardkey_usecases::application::{
    self, AccessText, Authorized, Client, CodeExchange, Issued, TokenAnswer, TokenRefusal, authorize, exchange_code,
    exchange_refresh,
};
use wardkey_usecases::session::{self, Authenticated};
use wardkey_usecases::{App, Circumstances};

pub const NURSE: &str = "nurse@practice.example";
pub const CALLBACK: &str = "https://rota.example/callback";

/// Runs a test on each engine.
macro_rules! on_both_engines {
    ($name:ident, |$test:ident| $body:block) => {
        mod $name {
            use super::*;

            async fn body($test: &wardkey_testkit::TestApp) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                body(&wardkey_testkit::TestApp::on_engine(wardkey_testkit::EngineKind::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if wardkey_testkit::EngineKind::Postgres.is_available() {
                    body(&wardkey_testkit::TestApp::on_engine(wardkey_testkit::EngineKind::Postgres).await).await;
                }
            }
        }
    };
}
pub(crate) use on_both_engines;

/// A practice with a nurse, who is signed in, and an application.
pub struct Scene {
    pub client_id: String,
    pub browser: Circumstances,
}

impl Scene {
    pub async fn of(test: &TestApp) -> Self {
        test.add_practice("Y00001").await;
        test.add_person("Y00001", NURSE).await;
        let settings = ClientSettings {
            pkce: wardkey_domain::application::Pkce::Optional,
            ..ClientSettings::web(vec![RedirectUri::parse(CALLBACK).unwrap()])
        };
        let client = test.add_application("Y00001", settings).await;
        Self { client_id: client.client_id, browser: test.signed_in(NURSE).await }
    }

    pub async fn client(&self, app: &App) -> Arc<Client> {
        application::find(app, &self.client_id).await.unwrap().unwrap()
    }

    pub async fn person(&self, app: &App) -> Authenticated {
        session::authenticate(app, &self.browser).await.unwrap().unwrap()
    }

    /// The circumstances of what the person does.
    pub async fn op(&self, app: &App) -> Op {
        self.person(app).await.op(app, &self.browser)
    }

    /// The circumstances of what the application does.
    pub async fn client_op(&self, app: &App) -> Op {
        let acting = ActingApplication { id: self.client(app).await.id(), mandate: None };
        app.op(Actor::Application(acting), Origin::default())
    }

    /// A code.
    pub async fn code(&self, app: &App) -> String {
        let (client, person) = (self.client(app).await, self.person(app).await);
        let op = person.op(app, &self.browser);
        let request = request(&client, &op);
        match authorize(app, &op, &client, Some(&person), request).await.unwrap() {
            Authorized::Code { code, .. } => code.expose().clone(),
            other => panic!("{other:?}"),
        }
    }

    /// Exchanges a code.
    pub async fn exchange(&self, app: &App, code: &str) -> Result<Box<Issued>, TokenRefusal> {
        let exchange = CodeExchange { code, redirect_uri: Some(CALLBACK), verifier: None };
        answer(exchange_code(app, &self.client_op(app).await, &self.client(app).await, exchange).await.unwrap())
    }

    /// Exchanges a refresh token.
    pub async fn refresh(&self, app: &App, token: &str) -> Result<Box<Issued>, TokenRefusal> {
        answer(exchange_refresh(app, &self.client_op(app).await, &self.client(app).await, token, None).await.unwrap())
    }

    /// Tokens for the person.
    pub async fn tokens(&self, app: &App) -> Box<Issued> {
        let code = self.code(app).await;
        self.exchange(app, &code).await.unwrap()
    }

    /// Whether an access token is good, asked twice: once of the database and once of memory.
    pub async fn is_good(&self, app: &App, issued: &Issued) -> bool {
        let client = self.client(app).await;
        let first = application::introspect(app, &client, &hash(issued)).await.unwrap().is_some();
        let second = application::introspect(app, &client, &hash(issued)).await.unwrap().is_some();
        assert_eq!(first, second);
        first
    }
}

pub fn request(client: &Client, op: &Op) -> AuthorizationRequest {
    AuthorizationRequest {
        application: client.id(),
        redirect_uri: CALLBACK.to_owned(),
        response_mode: ResponseMode::Query,
        state: None,
        scope: "openid email offline_access".parse().unwrap(),
        nonce: None,
        challenge: None,
        prompt: Prompts::default(),
        max_age: None,
        acr: AcrRequest::default(),
        claims: ClaimsRequest::default(),
        login_hint: None,
        hinted: None,
        asked_at: op.now,
    }
}

pub fn answer(answer: TokenAnswer) -> Result<Box<Issued>, TokenRefusal> {
    match answer {
        TokenAnswer::Issued(issued) => Ok(issued),
        TokenAnswer::Refused(refusal) => Err(refusal),
    }
}

pub fn hash(issued: &Issued) -> TokenHash {
    match &issued.access {
        AccessText::Reference(text) => access_token_hash(text.expose()).unwrap(),
        AccessText::Signed { .. } => panic!("a signed token"),
    }
}

pub fn refresh_of(issued: &Issued) -> String {
    issued.refresh.as_ref().unwrap().expose().clone()
}
