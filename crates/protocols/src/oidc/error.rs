//! Failures as the standards tell them: to a client as JSON or by way of its verified address, to a person as a page.

use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderName, HeaderValue, StatusCode, header};
use wardkey_domain::application::PageRefusal;
use wardkey_usecases::{Error, Handover};
use wardkey_wire::oauth::response::AuthorizationResponse;
use wardkey_wire::oauth::{ErrorCode, OAuthError};

use crate::oidc::answer;

/// Why an endpoint that machines call does not do what it was asked.
#[derive(Debug)]
pub enum Failure {
    /// The standard's own error.
    Protocol(OAuthError),
    /// A fault, or too much work.
    UseCase(Error),
}

impl From<OAuthError> for Failure {
    fn from(error: OAuthError) -> Self {
        Self::Protocol(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::UseCase(error)
    }
}

impl Failure {
    /// The answer of `endpoint`, counted.
    pub fn answer(self, endpoint: &'static str) -> Response {
        match self {
            Self::Protocol(error) => {
                answer::count(endpoint, error.code.as_str());
                refusal(&error)
            }
            Self::UseCase(error) => fault(endpoint, &error),
        }
    }
}

fn refusal(error: &OAuthError) -> Response {
    let told = error.answer();
    let status = StatusCode::from_u16(told.status).unwrap_or(StatusCode::BAD_REQUEST);
    let mut response = answer::json(status, told.body);
    if let Some(challenge) = told.www_authenticate {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    response
}

fn fault(endpoint: &'static str, error: &Error) -> Response {
    match trouble(endpoint, error) {
        Trouble::Overload(retry_after) => {
            let mut response = refusal(&OAuthError::new(ErrorCode::TemporarilyUnavailable, "try again in a moment"));
            set_retry_after(&mut response, retry_after);
            response
        }
        Trouble::Fault => refusal(&OAuthError::new(ErrorCode::ServerError, "something went wrong on our side")),
    }
}

enum Trouble {
    Overload(Duration),
    Fault,
}

/// Sorts a use case's error, counts it, and logs a fault once.
fn trouble(endpoint: &'static str, error: &Error) -> Trouble {
    match error {
        Error::Unavailable { retry_after } => {
            answer::count(endpoint, "temporarily_unavailable");
            Trouble::Overload(*retry_after)
        }
        Error::NotFound(_)
        | Error::Conflict(_)
        | Error::Forbidden(_)
        | Error::Invalid(_)
        | Error::FreshFactorNeeded
        | Error::Internal { .. } => {
            answer::count(endpoint, "server_error");
            tracing::error!(endpoint, error = error as &dyn std::error::Error, "failed to answer an application");
            Trouble::Fault
        }
    }
}

fn set_retry_after(response: &mut Response, retry_after: Duration) {
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after.as_secs().max(1)));
}

/// A page that tells the person why there is no answer for the application.
pub fn page(endpoint: &'static str, refusal: PageRefusal) -> Response {
    answer::count(endpoint, refusal.word());
    drawn(StatusCode::BAD_REQUEST, refusal)
}

/// A page for a fault, or too much work, when the application cannot be told.
pub fn fault_page(endpoint: &'static str, error: &Error) -> Response {
    match trouble(endpoint, error) {
        Trouble::Overload(retry_after) => {
            let mut response = drawn(StatusCode::SERVICE_UNAVAILABLE, PageRefusal::Overload);
            set_retry_after(&mut response, retry_after);
            response
        }
        Trouble::Fault => drawn(StatusCode::INTERNAL_SERVER_ERROR, PageRefusal::Fault),
    }
}

fn drawn(status: StatusCode, refusal: PageRefusal) -> Response {
    let mut response = answer::empty(status);
    let page = Handover::ErrorPage { code: refusal.code(), message: refusal.message().to_owned() };
    response.extensions_mut().insert(page);
    response
}

/// Sends the browser on.
pub fn redirect(location: &str) -> Response {
    match HeaderValue::from_str(location) {
        Ok(location) => {
            let mut response = answer::empty(StatusCode::SEE_OTHER);
            response.headers_mut().insert(header::LOCATION, location);
            response
        }
        // Only a registered address could be so odd, and registration does not let it.
        Err(_) => drawn(StatusCode::BAD_REQUEST, PageRefusal::UnknownAddress),
    }
}

/// Sends an answer to the application, by way of its verified address.
pub fn respond(answer: AuthorizationResponse) -> Response {
    match answer {
        AuthorizationResponse::Redirect(location) => redirect(&location),
        AuthorizationResponse::FormPost { action, fields } => {
            let mut response = answer::empty(StatusCode::OK);
            response.extensions_mut().insert(Handover::FormPost { action, fields });
            response
        }
    }
}

/// Sets a header that is made of text of ours; one that cannot be a header is left out.
pub fn set_header(response: &mut Response<Body>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
