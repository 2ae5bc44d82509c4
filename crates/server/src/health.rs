//! What monitoring asks: `/healthz`, `/readyz` and `/metrics`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::sync::Mutex;
use tokio::time::Instant;
use wardkey_domain::secret::Secret;
use wardkey_store::Store;

use crate::telemetry::Figures;

/// An answer about the database is good for this long, so that nobody can keep it busy by asking.
const GOOD_FOR: Duration = Duration::from_secs(2);

/// A database that does not answer within this long is not ready.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whether this process can serve.
#[derive(Clone)]
pub struct Health(Arc<Inner>);

struct Inner {
    store: Store,
    stopping: AtomicBool,
    last: Mutex<Option<(Instant, bool)>>,
}

impl Health {
    /// Of a process on `store`.
    pub fn new(store: Store) -> Self {
        Self(Arc::new(Inner { store, stopping: AtomicBool::new(false), last: Mutex::new(None) }))
    }

    /// From now on the process is not ready: it is about to stop.
    pub fn stop(&self) {
        self.0.stopping.store(true, Ordering::Relaxed);
    }

    async fn is_ready(&self) -> bool {
        !self.0.stopping.load(Ordering::Relaxed) && self.is_database_ready().await
    }

    async fn is_database_ready(&self) -> bool {
        let mut last = self.0.last.lock().await;
        if let Some((at, ready)) = *last
            && at.elapsed() < GOOD_FOR
        {
            return ready;
        }
        let asked = tokio::time::timeout(PATIENCE, self.0.store.pending_migrations()).await;
        let ready = matches!(&asked, Ok(Ok(pending)) if pending.is_empty());
        if !ready {
            tracing::warn!("the database cannot be reached or is not up to date");
        }
        *last = Some((Instant::now(), ready));
        ready
    }
}

/// `/healthz`: the process lives. `/readyz`: it can serve.
pub fn routes(health: Health) -> Router {
    Router::new().route("/healthz", get(|| async { "ok\n" })).route("/readyz", get(readyz)).with_state(health)
}

async fn readyz(State(health): State<Health>) -> Response {
    if health.is_ready().await {
        return "ready\n".into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "2")], "not ready\n").into_response()
}

/// `/metrics` on the main listeners, behind a bearer token; no such route without one.
pub fn figures(open: Option<(Figures, Secret<String>)>) -> Router {
    let Some(open) = open else { return Router::new() };
    Router::new().route("/metrics", get(with_token)).with_state(Arc::new(open))
}

/// `/metrics` on a listener of its own, open to whoever reaches it.
pub fn figures_alone(figures: Figures) -> Router {
    Router::new()
        .route("/metrics", get(|State(figures): State<Figures>| async move { text(&figures) }))
        .with_state(figures)
}

async fn with_token(State(open): State<Arc<(Figures, Secret<String>)>>, headers: HeaderMap) -> Response {
    let (figures, token) = &*open;
    let presented = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    if presented.is_some_and(|presented| Secret::new(presented.to_owned()) == *token) {
        return text(figures);
    }
    (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer")]).into_response()
}

fn text(figures: &Figures) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], figures.text()).into_response()
}
