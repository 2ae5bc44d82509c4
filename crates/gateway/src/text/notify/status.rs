//! What Notify says became of a text.

use serde::Deserialize;

use super::settings::is_uuid;
use crate::hand_over::ReceiptState;

/// The longest callback that is read.
const LONGEST_CALLBACK: usize = 16 * 1024;

/// The state behind one of Notify's words; nothing, while the text is on its way.
pub(super) fn state(status: &str) -> Option<ReceiptState> {
    match status {
        "delivered" => Some(ReceiptState::Delivered),
        "permanent-failure" | "temporary-failure" | "technical-failure" | "validation-failed" | "virus-scan-failed" => {
            Some(ReceiptState::Failed(status.to_owned()))
        }
        // On its way: created, sending, pending; sent is all that is ever known of some countries.
        _ => None,
    }
}

/// The answer of `GET /v2/notifications/{id}`.
#[derive(Deserialize)]
pub(super) struct Notification {
    pub(super) status: String,
}

/// What Notify posts to the address for delivery receipts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    /// What Notify calls the text: the reference of its hand-over.
    pub reference: String,
    /// What we called it, if Notify repeats it.
    pub id: Option<String>,
    /// What finally became of it; nothing, while it is on its way.
    pub state: Option<ReceiptState>,
}

/// The body is not a delivery receipt of Notify.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a delivery receipt of GOV.UK Notify")]
pub struct BadCallback;

#[derive(Deserialize)]
struct Body {
    id: String,
    reference: Option<String>,
    status: String,
    #[serde(default)]
    notification_type: Option<String>,
}

/// Reads the body of a callback. The number in it is not kept.
///
/// Whoever serves the address has checked the bearer token before: the body itself proves nothing.
///
/// # Errors
/// It is not a receipt for a text.
pub fn read_callback(body: &[u8]) -> Result<Callback, BadCallback> {
    if body.len() > LONGEST_CALLBACK {
        return Err(BadCallback);
    }
    let body: Body = serde_json::from_slice(body).map_err(|_| BadCallback)?;
    if !is_uuid(&body.id) || body.notification_type.is_some_and(|kind| kind != "sms") {
        return Err(BadCallback);
    }
    let id = body.reference.filter(|id| id.len() <= 100);
    Ok(Callback { reference: body.id, id, state: state(&body.status) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_final_words_are_known() {
        for word in ["created", "sending", "pending", "sent", "something-new"] {
            assert_eq!(state(word), None, "{word}");
        }
        assert_eq!(state("delivered"), Some(ReceiptState::Delivered));
        for word in ["permanent-failure", "temporary-failure", "technical-failure"] {
            assert_eq!(state(word), Some(ReceiptState::Failed(word.to_owned())));
        }
    }

    #[test]
    fn a_callback_is_read_without_its_number() {
        let body = br#"{"id":"740e5834-3a29-46b4-9a6f-16142fde533a","reference":"r1","to":"07700912345",
            "status":"permanent-failure","created_at":"2026-05-14T12:15:30.000000Z","completed_at":null,"sent_at":null,
            "notification_type":"sms","template_id":"f33517ff-2a88-4f6e-b855-c550268ce08a","template_version":1}"#;
        let callback = read_callback(body).unwrap();
        assert_eq!(callback.reference, "740e5834-3a29-46b4-9a6f-16142fde533a");
        assert_eq!(callback.id.as_deref(), Some("r1"));
        assert_eq!(callback.state, Some(ReceiptState::Failed("permanent-failure".to_owned())));
        assert!(!format!("{callback:?}").contains("07700912345"));
    }

    #[test]
    fn what_is_no_receipt_is_refused() {
        let large = format!(r#"{{"id":"{}"}}"#, "x".repeat(LONGEST_CALLBACK));
        for body in [
            "",
            "[]",
            "{}",
            r#"{"id":"x","status":"delivered"}"#,
            r#"{"id":"740e5834-3a29-46b4-9a6f-16142fde533a","status":"delivered","notification_type":"email"}"#,
            &large,
        ] {
            assert_eq!(read_callback(body.as_bytes()), Err(BadCallback));
        }
    }
}
