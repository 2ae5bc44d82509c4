//! Answers: `application/scim+json`, counted.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value};
use wardkey_wire::scim::{MEDIA_TYPE, Precondition, ScimError};

use crate::oidc::OidcState;
use crate::oidc::admission;
use crate::oidc::set_header;
use crate::scim::error::Failure;

/// What is answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The body.
    pub body: Option<Value>,
    /// Where the resource is.
    pub location: Option<String>,
    /// Its version.
    pub version: Option<String>,
}

impl Answer {
    /// A document of the server's own.
    pub const fn document(body: Value) -> Self {
        Self { status: StatusCode::OK, body: Some(body), location: None, version: None }
    }

    /// A resource.
    pub fn resource(status: StatusCode, body: Map<String, Value>, location: String, version: String) -> Self {
        Self { status, body: Some(body.into()), location: Some(location), version: Some(version) }
    }

    /// Nothing: it is gone.
    pub const fn gone() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: None, location: None, version: None }
    }
}

/// Presents what came of a request to `endpoint`.
pub fn presented(state: &OidcState, endpoint: &'static str, answered: Result<Answer, Failure>) -> Response {
    match answered {
        Ok(answer) => {
            count(endpoint, answer.status);
            let mut response = written(answer.status, answer.body.as_ref());
            if let Some(location) = &answer.location {
                set_header(&mut response, header::LOCATION, location);
                set_header(&mut response, header::CONTENT_LOCATION, location);
            }
            if let Some(version) = &answer.version {
                set_header(&mut response, header::ETAG, &Precondition::tag(version));
            }
            response
        }
        Err(failure) => {
            let mut response = refusal(endpoint, &failure.told(endpoint));
            if let Failure::Bearer(error) = &failure
                && let Some(challenge) =
                    admission::challenge(state, error).headers_mut().remove(header::WWW_AUTHENTICATE)
            {
                response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
            }
            if let Some(retry_after) = failure.retry_after() {
                let seconds = HeaderValue::from(retry_after.as_secs().max(1));
                response.headers_mut().insert(header::RETRY_AFTER, seconds);
            }
            response
        }
    }
}

/// An error.
pub fn refusal(endpoint: &'static str, error: &ScimError) -> Response {
    let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
    count(endpoint, status);
    written(status, Some(&error.body()))
}

fn written(status: StatusCode, body: Option<&Value>) -> Response {
    let mut response = match body {
        Some(body) => Response::new(Body::from(body.to_string())),
        None => Response::new(Body::empty()),
    };
    *response.status_mut() = status;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if body.is_some() {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    }
    response
}

fn count(endpoint: &'static str, status: StatusCode) {
    let status = status.as_str().to_owned();
    metrics::counter!("wardkey_scim_answers_total", "endpoint" => endpoint, "status" => status).increment(1);
}
