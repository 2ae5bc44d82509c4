//! The pages of a sign-in that wait for a telephone, and those that enrol one on the way in.

use std::time::Duration;

use minijinja::Value;
use minijinja::value::Serde;
use serde::{Deserialize, Serialize};
use wardkey_domain::factor::FactorKind;
use wardkey_domain::factor::voice_call::{CallOutcome, CallStanding};
use wardkey_domain::time::Timestamp;
use wardkey_usecases::signin::{Input, Screen, ScreenKind, SentView};

use crate::drawn::Answer;
use crate::error::PageError;
use crate::form::Checked;
use crate::goto::Goto;
use crate::person::{InFlow, Visitor};
use crate::routes;
use crate::signin::screen::{self, Typed};
use crate::signin::steps::current;
use crate::signin::submit::{restart, submit};
use crate::view::{
    CallView, ConfirmActions, ConfirmCallView, ConfirmTextView, DeliveryView, NumberPageView, NumberView, failure, wait,
};

/// How often the page of a call loads itself again.
pub(crate) const FOLLOW_EVERY: Duration = Duration::from_secs(2);

/// Whether the page of a call loads itself again: it does until the person stops it [WCAG 2.2, 2.2.4].
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Following {
    still: Option<String>,
}

impl Following {
    pub(crate) const fn follows(&self) -> bool {
        self.still.is_none()
    }
}

/// The page that asks for the code in a text message.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct TextCodeView {
    pub(crate) application: Option<String>,
    pub(crate) sent: DeliveryView,
    pub(crate) several: bool,
}

/// The page of a call.
#[derive(Clone, Serialize)]
pub(crate) struct CallPageView {
    pub(crate) application: Option<String>,
    pub(crate) sent: DeliveryView,
    pub(crate) call: CallView,
    pub(crate) several: bool,
}

/// The page that offers to send a code or to call.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SendView {
    pub(crate) application: Option<String>,
    /// The word of the factor.
    pub(crate) kind: &'static str,
    pub(crate) number: NumberView,
    /// For how many seconds nothing may be asked for.
    pub(crate) wait: Option<u64>,
    pub(crate) several: bool,
}

pub(crate) fn text_code(screen: &Screen, sent: &SentView, several: bool, now: Timestamp) -> Value {
    let view = TextCodeView { application: application(screen), sent: DeliveryView::of(sent, now), several };
    Value::from(Serde(view))
}

pub(crate) fn call(
    screen: &Screen,
    call: CallView,
    sent: &SentView,
    several: bool,
    now: Timestamp,
) -> (&'static str, Value) {
    let sent = DeliveryView::of(sent, now);
    if call.standing == "failed" {
        // Nothing is on its way any more: what is left is to call again, as when nothing was.
        let kind = FactorKind::VoiceCall.as_str();
        let (number, wait) = (sent.number, sent.wait);
        let view = SendView { application: application(screen), kind, number, wait, several };
        return ("signin/send.html", Value::from(Serde(view)));
    }
    let view = CallPageView { application: application(screen), sent, call, several };
    ("signin/call.html", Value::from(Serde(view)))
}

pub(crate) fn send_page(
    screen: &Screen,
    credential: &wardkey_usecases::signin::CredentialView,
    again_at: Option<Timestamp>,
    several: bool,
    now: Timestamp,
) -> Value {
    Value::from(Serde(SendView {
        application: application(screen),
        kind: credential.kind.as_str(),
        number: NumberView::of(credential.masked.as_deref().unwrap_or_default()),
        wait: wait(again_at, now),
        several,
    }))
}

pub(crate) fn number_page(kind: FactorKind, typed: &Typed) -> Value {
    Value::from(Serde(NumberPageView {
        kind: kind.as_str(),
        replaces: None,
        number: typed.number.clone(),
        extension: typed.extension.clone(),
        action: routes::ENROL_NUMBER.to_owned(),
        enrolling: true,
        offers_app: true,
    }))
}

pub(crate) fn confirm_text_page(sent: &SentView, typed: &Typed, now: Timestamp) -> Value {
    Value::from(Serde(ConfirmTextView {
        sent: DeliveryView::of(sent, now),
        label: typed.label.clone(),
        replaces: false,
        actions: actions(FactorKind::Sms, routes::ENROL_TEXT),
    }))
}

pub(crate) fn confirm_call_page(sent: &SentView, call: CallView, typed: &Typed, now: Timestamp) -> Value {
    Value::from(Serde(ConfirmCallView {
        sent: DeliveryView::of(sent, now),
        call,
        label: typed.label.clone(),
        replaces: false,
        actions: actions(FactorKind::VoiceCall, routes::ENROL_CALL),
    }))
}

fn actions(kind: FactorKind, here: &str) -> ConfirmActions {
    ConfirmActions {
        enrolling: true,
        kind: kind.as_str(),
        here: here.to_owned(),
        confirm: here.to_owned(),
        send: routes::SEND.to_owned(),
        change: routes::ENROL_OTHER_NUMBER.to_owned(),
    }
}

fn application(screen: &Screen) -> Option<String> {
    screen.application.as_ref().map(|application| application.name.clone())
}

/// The call that a page shows, if it shows one.
pub(crate) const fn standing(kind: &ScreenKind) -> Option<CallStanding> {
    match kind {
        ScreenKind::Call { standing, .. } | ScreenKind::ConfirmCall { standing, .. } => Some(*standing),
        ScreenKind::Password { .. }
        | ScreenKind::Activation
        | ScreenKind::NewPassword { .. }
        | ScreenKind::SelfEnrol
        | ScreenKind::Recovered { .. }
        | ScreenKind::Register { .. }
        | ScreenKind::ChooseFactor { .. }
        | ScreenKind::EnrolTotp { .. }
        | ScreenKind::Code { .. }
        | ScreenKind::Send { .. }
        | ScreenKind::TextCode { .. }
        | ScreenKind::EnrolNumber { .. }
        | ScreenKind::Pass { .. }
        | ScreenKind::RecoveryCode { .. }
        | ScreenKind::Key { .. }
        | ScreenKind::Card { .. }
        | ScreenKind::EnrolKey { .. }
        | ScreenKind::EnrolCard { .. }
        | ScreenKind::ActivateToken { .. }
        | ScreenKind::App { .. }
        | ScreenKind::BindApp { .. }
        | ScreenKind::ConfirmApp { .. }
        | ScreenKind::ConfirmText { .. }
        | ScreenKind::Ended { .. } => None,
    }
}

/// How the call that a page shows ended, if it confirmed nothing.
pub(crate) fn failed_call(kind: &ScreenKind) -> Option<CallOutcome> {
    standing(kind).and_then(failure)
}

/// `POST /signin/text`
pub(crate) async fn submit_text_code(visitor: Visitor, form: Result<Checked, PageError>) -> Result<Answer, PageError> {
    let Some(form) = current(form)? else { return Ok(restart(&Typed::default())) };
    let input = Input::Code { credential: None, code: form.text("code").to_owned() };
    submit(&visitor, input, &Typed::default()).await
}

/// `POST /signin/call`
pub(crate) async fn call_done(visitor: Visitor, form: Result<Checked, PageError>) -> Result<Answer, PageError> {
    let Some(_form) = current(form)? else { return Ok(restart(&Typed::default())) };
    submit(&visitor, Input::CallDone { label: None }, &Typed::default()).await
}

/// `POST /signin/send`: a code or a call, to an enrolled number or to the one that is being enrolled.
pub(crate) async fn send(visitor: Visitor, form: Result<Checked, PageError>) -> Result<Answer, PageError> {
    let Some(_form) = current(form)? else { return Ok(restart(&Typed::default())) };
    submit(&visitor, Input::Send, &Typed::default()).await
}

/// `POST /profile/self-enrol/number`
pub(crate) async fn enter_number(visitor: Visitor, form: Result<Checked, PageError>) -> Result<Answer, PageError> {
    let Some(form) = current(form)? else { return Ok(restart(&Typed::default())) };
    let (number, extension) = (form.text("number").to_owned(), form.text("extension").to_owned());
    let typed = Typed { number: Some(number.clone()), extension: Some(extension.clone()), ..Typed::default() };
    submit(&visitor, Input::Number { number, extension }, &typed).await
}

/// `POST /profile/self-enrol/other-number`
pub(crate) async fn other_number(visitor: Visitor, form: Result<Checked, PageError>) -> Result<Answer, PageError> {
    let Some(form) = current(form)? else { return Ok(restart(&Typed::default())) };
    let kind: FactorKind = form.text("method").parse().map_err(|_| PageError::BadRequest)?;
    submit(&visitor, Input::ChooseFactor(kind), &Typed::default()).await
}

/// `POST /profile/self-enrol/text`
pub(crate) async fn confirm_text(visitor: Visitor, form: Result<Checked, PageError>) -> Result<Answer, PageError> {
    let Some(form) = current(form)? else { return Ok(restart(&Typed::default())) };
    let (label, typed) = label_in(&form);
    submit(&visitor, Input::ConfirmEnrolment { code: form.text("code").to_owned(), label }, &typed).await
}

/// `POST /profile/self-enrol/call`
pub(crate) async fn confirm_call(
    visitor: Visitor,
    flow: Option<InFlow>,
    form: Result<Checked, PageError>,
) -> Result<Answer, PageError> {
    let (Some(form), Some(flow)) = (current(form)?, flow) else { return Ok(restart(&Typed::default())) };
    if failed_call(&flow.screen.kind).is_some() {
        // Its own page says why, and can call the same number again without it being typed again.
        return Ok(Goto::to(screen::place(&flow.screen)).into());
    }
    let (label, typed) = label_in(&form);
    submit(&visitor, Input::CallDone { label }, &typed).await
}

/// The name for a new number, and the same to be shown again.
fn label_in(form: &Checked) -> (Option<String>, Typed) {
    let label = Some(form.text("label").to_owned()).filter(|label| !label.is_empty());
    (label.clone(), Typed { label, ..Typed::default() })
}
