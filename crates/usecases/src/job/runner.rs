//! Doing jobs again and again until the server stops.
//!
//! A job is a function that does one bounded round and says whether there is more to do. It must be idempotent: a round
//! that is cut off, or done twice by two nodes, does no harm.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use wardkey_domain::op::{Actor, Op, Origin};
use wardkey_domain::time::Timestamp;
use wardkey_store::cluster::{lease, release_lease};

use crate::{App, Error, Result};

/// How long a node that has died keeps others from a job that one node does alone.
const TERM: Duration = Duration::from_secs(5);

/// What a round has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    /// Nothing for now.
    Done,
    /// More than fits one round: do the next at once.
    More,
}

/// When a job is done, and by whom.
#[derive(Clone, Copy, Debug)]
pub struct Job {
    /// Its name in the audit, the log and the metrics.
    pub name: &'static str,
    /// How often it looks for something to do.
    pub every: Duration,
    /// Whether one node at a time does it.
    pub alone: bool,
    /// Whether a stop waits for what is left to do.
    pub finish: bool,
}

impl Job {
    /// A job that every node does, each `every` so often.
    pub const fn every(name: &'static str, every: Duration) -> Self {
        Self { name, every, alone: false, finish: false }
    }
}

/// The jobs under way. Dropped without [`Jobs::stop`], they are cut off.
pub struct Jobs {
    app: App,
    others: Group,
    /// Those that finish what is left to do, and so must stop last.
    finishing: Group,
}

/// Jobs that stop together.
#[derive(Default)]
struct Group {
    stop: CancellationToken,
    tasks: JoinSet<()>,
}

impl Group {
    async fn stop(mut self) {
        self.stop.cancel();
        while self.tasks.join_next().await.is_some() {}
    }
}

impl Jobs {
    /// No jobs yet.
    pub fn new(app: &App) -> Self {
        Self { app: app.clone(), others: Group::default(), finishing: Group::default() }
    }

    /// Starts a job that does `round`.
    pub fn start<F, R>(&mut self, job: Job, round: F)
    where
        F: Fn(App, Op) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Round>> + Send + 'static,
    {
        let group = if job.finish { &mut self.finishing } else { &mut self.others };
        let worker = Worker { app: self.app.clone(), job, stop: group.stop.clone(), held: Mutex::new(None) };
        group.tasks.spawn(async move { worker.work(Arc::new(round)).await });
    }

    /// Lets every job finish its round, and then those that must finish everything do so: what the last round of another
    /// job has written is sealed, too.
    pub async fn stop(self) {
        self.others.stop().await;
        self.finishing.stop().await;
    }
}

struct Worker {
    app: App,
    job: Job,
    stop: CancellationToken,
    /// Until when this node holds the lease of the job.
    held: Mutex<Option<Timestamp>>,
}

impl Worker {
    async fn work<F, R>(&self, round: Arc<F>)
    where
        F: Fn(App, Op) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Round>> + Send + 'static,
    {
        while !self.stop.is_cancelled() {
            let begun = Instant::now();
            if self.run(&round).await == Round::More {
                continue;
            }
            let next = begun + self.job.every;
            // Ends early when the server stops.
            let _ = tokio::time::timeout_at(next, self.stop.cancelled()).await;
        }
        if self.job.finish {
            while self.run(&round).await == Round::More {}
        }
        self.give_back().await;
    }

    /// Does one round, in a task of its own: a fault in it ends the round, not the job.
    async fn run<F, R>(&self, round: &Arc<F>) -> Round
    where
        F: Fn(App, Op) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Round>> + Send + 'static,
    {
        let outcome = match self.may_run().await {
            Ok(false) => return Round::Done,
            Ok(true) => {
                let op = self.app.op(Actor::System(self.job.name), Origin::default());
                let mut task = tokio::spawn(round(self.app.clone(), op));
                loop {
                    match tokio::time::timeout(TERM / 2, &mut task).await {
                        Ok(ended) => {
                            let ended = ended.map_err(|error| Error::internal("finish the round of a job", error));
                            break ended.and_then(|done| done);
                        }
                        // A round that waits for somebody else's machine: nobody shall take it for dead. If that fails, it
                        // goes on, harmless when done twice.
                        Err(_) => drop(self.may_run().await),
                    }
                }
            }
            Err(error) => Err(error),
        };
        outcome.unwrap_or_else(|error| {
            metrics::counter!("wardkey_job_failures_total", "job" => self.job.name).increment(1);
            tracing::error!(job = self.job.name, error = &error as &dyn std::error::Error, "a job failed");
            Round::Done
        })
    }

    /// Whether this node is the one that does the job now.
    async fn may_run(&self) -> Result<bool> {
        if !self.job.alone || self.app.store().cluster().is_alone() {
            return Ok(true);
        }
        let now = self.app.now();
        let mut held = self.held.lock().await;
        // Renewed at half its term, so that it never runs out during a round of ordinary length.
        if held.is_some_and(|until| now.plus(TERM / 2) < until) {
            return Ok(true);
        }
        let mut tx = self.app.store().begin().await?;
        let node = tx.node();
        let taken = lease(&mut tx, self.job.name, node, now, TERM).await?;
        tx.commit().await?;
        *held = taken.then(|| now.plus(TERM));
        Ok(taken)
    }

    /// Lets another node go on at once.
    async fn give_back(&self) {
        if self.held.lock().await.take().is_none() {
            return;
        }
        let release = async {
            let mut tx = self.app.store().begin().await?;
            let node = tx.node();
            release_lease(&mut tx, self.job.name, node).await?;
            tx.commit().await
        };
        if let Err(error) = release.await {
            tracing::warn!(job = self.job.name, error = &error as &dyn std::error::Error, "failed to release a lease");
        }
    }
}
