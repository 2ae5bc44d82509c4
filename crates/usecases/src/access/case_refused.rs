//! A rule that was in the way, in words for a page.

use crate::Error;

/// A rule's words as a sentence.
pub(super) fn refused(why: &impl std::fmt::Display) -> Error {
    let text = why.to_string();
    let mut rest = text.chars();
    let sentence: String = rest.next().into_iter().flat_map(char::to_uppercase).chain(rest).collect();
    Error::Conflict(format!("{sentence}."))
}
