//! From when on an account may have been in the wrong hands.

use std::time::Duration;

use crate::time::Timestamp;

/// For how long an account is taken to have been in the wrong hands where nobody knows better: 7 days.
pub const SUSPECTED_FOR: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Why nobody can suspect that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSuspicion {
    /// It has not happened yet.
    #[error("the time must not lie in the future")]
    Future,
}

/// From when on it is suspected: as somebody says, or else [`SUSPECTED_FOR`] before now.
///
/// # Errors
/// When that lies in the future: nothing would be quarantined.
pub fn suspected_since(said: Option<Timestamp>, now: Timestamp) -> Result<Timestamp, BadSuspicion> {
    let since = said.unwrap_or_else(|| now.minus(SUSPECTED_FOR));
    if since > now { Err(BadSuspicion::Future) } else { Ok(since) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_time_a_week_is_suspected_and_the_future_never() {
        let (now, second) = (Timestamp::from_seconds(1_780_000_000), Duration::from_secs(1));
        assert_eq!(suspected_since(None, now), Ok(Timestamp::from_seconds(1_780_000_000 - 604_800)));
        assert_eq!(suspected_since(Some(now), now), Ok(now));
        assert_eq!(suspected_since(Some(now.plus(second)), now), Err(BadSuspicion::Future));
    }
}
