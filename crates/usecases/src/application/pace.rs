//! How often one application may ask something of the management API.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use wardkey_domain::id::ApplicationId;

/// How many seconds' worth may come at once.
const BURST_SECONDS: u32 = 10;

/// How often an application may ask.
#[derive(Clone, Copy, Debug)]
pub struct PaceSettings {
    /// Requests a second of one application, on average; ten seconds' worth may come at once.
    pub per_second: NonZeroU32,
}

impl Default for PaceSettings {
    fn default() -> Self {
        Self { per_second: NonZeroU32::new(50).unwrap_or(NonZeroU32::MIN) }
    }
}

/// The requests of each application, in this process.
///
/// SECURITY: an application whose secret was stolen, or that has gone astray, takes its own share and leaves people theirs.
#[derive(Debug)]
pub struct Pace {
    limiter: DefaultKeyedRateLimiter<ApplicationId>,
    clock: DefaultClock,
}

impl Pace {
    /// Nobody has asked yet.
    pub fn new(settings: PaceSettings) -> Self {
        let burst = settings.per_second.saturating_mul(NonZeroU32::new(BURST_SECONDS).unwrap_or(NonZeroU32::MIN));
        let quota = Quota::per_second(settings.per_second).allow_burst(burst);
        Self { limiter: RateLimiter::keyed(quota), clock: DefaultClock::default() }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// When the application has asked too often: for how long it has to wait, a second at least.
    pub fn admit(&self, application: ApplicationId) -> Result<(), Duration> {
        self.limiter.check_key(&application).map_err(|not_until| {
            metrics::counter!("wardkey_api_refused_total").increment(1);
            not_until.wait_time_from(self.clock.now()).max(Duration::from_secs(1))
        })
    }

    /// Forgets applications that are as good as new.
    pub fn sweep(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use wardkey_domain::time::Timestamp;

    use super::*;

    #[test]
    fn an_application_that_asks_too_often_waits_and_others_do_not() {
        let pace = Pace::new(PaceSettings { per_second: NonZeroU32::MIN });
        let application = |n| ApplicationId::new(Timestamp::from_seconds(1), [n; 10]);
        for _ in 0..BURST_SECONDS {
            pace.admit(application(1)).unwrap();
        }
        let wait = pace.admit(application(1)).unwrap_err();
        assert!(wait >= Duration::from_secs(1) && wait < Duration::from_secs(3), "{wait:?}");
        pace.admit(application(2)).unwrap();
    }
}
