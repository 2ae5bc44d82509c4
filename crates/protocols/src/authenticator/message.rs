//! Reading what an app sends, and writing what it is answered.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;
use wardkey_domain::op::{Actor, Op};
use wardkey_usecases::credential::app::{AppRefusal, Greeting};
use wardkey_usecases::{App, Circumstances};
use wardkey_wire::authenticator::{Hellos, MAX_BODY, from_base64url};

use crate::authenticator::error::Failure;

/// Reads the body of a call, and who makes it: nobody in particular, since only signatures count.
///
/// # Errors
/// It is not JSON, or too large.
pub async fn read(app: &App, request: Request) -> Result<(Op, Bytes), Failure> {
    let (head, body) = request.into_parts();
    if !is_json(&head.headers) {
        return Err(AppRefusal::Malformed.into());
    }
    let circumstances = head.extensions.get::<Circumstances>().cloned().unwrap_or_default();
    // SECURITY: reading stops at the limit, whatever length was announced.
    let body = to_bytes(body, MAX_BODY).await.map_err(|_| Failure::TooLarge)?;
    Ok((app.op(Actor::Anonymous, circumstances.origin), body))
}

/// What `body` greets with.
///
/// # Errors
/// It is not what the protocol describes.
pub fn greetings(body: &[u8]) -> Result<Vec<Greeting>, Failure> {
    let hellos = Hellos::parse(body)?.hellos;
    let greeting = |hello: wardkey_wire::authenticator::Hello| {
        let signature = from_base64url(&hello.signature)?;
        Ok(Greeting { account: hello.account, at: hello.at, signature })
    };
    hellos.into_iter().map(greeting).collect()
}

/// An answer that nobody may keep.
pub fn json(status: StatusCode, value: &impl Serialize) -> Response {
    // Nothing that is answered here can fail to be written.
    let body = serde_json::to_vec(value).unwrap_or_default();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Counts a call that was answered.
pub fn count(call: &'static str, outcome: &'static str) {
    metrics::counter!("wardkey_authenticator_calls_total", "call" => call, "outcome" => outcome).increment(1);
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.and_then(|value| value.split(';').next()).map(str::trim);
    essence.is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"))
}
