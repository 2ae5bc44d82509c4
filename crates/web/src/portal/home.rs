//! The portal's home.

use serde::Serialize;

use crate::page::Page;
use crate::person::Person;

#[derive(Serialize)]
pub(crate) struct HomeView {}

/// `GET /`
pub(crate) async fn home(person: Person) -> Page {
    Page::new("portal/home.html", person.frame(), HomeView {})
}
