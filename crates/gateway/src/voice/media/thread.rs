//! The thread that paces the sound.

use std::io;

use tokio::runtime::{Builder, Handle};
use tokio_util::sync::CancellationToken;

/// A thread with a runtime of its own, which ends when this is dropped.
#[derive(Debug)]
pub struct MediaThread {
    runtime: Handle,
    stop: CancellationToken,
}

impl MediaThread {
    /// Starts the thread.
    ///
    /// # Errors
    /// The system has no thread or no descriptor left.
    pub fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let (handle, stop) = (runtime.handle().clone(), CancellationToken::new());
        let stopped = stop.clone();
        std::thread::Builder::new().name("voice-media".to_owned()).spawn(move || {
            raise_priority();
            runtime.block_on(stopped.cancelled_owned());
        })?;
        Ok(Self { runtime: handle, stop })
    }

    /// Where to spawn.
    pub const fn runtime(&self) -> &Handle {
        &self.runtime
    }
}

impl Drop for MediaThread {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Lets this thread go before others, where the process may ask for that (`LimitNICE=` of systemd). It works little, and late
/// sound is broken sound. On Linux niceness belongs to the thread, elsewhere to the whole process.
#[cfg(target_os = "linux")]
fn raise_priority() {
    const FIRST: i32 = -10;
    if let Err(error) = rustix::process::setpriority_process(None, FIRST) {
        tracing::debug!(%error, "the thread of calls' sound has the same priority as all others");
    }
}

#[cfg(not(target_os = "linux"))]
fn raise_priority() {}
