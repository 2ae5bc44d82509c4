//! Codes of letters and digits that people read out and type.

use crate::secret::{Secret, constant_time_equal};

/// Letters and digits that are not taken for each other when read out or copied from paper.
const ALPHABET: &[u8; 31] = b"23456789abcdefghjkmnpqrstuvwxyz";

/// A code of letters and digits, as it is compared: small letters without hyphens.
#[derive(Clone, Debug)]
pub(super) struct Letters(Secret<String>);

impl Letters {
    /// Makes a code of `length` characters, each of 31 equally likely.
    ///
    /// Of the bytes, eight of 256 are of no use: give more than `length`, so that it is not to be expected that they run out.
    pub(super) fn new(entropy: impl IntoIterator<Item = u8>, length: usize) -> Self {
        const EVEN: u8 = 248; // eight times 31: beyond it some letters would come more often
        let letter = |byte: u8| ALPHABET.get(usize::from(byte % 31)).copied().map_or('2', char::from);
        let even = entropy.into_iter().filter(|byte| *byte < EVEN);
        Self(Secret::new(even.chain(std::iter::repeat(0)).map(letter).take(length).collect()))
    }

    /// Reads a code as people type it: capitals, spaces and hyphens are fine. Nothing for what cannot be one.
    pub(super) fn parse(text: &str, lengths: &std::ops::RangeInclusive<usize>) -> Option<Self> {
        let mut bare = String::new();
        for character in text.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            let small = character.to_ascii_lowercase();
            let is_ours = u8::try_from(small).is_ok_and(|byte| ALPHABET.contains(&byte));
            if !is_ours || bare.len() == *lengths.end() {
                return None;
            }
            bare.push(small);
        }
        lengths.contains(&bare.len()).then(|| Self(Secret::new(bare)))
    }

    /// The code in groups of so many, to be shown once.
    pub(super) fn text(&self, group: usize) -> Secret<String> {
        let letters: Vec<char> = self.0.expose().chars().collect();
        let groups: Vec<String> = letters.chunks(group).map(|group| group.iter().collect()).collect();
        Secret::new(groups.join("-"))
    }

    /// The code as it is sealed or hashed.
    pub(super) const fn bare(&self) -> &Secret<String> {
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
    fn every_letter_is_as_likely_as_any_other() {
        let mut seen = std::collections::BTreeMap::<char, usize>::new();
        for byte in 0..248 {
            let first = Letters::new([byte], 1).bare().expose().chars().next().unwrap();
            *seen.entry(first).or_default() += 1;
        }
        assert_eq!(seen.len(), 31);
        assert!(seen.values().all(|count| *count == 8), "{seen:?}");
    }

    #[test]
    fn a_byte_that_would_favour_some_letters_is_passed_over() {
        for byte in 248..=u8::MAX {
            assert_eq!(Letters::new([byte, 1], 1).bare().expose(), Letters::new([1], 1).bare().expose(), "{byte}");
        }
    }
}
