//! How the audit is sealed.

use std::path::PathBuf;
use std::time::Duration;

/// How the audit is sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditSettings {
    /// The file that remembers each block outside the database; without one, a cut-off tail does not show.
    pub anchor: Option<PathBuf>,
    /// How often new events are sealed; one second at most.
    pub seal_every: Duration,
    /// How many events a block seals, at most.
    pub block_events: u32,
    /// How long a number without a row is looked at again, before it counts as rolled back.
    pub gaps_kept: Duration,
}

impl Default for AuditSettings {
    fn default() -> Self {
        Self {
            anchor: None,
            seal_every: Duration::from_millis(500),
            block_events: 5_000,
            gaps_kept: Duration::from_secs(3_600),
        }
    }
}
