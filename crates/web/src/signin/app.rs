//! The pages of a sign-in that wait for an app: the number, a new app's code, and the stream that moves them on.

use axum::response::Response;
use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;
use wardkey_domain::id::CredentialId;
use wardkey_domain::op::{Actor, Origin};
use wardkey_domain::time::Timestamp;
use wardkey_usecases::signin::{AskedView, BindingView, Input, Screen, ScreenKind, view};

use crate::drawn::Answer;
use crate::error::PageError;
use crate::form::Checked;
use crate::person::{InFlow, Visitor};
use crate::routes;
use crate::signin::screen::Typed;
use crate::signin::steps::current;
use crate::signin::submit::{restart, submit};
use crate::view::{AppActions, BindAppView, ConfirmAppView, Standing, wait};
use crate::waiting::{Look, stream};

/// The page that shows the number.
#[derive(Clone, Serialize)]
pub(crate) struct AppView {
    pub(crate) application: Option<String>,
    /// The name of the app.
    pub(crate) label: String,
    pub(crate) number: String,
    /// `open` or `approved`.
    pub(crate) standing: &'static str,
    /// Whether the page loads itself again where there is no script.
    pub(crate) follows: bool,
    pub(crate) several: bool,
    /// Whether a code of the app would do instead.
    pub(crate) codes: bool,
}

/// The page that offers to ask an app.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct AskAppView {
    pub(crate) application: Option<String>,
    /// The name of the app.
    pub(crate) label: String,
    /// For how many seconds it is not asked.
    pub(crate) wait: Option<u64>,
    pub(crate) several: bool,
    /// Whether a code of the app would do instead.
    pub(crate) codes: bool,
}

pub(crate) fn app_page(
    screen: &Screen,
    asked: &AskedView,
    label: &str,
    several: bool,
    follows: bool,
    now: Timestamp,
) -> (&'static str, Value) {
    let standing = Standing::of(asked, now);
    if let Standing::Failed(_) = standing {
        return ask_page(screen, label, None, several, now);
    }
    let view = AppView {
        application: application(screen),
        label: label.to_owned(),
        number: asked.number.expose().clone(),
        standing: standing.word(),
        follows,
        several,
        codes: screen.takes_app_codes,
    };
    ("signin/app.html", Value::from(Serde(view)))
}

pub(crate) fn ask_page(
    screen: &Screen,
    label: &str,
    again_at: Option<Timestamp>,
    several: bool,
    now: Timestamp,
) -> (&'static str, Value) {
    let view = AskAppView {
        application: application(screen),
        label: label.to_owned(),
        wait: wait(again_at, now),
        several,
        codes: screen.takes_app_codes,
    };
    ("signin/ask-app.html", Value::from(Serde(view)))
}

pub(crate) fn bind_page(binding: &BindingView, typed: &Typed, demo: bool) -> Value {
    Value::from(Serde(BindAppView::of(binding, actions(), typed.follows, demo)))
}

pub(crate) fn confirm_page(asked: &AskedView, device: &str, typed: &Typed, now: Timestamp) -> Value {
    Value::from(Serde(ConfirmAppView::of(asked, device, actions(), typed.follows, now)))
}

fn actions() -> AppActions {
    AppActions {
        enrolling: true,
        moves: false,
        here: routes::ENROL_BIND.to_owned(),
        done: routes::APP_DONE.to_owned(),
        again: routes::SEND.to_owned(),
        wait: routes::WAIT.to_owned(),
    }
}

fn application(screen: &Screen) -> Option<String> {
    screen.application.as_ref().map(|application| application.name.clone())
}

/// `POST /signin/app`: goes on after an app was bound or has answered.
pub(crate) async fn app_done(visitor: Visitor, form: Result<Checked, PageError>) -> Result<Answer, PageError> {
    let Some(_form) = current(form)? else { return Ok(restart(&Typed::default())) };
    submit(&visitor, Input::AppDone { label: None }, &Typed { follows: true, ..Typed::default() }).await
}

/// `POST /signin/app/code`: a code from the app instead of its request.
pub(crate) async fn code_instead(visitor: Visitor, form: Result<Checked, PageError>) -> Result<Answer, PageError> {
    let Some(_form) = current(form)? else { return Ok(restart(&Typed::default())) };
    submit(&visitor, Input::CodeInstead, &Typed::default()).await
}

/// `GET /signin/wait`: says when the page that waits for an app should go on.
pub(crate) async fn wait_for_app(flow: InFlow) -> Result<Response, PageError> {
    let InFlow { visitor, token, screen } = flow;
    let app = visitor.app().clone();
    // Whoever waits for nothing, or no more, is told at once.
    let now = app.now();
    let open_for = until(&screen).since(now);
    let credential = awaited(&screen, now);
    let waiter = app.waiting().wait_for(credential.into_iter().collect::<Vec<_>>());
    Ok(stream(waiter, open_for, move || {
        let (app, token) = (app.clone(), token.clone());
        async move {
            let op = app.op(Actor::Anonymous, Origin::default());
            match view(&app, &op, token.expose()).await {
                Ok(screen) if credential.is_some() && awaited(&screen, op.now) == credential => Look::Same,
                Ok(_) => Look::Changed,
                Err(_) => Look::Failed,
            }
        }
    }))
}

/// When what a page waits for ends by itself.
fn until(screen: &Screen) -> Timestamp {
    match &screen.kind {
        ScreenKind::App { asked, .. } | ScreenKind::ConfirmApp { asked, .. } => asked.expires_at,
        _ => screen.expires_at,
    }
}

/// The credential whose app a page waits for, if it does.
fn awaited(screen: &Screen, now: Timestamp) -> Option<CredentialId> {
    match &screen.kind {
        ScreenKind::App { asked, .. } | ScreenKind::ConfirmApp { asked, .. } => {
            (Standing::of(asked, now) == Standing::Open).then_some(asked.credential)
        }
        ScreenKind::BindApp { binding } => (!binding.is_bound).then_some(binding.credential),
        ScreenKind::Password { .. }
        | ScreenKind::Activation
        | ScreenKind::NewPassword { .. }
        | ScreenKind::SelfEnrol
        | ScreenKind::Recovered { .. }
        | ScreenKind::Register { .. }
        | ScreenKind::ChooseFactor { .. }
        | ScreenKind::EnrolTotp { .. }
        | ScreenKind::Code { .. }
        | ScreenKind::Pass { .. }
        | ScreenKind::RecoveryCode { .. }
        | ScreenKind::Key { .. }
        | ScreenKind::Card { .. }
        | ScreenKind::EnrolKey { .. }
        | ScreenKind::EnrolCard { .. }
        | ScreenKind::ActivateToken { .. }
        | ScreenKind::Send { .. }
        | ScreenKind::TextCode { .. }
        | ScreenKind::Call { .. }
        | ScreenKind::EnrolNumber { .. }
        | ScreenKind::ConfirmText { .. }
        | ScreenKind::ConfirmCall { .. }
        | ScreenKind::Ended { .. } => None,
    }
}
