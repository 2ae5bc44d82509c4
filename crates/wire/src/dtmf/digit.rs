//! The sixteen keys.

/// A key of a telephone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Digit {
    /// 0
    Zero,
    /// 1
    One,
    /// 2
    Two,
    /// 3
    Three,
    /// 4
    Four,
    /// 5
    Five,
    /// 6
    Six,
    /// 7
    Seven,
    /// 8
    Eight,
    /// 9
    Nine,
    /// The star key.
    Star,
    /// The hash key, which some call pound or square.
    Hash,
    /// A, which few telephones have.
    A,
    /// B, which few telephones have.
    B,
    /// C, which few telephones have.
    C,
    /// D, which few telephones have.
    D,
}

/// The tones of the four rows, in hertz [ITU-T Q.23 §6].
pub(super) const ROWS: [f64; 4] = [697.0, 770.0, 852.0, 941.0];
/// The tones of the four columns, in hertz.
pub(super) const COLUMNS: [f64; 4] = [1209.0, 1336.0, 1477.0, 1633.0];

/// Which key lies where, row by row.
const PAD: [[Digit; 4]; 4] = [
    [Digit::One, Digit::Two, Digit::Three, Digit::A],
    [Digit::Four, Digit::Five, Digit::Six, Digit::B],
    [Digit::Seven, Digit::Eight, Digit::Nine, Digit::C],
    [Digit::Star, Digit::Zero, Digit::Hash, Digit::D],
];

impl Digit {
    /// Every key, in the order of their event codes [RFC 4733 §3.2, table 3].
    pub const ALL: [Self; 16] = [
        Self::Zero,
        Self::One,
        Self::Two,
        Self::Three,
        Self::Four,
        Self::Five,
        Self::Six,
        Self::Seven,
        Self::Eight,
        Self::Nine,
        Self::Star,
        Self::Hash,
        Self::A,
        Self::B,
        Self::C,
        Self::D,
    ];

    /// The event code [RFC 4733 §3.2].
    pub const fn event(self) -> u8 {
        self as u8
    }

    /// The key of an event code, if it is one.
    pub fn from_event(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }

    /// The key as people write it.
    pub fn as_char(self) -> char {
        char::from(b"0123456789*#ABCD".get(usize::from(self.event())).copied().unwrap_or(b'?'))
    }

    /// The key that people write so.
    pub fn from_char(character: char) -> Option<Self> {
        Self::ALL.into_iter().find(|digit| digit.as_char() == character.to_ascii_uppercase())
    }

    /// The key at a row and a column of the pad.
    pub(super) fn at(row: usize, column: usize) -> Option<Self> {
        PAD.get(row)?.get(column).copied()
    }

    /// The two frequencies of the key, in hertz.
    pub(super) fn frequencies(self) -> (f64, f64) {
        for (keys, row) in PAD.iter().zip(ROWS) {
            for (key, column) in keys.iter().zip(COLUMNS) {
                if *key == self {
                    return (row, column);
                }
            }
        }
        (0.0, 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_code_one_letter_and_one_place() {
        for (code, digit) in (0..).zip(Digit::ALL) {
            assert_eq!(digit.event(), code);
            assert_eq!(Digit::from_event(code), Some(digit));
            assert_eq!(Digit::from_char(digit.as_char()), Some(digit));
            assert!(PAD.iter().flatten().filter(|key| **key == digit).count() == 1);
        }
        assert_eq!(Digit::from_event(16), None);
        assert_eq!(Digit::Hash.frequencies(), (941.0, 1477.0));
    }
}
