//! The pages of the demo phone.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use wardkey_domain::time::Timestamp;
use wardkey_usecases::FieldError;

use crate::address::Params;
use crate::demo::messages::MessagesView;
use crate::demo::{Demo, DemoPhone, PhoneAccount};
use crate::drawn::Answer;
use crate::error::PageError;
use crate::form::Checked;
use crate::goto::Goto;
use crate::notice::Notice;
use crate::page::Page;
use crate::person::Visitor;
use crate::{routes, words};

/// How long a code lasts [RFC 6238].
const STEP_SECONDS: i64 = 30;
/// How often the page looks for texts and calls.
const LOOK_SECONDS: i64 = 5;

/// Whether the page loads itself again when the codes change.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Refreshing {
    still: Option<String>,
}

/// What the phone shows.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PhoneView {
    pub(crate) accounts: Vec<PhoneAccountView>,
    /// What has reached it; nothing where it is an authenticator app only.
    pub(crate) messages: Option<MessagesView>,
    /// Seconds until the page loads itself again; nothing when it does not.
    pub(crate) seconds: Option<i64>,
    /// The name as typed.
    pub(crate) typed: Option<String>,
}

/// One account on the phone.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PhoneAccountView {
    number: usize,
    label: String,
    code: String,
}

/// The accounts of `phone` with their codes at `now`.
pub(crate) fn accounts_view(phone: &DemoPhone, now: Timestamp) -> Vec<PhoneAccountView> {
    let accounts = phone.accounts().into_iter().enumerate();
    accounts
        .map(|(number, account)| PhoneAccountView { number, code: account.code(now), label: account.label })
        .collect()
}

/// What the page with the app shows.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct AppFrameView {
    /// Where the app is.
    pub(crate) app: &'static str,
    pub(crate) messages: &'static str,
}

/// `GET /demo/phone`: the real app, in a frame that looks like a phone.
pub(crate) async fn app(visitor: Visitor) -> Result<Page, PageError> {
    demo(&visitor)?;
    let view = AppFrameView { app: routes::AUTHENTICATOR, messages: routes::DEMO_MESSAGES };
    Ok(Page::new("demo/app.html", visitor.frame(), view).framing())
}

/// `GET /demo/messages`
pub(crate) async fn phone(visitor: Visitor, Params(refreshing): Params<Refreshing>) -> Result<Page, PageError> {
    let demo = demo(&visitor)?;
    let now = visitor.op.now;
    let left = STEP_SECONDS - now.as_seconds().rem_euclid(STEP_SECONDS);
    let every = if demo.capture().is_some() { left.min(LOOK_SECONDS) } else { left };
    let seconds = refreshing.still.is_none().then_some(every);
    let page = page(&visitor, &demo, seconds, None);
    Ok(match seconds {
        // A header rather than an element: the page offers to stop it [WCAG 2.2, 2.2.1].
        Some(seconds) => page.refresh(Duration::from_secs(u64::try_from(seconds).unwrap_or(1))),
        None => page,
    })
}

/// `POST /demo/messages`
pub(crate) async fn add(visitor: Visitor, form: Checked) -> Result<Answer, PageError> {
    let demo = demo(&visitor)?;
    let label = form.text("label");
    let mut errors = Vec::new();
    if label.is_empty() {
        errors.push(FieldError { field: "label", message: words::sentence("demo_label_missing") });
    }
    match PhoneAccount::parse(label, form.text("key")) {
        Ok(account) if errors.is_empty() => {
            demo.phone().add(account);
            return Ok(Goto::to(routes::DEMO_MESSAGES).notice(Notice::PhoneAccountAdded).into());
        }
        Ok(_) => {}
        Err(_) => errors.push(FieldError { field: "key", message: words::sentence("demo_bad_key") }),
    }
    Ok(page(&visitor, &demo, None, Some(label.to_owned())).errors(errors).into())
}

/// `POST /demo/phone/scan`: the key comes from the enrolment page in front of the phone.
pub(crate) async fn scan(visitor: Visitor, form: Checked) -> Result<Answer, PageError> {
    let demo = demo(&visitor)?;
    let account = PhoneAccount::parse(form.text("address"), form.text("key")).map_err(|_| PageError::BadRequest)?;
    demo.phone().add(account);
    Ok(Goto::to(routes::DEMO_MESSAGES).notice(Notice::PhoneAccountAdded).into())
}

/// `POST /demo/phone/remove`
pub(crate) async fn remove(visitor: Visitor, form: Checked) -> Result<Answer, PageError> {
    let demo = demo(&visitor)?;
    let number = form.text("account").parse().map_err(|_| PageError::BadRequest)?;
    demo.phone().remove(number);
    Ok(Goto::to(routes::DEMO_MESSAGES).notice(Notice::PhoneAccountRemoved).into())
}

/// The demonstration; outside one the phone does not exist.
pub(super) fn demo(visitor: &Visitor) -> Result<Arc<Demo>, PageError> {
    visitor.web.settings().demo.clone().ok_or(PageError::NotFound)
}

fn page(visitor: &Visitor, demo: &Demo, seconds: Option<i64>, typed: Option<String>) -> Page {
    let accounts = accounts_view(demo.phone(), visitor.op.now);
    let view = PhoneView { accounts, messages: MessagesView::of(demo), seconds, typed };
    Page::new("demo/phone.html", visitor.form_frame(), view)
}
