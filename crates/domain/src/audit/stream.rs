//! Streams: how far the audit was handed over to somebody who watches it elsewhere, and when it is tried again.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// The first wait after a hand-over that failed; it doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait that we choose.
const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// The longest wait that a receiver may ask for: what it says must not stop a stream for good.
const LONGEST_ASKED: Duration = Duration::from_secs(3_600);

/// What an operator calls a stream: up to 64 small letters, digits, dots, hyphens and underscores.
///
/// INVARIANT: it names a piece of configuration and never a person, so an event may carry it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StreamName(String);

/// The text is not the name of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stream's name has up to 64 small letters, digits, dots, hyphens and underscores")]
pub struct NotAStreamName;

impl StreamName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for StreamName {
    type Err = NotAStreamName;

    fn from_str(text: &str) -> Result<Self, NotAStreamName> {
        let is_plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'_');
        let good = (1..=64).contains(&text.len()) && text.bytes().all(is_plain);
        if good { Ok(Self(text.to_owned())) } else { Err(NotAStreamName) }
    }
}

impl TryFrom<String> for StreamName {
    type Error = NotAStreamName;

    fn try_from(text: String) -> Result<Self, NotAStreamName> {
        text.parse()
    }
}

impl From<StreamName> for String {
    fn from(name: StreamName) -> Self {
        name.0
    }
}

impl fmt::Display for StreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A place between two sealed events.
///
/// INVARIANT: every sealed event belongs to exactly one block, so blocks in their order, and in each the events in the order
/// of their numbers, are all events, each once. The number alone would not do: on PostgreSQL an event may appear below one
/// that was sealed before it, and then it is sealed late, by a later block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct StreamPosition {
    /// All of this block, and of those before it, is done.
    pub block: i64,
    /// Of the next block, events up to this number are done.
    pub event: i64,
}

/// How a stream stands, wherever it is handed over from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamStanding {
    /// What the operator calls it.
    pub name: StreamName,
    /// What comes next stands after this.
    pub position: StreamPosition,
    /// When it began.
    pub begun_at: Timestamp,
    /// When its receiver last took something.
    pub handed_over_at: Option<Timestamp>,
    /// That hand-overs fail, if they do.
    pub failing: Option<StreamFailing>,
}

/// Hand-overs that have failed since the last one that did not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamFailing {
    /// When the first of them failed.
    pub since: Timestamp,
    /// How many they are.
    pub tries: u32,
    /// Why the last one failed, as a word of the program.
    pub error: String,
    /// When the next is due.
    pub next_try_at: Timestamp,
}

impl StreamStanding {
    /// A stream that begins after `position`.
    pub const fn begin(name: StreamName, position: StreamPosition, now: Timestamp) -> Self {
        Self { name, position, begun_at: now, handed_over_at: None, failing: None }
    }

    /// Whether the next try is not due yet.
    ///
    /// A moment that lies further ahead than any wait was written by a clock that has been set right since: it does not count.
    pub fn waits(&self, now: Timestamp) -> bool {
        let next = self.failing.as_ref().map(|failing| failing.next_try_at);
        next.is_some_and(|next| now < next && next <= now.plus(LONGEST_ASKED))
    }

    /// Everything up to `position` was taken.
    #[must_use]
    pub fn handed_over(self, position: StreamPosition, now: Timestamp) -> Self {
        Self { position, handed_over_at: Some(now), failing: None, ..self }
    }

    /// A hand-over failed for `error`; the receiver may have `asked` for patience.
    #[must_use]
    pub fn failed(self, error: &str, asked: Option<Duration>, now: Timestamp) -> Self {
        let (since, before) = self.failing.as_ref().map_or((now, 0), |failing| (failing.since, failing.tries));
        let wait = wait_after(before).max(asked.unwrap_or_default().min(LONGEST_ASKED));
        let failing = StreamFailing {
            since,
            tries: before.saturating_add(1),
            error: error.to_owned(),
            next_try_at: now.plus(wait),
        };
        Self { failing: Some(failing), ..self }
    }
}

/// How long to wait after a failure that so many came before.
fn wait_after(before: u32) -> Duration {
    FIRST_WAIT.saturating_mul(1_u32.checked_shl(before).unwrap_or(u32::MAX)).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::from_seconds(1_700_000_000);

    fn standing() -> StreamStanding {
        StreamStanding::begin("siem".parse().unwrap(), StreamPosition::default(), NOON)
    }

    fn next_try(standing: &StreamStanding) -> Duration {
        standing.failing.as_ref().map(|failing| failing.next_try_at.since(NOON)).unwrap()
    }

    #[test]
    fn a_name_is_plain() {
        for good in ["siem", "stream_syslog.second", "a-1"] {
            assert_eq!(good.parse::<StreamName>().unwrap().to_string(), good);
        }
        for bad in ["", "Siem", "a b", "a\nb", "ä", "\"", &"a".repeat(65)] {
            assert!(bad.parse::<StreamName>().is_err(), "{bad}");
        }
        assert!(serde_json::from_str::<StreamName>("\"a\\nb\"").is_err());
    }

    #[test]
    fn waits_grow_to_five_minutes_and_no_further() {
        let mut standing = standing();
        let mut waits = Vec::new();
        for _ in 0..40 {
            standing = standing.failed("unreachable", None, NOON);
            waits.push(next_try(&standing).as_secs());
        }
        assert_eq!(waits[..10], [1, 2, 4, 8, 16, 32, 64, 128, 256, 300]);
        assert_eq!(waits[39], 300);
        assert_eq!(standing.failing.as_ref().map(|failing| (failing.tries, failing.since)), Some((40, NOON)));
    }

    #[test]
    fn a_receiver_that_asks_for_patience_gets_it_for_an_hour_at_most() {
        for (asked, waits) in [(0, 1), (30, 30), (86_400, 3_600)] {
            let failed = standing().failed("status_429", Some(Duration::from_secs(asked)), NOON);
            assert_eq!(next_try(&failed).as_secs(), waits);
        }
    }

    #[test]
    fn nothing_is_tried_before_its_time_but_a_clock_that_was_wrong_does_not_stop_it() {
        let failed = standing().failed("unreachable", Some(Duration::from_secs(60)), NOON);
        assert!(failed.waits(NOON));
        assert!(failed.waits(NOON.plus(Duration::from_secs(59))));
        assert!(!failed.waits(NOON.plus(Duration::from_secs(60))));
        assert!(!failed.waits(NOON.minus(Duration::from_secs(86_400))), "the clock went a day wrong");
        assert!(!standing().waits(NOON));
    }

    #[test]
    fn a_success_ends_what_failed() {
        let position = StreamPosition { block: 3, event: 9 };
        let later = NOON.plus(Duration::from_secs(5));
        let done = standing().failed("broken", None, NOON).handed_over(position, later);
        assert_eq!((done.position, done.handed_over_at, &done.failing), (position, Some(later), &None));
    }

    #[test]
    fn positions_go_by_block_and_then_by_event() {
        let at = |block, event| StreamPosition { block, event };
        assert!(at(1, 99) < at(2, 0) && at(2, 0) < at(2, 5));
    }
}
