//! Reading a filter word by word.

use super::error::{ScimError, ScimType};
use super::filter::Literal;

/// The longest filter that is read, in bytes.
const LONGEST: usize = 8 * 1024;

/// What is left of a filter.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a>(&'a str);

pub(super) fn unreadable(why: &'static str) -> ScimError {
    ScimError::bad(ScimType::InvalidFilter, format!("The filter cannot be read: {why}."))
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Result<Self, ScimError> {
        if text.len() > LONGEST { Err(unreadable("it is too long")) } else { Ok(Self(text)) }
    }

    pub(super) fn rest(&self) -> &'a str {
        self.0
    }

    /// Goes past spaces; says whether there were any.
    pub(super) fn space(&mut self) -> bool {
        let rest = self.0.trim_start_matches(' ');
        let moved = rest.len() < self.0.len();
        self.0 = rest;
        moved
    }

    /// Goes past `mark`, if it is next.
    pub(super) fn eat(&mut self, mark: char) -> bool {
        match self.0.strip_prefix(mark) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    /// The word that is next, without going past it: empty at a mark or the end.
    pub(super) fn peek(&self) -> &'a str {
        let end = self.0.find([' ', '(', ')', '[', ']', '"']).unwrap_or(self.0.len());
        self.0.get(..end).unwrap_or_default()
    }

    /// Goes past the next word.
    pub(super) fn word(&mut self) -> &'a str {
        let word = self.peek();
        self.0 = self.0.get(word.len()..).unwrap_or_default();
        word
    }

    /// Goes past `word`, if it is next, whatever its capitals.
    pub(super) fn keyword(&mut self, word: &str) -> bool {
        let is_next = self.peek().eq_ignore_ascii_case(word);
        if is_next {
            self.word();
        }
        is_next
    }

    /// A value, as JSON writes it [RFC 7644 §3.4.2.2, compValue].
    pub(super) fn literal(&mut self) -> Result<Literal, ScimError> {
        if self.0.starts_with('"') {
            let end = end_of_text(self.0).ok_or_else(|| unreadable("a quotation mark is not closed"))?;
            let (quoted, rest) = self.0.split_at(end);
            let text =
                serde_json::from_str(quoted).map_err(|_| unreadable("a text is not written as JSON writes it"))?;
            self.0 = rest;
            return Ok(Literal::Text(text));
        }
        // RFC 7644 writes these as JSON does; capitals are forgiven, as some clients write `True`.
        let word = self.word();
        match word.to_ascii_lowercase().as_str() {
            "true" => Ok(Literal::Boolean(true)),
            "false" => Ok(Literal::Boolean(false)),
            "null" => Ok(Literal::Null),
            _number => match serde_json::from_str(word) {
                Ok(serde_json::Value::Number(number)) => Ok(Literal::Number(number.to_string())),
                Ok(_) | Err(_) => Err(unreadable("a value is missing, or texts need quotation marks")),
            },
        }
    }
}

/// Where the text in quotation marks ends that `text` begins with.
fn end_of_text(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}
