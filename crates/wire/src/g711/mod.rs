//! Speech at 8,000 samples a second in a byte each [ITU-T G.711]: A-law, as Europe's telephones speak, and μ-law.
//!
//! Here: one sample to one byte and back, both ways. Not here: packets ([`crate::rtp`]), files and what is said (the
//! gateway).

mod law;

pub use law::{Law, SAMPLES_A_SECOND};
