//! A trunk: what the product calls through.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use metrics::{Gauge, counter, gauge, histogram};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::{Semaphore, oneshot};
use tokio_util::sync::CancellationToken;
use wardkey_domain::factor::voice_call::CallOutcome;

use super::error::TrunkError;
use super::order::{CallOrder, CallProgress};
use super::report::{CallReport, HandedOver, TryAnother};
use super::settings::TrunkSettings;
use super::signals::{Desk, Job, Opened, Random};
use crate::hand_over::NetworkSign;

/// Whether a trunk was there when it was last asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrunkHealth {
    /// It has not been asked yet, or is never asked.
    Unknown,
    /// It answered.
    Up,
    /// It answered once, and did not this time.
    Down,
    /// It has never answered. There are trunks that answer calls and no questions, so that says nothing.
    Silent,
}

/// A SIP trunk that calls are placed through. Cheap to clone; calls end when the last clone is gone.
#[derive(Clone)]
pub struct Trunk(Arc<Inner>);

struct Inner {
    settings: Arc<TrunkSettings>,
    jobs: UnboundedSender<Job>,
    places: Semaphore,
    health: Arc<Mutex<TrunkHealth>>,
    stop: CancellationToken,
    done: Mutex<Option<oneshot::Receiver<()>>>,
}

impl Trunk {
    /// Opens the trunk: its ports and its two threads, one for signals and one for sound. Nothing is sent to the trunk but a
    /// question whether it is there.
    ///
    /// # Errors
    /// A setting makes no sense, a port is taken, or the system has no thread left.
    pub fn start(settings: TrunkSettings, random: Random) -> Result<Self, TrunkError> {
        settings.check()?;
        let settings = Arc::new(settings);
        let opened = Opened::open(&settings)?;
        let (jobs, taken) = unbounded_channel();
        let (tell_done, done) = oneshot::channel();
        let health = Arc::new(Mutex::new(TrunkHealth::Unknown));
        let stop = CancellationToken::new();
        Desk::open(Arc::clone(&settings), opened, random, taken, Arc::clone(&health), stop.clone(), tell_done)?;
        let places = Semaphore::new(settings.most_calls);
        Ok(Self(Arc::new(Inner { settings, jobs, places, health, stop, done: Mutex::new(Some(done)) })))
    }

    /// What logs call it.
    pub fn name(&self) -> &str {
        &self.0.settings.name
    }

    /// Whether it was there when it was last asked.
    pub fn health(&self) -> TrunkHealth {
        *self.0.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a call and stays with it to its end. `progress` hears how far it has come.
    ///
    /// It always ends: by itself, after the longest time that the settings allow, when the trunk is shut down, or when this
    /// future is dropped, which takes the call back.
    pub async fn call(&self, order: CallOrder, progress: impl Fn(CallProgress) + Send + Sync + 'static) -> CallReport {
        let name = self.0.settings.name.clone();
        // SECURITY: nobody waits in line for a line: a call that is asked for now must not ring in five minutes.
        let Ok(_place) = self.0.places.try_acquire() else {
            counter!("wardkey_voice_calls_full_total", "trunk" => name).increment(1);
            let report = CallReport::not_made(CallOutcome::ServiceError, TryAnother::Yes);
            return CallReport { sign: NetworkSign::Nothing, ..report };
        };
        let _open = Open::new(gauge!("wardkey_voice_calls_open", "trunk" => name.clone()));
        let report = self.make(order, progress).await;
        counter!("wardkey_voice_calls_total", "trunk" => name.clone(), "outcome" => report.outcome.as_str())
            .increment(1);
        if report.frames.sent > 0 {
            counter!("wardkey_voice_frames_late_total", "trunk" => name.clone())
                .increment(u64::from(report.frames.late_over_40ms));
            histogram!("wardkey_voice_call_seconds", "trunk" => name).record(report.talked_for.as_secs_f64());
        }
        report
    }

    async fn make(&self, order: CallOrder, progress: impl Fn(CallProgress)) -> CallReport {
        let (tell_progress, mut news) = unbounded_channel();
        let (tell_report, mut report) = oneshot::channel();
        let gone = CancellationToken::new();
        // Dropped with this future: whoever stops waiting takes the call back.
        let _while_somebody_waits = gone.clone().drop_guard();
        let job = Job { order, progress: tell_progress, report: tell_report, gone };
        if self.0.stop.is_cancelled() || self.0.jobs.send(job).is_err() {
            return self.lost(HandedOver::Never);
        }
        let mut handed_over = HandedOver::Never;
        loop {
            tokio::select! {
                biased;
                Some(step) = news.recv() => {
                    handed_over = HandedOver::Unknown;
                    progress(step);
                }
                report = &mut report => return report.unwrap_or_else(|_| self.lost(handed_over)),
            }
        }
    }

    /// The report of a call whose thread ended before it told how the call went.
    fn lost(&self, handed_over: HandedOver) -> CallReport {
        let (outcome, another) = match (self.0.stop.is_cancelled(), handed_over) {
            (true, _) => (CallOutcome::CutOff, TryAnother::No),
            (false, HandedOver::Never) => (CallOutcome::ServiceError, TryAnother::Yes),
            // A telephone may be ringing: a second call at the same time would only confuse.
            (false, HandedOver::Yes | HandedOver::Unknown) => (CallOutcome::ServiceError, TryAnother::No),
        };
        CallReport { handed_over, ..CallReport::not_made(outcome, another) }
    }

    /// Ends every call and closes the trunk. Waits for the farewells, for a few seconds at most.
    pub async fn shut_down(&self) {
        self.0.stop.cancel();
        let done = self.0.done.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(done) = done {
            done.await.ok();
        }
    }
}

/// Counts a call as open while it is, also when nobody waits for its end.
struct Open(Gauge);

impl Open {
    fn new(gauge: Gauge) -> Self {
        gauge.increment(1.0);
        Self(gauge)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl fmt::Debug for Trunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trunk").field("name", &self.0.settings.name).finish_non_exhaustive()
    }
}
