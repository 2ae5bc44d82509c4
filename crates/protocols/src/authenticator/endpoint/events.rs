//! A stream that says when to look [WHATWG HTML §9.2].

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use futures_util::stream::unfold;
use http::{HeaderValue, header};
use tokio::time::{Instant, timeout, timeout_at};
use wardkey_usecases::credential::app::await_requests;
use wardkey_usecases::{App, Waiter};

use crate::authenticator::error::Failure;
use crate::authenticator::message::{count, greetings, read};

const CALL: &str = "events";
/// After this long without a word a comment is sent, so that nobody on the way takes the connection for dead.
const SILENCE: Duration = Duration::from_secs(20);
/// How long a stream lasts: then the app greets anew, so that one that was removed does not listen on.
const LASTS: Duration = Duration::from_secs(300);

const CHANGED: &[u8] = b"event: changed\ndata: {}\n\n";
const COMMENT: &[u8] = b":\n\n";

/// `POST /authenticator/v1/events`
pub async fn stream(State(app): State<App>, request: Request) -> Response {
    match waiter(&app, request).await {
        Ok(waiter) => {
            count(CALL, "opened");
            let mut response = Response::new(Body::from_stream(events(waiter)));
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            // Proxies that know it pass each event on at once, however they are set up.
            headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
            response
        }
        Err(failure) => failure.answer(&app, CALL),
    }
}

async fn waiter(app: &App, request: Request) -> Result<Waiter, Failure> {
    let (op, body) = read(app, request).await?;
    Ok(await_requests(app, &op, &greetings(&body)?).await??)
}

fn events(waiter: Waiter) -> impl futures_util::Stream<Item = Result<Bytes, Infallible>> {
    let until = Instant::now() + LASTS;
    // The first word tells the app that it is connected: whatever happened before, it looks now.
    unfold((waiter, true), move |(waiter, first)| async move {
        if first {
            return Some((Ok(Bytes::from_static(CHANGED)), (waiter, false)));
        }
        match timeout_at(until, timeout(SILENCE, waiter.woken())).await {
            Ok(Ok(true)) => Some((Ok(Bytes::from_static(CHANGED)), (waiter, false))),
            Ok(Err(_)) => Some((Ok(Bytes::from_static(COMMENT)), (waiter, false))),
            // The server stops, or the time is over: the app comes back, to whichever node.
            Ok(Ok(false)) | Err(_) => None,
        }
    })
}
