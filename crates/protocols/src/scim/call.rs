//! A request: who asks, what for, and with what.

use axum::body::{Bytes, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use http::request::Parts;
use http::{HeaderName, header};
use wardkey_domain::op::{Actor, Op};
use wardkey_domain::permission::ApiScope;
use wardkey_usecases::{App, Error};
use wardkey_wire::scim::{Limits, MEDIA_TYPE, Precondition, ScimError, Search};

use crate::oidc::OidcState;
use crate::oidc::admission::admit;
use crate::scim::answer::{Answer, presented};
use crate::scim::error::Failure;
use crate::scim::paths;
use crate::scim::turnstile::{Inside, Turnstile};

/// How much one request may ask for.
pub const LIMITS: Limits = Limits { operations: 200, payload: 1_048_576, results: 200 };
/// How many resources an answer has, when the client does not say.
const USUAL_RESULTS: u64 = 100;

/// What every endpoint needs. Cheap to clone.
#[derive(Clone)]
pub struct ScimState {
    provider: OidcState,
    turnstile: Turnstile,
}

impl ScimState {
    /// Builds it.
    pub fn new(app: App) -> Self {
        Self { provider: OidcState::new(app), turnstile: Turnstile::default() }
    }

    /// Presents what came of a request to `endpoint`.
    pub fn present(&self, endpoint: &'static str, answered: Result<Answer, Failure>) -> Response {
        presented(&self.provider, endpoint, answered)
    }
}

/// A request of an application that was let in.
pub struct Call {
    /// Who acts, by which mandate.
    pub op: Op,
    /// The body.
    pub body: Bytes,
    head: Parts,
    provider: OidcState,
    _inside: Inside,
}

impl Call {
    /// Lets the application in, and reads what it sends.
    ///
    /// # Errors
    /// It is not let in, too many requests are worked on, or the body is too long or of another type.
    pub async fn read(state: &ScimState, request: Request) -> Result<Self, Failure> {
        let (head, body) = request.into_parts();
        // SECURITY: nothing of the body is read before the application is let in.
        let op = admit(&state.provider, &head, ApiScope::Provision).await?;
        let Actor::Application(application) = &op.actor else { return Err(Error::NotFound("page").into()) };
        let inside = state.turnstile.enter(application.id).ok_or(Failure::Crowded)?;
        // SECURITY: reading stops at the limit, whatever length was announced.
        let body = to_bytes(body, LIMITS.payload)
            .await
            .map_err(|_| ScimError::of(413, format!("A request may have {} bytes.", LIMITS.payload)))?;
        if !body.is_empty() && !is_json(&head) {
            return Err(ScimError::of(415, format!("The body must be `{MEDIA_TYPE}`.")).into());
        }
        Ok(Self { op, body, head, provider: state.provider.clone(), _inside: inside })
    }

    /// The application.
    pub fn app(&self) -> &App {
        &self.provider.app
    }

    /// The absolute address of something below the base.
    pub fn location(&self, path: &str) -> String {
        self.provider.address(&format!("{}{path}", paths::BASE))
    }

    /// What the query of the address asks for.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn search(&self) -> Result<Search, ScimError> {
        Search::of_query(self.head.uri.query().unwrap_or_default())
    }

    /// What version the client means to change.
    pub fn if_match(&self) -> Option<Precondition> {
        self.precondition(header::IF_MATCH)
    }

    /// What versions the client knows.
    pub fn if_none_match(&self) -> Option<Precondition> {
        self.precondition(header::IF_NONE_MATCH)
    }

    fn precondition(&self, name: HeaderName) -> Option<Precondition> {
        self.head.headers.get(name).map(|value| Precondition::parse(value.as_bytes()))
    }
}

/// How many resources an answer to `search` has.
pub fn wanted(search: &Search) -> u32 {
    let wanted = search.count.unwrap_or(USUAL_RESULTS).min(LIMITS.results);
    u32::try_from(wanted).unwrap_or(u32::MAX)
}

fn is_json(head: &Parts) -> bool {
    let content_type = head.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.and_then(|value| value.split(';').next()).map(str::trim);
    essence.is_some_and(|essence| {
        essence.eq_ignore_ascii_case(MEDIA_TYPE) || essence.eq_ignore_ascii_case("application/json")
    })
}
