//! One letter over a connection, command by command, so that its outcome is known as well as it can be [RFC 5321 §3.3].

use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{Extension, MailParameter};
use lettre::transport::smtp::response::Response;

use super::letter::Letter;
use super::settings::SmtpSettings;
use crate::hand_over::{HandOver, RefusedWhy};

/// What came of a letter, and of its connection.
pub(super) struct Delivery {
    pub(super) outcome: HandOver,
    pub(super) connection: Connection,
}

/// Whether a connection can carry another letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Connection {
    /// It can.
    Good,
    /// It answered, but stands in the middle of a letter that was refused.
    Refused,
    /// It broke before the letter began, so that a new one may be tried.
    BrokenBefore,
    /// It broke later.
    Broken,
}

/// Why a command did not succeed.
enum Failed {
    /// The server said so.
    Said(Error),
    /// It said nothing, or nothing that can be read.
    Mute,
}

/// Sends `letter`.
pub(super) async fn deliver(
    connection: &mut AsyncSmtpConnection,
    letter: &Letter,
    settings: &SmtpSettings,
) -> Delivery {
    let refused = |outcome| Delivery { outcome, connection: Connection::Refused };
    // Nothing of the letter has left yet, whatever happens before its end.
    let broken = |connection| Delivery { outcome: HandOver::try_another(RefusedWhy::Unreachable), connection };
    let mut parameters = Vec::new();
    let addresses = letter.envelope.from().into_iter().chain(letter.envelope.to());
    if addresses.map(AsRef::<str>::as_ref).any(|address: &str| !address.is_ascii()) {
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            return Delivery { outcome: HandOver::try_another(RefusedWhy::Recipient), connection: Connection::Good };
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    let mail = connection.command(Mail::new(letter.envelope.from().cloned(), parameters));
    match within(settings.command_limit, mail).await {
        Ok(_) => {}
        // The sender is refused: that is between the operator and the server.
        Err(Failed::Said(error)) => return refused(said(&error, HandOver::try_another(RefusedWhy::Gateway))),
        Err(Failed::Mute) => return broken(Connection::BrokenBefore),
    }
    for to in letter.envelope.to() {
        let recipient = connection.command(Rcpt::new(to.clone(), Vec::new()));
        match within(settings.command_limit, recipient).await {
            Ok(_) => {}
            Err(Failed::Said(error)) => return refused(said(&error, HandOver::give_up(RefusedWhy::Recipient))),
            Err(Failed::Mute) => return broken(Connection::Broken),
        }
    }
    match within(settings.command_limit, connection.command(Data)).await {
        Ok(_) => {}
        Err(Failed::Said(error)) => return refused(said(&error, HandOver::give_up(RefusedWhy::Message))),
        Err(Failed::Mute) => return broken(Connection::Broken),
    }
    match within(settings.letter_limit, connection.message(&letter.octets)).await {
        Ok(_) => Delivery { outcome: HandOver::Accepted { reference: String::new() }, connection: Connection::Good },
        Err(Failed::Said(error)) => refused(said(&error, HandOver::give_up(RefusedWhy::Message))),
        // The end of the letter may have arrived, and the server owns it from then on [RFC 5321 §4.5.5].
        Err(Failed::Mute) => Delivery { outcome: HandOver::Unknown, connection: Connection::Broken },
    }
}

async fn within(limit: Duration, exchange: impl Future<Output = Result<Response, Error>>) -> Result<Response, Failed> {
    match tokio::time::timeout(limit, exchange).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(error)) if error.is_transient() || error.is_permanent() => Err(Failed::Said(error)),
        Ok(Err(_)) | Err(_) => Err(Failed::Mute),
    }
}

/// What a refusal by the server means: `permanent` where nothing changes by waiting.
fn said(error: &Error, permanent: HandOver) -> HandOver {
    let code = error.status().map_or(0, u16::from);
    match code {
        // Authentication is required, too weak, or wrong [RFC 4954 §6].
        530 | 534 | 535 => HandOver::try_another(RefusedWhy::Credentials),
        400..=499 => HandOver::try_later(RefusedWhy::Throttled, None),
        _ => permanent,
    }
}
