//! What an operator may set about requests to authenticator apps.

use std::time::Duration;

use super::number::Digits;
use super::pace::PaceRules;

/// What an operator may set about requests to authenticator apps. That a number is asked for is not among it [MET-1].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PushRules {
    /// How long the number is [AUT-7].
    pub digits: Digits,
    /// How long a request is open.
    pub lifetime: Duration,
    /// How long a binding code is good for [ENR-20: at most ten minutes].
    pub bind_within: Duration,
    /// How soon one request may follow another [AUT-5].
    pub pace: PaceRules,
    /// How long nothing is asked on behalf of a network after a report.
    pub refuse_network_for: Duration,
}

impl Default for PushRules {
    fn default() -> Self {
        Self {
            digits: Digits::Two,
            lifetime: Duration::from_secs(300),
            bind_within: Duration::from_secs(600),
            pace: PaceRules::default(),
            refuse_network_for: Duration::from_secs(24 * 3_600),
        }
    }
}
