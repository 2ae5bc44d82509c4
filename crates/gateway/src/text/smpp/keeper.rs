//! Keeps a session alive: connects, runs it, and connects again.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_rustls::TlsConnector;
use tokio_util::sync::CancellationToken;

use super::job::Job;
use super::link::{Broken, Link, connect};
use super::pdu::{Identity, Role};
use super::session::{Around, Conversation};
use super::settings::SmppSettings;
use crate::ambient::Ambient;
use crate::hand_over::{HandOver, Receipt, RefusedWhy};

/// After so many sessions in a row that answered nothing, a connection is not taken for a session any more.
const MUTE_SESSIONS: u32 = 2;

/// What one task needs to keep one session.
pub(super) struct Keeper {
    pub(super) settings: Arc<SmppSettings>,
    pub(super) identity: Identity,
    pub(super) tls: Option<TlsConnector>,
    pub(super) ambient: Ambient,
    pub(super) role: Role,
    pub(super) receipts: mpsc::Sender<Receipt>,
    pub(super) stop: CancellationToken,
}

impl Keeper {
    /// Runs until it is told to stop. What is in `queue` waits while a session is being renewed, and is refused while the
    /// centre cannot be reached, so that another gateway can have it.
    pub(super) async fn run(self, mut queue: Option<mpsc::Receiver<Job>>) {
        let (mut failures, mut mute) = (0, 0);
        while !self.stop.is_cancelled() {
            match self.connect(&mut queue, is_down(failures, mute)).await {
                None => break,
                Some(Ok(link)) => {
                    failures = 0;
                    mute = if self.serve(link, &mut queue).await { 0 } else { mute + 1 };
                }
                Some(Err(why)) => {
                    failures += 1;
                    self.complain(&why);
                }
            }
            if failures + mute > 0 && !self.stop.is_cancelled() {
                let until = Instant::now() + self.pause(failures + mute);
                self.wait(tokio::time::sleep_until(until), &mut queue, is_down(failures, mute)).await;
            }
        }
        if let Some(queue) = &mut queue {
            queue.close();
            while let Some(job) = queue.recv().await {
                job.finish(HandOver::try_another(RefusedWhy::Stopping));
            }
        }
    }

    async fn connect(&self, queue: &mut Option<mpsc::Receiver<Job>>, down: bool) -> Option<Result<Link, Broken>> {
        self.wait(connect(&self.settings, self.tls.as_ref(), &self.identity, self.role), queue, down).await
    }

    /// Waits for `event`, refusing what comes in the meantime if the centre is `down`. Nothing, when we are to stop.
    async fn wait<T>(
        &self,
        event: impl Future<Output = T>,
        queue: &mut Option<mpsc::Receiver<Job>>,
        down: bool,
    ) -> Option<T> {
        let mut event = std::pin::pin!(event);
        let mut open = down;
        loop {
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return None,
                done = &mut event => return Some(done),
                job = next(queue), if open => match job {
                    Some(job) => job.finish(HandOver::try_another(RefusedWhy::Unreachable)),
                    None => open = false,
                },
            }
        }
    }

    /// Runs a session; whether the centre answered anything in it.
    async fn serve(&self, link: Link, queue: &mut Option<mpsc::Receiver<Job>>) -> bool {
        let (name, role) = (self.settings.name.clone(), self.role.as_str());
        let bound = metrics::gauge!("wardkey_smpp_bound", "gateway" => name.clone(), "role" => role);
        bound.set(1.0);
        tracing::info!(gateway = %name, role, "bound to the message centre");
        let around = Around {
            settings: &self.settings,
            identity: &self.identity,
            ambient: &self.ambient,
            receipts: &self.receipts,
            stop: &self.stop,
        };
        let ended = Conversation::new(around, link).run(queue.as_mut()).await;
        bound.set(0.0);
        match ended.why {
            Some(why) => {
                metrics::counter!("wardkey_smpp_sessions_lost_total", "gateway" => name.clone()).increment(1);
                tracing::warn!(gateway = %name, "the session with the message centre ended: {why}");
            }
            None => tracing::info!(gateway = %name, "unbound from the message centre"),
        }
        ended.answered
    }

    fn complain(&self, why: &Broken) {
        match why {
            Broken::Credentials(_) => tracing::error!(gateway = %self.settings.name, "cannot bind: {why}"),
            Broken::Connection(_) | Broken::Bind(_) | Broken::TimedOut | Broken::Closed | Broken::Garbage => {
                tracing::warn!(gateway = %self.settings.name, "cannot bind: {why}");
            }
        }
    }

    /// How long to wait after so many failures: it doubles, and varies by a quarter, so that nodes do not come together.
    fn pause(&self, failures: u32) -> Duration {
        let doubled = self.settings.first_pause.saturating_mul(1 << (failures.saturating_sub(1)).min(16));
        let pause = doubled.min(self.settings.longest_pause);
        pause * 3 / 4 + pause / 2 * u32::from(self.ambient.byte()) / 255
    }
}

/// Whether the centre is not to be had, rather than between two sessions.
const fn is_down(failures: u32, mute: u32) -> bool {
    failures > 0 || mute > MUTE_SESSIONS
}

async fn next(queue: &mut Option<mpsc::Receiver<Job>>) -> Option<Job> {
    match queue {
        Some(queue) => queue.recv().await,
        None => std::future::pending().await,
    }
}
