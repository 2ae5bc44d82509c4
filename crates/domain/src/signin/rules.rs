//! How long a sign-in may take.

use std::time::Duration;

/// The limits of a sign-in in progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignInRules {
    /// An unfinished sign-in is forgotten after this long.
    pub lifetime: Duration,
    /// One that has reached enrolment is forgotten after this long: fetching a phone takes a while.
    pub enrolment_lifetime: Duration,
}

impl Default for SignInRules {
    fn default() -> Self {
        Self { lifetime: Duration::from_secs(15 * 60), enrolment_lifetime: Duration::from_secs(30 * 60) }
    }
}
