//! Cross-origin requests, for the endpoints that scripts of public clients call.
//!
//! Any origin may ask, since nothing that a browser adds by itself (cookies) counts at these endpoints.

use axum::response::Response;
use http::{HeaderValue, StatusCode, header};

use crate::oidc::answer;

/// Answers a browser that asks beforehand whether a script may ask.
pub async fn preflight() -> Response {
    let mut response = answer::empty(StatusCode::NO_CONTENT);
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, OPTIONS"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("authorization, content-type"));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600"));
    allow_any_origin(response)
}

/// Lets scripts of any origin read an answer.
pub fn allow_any_origin(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("www-authenticate, retry-after"));
    response
}
