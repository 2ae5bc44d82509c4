//! The gateways for mail, as one.

use super::message::Mail;
use super::smtp::Smtp;
use crate::capture::MailCapture;
use crate::hand_over::HandOver;

/// Whoever takes mails to the post. Cheap to clone.
#[derive(Clone, Debug)]
pub enum MailGateway {
    /// A mail server.
    Smtp(Smtp),
    /// Memory, for the demonstration and for tests.
    Capture(MailCapture),
}

impl MailGateway {
    /// What the operator calls it.
    pub fn name(&self) -> &str {
        match self {
            Self::Smtp(smtp) => smtp.name(),
            Self::Capture(capture) => capture.name(),
        }
    }

    /// Hands `mail` over.
    pub async fn send(&self, mail: &Mail) -> HandOver {
        match self {
            Self::Smtp(smtp) => smtp.send(mail).await,
            Self::Capture(capture) => capture.send(mail),
        }
    }

    /// Closes idle connections politely.
    pub async fn shut_down(&self) {
        match self {
            Self::Smtp(smtp) => smtp.shut_down().await,
            Self::Capture(_) => {}
        }
    }
}
