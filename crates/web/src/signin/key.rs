//! The pages of a sign-in that ask a security key or a passkey.

use axum::Json;
use axum::response::{IntoResponse, Response};
use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;
use wardkey_usecases::signin::{self, CredentialView, Input, Screen, view};

use crate::drawn::Answer;
use crate::error::PageError;
use crate::form::Checked;
use crate::person::{InFlow, Visitor};
use crate::signin::screen::{self, FirstPage, Typed};
use crate::signin::steps::current;
use crate::signin::submit::{restart, submit};
use crate::words;

/// The page that asks for an enrolled key.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct KeyView {
    pub(crate) application: Option<String>,
    /// What the owner calls the keys that would do.
    pub(crate) labels: Vec<String>,
    /// What the browser is asked, as JSON.
    pub(crate) options: String,
    pub(crate) several: bool,
}

/// The page that asks for a new one.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct EnrolKeyView {
    /// What the browser is asked, as JSON.
    pub(crate) options: String,
    /// The name as typed.
    pub(crate) label: Option<String>,
}

pub(crate) fn key_page(
    screen: &Screen,
    options: &serde_json::Value,
    credentials: &[CredentialView],
    several: bool,
) -> Value {
    Value::from(Serde(KeyView {
        application: screen.application.as_ref().map(|application| application.name.clone()),
        labels: credentials.iter().map(|credential| credential.label.clone()).collect(),
        options: options.to_string(),
        several,
    }))
}

pub(crate) fn enrol_key_page(options: &serde_json::Value, typed: &Typed) -> Value {
    Value::from(Serde(EnrolKeyView { options: options.to_string(), label: typed.label.clone() }))
}

/// The sentence for what a browser says when no key has answered: a `DOMException`'s name [WebAuthn Level 3 §5.1.3].
/// Nothing when one has.
pub(crate) fn browser_failure(form: &Checked) -> Option<String> {
    let word = match form.text("failure") {
        "" => return None,
        "InvalidStateError" => "key_known",
        "SecurityError" => "key_wrong_site",
        "NotSupportedError" => "key_unsupported",
        "ConstraintError" => "key_not_verified",
        "Unsupported" => "key_no_browser",
        _ => "key_no_answer",
    };
    Some(words::sentence(word))
}

/// `POST /signin/key`
pub(crate) async fn show_key(visitor: Visitor, form: Result<Checked, PageError>) -> Result<Answer, PageError> {
    answered(&visitor, form, &Typed::default(), |form| Input::Key { answer: form.text("answer").to_owned() }).await
}

/// `POST /signin/passkey`
pub(crate) async fn show_passkey(visitor: Visitor, form: Result<Checked, PageError>) -> Result<Answer, PageError> {
    let typed = Typed { first: FirstPage::Password, ..Typed::default() };
    answered(&visitor, form, &typed, |form| Input::Passkey { answer: form.text("answer").to_owned() }).await
}

/// `POST /profile/self-enrol/key`
pub(crate) async fn confirm_key(visitor: Visitor, form: Result<Checked, PageError>) -> Result<Answer, PageError> {
    let label = form.as_ref().ok().map(|form| form.text("label").to_owned()).filter(|label| !label.is_empty());
    let typed = Typed { label: label.clone(), ..Typed::default() };
    let input = |form: &Checked| Input::ConfirmKey { answer: form.text("answer").to_owned(), label };
    answered(&visitor, form, &typed, input).await
}

async fn answered(
    visitor: &Visitor,
    form: Result<Checked, PageError>,
    typed: &Typed,
    input: impl FnOnce(&Checked) -> Input,
) -> Result<Answer, PageError> {
    let Some(form) = current(form)? else { return Ok(restart(typed)) };
    let Some(token) = visitor.cookies.flow.clone() else { return Ok(restart(typed)) };
    if let Some(sentence) = browser_failure(&form) {
        let screen = view(visitor.app(), &visitor.op, token.expose()).await?;
        return Ok(screen::page(&visitor.web, &screen, &token, typed).error("", sentence).into());
    }
    submit(visitor, input(&form), typed).await
}

/// `GET /signin/passkey`: what a browser asks passkeys on the first page, as JSON.
pub(crate) async fn passkey_options(flow: InFlow) -> Result<Response, PageError> {
    let InFlow { visitor, token, .. } = flow;
    let options = signin::passkey_options(visitor.app(), &visitor.op, token.expose()).await?;
    Ok(Json(options.ok_or(PageError::NotFound)?).into_response())
}
