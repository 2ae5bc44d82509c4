//! Text that stays in the default alphabet, so that a name does not double the price of a message.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::gsm7::Septets;

/// What has a customary spelling with other letters.
const SPELT: [(char, &str); 30] = [
    ('‘', "'"),
    ('’', "'"),
    ('‚', "'"),
    ('`', "'"),
    ('´', "'"),
    ('“', "\""),
    ('”', "\""),
    ('„', "\""),
    ('«', "\""),
    ('»', "\""),
    ('‐', "-"),
    ('‑', "-"),
    ('‒', "-"),
    ('–', "-"),
    ('—', "-"),
    ('−', "-"),
    ('…', "..."),
    ('•', "*"),
    ('ł', "l"),
    ('Ł', "L"),
    ('đ', "d"),
    ('Đ', "D"),
    ('ħ', "h"),
    ('ı', "i"),
    ('œ', "oe"),
    ('Œ', "OE"),
    ('ð', "d"),
    ('Ð', "D"),
    ('þ', "th"),
    ('Þ', "Th"),
];

/// `text` in the GSM 7-bit default alphabet: accents that it lacks are dropped, quotation marks and dashes become plain,
/// anything in white space becomes a space, and what has no spelling becomes a question mark. Control characters go.
pub fn transliterate(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for character in text.nfc() {
        if character.is_whitespace() {
            written.push(' ');
        } else if character.is_control() || is_invisible(character) {
            continue;
        } else if Septets::of(character).is_some() {
            written.push(character);
        } else if let Some((_, spelt)) = SPELT.iter().find(|(known, _)| *known == character) {
            written.push_str(spelt);
        } else {
            let plain: String = character
                .nfkd()
                .filter(|part| !is_combining_mark(*part))
                .filter(|part| Septets::of(*part).is_some())
                .collect();
            let nothing = plain.is_empty() && !is_combining_mark(character);
            written.push_str(if nothing { "?" } else { &plain });
        }
    }
    written
}

/// Characters that join, direct or mark text without being seen.
const fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::gsm7;
    use super::*;

    #[test]
    fn names_stay_readable() {
        for (text, expected) in [
            ("Ysbyty Gŵyr", "Ysbyty Gwyr"),
            ("St Mary’s – North", "St Mary's - North"),
            ("Łódź Çelik", "Lodz Çelik"),
            ("Café Übung", "Café Übung"),
            ("e\u{301}lan", "élan"),
            ("ﬁne", "fine"),
            ("病院", "??"),
            ("a\u{202e}b\0c\td", "abc d"),
            ("🙂", "?"),
        ] {
            assert_eq!(transliterate(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_comes_in_the_default_alphabet_goes_out(text in any::<String>()) {
            prop_assert!(gsm7::septets(&transliterate(&text)).is_some());
        }
    }
}
