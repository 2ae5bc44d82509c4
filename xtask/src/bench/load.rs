//! Closed loops: so many workers, each doing its next deed when the last one is done.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::connection::Connection;

/// As many workers as the limits are measured with.
pub const CONCURRENCY: usize = 32;
const WARM_UP: Duration = Duration::from_secs(1);
/// How long a figure is measured for.
pub const MEASURED: Duration = Duration::from_secs(5);

/// What a worker counts its deeds with.
#[derive(Clone, Default)]
pub struct Meter(Arc<Counts>);

#[derive(Default)]
struct Counts {
    stopped: AtomicBool,
    done: AtomicU64,
}

impl Meter {
    /// Whether to go on.
    pub fn goes_on(&self) -> bool {
        !self.0.stopped.load(Ordering::Relaxed)
    }

    /// Counts a deed.
    pub fn count(&self) {
        self.0.done.fetch_add(1, Ordering::Relaxed);
    }
}

/// Deeds a second of [`CONCURRENCY`] workers, after a warm-up.
pub async fn closed<Work, Working>(measured: Duration, work: Work) -> io::Result<f64>
where
    Work: Fn(usize, Meter) -> Working,
    Working: Future<Output = io::Result<()>> + Send + 'static,
{
    let meter = Meter::default();
    let mut workers = JoinSet::new();
    for number in 0..CONCURRENCY {
        workers.spawn(work(number, meter.clone()));
    }
    tokio::time::sleep(WARM_UP).await;
    let (before, started) = (meter.0.done.load(Ordering::Relaxed), Instant::now());
    tokio::time::sleep(measured).await;
    let (after, took) = (meter.0.done.load(Ordering::Relaxed), started.elapsed());
    meter.0.stopped.store(true, Ordering::Relaxed);
    while let Some(ended) = workers.join_next().await {
        ended.map_err(io::Error::other)??;
    }
    Ok(rate(after - before, took))
}

/// Requests a second of one request, sent again and again for `measured` after a warm-up.
pub async fn repeated(port: u16, request: Vec<u8>, expected: u16, measured: Duration) -> io::Result<f64> {
    let request = Arc::new(request);
    closed(measured, move |_, meter| {
        let request = Arc::clone(&request);
        async move {
            let mut connection = Connection::new(port);
            while meter.goes_on() {
                let status = connection.status(&request).await?;
                if status != expected {
                    return Err(io::Error::other(format!("it answered {status} instead of {expected}")));
                }
                meter.count();
            }
            Ok(())
        }
    })
    .await
}

/// Does `jobs` jobs with [`CONCURRENCY`] workers; returns jobs a second.
pub async fn jobs<Work, Working>(jobs: usize, work: Work) -> io::Result<f64>
where
    Work: Fn(usize) -> Working + Clone + Send + Sync + 'static,
    Working: Future<Output = io::Result<()>> + Send + 'static,
{
    let (next, started) = (Arc::new(AtomicUsize::new(0)), Instant::now());
    let mut workers = JoinSet::new();
    for _ in 0..CONCURRENCY {
        let (next, work) = (Arc::clone(&next), work.clone());
        workers.spawn(async move {
            loop {
                let job = next.fetch_add(1, Ordering::Relaxed);
                if job >= jobs {
                    return Ok::<(), io::Error>(());
                }
                work(job).await?;
            }
        });
    }
    while let Some(ended) = workers.join_next().await {
        ended.map_err(io::Error::other)??;
    }
    Ok(rate(u64::try_from(jobs).unwrap_or(0), started.elapsed()))
}

fn rate(done: u64, took: Duration) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts of a few seconds")]
    let done = done as f64;
    done / took.as_secs_f64()
}
