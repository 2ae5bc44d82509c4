//! What the person types.

use crate::secret::{Secret, constant_time_equal};

/// Letters and digits that are not taken for each other when read out or copied from paper.
const ALPHABET: &[u8; 31] = b"23456789abcdefghjkmnpqrstuvwxyz";

/// The lengths that there may be.
pub(super) const LENGTHS: std::ops::RangeInclusive<usize> = 8..=48;

/// How many random bytes a code is made from, however long it is.
pub const PASS_BYTES: usize = 96;

/// What the person types.
#[derive(Clone, Debug)]
pub struct PassCode(Secret<String>);

/// A text that cannot be a pass. It costs no attempt: nothing was guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Enter the temporary access pass as you were given it")]
pub struct BadPass;

impl PassCode {
    /// Makes a code of `length` characters, each of 31 equally likely.
    pub fn new(entropy: [u8; PASS_BYTES], length: usize) -> Self {
        const EVEN: u8 = 248; // eight times 31: beyond it some letters would come more often
        let letter = |byte: u8| ALPHABET.get(usize::from(byte % 31)).copied().map_or('2', char::from);
        // Of 96 bytes three are expected to be too large, and half of them would do for the longest pass.
        let even = entropy.into_iter().filter(|byte| *byte < EVEN);
        Self(Secret::new(even.chain([0; PASS_BYTES]).map(letter).take(length).collect()))
    }

    /// Reads a code as people type it: capitals, spaces and hyphens are fine.
    ///
    /// # Errors
    /// When it cannot be one.
    pub fn parse(text: &str) -> Result<Self, BadPass> {
        let mut bare = String::new();
        for character in text.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            let small = character.to_ascii_lowercase();
            let is_ours = u8::try_from(small).is_ok_and(|byte| ALPHABET.contains(&byte));
            if !is_ours || bare.len() == *LENGTHS.end() {
                return Err(BadPass);
            }
            bare.push(small);
        }
        if LENGTHS.contains(&bare.len()) { Ok(Self(Secret::new(bare))) } else { Err(BadPass) }
    }

    /// The code in groups of four, to be shown once.
    pub fn text(&self) -> Secret<String> {
        let letters: Vec<char> = self.0.expose().chars().collect();
        let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
        Secret::new(groups.join("-"))
    }

    /// The code as it is sealed.
    pub const fn bare(&self) -> &Secret<String> {
        &self.0
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        constant_time_equal(self.0.expose().as_bytes(), other.0.expose().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_is_read_as_it_was_shown() {
        let mut entropy = [0; PASS_BYTES];
        for (index, byte) in entropy.iter_mut().enumerate() {
            *byte = u8::try_from(index * 37 % 256).unwrap();
        }
        for length in [8, 12, 48] {
            let pass = PassCode::new(entropy, length);
            let shown = pass.text().expose().clone();
            assert_eq!(shown.replace('-', "").len(), length);
            for typed in [shown.clone(), shown.to_uppercase(), shown.replace('-', " ")] {
                assert!(PassCode::parse(&typed).unwrap().is(&pass), "{typed}");
            }
        }
    }

    #[test]
    fn every_letter_is_as_likely_as_any_other() {
        let mut seen = std::collections::BTreeMap::<char, usize>::new();
        for byte in 0..=u8::MAX {
            let first = PassCode::new([byte; PASS_BYTES], 8).bare().expose().chars().next().unwrap();
            if byte < 248 {
                *seen.entry(first).or_default() += 1;
            }
        }
        assert_eq!(seen.len(), 31);
        assert!(seen.values().all(|count| *count == 8), "{seen:?}");
    }

    #[test]
    fn what_cannot_be_a_pass_is_no_attempt() {
        for text in ["", "abcdefg", "abcdefg0", "abcdefgl", "abcdefg\u{e9}", &"a".repeat(49)] {
            assert!(PassCode::parse(text).is_err(), "{text}");
        }
        assert!(!PassCode::parse("abcdefgh").unwrap().is(&PassCode::parse("abcdefgj").unwrap()));
    }
}
