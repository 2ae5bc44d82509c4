//! How long a session may last.

use std::time::Duration;

/// The limits of a session [SES-6, NIST SP 800-63B-4 AAL2].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    /// A session unused for this long has ended.
    pub idle: Duration,
    /// A session has ended this long after its sign-in, however busy it is.
    pub absolute: Duration,
    /// How long a verified second factor allows sensitive changes [SES-8].
    pub fresh_factor: Duration,
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self {
            idle: Duration::from_secs(60 * 60),
            absolute: Duration::from_secs(24 * 60 * 60),
            fresh_factor: Duration::from_secs(10 * 60),
        }
    }
}
