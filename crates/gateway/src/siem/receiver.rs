//! The receivers, as one.

use super::capture::ReceiverCapture;
use super::failure::NotTaken;
use super::http::Collector;
use super::record::Record;
use super::syslog::Syslog;

/// Whoever takes records. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Receiver {
    /// Syslog over TLS.
    Syslog(Syslog),
    /// Lines of JSON over https.
    Collector(Collector),
    /// Memory, for tests.
    Capture(ReceiverCapture),
}

impl Receiver {
    /// What the operator calls it.
    pub fn name(&self) -> &str {
        match self {
            Self::Syslog(syslog) => syslog.name(),
            Self::Collector(collector) => collector.name(),
            Self::Capture(capture) => capture.name(),
        }
    }

    /// Hands `records` over, all of them or none as far as anybody can tell; ends within half a minute.
    ///
    /// # Errors
    /// They were not taken, or may not have been, and have to be handed over again.
    pub async fn hand_over(&self, records: &[Record]) -> Result<(), NotTaken> {
        match self {
            Self::Syslog(syslog) => syslog.hand_over(records).await,
            Self::Collector(collector) => collector.hand_over(records).await,
            Self::Capture(capture) => capture.hand_over(records),
        }
    }
}
