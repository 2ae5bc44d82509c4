//! Figures for Prometheus.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::http::StatusCode;
use metrics::{Counter, Histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Upper ends of the classes of duration, in seconds: from a cached answer to a queued password hash.
const BUCKETS: [f64; 10] = [0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

const DURATION: &str = "wardkey_request_duration_seconds";
const REQUESTS: &str = "wardkey_requests_total";

/// The recorder of figures, and how to read it.
#[derive(Clone)]
pub struct Figures(PrometheusHandle);

impl Figures {
    /// Starts to record figures; nothing if another recorder was started before, or the buckets are refused.
    pub fn start() -> Option<Self> {
        let builder = PrometheusBuilder::new().set_buckets_for_metric(Matcher::Full(DURATION.to_owned()), &BUCKETS);
        let recorder = builder.ok()?.build_recorder();
        let handle = recorder.handle();
        metrics::set_global_recorder(recorder).ok()?;
        metrics::describe_histogram!(DURATION, "How long requests took, by route template.");
        metrics::describe_counter!(REQUESTS, "Requests, by route template and class of status.");
        metrics::describe_gauge!("wardkey_connections", "Connections that are open.");
        metrics::describe_counter!(
            "wardkey_connections_refused_total",
            "Connections refused because too many were open."
        );
        Some(Self(handle))
    }

    /// All figures in the text format of Prometheus.
    pub fn text(&self) -> String {
        self.0.render()
    }

    /// Folds recorded durations into their classes; without it they would pile up until somebody reads them.
    pub fn tidy_up(&self) {
        self.0.run_upkeep();
    }
}

/// The figures of each route, looked up once per request without building their names.
#[derive(Clone, Default)]
pub struct RouteFigures(Arc<RwLock<HashMap<String, Arc<OneRoute>>>>);

struct OneRoute {
    duration: Histogram,
    /// By class of status: 1xx, 2xx, 3xx, 4xx, 5xx.
    requests: [Counter; 5],
}

impl RouteFigures {
    /// Counts one request.
    pub fn count(&self, route: &str, status: StatusCode, took: Duration) {
        let figures = self.of(route);
        figures.duration.record(took.as_secs_f64());
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        if let Some(counter) = figures.requests.get(class) {
            counter.increment(1);
        }
    }

    fn of(&self, route: &str) -> Arc<OneRoute> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).get(route).map(Arc::clone);
        known.unwrap_or_else(|| {
            let figures = Arc::new(OneRoute::new(route));
            let mut routes = self.0.write().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(routes.entry(route.to_owned()).or_insert(figures))
        })
    }
}

impl OneRoute {
    fn new(route: &str) -> Self {
        let requests = ["1xx", "2xx", "3xx", "4xx", "5xx"]
            .map(|class| metrics::counter!(REQUESTS, "route" => route.to_owned(), "status" => class));
        Self { duration: metrics::histogram!(DURATION, "route" => route.to_owned()), requests }
    }
}
