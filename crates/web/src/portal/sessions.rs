//! Where a person is signed in, which browsers are known, and signing out elsewhere [SES-5, SES-7].

use serde::Serialize;
use wardkey_domain::id::SessionId;
use wardkey_usecases::session::{self, SessionView};

use super::known_devices::DeviceRow;
use crate::address::Segment;
use crate::cookie::Cookie;
use crate::error::PageError;
use crate::form::Checked;
use crate::goto::Goto;
use crate::notice::Notice;
use crate::page::Page;
use crate::person::Person;
use crate::routes;
use crate::view::moment;

#[derive(Serialize)]
pub(crate) struct SessionsView {
    pub(crate) sessions: Vec<SessionRow>,
    /// Browsers that are known.
    pub(crate) devices: Vec<DeviceRow>,
    /// For how long this one could be remembered, in words.
    pub(crate) could_remember: Option<String>,
}

/// One session.
#[derive(Clone, Serialize)]
pub(crate) struct SessionRow {
    pub(crate) browser: String,
    pub(crate) address: Option<String>,
    pub(crate) started: String,
    pub(crate) seen: String,
    pub(crate) is_this_one: bool,
    /// The address that ends it.
    pub(crate) end: String,
}

impl From<SessionView> for SessionRow {
    fn from(view: SessionView) -> Self {
        let facts = view.session.facts();
        Self {
            browser: facts.browser.clone().unwrap_or_else(|| "Unknown browser".to_owned()),
            address: facts.address.map(|address| address.to_string()),
            started: moment(facts.started_at),
            seen: moment(facts.seen_at),
            is_this_one: view.is_this_one,
            end: routes::end_session(facts.id),
        }
    }
}

/// `GET /profile/sessions`
pub(crate) async fn sessions(person: Person) -> Result<Page, PageError> {
    page(&person).await
}

pub(super) async fn page(person: &Person) -> Result<Page, PageError> {
    let sessions = session::list(person.app(), &person.op).await?.into_iter().map(SessionRow::from).collect();
    let known = session::list_devices(person.app(), &person.op).await?;
    let devices = known.devices.into_iter().map(|device| DeviceRow::of(device, routes::forget_device)).collect();
    let could_remember = known.could_remember.map(wardkey_usecases::span);
    Ok(Page::new("portal/sessions.html", person.frame(), SessionsView { sessions, devices, could_remember }))
}

/// `POST /profile/sessions/{id}/end`
pub(crate) async fn end(person: Person, Segment(id): Segment<SessionId>, _form: Checked) -> Result<Goto, PageError> {
    session::end(person.app(), &person.op, id).await?;
    Ok(Goto::to(routes::SESSIONS).notice(Notice::SessionEnded))
}

/// `POST /profile/sessions/end-others`
pub(crate) async fn end_others(person: Person, _form: Checked) -> Result<Goto, PageError> {
    session::end_all_others(person.app(), &person.op).await?;
    Ok(Goto::to(routes::SESSIONS).notice(Notice::OtherSessionsEnded))
}

/// `POST /profile/sessions/sign-out-everywhere`
pub(crate) async fn sign_out_everywhere(person: Person, _form: Checked) -> Result<Goto, PageError> {
    session::sign_out_everywhere(person.app(), &person.op).await?;
    Ok(Goto::to(routes::SIGNED_OUT).clear(Cookie::Session))
}
