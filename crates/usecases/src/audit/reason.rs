//! Reasons at the door.

use wardkey_domain::audit::Reason;

use crate::{Error, Result};

/// Reads the reason that somebody gave for an act on somebody else's account.
///
/// # Errors
/// When there is none, or it is too long; the text may be shown.
pub fn reason(text: &str) -> Result<Reason> {
    Reason::parse(text).map_err(|error| Error::invalid("reason", error.to_string()))
}
