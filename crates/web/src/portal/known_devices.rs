//! The browsers that somebody has signed in with before: having one remembered, and forgetting it [AUT-11, SES-5].

use serde::Serialize;
use wardkey_domain::id::DeviceId;
use wardkey_usecases::session::{self, DeviceView as Known};
use wardkey_usecases::signin::{Destination, PortalPage};
use wardkey_usecases::{Error, span};

use crate::address::{Params, Segment};
use crate::cookie::Cookie;
use crate::drawn::Answer;
use crate::error::{OrFreshFactor, PageError};
use crate::form::Checked;
use crate::goto::Goto;
use crate::notice::Notice;
use crate::page::Page;
use crate::person::Person;
use crate::routes;
use crate::signin::Towards;
use crate::view::moment;

const HERE: Destination = Destination::PortalPage(PortalPage::Sessions);

/// One browser.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct DeviceRow {
    pub(crate) browser: String,
    pub(crate) address: Option<String>,
    pub(crate) first: String,
    pub(crate) last: String,
    pub(crate) is_this_one: bool,
    pub(crate) remembered_until: Option<String>,
    /// The address that forgets it.
    pub(crate) forget: String,
}

impl DeviceRow {
    pub(crate) fn of(view: Known, forget: impl Fn(DeviceId) -> String) -> Self {
        let device = view.device;
        Self {
            browser: device.browser.unwrap_or_else(|| "Unknown browser".to_owned()),
            address: device.address.map(|address| address.to_string()),
            first: moment(device.first_seen_at),
            last: moment(device.last_seen_at),
            is_this_one: view.is_this_one,
            remembered_until: view.remembered_until.map(moment),
            forget: forget(device.id),
        }
    }
}

/// The page that asks whether the browser should be remembered.
#[derive(Serialize)]
pub(crate) struct RememberView {
    /// For how long, in words.
    pub(crate) long: String,
    /// Where the form goes.
    pub(crate) action: String,
}

/// `GET /profile/sessions/remember`
pub(crate) async fn remember_form(person: Person, Params(towards): Params<Towards>) -> Result<Answer, PageError> {
    let destination = towards.destination()?;
    // Back from the next page, or settled elsewhere meanwhile.
    let Some(window) = session::offered_memory(person.app(), &person.op).await? else {
        return Ok(Goto::towards(&destination).into());
    };
    let view = RememberView { long: span(window), action: routes::on_the_way(routes::REMEMBER, &destination) };
    Ok(Page::new("portal/remember.html", person.frame(), view).into())
}

/// `POST /profile/sessions/remember`: says yes or no on the way in.
pub(crate) async fn remember(
    person: Person,
    Params(towards): Params<Towards>,
    form: Checked,
) -> Result<Goto, PageError> {
    let destination: Destination = towards.destination()?;
    match form.text("answer") {
        "remember" => match session::remember_device(person.app(), &person.op).await {
            // Nobody is kept from where they are going because they could not be spared a prompt tomorrow.
            Ok(_) | Err(Error::Conflict(_) | Error::NotFound(_)) => {}
            Err(error) => return Err(error).or_fresh_factor(HERE),
        },
        // Whatever else was pressed is not a yes.
        _ => session::decline_memory(person.app(), &person.op).await?,
    }
    Ok(Goto::towards(&destination))
}

/// `POST /profile/sessions/devices/remember`
pub(crate) async fn remember_here(person: Person, _form: Checked) -> Result<Answer, PageError> {
    match session::remember_device(person.app(), &person.op).await {
        Ok(_) => Ok(Goto::to(routes::SESSIONS).notice(Notice::DeviceRemembered).into()),
        Err(error @ Error::Conflict(_)) => Ok(super::sessions::page(&person).await?.refused(error)?.into()),
        Err(error) => Err(error).or_fresh_factor(HERE),
    }
}

/// `POST /profile/sessions/devices/{device}/forget`
pub(crate) async fn forget(
    person: Person,
    Segment(device): Segment<DeviceId>,
    _form: Checked,
) -> Result<Goto, PageError> {
    if session::forget_device(person.app(), &person.op, device).await? {
        return Ok(Goto::to(routes::SIGNED_OUT).clear(Cookie::Session));
    }
    Ok(Goto::to(routes::SESSIONS).notice(Notice::DeviceForgotten))
}
