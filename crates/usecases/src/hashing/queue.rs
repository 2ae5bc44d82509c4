//! The bounded queue between the asynchronous world and the hashing threads.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use metrics::{counter, gauge};
use tokio::sync::oneshot;
use wardkey_domain::factor::password::{
    BrokenRule, Choice, HashFault, PasswordHash, PasswordRules, PasswordVerdict, SALT_BYTES,
};
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;

/// One thing to do, and whom to tell.
pub(super) enum Job {
    Verify {
        hash: PasswordHash,
        candidate: Secret<String>,
        now: Timestamp,
        reply: oneshot::Sender<PasswordVerdict>,
    },
    Hash {
        candidate: Secret<String>,
        salt: [u8; SALT_BYTES],
        reply: oneshot::Sender<Result<PasswordHash, HashFault>>,
    },
    HashAlike {
        like: PasswordHash,
        candidate: Secret<String>,
        reply: oneshot::Sender<Result<PasswordHash, HashFault>>,
    },
    Judge {
        choice: Box<Choice>,
        rules: PasswordRules,
        reply: oneshot::Sender<Result<Result<PasswordHash, Vec<BrokenRule>>, HashFault>>,
    },
}

impl Job {
    /// Whether nobody waits for the answer any more.
    pub(super) fn is_abandoned(&self) -> bool {
        match self {
            Self::Verify { reply, .. } => reply.is_closed(),
            Self::Hash { reply, .. } | Self::HashAlike { reply, .. } => reply.is_closed(),
            Self::Judge { reply, .. } => reply.is_closed(),
        }
    }

    /// What it is, for the metrics.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Verify { .. } => "verify",
            Self::Hash { .. } => "hash",
            Self::HashAlike { .. } => "hash_alike",
            Self::Judge { .. } => "judge",
        }
    }
}

/// Why a job was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotQueued {
    /// There is no room.
    Full,
    /// There are no threads, or no longer.
    Stopped,
}

/// What a thread gets from the queue.
pub(super) enum Next {
    Job(Job),
    /// Nothing came for a while.
    Idle,
    Stop,
}

pub(super) struct Queue {
    limit: usize,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    is_stopped: bool,
}

impl Queue {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, state: Mutex::default(), changed: Condvar::new() }
    }

    pub(super) fn push(&self, job: Job) -> Result<(), NotQueued> {
        let mut state = self.lock();
        if state.is_stopped {
            return Err(NotQueued::Stopped);
        }
        if state.jobs.len() >= self.limit {
            // Those who have gone away make room for those who are here.
            state.jobs.retain(|job| !job.is_abandoned());
        }
        if state.jobs.len() >= self.limit {
            counter!("wardkey_hashing_overloads_total").increment(1);
            return Err(NotQueued::Full);
        }
        state.jobs.push_back(job);
        note_length(&state);
        self.changed.notify_one();
        Ok(())
    }

    /// Waits for the next job that somebody still waits for.
    pub(super) fn next(&self, patience: Duration) -> Next {
        let mut state = self.lock();
        loop {
            if state.is_stopped {
                return Next::Stop;
            }
            while let Some(job) = state.jobs.pop_front() {
                // A browser that has gone away costs no hash.
                if !job.is_abandoned() {
                    note_length(&state);
                    return Next::Job(job);
                }
            }
            note_length(&state);
            let (woken, timeout) = self.changed.wait_timeout(state, patience).unwrap_or_else(PoisonError::into_inner);
            if timeout.timed_out() && woken.jobs.is_empty() && !woken.is_stopped {
                return Next::Idle;
            }
            state = woken;
        }
    }

    /// Lets the threads end; whoever still waits is told that there was no answer.
    pub(super) fn stop(&self) {
        let mut state = self.lock();
        state.is_stopped = true;
        state.jobs.clear();
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that could panic runs while the lock is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a queue's length is far below 2^52")]
fn note_length(state: &State) {
    gauge!("wardkey_hashing_queue_length").set(state.jobs.len() as f64);
}

#[cfg(test)]
mod tests {
    use wardkey_domain::factor::password::HashParams;

    use super::*;

    fn job() -> (Job, oneshot::Receiver<PasswordVerdict>) {
        let (reply, answer) = oneshot::channel();
        let hash = PasswordHash::decoy(HashParams::cheapest());
        (Job::Verify { hash, candidate: Secret::new(String::new()), now: Timestamp::from_seconds(0), reply }, answer)
    }

    #[test]
    fn past_the_limit_the_answer_is_no() {
        let queue = Queue::new(2);
        let waiting: Vec<_> = (0..2).map(|_| job()).map(|(job, answer)| queue.push(job).map(|()| answer)).collect();
        assert!(waiting.iter().all(Result::is_ok));
        assert_eq!(queue.push(job().0), Err(NotQueued::Full));
    }

    #[test]
    fn who_has_gone_away_makes_room() {
        let queue = Queue::new(1);
        let (abandoned, answer) = job();
        queue.push(abandoned).unwrap();
        drop(answer);
        let (second, _answer) = job();
        assert_eq!(queue.push(second), Ok(()));
    }

    #[test]
    fn who_has_gone_away_costs_no_hash() {
        let queue = Queue::new(2);
        let (abandoned, answer) = job();
        queue.push(abandoned).unwrap();
        drop(answer);
        assert!(matches!(queue.next(Duration::ZERO), Next::Idle));
    }

    #[test]
    fn a_stopped_queue_takes_nothing_and_tells_whoever_waits() {
        let queue = Queue::new(2);
        let (first, mut answer) = job();
        queue.push(first).unwrap();
        queue.stop();
        assert_eq!(answer.try_recv(), Err(oneshot::error::TryRecvError::Closed));
        assert_eq!(queue.push(job().0), Err(NotQueued::Stopped));
        assert!(matches!(queue.next(Duration::ZERO), Next::Stop));
    }
}
