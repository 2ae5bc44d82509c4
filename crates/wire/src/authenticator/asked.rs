//! What an app sends.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::json;

/// No message of an app is larger.
pub const MAX_BODY: usize = 16 * 1024;
/// The most accounts that one call may greet for.
pub const MAX_HELLOS: usize = 20;

/// The longest of the fields that have no length of their own.
const MAX_TEXT: usize = 2_048;

/// The message is not what the protocol describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a message of the authenticator protocol")]
pub struct Malformed;

/// A new app, with the code that binds it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// The binding code.
    pub code: String,
    /// The public key, an uncompressed point, in base64url.
    pub key: String,
    /// What its owner calls it.
    pub device: String,
    /// The signature, in base64url.
    pub signature: String,
}

/// "I am this app, now."
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The account.
    pub account: String,
    /// Seconds since 1970.
    pub at: i64,
    /// The signature, in base64url.
    pub signature: String,
}

/// One greeting for each account of an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hellos {
    /// The greetings.
    pub hellos: Vec<Hello>,
}

/// Where to wake an app.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// The account.
    pub account: String,
    /// Seconds since 1970.
    pub at: i64,
    /// Where to send [RFC 8030 §5].
    pub endpoint: String,
    /// The key to encrypt for, in base64url [RFC 8291 §2].
    pub p256dh: String,
    /// The secret to encrypt with, in base64url [RFC 8291 §2].
    pub auth: String,
    /// The signature, in base64url.
    pub signature: String,
}

/// An answer to a request.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The account.
    pub account: String,
    /// The request.
    pub request: String,
    /// What the person typed, if they approve.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Why they do not, if they do not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The signature, in base64url.
    pub signature: String,
}

/// The one thing that an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said<'a> {
    /// The number that was typed.
    Number(&'a str),
    /// Why it is refused.
    Reason(&'a str),
}

impl Registration {
    /// Reads one.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(body: &[u8]) -> Result<Self, Malformed> {
        let read: Self = read(body)?;
        within(&[&read.code, &read.key, &read.device, &read.signature])?;
        Ok(read)
    }
}

impl Hellos {
    /// Reads one to twenty.
    ///
    /// # Errors
    /// They are none, or too many.
    pub fn parse(body: &[u8]) -> Result<Self, Malformed> {
        let read: Self = read(body)?;
        if read.hellos.is_empty() || read.hellos.len() > MAX_HELLOS {
            return Err(Malformed);
        }
        for hello in &read.hellos {
            within(&[&hello.account, &hello.signature])?;
        }
        Ok(read)
    }
}

impl Subscription {
    /// Reads one.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(body: &[u8]) -> Result<Self, Malformed> {
        let read: Self = read(body)?;
        within(&[&read.account, &read.endpoint, &read.p256dh, &read.auth, &read.signature])?;
        Ok(read)
    }
}

impl Answer {
    /// Reads one.
    ///
    /// # Errors
    /// It is none, or says two things or nothing.
    pub fn parse(body: &[u8]) -> Result<Self, Malformed> {
        let read: Self = read(body)?;
        let said = read.number.as_ref().or(read.reason.as_ref()).ok_or(Malformed)?;
        within(&[&read.account, &read.request, said, &read.signature])?;
        read.said()?;
        Ok(read)
    }

    /// What it says.
    ///
    /// # Errors
    /// It says two things or nothing.
    pub fn said(&self) -> Result<Said<'_>, Malformed> {
        match (&self.number, &self.reason) {
            (Some(number), None) => Ok(Said::Number(number)),
            (None, Some(reason)) => Ok(Said::Reason(reason)),
            (Some(_), Some(_)) | (None, None) => Err(Malformed),
        }
    }
}

/// Writes bytes as the protocol does: base64url without padding [RFC 4648 §5].
pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads bytes as the protocol writes them. Each value has one writing only: what is signed is what is read.
///
/// # Errors
/// The text is something else.
pub fn from_base64url(text: &str) -> Result<Vec<u8>, Malformed> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Malformed)
}

/// SECURITY: a member that is named twice could be signed as one and read as the other.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Malformed> {
    if body.len() > MAX_BODY {
        return Err(Malformed);
    }
    let object = json::object(body).map_err(|_| Malformed)?;
    serde_json::from_value(Value::Object(object)).map_err(|_| Malformed)
}

fn within(texts: &[&String]) -> Result<(), Malformed> {
    let fits = |text: &&String| !text.is_empty() && text.len() <= MAX_TEXT && !text.contains(char::is_control);
    if texts.iter().all(fits) { Ok(()) } else { Err(Malformed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_as_the_protocol_shows_them() {
        let registration = br#"{"code": "ABC", "key": "BP", "device": "Work phone", "signature": "c2ln", "new": 1}"#;
        assert_eq!(Registration::parse(registration).unwrap().device, "Work phone");
        let hellos = br#"{"hellos": [{"account": "0199", "at": 1795341600, "signature": "c2ln"}]}"#;
        assert_eq!(Hellos::parse(hellos).unwrap().hellos[0].at, 1_795_341_600);
        let answer = br#"{"account": "0199", "request": "0200", "number": "42", "signature": "c2ln"}"#;
        assert_eq!(Answer::parse(answer).unwrap().said(), Ok(Said::Number("42")));
        let answer = br#"{"account": "0199", "request": "0200", "reason": "not_started", "signature": "c2ln"}"#;
        assert_eq!(Answer::parse(answer).unwrap().said(), Ok(Said::Reason("not_started")));
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for bad in [
            r#"{"account": "1", "request": "2", "number": "42", "reason": "not_started", "signature": "s"}"#,
            r#"{"account": "1", "request": "2", "signature": "s"}"#,
            r#"{"account": "1", "request": "2", "number": "42", "number": "43", "signature": "s"}"#,
            r#"{"account": "1\n", "request": "2", "number": "42", "signature": "s"}"#,
            r#"{"account": "", "request": "2", "number": "42", "signature": "s"}"#,
            r#"{"account": 1, "request": "2", "number": "42", "signature": "s"}"#,
            r#"[]"#,
            "",
        ] {
            assert!(Answer::parse(bad.as_bytes()).is_err(), "{bad}");
        }
        let many: Vec<_> = (0..=MAX_HELLOS).map(|_| r#"{"account":"1","at":1,"signature":"s"}"#).collect();
        for hellos in [many.join(","), String::new()] {
            assert!(Hellos::parse(format!(r#"{{"hellos":[{hellos}]}}"#).as_bytes()).is_err());
        }
    }

    #[test]
    fn bytes_have_one_writing() {
        assert_eq!(from_base64url("-_8").unwrap(), [0xfb, 0xff]);
        for bad in ["-_8=", "+/8", "-_9", " -_8"] {
            assert!(from_base64url(bad).is_err(), "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_are_a_fault(body: Vec<u8>) {
            let _ = (Registration::parse(&body), Hellos::parse(&body), Subscription::parse(&body), Answer::parse(&body));
        }
    }
}
