//! The signed-in person, as the frame of every page shows them.

use serde::Serialize;

/// Who is signed in.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PersonView {
    pub(crate) name: String,
    pub(crate) address: String,
    /// Whether to offer the administration area; what may be done there is decided per deed.
    pub(crate) administers: bool,
    /// Whether enrolment comes first, so that the menu offers nothing else.
    pub(crate) enrolling: bool,
}
