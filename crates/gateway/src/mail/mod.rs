//! E-mail, by SMTP [RFC 5321].
//!
//! [`Mail`] is what is handed over, [`MailGateway`] takes it: a mail server ([`Smtp`]) or memory ([`crate::capture`]). Letters
//! are written in `letter.rs`, with the library `lettre`; connections and TLS are ours (`connection.rs`), and so is the pool
//! of them, because only who knows which command was answered can say honestly what came of a mail (`delivery.rs`). Not here:
//! the words ([`crate::words`]), and which mails wait.
//!
//! A mail whose outcome is unknown may be sent again, unlike a text: its `Message-ID` stays the same, so that a mail server or
//! a mail program recognises the second copy, and a notice that comes twice does no harm.

mod connection;
mod delivery;
mod gateway;
mod letter;
mod message;
mod settings;
mod smtp;

pub use gateway::MailGateway;
pub use message::Mail;
pub use settings::{MailLogin, SmtpSettings, SmtpSetupError, SmtpTls};
pub use smtp::Smtp;
