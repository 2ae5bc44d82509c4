//! Why an app's call is not answered as it wishes.

use std::time::Duration;

/// Why an app's call is not answered as it wishes. It tells nobody more than the app's owner may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppRefusal {
    /// The moment of a statement is too far from ours.
    Clock,
    /// A binding code is wrong, used or too old, or a signature does not fit.
    NotAccepted,
    /// The app is not bound to that account, or not any more.
    Gone,
    /// What it says is not what the protocol describes.
    Malformed,
    /// Its network has tried too often.
    TooMany {
        /// When it may try again.
        retry_after: Duration,
    },
}
