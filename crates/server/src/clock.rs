//! The one place that asks the system for the time.

use std::sync::Arc;
use std::time::UNIX_EPOCH;

use wardkey_domain::time::Timestamp;
use wardkey_usecases::Clock;

/// The system's clock.
pub fn system() -> Clock {
    Arc::new(now)
}

#[expect(clippy::disallowed_methods, reason = "this is the door through which the time comes in")]
fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}
