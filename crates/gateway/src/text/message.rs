//! One text.

use std::fmt;

use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;

/// A text to be sent.
#[derive(Clone)]
pub struct Text {
    /// What the worker calls it, for the peer to repeat: the text of a UUID.
    pub id: String,
    /// The telephone number, such as `+447700900123`.
    pub to: String,
    /// The words.
    pub body: Secret<String>,
    /// When it is of no more use. It is not sent after that.
    pub expires_at: Timestamp,
}

impl fmt::Debug for Text {
    // SECURITY: a number and a code are not for a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Text").field("id", &self.id).field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// Whether `to` is a telephone number in international form [E.164]: a plus sign and at most fifteen digits.
pub(crate) fn is_number(to: &str) -> bool {
    to.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_prints_neither_number_nor_words() {
        let text = Text {
            id: "1".to_owned(),
            to: "+447700900123".to_owned(),
            body: Secret::new("code 123456".to_owned()),
            expires_at: Timestamp::from_seconds(1),
        };
        let printed = format!("{text:?}");
        assert!(!printed.contains("7700900123") && !printed.contains("123456"), "{printed}");
    }

    #[test]
    fn numbers_are_international() {
        for (to, good) in [
            ("+447700900123", true),
            ("447700900123", false),
            ("07700900123", false),
            ("+0447700900123", false),
            ("+44 7700900123", false),
            ("+4477009001234567", false),
            ("+44", false),
            ("", false),
            ("+４４7700900123", false),
        ] {
            assert_eq!(is_number(to), good, "{to}");
        }
    }
}
