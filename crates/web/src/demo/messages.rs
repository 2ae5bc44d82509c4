//! What reaches the demo phone: texts, mails and calls.

use std::time::Duration;

use serde::Serialize;
use wardkey_usecases::message::{CallCapture, CallScene, CapturedCall, CapturedMail, CapturedText};

use super::pages::demo;
use crate::demo::Demo;
use crate::error::PageError;
use crate::form::Checked;
use crate::goto::Goto;
use crate::person::Visitor;
use crate::routes;
use crate::view::moment;

/// The most texts, and the most mails, that the page shows.
const MOST: usize = 30;
/// How long an answer waits for the call to react to what was pressed.
const REACTS_WITHIN: Duration = Duration::from_millis(300);

/// What has reached the phone, the newest first.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct MessagesView {
    pub(crate) calls: Vec<PhoneCallView>,
    pub(crate) texts: Vec<PhoneTextView>,
    pub(crate) mails: Vec<PhoneMailView>,
}

/// A text.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PhoneTextView {
    pub(crate) to: String,
    pub(crate) at: String,
    pub(crate) words: String,
    /// The code that a phone offers to fill in.
    pub(crate) code: Option<String>,
}

/// A mail.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PhoneMailView {
    pub(crate) to: String,
    pub(crate) at: String,
    pub(crate) subject: String,
    pub(crate) words: String,
}

/// A call.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PhoneCallView {
    pub(crate) id: String,
    pub(crate) to: String,
    pub(crate) extension: Option<String>,
    /// `ringing`, `talking` or `over`.
    pub(crate) scene: &'static str,
    pub(crate) said: Vec<String>,
}

impl MessagesView {
    pub(crate) fn of(demo: &Demo) -> Option<Self> {
        let capture = demo.capture()?;
        let mut calls: Vec<PhoneCallView> =
            demo.calls().map(CallCapture::calls).unwrap_or_default().into_iter().map(PhoneCallView::from).collect();
        // Of those that are over only the last one: what it said is still of interest.
        let mut seen = false;
        calls.retain(|call| call.scene != "over" || !std::mem::replace(&mut seen, true));
        Some(Self {
            calls,
            texts: capture.texts().into_iter().take(MOST).map(PhoneTextView::from).collect(),
            mails: capture.mails().into_iter().take(MOST).map(PhoneMailView::from).collect(),
        })
    }
}

impl From<CapturedText> for PhoneTextView {
    fn from(captured: CapturedText) -> Self {
        let words = captured.body().expose().clone();
        Self { to: national(&captured.text.to), at: moment(captured.at), code: offered(&words), words }
    }
}

impl From<CapturedMail> for PhoneMailView {
    fn from(captured: CapturedMail) -> Self {
        let mail = captured.mail;
        Self { to: mail.to, at: moment(captured.at), subject: mail.subject, words: mail.text }
    }
}

impl From<CapturedCall> for PhoneCallView {
    fn from(call: CapturedCall) -> Self {
        Self {
            id: call.id,
            to: national(&call.to),
            extension: call.extension,
            scene: match call.scene {
                CallScene::Ringing => "ringing",
                CallScene::Talking => "talking",
                CallScene::Over(_) => "over",
            },
            said: call.said,
        }
    }
}

/// A number as people in the United Kingdom write it: `07700 900123`.
fn national(number: &str) -> String {
    let Some(rest) = number.strip_prefix("+44") else { return number.to_owned() };
    match rest.split_at_checked(4) {
        Some((area, line)) => format!("0{area} {line}"),
        None => format!("0{rest}"),
    }
}

/// The code in the last line of a text, which names our host and the code for the phone to read: `@host #123456`.
fn offered(words: &str) -> Option<String> {
    let (_, code) = words.trim_end().lines().last()?.rsplit_once('#')?;
    let is_code = !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit());
    is_code.then(|| code.to_owned())
}

/// `POST /demo/phone/call`: what somebody does with the phone in a call.
pub(crate) async fn call(visitor: Visitor, form: Checked) -> Result<Goto, PageError> {
    let demo = demo(&visitor)?;
    let calls = demo.calls().ok_or(PageError::NotFound)?;
    let id = form.text("call");
    let mut changes = calls.changes();
    match form.text("do") {
        "answer" => calls.answer(id),
        "hang-up" => calls.hang_up(id),
        "busy" => calls.be_busy(id),
        keys => keys.chars().for_each(|key| calls.press(id, key)),
    }
    // Most keys change nothing that is seen, so nobody waits for long.
    let _ = tokio::time::timeout(REACTS_WITHIN, changes.changed()).await;
    let still = if form.text("still").is_empty() { "" } else { "?still=yes" };
    Ok(Goto::to(format!("{}{still}#calls", routes::DEMO_MESSAGES)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_phone_offers_the_code_that_the_text_ends_with() {
        for (words, code) in [
            ("482915 is your code. Not you? Reference ABCD-2345\n\n@id.nhs.example #482915", Some("482915")),
            ("482915 is your code.", None),
            ("Call #1 now", None),
            ("", None),
        ] {
            assert_eq!(offered(words).as_deref(), code, "{words}");
        }
    }

    #[test]
    fn a_number_is_written_as_at_home() {
        assert_eq!(national("+447700900123"), "07700 900123");
        assert_eq!(national("+441632960001"), "01632 960001");
        assert_eq!(national("+4412"), "012");
        assert_eq!(national("+33123"), "+33123");
    }
}
