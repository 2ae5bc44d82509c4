//! The GSM 7-bit default alphabet, one septet in an octet [3GPP TS 23.038 §6.2.1].

/// The escape to the extension table.
pub const ESCAPE: u8 = 0x1b;

/// The default alphabet in its order. The escape stands for itself; it is no character.
const DEFAULT: [char; 128] = [
    '@', '£', '$', '¥', 'è', 'é', 'ù', 'ì', 'ò', 'Ç', '\n', 'Ø', 'ø', '\r', 'Å', 'å', 'Δ', '_', 'Φ', 'Γ', 'Λ', 'Ω',
    'Π', 'Ψ', 'Σ', 'Θ', 'Ξ', '\u{1b}', 'Æ', 'æ', 'ß', 'É', ' ', '!', '"', '#', '¤', '%', '&', '\'', '(', ')', '*', '+',
    ',', '-', '.', '/', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', ':', ';', '<', '=', '>', '?', '¡', 'A', 'B',
    'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y',
    'Z', 'Ä', 'Ö', 'Ñ', 'Ü', '§', '¿', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p',
    'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', 'ä', 'ö', 'ñ', 'ü', 'à',
];

/// The extension table: what follows an escape.
const EXTENSION: [(u8, char); 10] = [
    (0x0a, '\u{c}'),
    (0x14, '^'),
    (0x28, '{'),
    (0x29, '}'),
    (0x2f, '\\'),
    (0x3c, '['),
    (0x3d, '~'),
    (0x3e, ']'),
    (0x40, '|'),
    (0x65, '€'),
];

/// The septets of one character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Septets {
    /// It is in the default alphabet.
    One(u8),
    /// It follows an escape.
    Escaped(u8),
}

impl Septets {
    /// The septets of `character`, or nothing if the alphabet does not have it.
    pub fn of(character: char) -> Option<Self> {
        if character == char::from(ESCAPE) {
            return None;
        }
        let default = DEFAULT.iter().position(|known| *known == character).and_then(|place| u8::try_from(place).ok());
        let escaped = || EXTENSION.iter().find(|(_, known)| *known == character).map(|(septet, _)| *septet);
        default.map(Self::One).or_else(|| escaped().map(Self::Escaped))
    }

    /// How many septets there are.
    pub const fn count(self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Escaped(_) => 2,
        }
    }

    /// Appends them to `octets`.
    pub fn write(self, octets: &mut Vec<u8>) {
        match self {
            Self::One(septet) => octets.push(septet),
            Self::Escaped(septet) => octets.extend([ESCAPE, septet]),
        }
    }
}

/// How many septets `text` takes, or nothing if it has a character that the alphabet lacks.
pub fn septets(text: &str) -> Option<usize> {
    text.chars().map(|character| Septets::of(character).map(Septets::count)).sum()
}

/// The septets of `text`, or nothing if it has a character that the alphabet lacks.
pub fn encode(text: &str) -> Option<Vec<u8>> {
    let mut octets = Vec::with_capacity(text.len());
    for character in text.chars() {
        Septets::of(character)?.write(&mut octets);
    }
    Some(octets)
}

/// The text of `octets`. An octet above 127 becomes the replacement character; an unknown escape becomes the character of
/// the default alphabet, as the standard wants it [3GPP TS 23.038 §6.2.1.1].
pub fn decode(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len());
    let mut rest = octets.iter().copied();
    while let Some(octet) = rest.next() {
        let character = if octet == ESCAPE {
            let Some(next) = rest.next() else { break };
            let extended = EXTENSION.iter().find(|(septet, _)| *septet == next).map(|(_, character)| *character);
            // An escape after an escape is reserved for tables that do not exist yet, and is shown as a space.
            extended.or_else(|| (next == ESCAPE).then_some(' ')).or_else(|| DEFAULT.get(usize::from(next)).copied())
        } else {
            DEFAULT.get(usize::from(octet)).copied()
        };
        text.push(character.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_places_of_the_standard_are_right() {
        for (character, septets) in [
            ('@', vec![0x00]),
            ('£', vec![0x01]),
            ('\n', vec![0x0a]),
            ('_', vec![0x11]),
            ('É', vec![0x1f]),
            ('¤', vec![0x24]),
            ('0', vec![0x30]),
            ('¡', vec![0x40]),
            ('Z', vec![0x5a]),
            ('§', vec![0x5f]),
            ('¿', vec![0x60]),
            ('z', vec![0x7a]),
            ('à', vec![0x7f]),
            ('€', vec![0x1b, 0x65]),
            ('[', vec![0x1b, 0x3c]),
            ('|', vec![0x1b, 0x40]),
        ] {
            assert_eq!(encode(&character.to_string()), Some(septets), "{character}");
        }
    }

    #[test]
    fn every_printable_ascii_character_but_the_grave_accent_is_there() {
        let missing: Vec<char> = (' '..='~').filter(|character| Septets::of(*character).is_none()).collect();
        assert_eq!(missing, ['`']);
    }

    #[test]
    fn what_is_not_in_the_alphabet_is_not_written() {
        for text in ["ŵ", "’", "🙂", "\u{1b}", "\0", "ç"] {
            assert_eq!((encode(text), septets(text)), (None, None), "{text}");
        }
    }

    #[test]
    fn octets_that_mean_nothing_do_not_hurt() {
        assert_eq!(decode(&[0x41, 0x1b]), "A");
        assert_eq!(decode(&[0x1b, 0x1b, 0x41]), " A");
        assert_eq!(decode(&[0x1b, 0x41]), "A");
        assert_eq!(decode(&[0xff, 0x42]), "\u{fffd}B");
    }

    proptest! {
        #[test]
        fn text_comes_back_as_it_was(text in "[ -_a-z{|}~€£éèÄÖÑÜäöñüà\n]{0,200}") {
            let octets = encode(&text).unwrap();
            prop_assert_eq!(octets.len(), septets(&text).unwrap());
            prop_assert_eq!(decode(&octets), text);
        }
    }
}
