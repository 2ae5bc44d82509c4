//! The portal's home.

use serde::Serialize;
use wardkey_usecases::access::own_prompts_suspended_until;

use crate::error::PageError;
use crate::page::Page;
use crate::person::Person;
use crate::view::moment;

#[derive(Serialize)]
pub(crate) struct HomeView {
    /// When the person's own prompts return, if they are suspended.
    pub(crate) suspended_until: Option<String>,
}

/// `GET /`
pub(crate) async fn home(person: Person) -> Result<Page, PageError> {
    let until = own_prompts_suspended_until(person.app(), &person.op).await?;
    Ok(Page::new("portal/home.html", person.frame(), HomeView { suspended_until: until.map(moment) }))
}
