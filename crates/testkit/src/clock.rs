//! A clock that only the test moves.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use wardkey_domain::time::Timestamp;
use wardkey_usecases::Clock;

/// A clock that stands still until [`TestClock::advance`].
#[derive(Clone, Debug)]
pub struct TestClock(Arc<AtomicI64>);

impl TestClock {
    /// A clock that shows noon of 1 June 2026 in UTC.
    pub fn new() -> Self {
        Self(Arc::new(AtomicI64::new(1_780_315_200_000_000)))
    }

    /// A clock that shows the system's time now, for data that a real process will use.
    ///
    /// # Panics
    /// When the system's clock stands before 1970.
    #[expect(clippy::disallowed_methods, reason = "a real process uses the real time")]
    pub fn at_system_time() -> Self {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock that was set");
        Self(Arc::new(AtomicI64::new(i64::try_from(since.as_micros()).expect("a time that fits"))))
    }

    /// What it shows.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }

    /// Moves it on.
    ///
    /// # Panics
    /// When `by` is longer than a clock can count.
    pub fn advance(&self, by: Duration) {
        let micros = i64::try_from(by.as_micros()).expect("a time that a test waits");
        self.0.fetch_add(micros, Ordering::SeqCst);
    }

    /// Moves it to the beginning of the next time-step of TOTP, so that a new code is shown.
    pub fn next_code(&self) {
        self.advance(Duration::from_secs(30));
    }

    /// This clock, for a gateway of its own.
    pub fn clock(&self) -> Clock {
        let clock = self.clone();
        Arc::new(move || clock.now())
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self::new()
    }
}
