//! What an operator may set about codes in text messages.

use std::time::Duration;

/// What an operator may set about codes in text messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SmsRules {
    /// How long a code is good for [AUT-4, NIST SP 800-63B §3.1.3.2: at most ten minutes].
    pub lifetime: Duration,
}

impl Default for SmsRules {
    fn default() -> Self {
        Self { lifetime: Duration::from_secs(600) }
    }
}
