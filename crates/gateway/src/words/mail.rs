//! Mails: a subject, and the same words as plain text and as HTML.

use std::fmt;

use serde::Serialize;

use super::facts::{Addressee, MailWords};
use super::template::{WordsError, render};

/// What a mail says.
#[derive(Clone, PartialEq, Eq)]
pub struct MailText {
    /// The subject, on one line.
    pub subject: String,
    /// The words as plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

/// What a template is given.
#[derive(Serialize)]
struct Given<'a> {
    display_name: &'a str,
    organisation: &'a str,
    help: Option<Help<'a>>,
    #[serde(flatten)]
    facts: &'a MailWords<'a>,
}

/// A help contact with every field: a template may ask for one that is not there.
#[derive(Serialize)]
struct Help<'a> {
    name: &'a str,
    telephone: Option<&'a str>,
    address: Option<&'a str>,
    hours: Option<&'a str>,
}

/// Writes a mail.
///
/// # Errors
/// The template is wrong.
pub fn mail(to: &Addressee<'_>, words: &MailWords<'_>) -> Result<MailText, WordsError> {
    let given = Given {
        display_name: to.display_name,
        organisation: to.organisation,
        help: to.help.map(|help| Help {
            name: &help.name,
            telephone: help.telephone.as_deref(),
            address: help.address.as_deref(),
            hours: help.hours.as_deref(),
        }),
        facts: words,
    };
    let part = |part: &str| render(&format!("{}/{part}", words.kind()), &given);
    let subject = part("email.subject.txt")?;
    Ok(MailText {
        subject: subject.split_whitespace().collect::<Vec<_>>().join(" "),
        text: part("email.txt")?,
        html: part("email.html")?,
    })
}

impl fmt::Debug for MailText {
    // SECURITY: names are not for a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailText(..)")
    }
}
