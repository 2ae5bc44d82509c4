//! What a named location is called.

use std::fmt;

/// The name of a named location. Policies name it by this, so that it never changes and is never given again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocationName(String);

/// Why a text is no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLocationName {
    /// It is too short or too long.
    #[error("the name must have 3 to 60 characters")]
    Length,
    /// It has a character that a name does not have.
    #[error("the name can have letters, digits, spaces, and . , ' ( ) & / - only")]
    Character,
    /// It begins or ends with something else than a letter, a digit or a bracket.
    #[error("the name must begin and end with a letter or a digit")]
    Edge,
}

impl LocationName {
    /// Takes what somebody typed; runs of spaces become one.
    ///
    /// # Errors
    /// Says which rule it breaks; the text may be shown.
    pub fn parse(text: &str) -> Result<Self, BadLocationName> {
        let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !(3..=60).contains(&name.chars().count()) {
            return Err(BadLocationName::Length);
        }
        if !name.chars().all(|character| is_letter(character) || " .,'()&/-".contains(character)) {
            return Err(BadLocationName::Character);
        }
        let edge = |character: Option<char>| character.is_some_and(|edge| is_letter(edge) || "()".contains(edge));
        if !edge(name.chars().next()) || !edge(name.chars().next_back()) {
            return Err(BadLocationName::Edge);
        }
        Ok(Self(name))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What must differ between two names: capitals do not count.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

/// SECURITY: the letters of English and Welsh and their neighbours; a look-alike from another alphabet is refused, or a policy
/// could be made to name another place than it says.
fn is_letter(character: char) -> bool {
    character <= '\u{17f}' && character.is_alphanumeric()
}

impl fmt::Display for LocationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, BadLocationName>) {
        let read = LocationName::parse(text);
        assert_eq!(read.as_ref().map(LocationName::as_str), expected.as_ref().copied(), "{text}");
    }

    #[test]
    fn a_name_is_one_short_line_of_plain_letters() {
        check("  Riverside   Surgery, main site ", Ok("Riverside Surgery, main site"));
        check("Ysbyty Gŵyr (HSCN)", Ok("Ysbyty Gŵyr (HSCN)"));
        check("A1", Err(BadLocationName::Length));
        check(&"x".repeat(61), Err(BadLocationName::Length));
        check("Lееds", Err(BadLocationName::Character));
        check("Leeds\"", Err(BadLocationName::Character));
        check("- Leeds", Err(BadLocationName::Edge));
        check("Leeds\u{0}x", Err(BadLocationName::Character));
    }

    #[test]
    fn names_that_differ_by_capitals_are_one() {
        assert_eq!(LocationName::parse("Leeds LGI").unwrap().key(), LocationName::parse("LEEDS lgi").unwrap().key());
    }
}
