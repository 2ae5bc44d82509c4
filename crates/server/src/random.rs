//! The one place that asks the system for randomness.

use std::sync::Arc;

use wardkey_usecases::Random;

/// The system's randomness, fit for keys.
pub fn system() -> Random {
    Arc::new(fill)
}

#[expect(clippy::disallowed_methods, reason = "this is the door through which randomness comes in")]
fn fill(bytes: &mut [u8]) {
    if let Err(error) = getrandom::fill(bytes) {
        // SECURITY: without randomness every key and code could be guessed. Nothing may go on, whatever a caller would do.
        tracing::error!(error = %error, "the system has no randomness");
        std::process::abort();
    }
}
