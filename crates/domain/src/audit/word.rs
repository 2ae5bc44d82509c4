//! `Word` and `Reason`: the only two kinds of text that an audit event may carry.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A word from a closed list that a later slice owns, such as a factor's or a refusal's name.
///
/// INVARIANT: it is made from text in the program only, so nothing that somebody typed can reach an event through it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Word(Cow<'static, str>);

impl Word {
    /// The word as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&'static str> for Word {
    fn from(word: &'static str) -> Self {
        Self(Cow::Borrowed(word))
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// Why somebody did something to somebody else's account, in their own words.
///
/// The only free text in the audit: one line, trimmed, at most [`Reason::LONGEST`] characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reason(String);

/// Why a text is not a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadReason {
    /// Nothing but spaces.
    #[error("give a reason")]
    Empty,
    /// More than [`Reason::LONGEST`] characters.
    #[error("the reason must be 500 characters or fewer")]
    TooLong,
}

impl Reason {
    /// The most characters that a reason may have.
    pub const LONGEST: usize = 500;

    /// Takes what somebody typed; runs of white space and control characters become one space.
    ///
    /// # Errors
    /// When nothing is left, or too much.
    pub fn parse(text: &str) -> Result<Self, BadReason> {
        let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
        let line = words.collect::<Vec<_>>().join(" ");
        if line.is_empty() {
            return Err(BadReason::Empty);
        }
        if line.chars().count() > Self::LONGEST {
            return Err(BadReason::TooLong);
        }
        Ok(Self(line))
    }

    /// The reason as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, BadReason>) {
        assert_eq!(Reason::parse(text).as_ref().map(Reason::as_str), expected.as_ref().copied());
    }

    #[test]
    fn a_reason_is_one_short_line() {
        check("  lost phone\r\nticket 7 ", Ok("lost phone ticket 7"));
        check(" \t\n", Err(BadReason::Empty));
        check(&"x".repeat(501), Err(BadReason::TooLong));
    }
}
