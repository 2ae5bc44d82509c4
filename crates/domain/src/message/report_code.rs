//! The reference in a text by which somebody says "this was not me".

use std::fmt;

/// Letters and digits that nobody confuses when they type them from a text.
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const LENGTH: usize = 8;

/// Eight characters, 40 bits: enough that nobody ends another person's sign-in by guessing, since each network may try only
/// so often and a reference lives for an hour.
#[derive(Clone, PartialEq, Eq)]
pub struct ReportCode(String);

/// A text that is no reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Enter the reference from the text message, 8 letters and digits such as ABCD-2345")]
pub struct BadReportCode;

impl ReportCode {
    /// Draws one from random bytes.
    pub fn draw(entropy: [u8; LENGTH]) -> Self {
        let letter = |byte: u8| ALPHABET.get(usize::from(byte) % ALPHABET.len()).copied().map_or('A', char::from);
        Self(entropy.into_iter().map(letter).collect())
    }

    /// Reads one as typed: small letters, spaces and hyphens do no harm.
    ///
    /// # Errors
    /// A sentence that may be shown.
    pub fn parse(typed: &str) -> Result<Self, BadReportCode> {
        let is_wanted = |c: &char| !c.is_whitespace() && *c != '-';
        let text: String = typed.chars().filter(is_wanted).map(|c| c.to_ascii_uppercase()).collect();
        let good = text.len() == LENGTH && text.bytes().all(|byte| ALPHABET.contains(&byte));
        if good { Ok(Self(text)) } else { Err(BadReportCode) }
    }

    /// The reference as a text shows it: `ABCD-2345`.
    pub fn text(&self) -> String {
        let (front, back) = self.0.split_at(LENGTH / 2);
        format!("{front}-{back}")
    }

    /// What it is found by: the store keeps a keyed hash of it.
    pub fn key(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ReportCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReportCode(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_read_as_people_type_it() {
        let drawn = ReportCode::draw([0, 1, 2, 3, 30, 31, 32, 255]);
        assert_eq!(drawn.text(), "ABCD-89A9");
        for typed in ["ABCD-89A9", "abcd 89a9", " abcd89a9 "] {
            assert_eq!(ReportCode::parse(typed), Ok(drawn.clone()));
        }
        for bad in ["", "ABCD-89A", "ABCD-89A90", "ABCD-89I9", "ÄBCD-89A9"] {
            assert_eq!(ReportCode::parse(bad), Err(BadReportCode), "{bad}");
        }
    }
}
