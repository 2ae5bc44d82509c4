//! What an operator may set about hashing.

use std::time::Duration;

use wardkey_domain::factor::password::HashParams;

/// What an operator may set about hashing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashingSettings {
    /// What a new hash costs; stored ones are made anew with it at their owners' next sign-in.
    pub params: HashParams,
    /// How many threads hash; as many as there are cores when not set.
    pub threads: Option<usize>,
    /// How many requests may wait. At the default cost a core does about 70 a second.
    pub queue: usize,
    /// When to try again after the queue was full.
    pub retry_after: Duration,
    /// The niceness of the threads, from 0 (as everything else) to 19 (only when nothing else wants to run).
    pub niceness: u8,
    /// How long a thread keeps its memory when there is nothing to hash.
    pub keep_memory_for: Duration,
}

impl Default for HashingSettings {
    fn default() -> Self {
        Self {
            params: HashParams::default(),
            threads: None,
            queue: 128,
            retry_after: Duration::from_secs(2),
            niceness: 10,
            keep_memory_for: Duration::from_secs(60),
        }
    }
}
