//! What is accepted of a token.

/// The least that the key of a token has [RFC 4226 §4, R6: 128 bits].
pub(super) const FEWEST_KEY_BYTES: usize = 16;

/// The most that is read.
pub(super) const MOST_KEY_BYTES: usize = 64;

/// For how many seconds a token may show a code [MET-8].
pub(super) const INTERVALS: [u32; 2] = [30, 60];

/// How long a serial number, a maker's name and a model's name may be.
pub(super) const MOST_LETTERS: usize = 40;
