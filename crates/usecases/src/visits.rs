//! How often one network may begin something without having proved anything.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use wardkey_domain::credential::NetworkPrefix;
use wardkey_domain::op::Op;

use crate::{Error, Result};

/// How many seconds' worth may come at once.
const BURST_SECONDS: u32 = 60;

/// How often a network may begin.
#[derive(Clone, Copy, Debug)]
pub struct VisitSettings {
    /// Beginnings a second for one network, on average; a minute's worth may come at once.
    pub per_second: NonZeroU32,
}

impl Default for VisitSettings {
    /// A hospital of twelve thousand behind one address begins twenty sign-ins a second at eight in the morning.
    fn default() -> Self {
        Self { per_second: NonZeroU32::new(50).unwrap_or(NonZeroU32::MIN) }
    }
}

/// The beginnings of each network, in this process.
///
/// SECURITY: whoever opens the first page leaves a row behind that lives for minutes. Without a limit one machine fills the
/// disk, and no password is ever tried that could be counted.
#[derive(Debug)]
pub struct Visits {
    limiter: DefaultKeyedRateLimiter<NetworkPrefix>,
    clock: DefaultClock,
}

impl Visits {
    /// Nobody has come yet.
    pub fn new(settings: VisitSettings) -> Self {
        let burst = settings.per_second.saturating_mul(NonZeroU32::new(BURST_SECONDS).unwrap_or(NonZeroU32::MIN));
        let quota = Quota::per_second(settings.per_second).allow_burst(burst);
        Self { limiter: RateLimiter::keyed(quota), clock: DefaultClock::default() }
    }

    /// Counts a beginning. Whoever has no network, as an operator at the command line, is not counted.
    ///
    /// # Errors
    /// `Unavailable` when the network has begun too often, with the time after which it may again.
    pub fn admit(&self, op: &Op) -> Result<()> {
        op.origin.address.map_or(Ok(()), |address| self.admit_from(address))
    }

    fn admit_from(&self, address: IpAddr) -> Result<()> {
        self.limiter.check_key(&NetworkPrefix::of(address)).map_err(|not_until| {
            metrics::counter!("wardkey_visits_refused_total").increment(1);
            let wait = not_until.wait_time_from(self.clock.now());
            Error::Unavailable { retry_after: wait.max(Duration::from_secs(1)) }
        })
    }

    /// Forgets networks that are as good as new.
    pub fn sweep(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_that_begins_too_often_waits_and_others_do_not() {
        let visits = Visits::new(VisitSettings { per_second: NonZeroU32::MIN });
        let admit = |address: &str| visits.admit_from(address.parse().unwrap());
        for _ in 0..BURST_SECONDS {
            admit("192.0.2.1").unwrap();
        }
        let refused = admit("192.0.2.200").unwrap_err();
        let Error::Unavailable { retry_after } = refused else { panic!("{refused:?}") };
        assert!(retry_after >= Duration::from_secs(1) && retry_after < Duration::from_secs(3), "{retry_after:?}");
        admit("198.51.100.1").unwrap();
    }

    #[test]
    fn quiet_networks_are_forgotten() {
        let visits = Visits::new(VisitSettings { per_second: NonZeroU32::MAX });
        visits.admit_from("192.0.2.1".parse().unwrap()).unwrap();
        for _ in 0..1_000_000 {
            visits.sweep();
            if visits.limiter.is_empty() {
                return;
            }
        }
        panic!("a network that begins a billion times a second is still remembered");
    }
}
