//! One mail.

use std::fmt;

/// A mail to be sent.
#[derive(Clone)]
pub struct Mail {
    /// What the worker calls it: the left half of its `Message-ID`, the same at each try.
    pub id: String,
    /// The address.
    pub to: String,
    /// The name of whoever it is for.
    pub to_name: String,
    /// The subject, on one line.
    pub subject: String,
    /// The words as plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

impl fmt::Debug for Mail {
    // SECURITY: names, addresses and words are not for a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").field("id", &self.id).finish_non_exhaustive()
    }
}
