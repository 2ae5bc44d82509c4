//! ODS codes: how the Organisation Data Service names a body.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An ODS code: one to nine upper-case letters and digits [ACC-7].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OdsCode(String);

/// Why a text is not an ODS code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an ODS code is one to nine letters and digits")]
pub struct BadOdsCode;

impl OdsCode {
    /// Reads an ODS code; surrounding spaces and small letters are forgiven.
    ///
    /// # Errors
    /// When what is left is not one to nine ASCII letters and digits.
    pub fn parse(text: &str) -> Result<Self, BadOdsCode> {
        let text = text.trim();
        if text.is_empty() || text.len() > 9 || !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(BadOdsCode);
        }
        Ok(Self(text.to_ascii_uppercase()))
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OdsCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for OdsCode {
    type Err = BadOdsCode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for OdsCode {
    type Error = BadOdsCode;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<OdsCode> for String {
    fn from(code: OdsCode) -> Self {
        code.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(OdsCode::parse(text).ok().as_ref().map(OdsCode::as_str), expected, "{text:?}");
    }

    #[test]
    fn an_ods_code_is_one_to_nine_letters_and_digits() {
        check("A81001", Some("A81001"));
        check(" rj1 ", Some("RJ1"));
        check("X", Some("X"));
        check("ABCDEFGHI", Some("ABCDEFGHI"));
        check("ABCDEFGHIJ", None);
        check("", None);
        check("A-1", None);
        check("É1", None);
    }
}
