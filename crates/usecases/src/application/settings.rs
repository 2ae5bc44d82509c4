//! Settings of the OpenID Connect provider.

use std::time::Duration;

use wardkey_domain::application::device::UserCodeLimits;
use wardkey_domain::application::{KeySchedule, Lifetimes};

/// Settings of the OpenID Connect provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OidcSettings {
    /// How long codes, tokens and requests live.
    pub lifetimes: Lifetimes,
    /// When signing keys take turns.
    pub keys: KeySchedule,
    /// How many user codes of devices may be tried.
    pub user_codes: UserCodeLimits,
    /// How long an application's old secret stays good after a new one was made.
    pub secret_overlap: Duration,
    /// How long an application's published keys are kept before they are fetched again.
    pub client_keys: Duration,
}

impl Default for OidcSettings {
    fn default() -> Self {
        Self {
            lifetimes: Lifetimes::default(),
            keys: KeySchedule::default(),
            user_codes: UserCodeLimits::default(),
            secret_overlap: Duration::from_secs(24 * 60 * 60),
            client_keys: Duration::from_secs(60 * 60),
        }
    }
}
