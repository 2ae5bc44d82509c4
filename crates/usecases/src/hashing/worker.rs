//! One hashing thread.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use metrics::counter;
use wardkey_domain::factor::password::{HashMemory, HashParams, hash, verify};

use super::queue::{Job, Next, Queue};
use super::settings::HashingSettings;

pub(super) struct Worker {
    queue: Arc<Queue>,
    params: HashParams,
    niceness: u8,
    keep_memory_for: Duration,
    memory: HashMemory,
}

impl Worker {
    pub(super) fn new(queue: Arc<Queue>, settings: &HashingSettings) -> Self {
        Self {
            queue,
            params: settings.params,
            niceness: settings.niceness,
            keep_memory_for: settings.keep_memory_for,
            memory: HashMemory::default(),
        }
    }

    /// Works until the queue is stopped.
    pub(super) fn run(mut self) {
        lower_priority(self.niceness);
        loop {
            match self.queue.next(self.keep_memory_for) {
                Next::Job(job) => {
                    // A fault in one password must not take the thread from all the others.
                    let done = catch_unwind(AssertUnwindSafe(|| perform(job, self.params, &mut self.memory)));
                    if done.is_err() {
                        tracing::error!("a hashing thread panicked; the request fails and the thread goes on");
                        self.memory = HashMemory::default();
                    }
                }
                Next::Idle => self.memory.release(),
                Next::Stop => return,
            }
        }
    }
}

fn perform(job: Job, params: HashParams, memory: &mut HashMemory) {
    counter!("wardkey_hashes_total", "what" => job.name()).increment(1);
    // Nobody to tell is no fault: the browser went away during the hash.
    match job {
        Job::Verify { hash, candidate, now, reply } => drop(reply.send(verify(&hash, &candidate, params, memory, now))),
        Job::Hash { candidate, salt, reply } => drop(reply.send(hash(params, salt, &candidate, memory))),
        Job::HashAlike { like, candidate, reply } => drop(reply.send(like.alike(&candidate, memory))),
        Job::Judge { choice, rules, reply } => drop(reply.send(choice.judge(&rules, params, memory))),
    }
}

/// Makes this thread give way to all others. On Linux niceness belongs to the thread, elsewhere to the whole process.
#[cfg(target_os = "linux")]
fn lower_priority(niceness: u8) {
    if let Err(error) = rustix::process::setpriority_process(None, i32::from(niceness.min(19))) {
        tracing::warn!(%error, "cannot lower the priority of a hashing thread");
    }
}

#[cfg(not(target_os = "linux"))]
fn lower_priority(_niceness: u8) {}
