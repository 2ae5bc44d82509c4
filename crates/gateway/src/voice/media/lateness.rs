//! How punctual packets were.

use std::time::Duration;

/// How often a packet is due.
pub(super) const FRAME: Duration = Duration::from_millis(20);

/// What is too late: two packets' time, about what a telephone's buffer bridges.
const LATE: Duration = Duration::from_millis(40);

/// The packets of one call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FrameReport {
    /// How many were sent.
    pub sent: u32,
    /// How many came more than 40 ms late, or were left out because the next was due.
    pub late_over_40ms: u32,
    /// By how much the latest was late, in milliseconds.
    pub worst_ms: u32,
    /// How many packets of the other side were heard.
    pub heard: u32,
    /// How many came from somewhere else and were not believed.
    pub foreign: u32,
}

impl FrameReport {
    /// Counts a packet that was sent so much after it was due.
    pub(super) fn count_sent(&mut self, late: Duration) {
        self.sent += 1;
        self.late_over_40ms += u32::from(late > LATE);
        self.worst_ms = self.worst_ms.max(u32::try_from(late.as_millis()).unwrap_or(u32::MAX));
    }

    /// Counts packets that were left out.
    pub(super) fn count_skipped(&mut self, frames: u32) {
        self.late_over_40ms = self.late_over_40ms.saturating_add(frames);
    }
}
