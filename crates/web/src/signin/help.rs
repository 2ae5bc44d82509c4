//! Pages for somebody who is stuck.

use serde::Serialize;

use crate::page::Page;
use crate::person::{Person, Visitor};

/// A page that shows nothing but its words.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct NothingView {}

/// `GET /signin/help`
pub(crate) async fn cannot_sign_in(visitor: Visitor, person: Option<Person>) -> Page {
    Page::new("signin/help.html", frame(&visitor, person.as_ref()), NothingView {})
}

/// `GET /accessibility`
pub(crate) async fn accessibility(visitor: Visitor, person: Option<Person>) -> Page {
    Page::new("signin/accessibility.html", frame(&visitor, person.as_ref()), NothingView {})
}

fn frame(visitor: &Visitor, person: Option<&Person>) -> crate::page::Frame {
    person.map_or_else(|| visitor.frame(), Person::frame)
}
