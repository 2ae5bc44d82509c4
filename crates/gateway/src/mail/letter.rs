//! A mail as the letter that travels: headers, and the words twice [RFC 5322, RFC 2046 §5.1.4].

use std::time::{Duration, SystemTime};

use lettre::address::Envelope;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};
use wardkey_domain::time::Timestamp;

use super::message::Mail;
use super::settings::{SmtpSettings, SmtpSetupError};

/// The longest id that makes a `Message-ID`.
const LONGEST_ID: usize = 100;

/// The longest subject and name. Whatever is longer was not written for a person.
const LONGEST_LINE: usize = 200;

/// From whom letters are. Made once, so that a letter cannot fail for its sender.
#[derive(Clone)]
pub(super) struct Sender {
    from: Mailbox,
    reply_to: Option<Mailbox>,
    our_host: String,
}

/// A letter with its envelope.
pub(super) struct Letter {
    pub(super) envelope: Envelope,
    pub(super) octets: Vec<u8>,
}

/// Why no letter can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadLetter {
    /// The recipient's address is none.
    Recipient,
    /// The id or the words.
    Message,
}

impl Sender {
    pub(super) fn new(settings: &SmtpSettings) -> Result<Self, SmtpSetupError> {
        let from: Address = settings.from.parse().map_err(|_| SmtpSetupError::Address("from"))?;
        let name = one_line(&settings.from_name);
        let reply_to = settings.reply_to.as_deref().map(str::parse::<Address>).transpose();
        Ok(Self {
            from: Mailbox::new(Some(name).filter(|name| !name.is_empty()), from),
            reply_to: reply_to
                .map_err(|_| SmtpSetupError::Address("reply_to"))?
                .map(|address| Mailbox::new(None, address)),
            our_host: settings.our_host.clone(),
        })
    }

    /// Writes `mail` as a letter of the moment `now`.
    pub(super) fn write(&self, mail: &Mail, now: Timestamp) -> Result<Letter, BadLetter> {
        let to: Address = mail.to.parse().map_err(|_| BadLetter::Recipient)?;
        let id_is_good = !mail.id.is_empty()
            && mail.id.len() <= LONGEST_ID
            && mail.id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !id_is_good {
            return Err(BadLetter::Message);
        }
        let name = Some(one_line(&mail.to_name)).filter(|name| !name.is_empty());
        let mut letter = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(name, to))
            .subject(one_line(&mail.subject))
            .date(SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(now.as_seconds()).unwrap_or(0)))
            .message_id(Some(format!("<{}@{}>", mail.id, self.our_host)))
            // Nobody's out-of-office note answers this [RFC 3834 §5].
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ));
        if let Some(reply_to) = &self.reply_to {
            letter = letter.reply_to(reply_to.clone());
        }
        let letter = letter
            .multipart(MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone()))
            .map_err(|_| BadLetter::Message)?;
        Ok(Letter { envelope: letter.envelope().clone(), octets: letter.formatted() })
    }
}

/// `text` on one line, without anything that is not a character for people.
///
/// SECURITY: the library encodes what does not belong into a header; a line break never even reaches it.
fn one_line(text: &str) -> String {
    let words = text.split(|character: char| character.is_whitespace() || character.is_control());
    let line = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    line.chars().take(LONGEST_LINE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sender() -> Sender {
        let settings = SmtpSettings {
            from_name: "Wardkey\r\nBcc: everybody@example.com".to_owned(),
            reply_to: Some("help@example.com".to_owned()),
            ..SmtpSettings::new("mail", "localhost", 25, "noreply@example.com", "id.example")
        };
        Sender::new(&settings).unwrap()
    }

    fn mail() -> Mail {
        Mail {
            id: "0198c1f2-0000-7000-8000-000000000001".to_owned(),
            to: "nurse@example.com".to_owned(),
            to_name: "Ann Nurse".to_owned(),
            subject: "A way to sign in was added".to_owned(),
            text: "Hello".to_owned(),
            html: "<p>Hello</p>".to_owned(),
        }
    }

    fn letter(mail: &Mail) -> String {
        String::from_utf8(sender().write(mail, Timestamp::from_seconds(1_795_320_000)).unwrap().octets).unwrap()
    }

    /// The headers, unfolded.
    fn headers(letter: &str) -> Vec<String> {
        let head = letter.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ");
        head.split("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn a_letter_says_who_when_and_that_nobody_wrote_it() {
        let headers = headers(&letter(&mail()));
        for expected in [
            "Message-ID: <0198c1f2-0000-7000-8000-000000000001@id.example>",
            "Auto-Submitted: auto-generated",
            "Reply-To: help@example.com",
            "Subject: A way to sign in was added",
            "Date: Sun, 22 Nov 2026 04:00:00 +0000",
        ] {
            assert!(headers.iter().any(|header| header == expected), "{expected}: {headers:?}");
        }
    }

    #[test]
    fn no_header_can_be_smuggled_in() {
        for hostile in
            ["a\r\nBcc: x@example.com", "a\nBcc: x@example.com", "a\r\n\r\nbody", "a\u{2028}Bcc: x@example.com"]
        {
            let mail = Mail { subject: hostile.to_owned(), to_name: hostile.to_owned(), ..mail() };
            let headers = headers(&letter(&mail));
            assert!(headers.iter().all(|header| !header.starts_with("Bcc") && header.contains(": ")), "{headers:?}");
        }
        for hostile in ["x@example.com\r\nBcc: y@example.com", "a b", "x@example.com>", ""] {
            let mail = Mail { to: hostile.to_owned(), ..mail() };
            assert_eq!(
                sender().write(&mail, Timestamp::from_seconds(0)).err(),
                Some(BadLetter::Recipient),
                "{hostile}"
            );
        }
        for hostile in ["a@b", "a>\r\nBcc: x", "", &"x".repeat(101)] {
            let mail = Mail { id: hostile.to_owned(), ..mail() };
            assert_eq!(sender().write(&mail, Timestamp::from_seconds(0)).err(), Some(BadLetter::Message), "{hostile}");
        }
    }

    #[test]
    fn a_mail_prints_nothing_of_itself() {
        assert!(!format!("{:?}", mail()).contains("nurse"));
    }
}
