//! What is recorded of each request: the route's template, never the address itself, which may hold a code or a name. And
//! how long a request may take, since both watch it from its beginning to its end.

use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::time::Instant;
use tracing::Instrument as _;

use super::figures::RouteFigures;

/// Routes that machines ask many times a second and that answer from memory: counted, but logged only when they fail, and
/// never given up: a timer for each costs more than they do.
const QUIET: [&str; 6] =
    ["/healthz", "/readyz", "/metrics", "/session/check", "/oauth/jwks", "/assets/{version}/{*name}"];

/// A request to no route of ours.
const UNKNOWN: &str = "unmatched";

/// What [`observe`] counts with.
#[derive(Clone)]
pub struct RequestTelemetry {
    figures: RouteFigures,
    time_out: Duration,
}

impl RequestTelemetry {
    /// With no figures yet; a request that takes longer than `time_out` is given up.
    pub fn new(time_out: Duration) -> Self {
        Self { figures: RouteFigures::default(), time_out }
    }
}

/// Counts and logs one request.
pub async fn observe(State(telemetry): State<RequestTelemetry>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = matched.as_ref().map_or(UNKNOWN, MatchedPath::as_str);
    let method = request.method().clone();
    if QUIET.contains(&route) {
        let response = next.run(request).await;
        telemetry.figures.count(route, response.status(), began.elapsed());
        if response.status().is_server_error() {
            log(method.as_str(), route, &response, began.elapsed());
        }
        return response;
    }
    // `App::op` notes the identifier that audit events of this request bear.
    let span = tracing::info_span!("request", request.id = tracing::field::Empty);
    let response = tokio::time::timeout(telemetry.time_out, next.run(request)).instrument(span.clone()).await;
    let response = response.unwrap_or_else(|_| StatusCode::SERVICE_UNAVAILABLE.into_response());
    let took = began.elapsed();
    telemetry.figures.count(route, response.status(), took);
    span.in_scope(|| log(method.as_str(), route, &response, took));
    response
}

fn log(method: &str, route: &str, response: &Response, took: Duration) {
    let status = response.status().as_u16();
    let duration_ms = took.as_secs_f64() * 1_000.0;
    tracing::info!(method, route, status, duration_ms, "answered a request");
}
