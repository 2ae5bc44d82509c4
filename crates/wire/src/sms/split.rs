//! One text as the short messages that carry it.

use super::concatenation::Concatenation;
use super::gsm7::Septets;

/// The most parts that a text of ours may have. Somebody pays for each.
pub const MAX_PARTS: usize = 10;

/// How the characters of a text are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alphabet {
    /// The GSM 7-bit default alphabet with its extension table, a septet in each octet.
    Gsm7,
    /// UCS-2, which telephones read as UTF-16, with the high octet first.
    Ucs2,
}

impl Alphabet {
    /// The most units (septets, or pairs of octets) of a message that stands alone [3GPP TS 23.040 §9.2.3.16].
    pub const fn alone(self) -> usize {
        match self {
            Self::Gsm7 => 160,
            Self::Ucs2 => 70,
        }
    }

    /// The most units of one part among others: the header of six octets takes seven septets or three pairs.
    pub const fn of_many(self) -> usize {
        match self {
            Self::Gsm7 => 153,
            Self::Ucs2 => 67,
        }
    }
}

/// A text, written and cut.
#[derive(Clone, PartialEq, Eq)]
pub struct Split {
    /// How it is written.
    pub alphabet: Alphabet,
    /// The octets of each part, without headers. There is always one.
    pub parts: Vec<Vec<u8>>,
}

/// A text that takes more than [`MAX_PARTS`] messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text takes more than {MAX_PARTS} messages")]
pub struct TooLong;

impl Split {
    /// The octets of each part with the header that it needs among others, under `reference`.
    pub fn with_headers(&self, reference: u8) -> Vec<Vec<u8>> {
        let Some(total) = u8::try_from(self.parts.len()).ok().filter(|total| *total > 1) else {
            return self.parts.clone();
        };
        (1..=total)
            .zip(&self.parts)
            .map(|(part, octets)| {
                let header = Concatenation { reference: u16::from(reference), total, part }.header();
                [&header[..], octets].concat()
            })
            .collect()
    }

    /// All the octets in one piece, for `message_payload`.
    pub fn whole(&self) -> Vec<u8> {
        self.parts.concat()
    }
}

impl std::fmt::Debug for Split {
    // SECURITY: the octets are the message, and the message is a code.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Split").field("alphabet", &self.alphabet).field("parts", &self.parts.len()).finish()
    }
}

/// Writes `text` in the smaller alphabet that has all its characters, and cuts it. No character is cut in two.
///
/// # Errors
/// It takes more than [`MAX_PARTS`] messages.
pub fn split(text: &str) -> Result<Split, TooLong> {
    let septets: Option<Vec<Septets>> = text.chars().map(Septets::of).collect();
    let (alphabet, parts) = match septets {
        Some(septets) => (Alphabet::Gsm7, cut(Alphabet::Gsm7, septets.into_iter().map(gsm7_unit))),
        None => (Alphabet::Ucs2, cut(Alphabet::Ucs2, text.chars().map(ucs2_unit))),
    };
    if parts.len() > MAX_PARTS { Err(TooLong) } else { Ok(Split { alphabet, parts }) }
}

/// How many short messages carry `text`.
pub fn segments(text: &str) -> usize {
    let septets: Option<Vec<Septets>> = text.chars().map(Septets::of).collect();
    match septets {
        Some(septets) => cut(Alphabet::Gsm7, septets.into_iter().map(gsm7_unit)).len(),
        None => cut(Alphabet::Ucs2, text.chars().map(ucs2_unit)).len(),
    }
}

/// The octets of one character, and how many units they are.
struct Unit {
    octets: Vec<u8>,
    units: usize,
}

fn gsm7_unit(septets: Septets) -> Unit {
    let mut octets = Vec::with_capacity(septets.count());
    septets.write(&mut octets);
    Unit { units: octets.len(), octets }
}

fn ucs2_unit(character: char) -> Unit {
    let mut room = [0; 2];
    let pairs = character.encode_utf16(&mut room);
    Unit { units: pairs.len(), octets: pairs.iter().flat_map(|pair| pair.to_be_bytes()).collect() }
}

fn cut(alphabet: Alphabet, characters: impl Iterator<Item = Unit>) -> Vec<Vec<u8>> {
    let characters: Vec<Unit> = characters.collect();
    let total: usize = characters.iter().map(|character| character.units).sum();
    let room = if total <= alphabet.alone() { alphabet.alone() } else { alphabet.of_many() };
    let mut parts = Vec::new();
    let (mut part, mut used) = (Vec::new(), 0);
    for character in characters {
        if used + character.units > room {
            parts.push(std::mem::take(&mut part));
            used = 0;
        }
        used += character.units;
        part.extend(character.octets);
    }
    parts.push(part);
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{gsm7, without_header};
    use super::*;

    #[test]
    fn the_limits_of_the_standard_are_kept() {
        for (text, expected) in [
            (String::new(), 1),
            ("a".repeat(160), 1),
            ("a".repeat(161), 2),
            ("a".repeat(306), 2),
            ("a".repeat(307), 3),
            ("€".repeat(80), 1),
            (format!("a{}", "€".repeat(80)), 2),
            // 153 is odd: an escaped character does not fit into the last place of a part.
            ("€".repeat(152), 2),
            ("€".repeat(153), 3),
            ("ŵ".repeat(70), 1),
            ("ŵ".repeat(71), 2),
            ("🙂".repeat(35), 1),
            ("🙂".repeat(36), 2),
            ("🙂".repeat(67), 3),
        ] {
            assert_eq!(segments(&text), expected, "{} x {:?}", text.chars().count(), text.chars().next());
        }
    }

    #[test]
    fn a_text_for_the_default_alphabet_is_written_in_it() {
        assert_eq!(split("£5 @ 10").unwrap().alphabet, Alphabet::Gsm7);
        assert_eq!(split("ŵ").unwrap(), Split { alphabet: Alphabet::Ucs2, parts: vec![vec![0x01, 0x75]] });
    }

    #[test]
    fn a_text_that_stands_alone_has_no_header() {
        assert_eq!(split("hi").unwrap().with_headers(9), [b"hi"]);
    }

    #[test]
    fn a_text_for_too_many_messages_is_refused() {
        assert_eq!(split(&"a".repeat(153 * MAX_PARTS)).unwrap().parts.len(), MAX_PARTS);
        assert_eq!(split(&"a".repeat(153 * MAX_PARTS + 1)), Err(TooLong));
    }

    #[test]
    fn a_split_text_does_not_print_itself() {
        assert!(!format!("{:?}", split("123456").unwrap()).contains("49"));
    }

    proptest! {
        #[test]
        fn parts_join_to_the_text_and_none_is_too_long(text in "[a-z€ŵ🙂]{0,400}|[a-z€]{0,900}") {
            let Ok(split) = split(&text) else { return Ok(()) };
            prop_assert_eq!(split.parts.len(), segments(&text));
            let mut joined = String::new();
            for octets in split.with_headers(7) {
                let header = if split.parts.len() > 1 { Concatenation::LENGTH } else { 0 };
                let most = match split.alphabet { Alphabet::Gsm7 => 160, Alphabet::Ucs2 => 140 };
                prop_assert!(octets.len() <= most);
                let body = if header > 0 { without_header(&octets).unwrap().1 } else { &octets[..] };
                joined.push_str(&match split.alphabet {
                    Alphabet::Gsm7 => gsm7::decode(body),
                    Alphabet::Ucs2 => {
                        let units: Vec<u16> =
                            body.chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
                        String::from_utf16(&units).unwrap()
                    }
                });
            }
            prop_assert_eq!(joined, text);
        }
    }
}
