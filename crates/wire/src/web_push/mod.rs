//! Web Push: a message that only one subscription of one browser can read [RFC 8291], and who vouches for it [RFC 8292].
//!
//! Here: encryption, and the header that names the sender. Not here: sending it.

mod encrypt;
mod vapid;

pub use encrypt::{MAX_PLAIN, PushError, Recipient, SenderKey, encrypt};
pub use vapid::{VapidError, VapidKey};
