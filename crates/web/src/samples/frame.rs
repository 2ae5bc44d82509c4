//! The frames that samples stand in.

use wardkey_domain::secret::Secret;

use crate::page::Frame;
use crate::view::PersonView;

/// A signed-in person's, who administers.
pub(crate) fn frame() -> Frame {
    Frame {
        person: Some(PersonView {
            name: "Practice nurse".to_owned(),
            address: "nurse@riverside-surgery.example".to_owned(),
            administers: true,
            enrolling: false,
        }),
        help: None,
        bound_to: Some(Secret::new("sample".to_owned())),
        new_visitor: false,
        outages: Vec::new(),
    }
}

/// Somebody's who is enrolling.
pub(crate) fn enrolling() -> Frame {
    Frame {
        person: frame().person.map(|person| PersonView { administers: false, enrolling: true, ..person }),
        ..frame()
    }
}

/// A visitor's with a form.
pub(crate) fn visitor() -> Frame {
    Frame { person: None, ..frame() }
}
