//! What a request says of the sign-in that it asks about.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE64URL_NOPAD;

/// The text that says what a request is about, exactly as it is sent: an answer covers its hash, so that nobody approves
/// anything but what they were shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextText(String);

impl ContextText {
    /// Takes the text.
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its SHA-256 in base64url.
    pub fn hash(&self) -> String {
        BASE64URL_NOPAD.encode(digest(&SHA256, self.0.as_bytes()).as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_the_text() {
        // FIPS 180-4's example for "abc".
        assert_eq!(ContextText::new("abc".to_owned()).hash(), "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
    }
}
