//! Answers to machines: JSON that nobody may keep, and a counter for each.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use wardkey_usecases::Error;

use crate::oidc::error::Failure;

/// The type of every answer to a machine.
pub const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// An answer that nobody may keep [RFC 6749 §5.1].
pub fn json(status: StatusCode, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, JSON);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

/// `value` as an answer that nobody may keep.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn json_of(status: StatusCode, value: &impl Serialize) -> Result<Response, Failure> {
    let body = serde_json::to_vec(value).map_err(|error| Error::internal("write an answer", error))?;
    Ok(json(status, body))
}

/// An empty answer.
pub fn empty(status: StatusCode) -> Response {
    let mut response = json(status, Body::empty());
    response.headers_mut().remove(header::CONTENT_TYPE);
    response
}

/// Counts an answer of `endpoint`.
pub fn count(endpoint: &'static str, outcome: &'static str) {
    metrics::counter!("wardkey_oidc_answers_total", "endpoint" => endpoint, "outcome" => outcome).increment(1);
}
