//! Random text that people read aloud, write down and type.

use crate::secret::Secret;

/// Digits and letters without I, L, O and U; those that people read for 0 and 1 are understood as such.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const GROUP: usize = 4;

/// Writes `length` characters of five bits each, from the lowest bits of `entropy`.
pub(super) fn write(entropy: &[u8], length: usize) -> Secret<String> {
    let mut bits = entropy.iter().fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
    let mut text = String::with_capacity(length);
    for _ in 0..length {
        let index = usize::try_from(bits & 31).unwrap_or(0);
        text.push(char::from(ALPHABET.get(index).copied().unwrap_or(b'0')));
        bits >>= 5;
    }
    Secret::new(text)
}

/// The text in groups of four.
pub(super) fn grouped(text: &Secret<String>) -> Secret<String> {
    let length = text.expose().len();
    let mut grouped = String::with_capacity(length + length / GROUP);
    for (index, character) in text.expose().chars().enumerate() {
        if index > 0 && index % GROUP == 0 {
            grouped.push('-');
        }
        grouped.push(character);
    }
    Secret::new(grouped)
}

/// Reads `length` characters as people type them: small letters, spaces and hyphens are fine, O is 0, I and L are 1.
pub(super) fn read(typed: &Secret<String>, length: usize) -> Option<Secret<String>> {
    // Full size from the start, so that no part of it is left behind in memory.
    let mut text = String::with_capacity(length);
    for character in typed.expose().chars().filter(|c| !c.is_whitespace() && *c != '-') {
        let character = match character.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        if text.len() == length || !u8::try_from(character).is_ok_and(|byte| ALPHABET.contains(&byte)) {
            return None;
        }
        text.push(character);
    }
    let text = Secret::new(text);
    (text.expose().len() == length).then_some(text)
}
