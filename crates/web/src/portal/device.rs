//! Typing the code that a device shows, and allowing or refusing the device [RFC 8628 §3.3].

use serde::Serialize;
use wardkey_usecases::application::device::{self as devices, DeviceAnswer, DeviceAnswered, DeviceFound};

use crate::error::PageError;
use crate::form::Checked;
use crate::page::Page;
use crate::person::Person;
use crate::view::moment;
use crate::words;

#[derive(Serialize)]
pub(crate) struct DeviceView {
    /// The code as typed.
    pub(crate) typed: Option<String>,
}

/// What the person decides about. It names the application and the place, and warns [RFC 8628 §5.4].
#[derive(Serialize)]
pub(crate) struct DecisionView {
    pub(crate) application: String,
    pub(crate) user_code: String,
    pub(crate) place: Option<String>,
    pub(crate) asked_at: String,
    /// Whether the device wants access for longer than the session.
    pub(crate) offline: bool,
}

#[derive(Serialize)]
pub(crate) struct DoneView {
    pub(crate) allowed: bool,
}

/// `GET /device`
pub(crate) async fn device(person: Person) -> Page {
    // SECURITY: a code in the address is not filled in: it would spare the person the look at the device.
    page(&person, None)
}

/// `POST /device`
pub(crate) async fn device_code(person: Person, form: Checked) -> Result<Page, PageError> {
    let typed = form.text("user_code");
    match devices::look_up(person.app(), &person.op, typed).await? {
        DeviceFound::Found(found) => {
            let view = DecisionView {
                application: found.application_name,
                user_code: typed.to_uppercase(),
                place: found.address,
                asked_at: moment(found.asked_at),
                offline: found.offline,
            };
            Ok(Page::new("portal/device-decision.html", person.frame(), view))
        }
        DeviceFound::Unknown => Ok(unknown(&person, typed)),
        DeviceFound::TooManyTries(until) => Err(PageError::TooMany(until.since(person.op.now))),
    }
}

/// `POST /device/decision`
pub(crate) async fn device_decision(person: Person, form: Checked) -> Result<Page, PageError> {
    let typed = form.text("user_code");
    let answer = match form.text("decision") {
        "allow" => DeviceAnswer::Approve,
        // Whatever else was pressed is not a yes.
        _ => DeviceAnswer::Deny,
    };
    match devices::answer(person.app(), &person.op, &person.authenticated, typed, answer).await? {
        DeviceAnswered::Approved => Ok(done(&person, DoneView { allowed: true })),
        DeviceAnswered::Denied => Ok(done(&person, DoneView { allowed: false })),
        DeviceAnswered::NotAllowed => {
            Ok(page(&person, Some(typed)).error("user_code", words::sentence("device_not_allowed")))
        }
        DeviceAnswered::Unknown => Ok(unknown(&person, typed)),
        DeviceAnswered::TooManyTries(until) => Err(PageError::TooMany(until.since(person.op.now))),
    }
}

fn page(person: &Person, typed: Option<&str>) -> Page {
    Page::new("portal/device.html", person.frame(), DeviceView { typed: typed.map(str::to_owned) })
}

fn done(person: &Person, view: DoneView) -> Page {
    Page::new("portal/device-done.html", person.frame(), view)
}

fn unknown(person: &Person, typed: &str) -> Page {
    page(person, Some(typed)).error("user_code", words::sentence("wrong_user_code"))
}
