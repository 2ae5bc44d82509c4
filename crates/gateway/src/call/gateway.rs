//! The gateways for calls, as one.

use super::capture::CallCapture;
use super::line::Line;
use super::order::{Call, CallEnd, CallProgress};

/// Whoever rings the telephone. Cheap to clone.
#[derive(Clone, Debug)]
pub enum VoiceGateway {
    /// A SIP trunk.
    Trunk(Line),
    /// Memory, for the demonstration's telephone and for tests.
    Capture(CallCapture),
}

impl VoiceGateway {
    /// What the operator calls it.
    pub fn name(&self) -> &str {
        match self {
            Self::Trunk(line) => line.name(),
            Self::Capture(capture) => capture.name(),
        }
    }

    /// Whether it is known to be gone, before a call is tried.
    pub fn is_lost(&self) -> bool {
        match self {
            Self::Trunk(line) => line.is_lost(),
            Self::Capture(_) => false,
        }
    }

    /// Makes a call and stays with it to its end. `progress` hears how far it has come, from whatever thread.
    ///
    /// Whoever drops this future before it ends must take the call for cut off.
    pub async fn call(&self, call: Call, progress: impl Fn(CallProgress) + Send + Sync + 'static) -> CallEnd {
        match self {
            Self::Trunk(line) => line.call(call, progress).await,
            Self::Capture(capture) => capture.call(call, progress).await,
        }
    }

    /// Ends every call and says goodbye to the network.
    pub async fn shut_down(&self) {
        match self {
            Self::Trunk(line) => line.shut_down().await,
            Self::Capture(capture) => capture.shut_down(),
        }
    }
}
