//! The numbers that pair answers with requests.

/// The last number of a session [SMPP 3.4 §5.1.4].
const LAST: u32 = 0x7fff_ffff;

/// Counts requests of one session.
#[derive(Debug)]
pub(super) struct Sequence(u32);

impl Sequence {
    /// A session's numbers begin with one.
    pub(super) const fn new() -> Self {
        Self(0)
    }

    /// The next number.
    pub(super) const fn next(&mut self) -> u32 {
        self.0 = if self.0 >= LAST { 1 } else { self.0 + 1 };
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_begin_with_one_and_begin_again_after_the_last() {
        let mut sequence = Sequence::new();
        assert_eq!((sequence.next(), sequence.next()), (1, 2));
        let mut sequence = Sequence(LAST - 1);
        assert_eq!((sequence.next(), sequence.next(), sequence.next()), (LAST, 1, 2));
    }
}
