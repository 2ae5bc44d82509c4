//! Keys of a telephone as sound: two tones at once [ITU-T Q.23], told from speech [ITU-T Q.24].
//!
//! Here: the sixteen keys, their sound, and hearing them in 8,000 samples a second. Not here: keys as events of their own,
//! which is how most telephones send them ([`crate::rtp::Event`]); what a key means.

mod detector;
mod digit;
mod tone;

pub use detector::{Detector, Hearing};
pub use digit::Digit;
pub use tone::tone;
