//! What messages say.
//!
//! The words are in `crates/gateway/templates`, a folder for each kind of message: `sms.txt` for a text, or
//! `email.subject.txt`, `email.txt` and `email.html` for a mail. Who changes them needs no Rust. Here are the facts that each
//! kind is given ([`TextWords`], [`MailWords`]), and what is true of every message whatever its words: a text stays one short
//! message (`text.rs`), a subject stays on one line, HTML is escaped, and a template that asks for what it is not given
//! fails its test instead of sending a gap (`template.rs`).
//!
//! A mail never has a link: people who are used to links in such mails are easily led astray. It says which page to open.

mod facts;
mod mail;
mod template;
mod text;

#[cfg(test)]
mod samples;

pub use facts::{About, Addressee, EnrolmentCode, Factor, Location, MailWords, SignInCode, TextWords};
pub use mail::{MailText, mail};
pub use template::WordsError;
pub use text::text;
