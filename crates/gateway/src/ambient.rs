//! What a gateway is told of the world: the time and randomness, which it may not take by itself.

use std::fmt;
use std::sync::Arc;

use wardkey_domain::time::Timestamp;

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Fills a buffer with random bytes.
pub type Random = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// The time and randomness, passed to whatever needs both.
#[derive(Clone)]
pub struct Ambient {
    /// Tells the time.
    pub clock: Clock,
    /// Fills a buffer with random bytes.
    pub random: Random,
}

impl Ambient {
    /// The time.
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// One random byte.
    pub fn byte(&self) -> u8 {
        let mut byte = [0];
        (self.random)(&mut byte);
        let [byte] = byte;
        byte
    }
}

impl fmt::Debug for Ambient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ambient")
    }
}
