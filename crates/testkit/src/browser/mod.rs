//! A browser without script: what every page must work in.
//!
//! What lives here: cookies, forms, redirects, and reading a page. What does not: anything that knows our pages; the
//! walks through them are in `walk`.

mod cookies;
mod form;
mod html;
mod page;
mod person;

pub use cookies::Cookies;
pub use form::{Button, Field, Form};
pub(crate) use html::unescape;
pub use page::Page;
pub use person::{Browser, Departure};
