//! A connection to the centre, up to the moment when it is bound.

use std::fmt;
use std::io;

use futures_util::{SinkExt, StreamExt};
use rusmpp::tokio_codec::EncodeError;
use rusmpp::{Command, CommandStatus, Pdu};
use tokio_rustls::TlsConnector;
use tokio_util::codec::Framed;

use super::codec::{Codec, Heard};
use super::pdu::{Identity, Role};
use super::sequence::Sequence;
use super::settings::SmppSettings;
use super::verdict;
use crate::dial::{Stream, dial};

/// A bound session's connection, and how far its numbers have come.
pub(super) struct Link {
    pub(super) framed: Framed<Stream, Codec>,
    pub(super) sequence: Sequence,
}

/// Why a session did not begin, or ended. Its text has nothing of what was sent or received.
#[derive(Debug)]
pub(super) enum Broken {
    /// No connection, or no TLS.
    Connection(io::Error),
    /// The centre refuses who we are.
    Credentials(u32),
    /// The centre refuses the bind for another reason.
    Bind(u32),
    /// An answer did not come in time.
    TimedOut,
    /// The centre closed the connection or said goodbye.
    Closed,
    /// What came is not SMPP.
    Garbage,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connection(error) => write!(f, "the connection failed: {}", error.kind()),
            Self::Credentials(status) => write!(f, "the centre refuses our name or password, status {status:#x}"),
            Self::Bind(status) => write!(f, "the centre refuses the bind, status {status:#x}"),
            Self::TimedOut => f.write_str("the centre did not answer in time"),
            Self::Closed => f.write_str("the centre closed the session"),
            Self::Garbage => f.write_str("what the centre sent is not SMPP"),
        }
    }
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Connection(error)
    }
}

impl From<EncodeError> for Broken {
    fn from(error: EncodeError) -> Self {
        match error {
            EncodeError::Io(error) => Self::Connection(error),
            // The library may learn to find fault with more.
            _ => Self::Garbage,
        }
    }
}

/// Connects and binds, within the time limit.
pub(super) async fn connect(
    settings: &SmppSettings,
    tls: Option<&TlsConnector>,
    identity: &Identity,
    role: Role,
) -> Result<Link, Broken> {
    let connecting = async {
        let stream =
            dial(&settings.host, settings.port, tls, settings.connect_limit).await.map_err(Broken::Connection)?;
        let mut link = Link { framed: Framed::new(stream, Codec), sequence: Sequence::new() };
        bind(&mut link, identity, role).await?;
        Ok(link)
    };
    tokio::time::timeout(settings.connect_limit, connecting).await.unwrap_or(Err(Broken::TimedOut))
}

async fn bind(link: &mut Link, identity: &Identity, role: Role) -> Result<(), Broken> {
    let number = link.sequence.next();
    link.framed.send(Command::new(CommandStatus::EsmeRok, number, identity.bind(role))).await?;
    loop {
        let Heard::Command(command) = link.framed.next().await.ok_or(Broken::Closed)?? else {
            return Err(Broken::Garbage);
        };
        let is_answer = matches!(
            (role, command.pdu()),
            (Role::Transceiver, Some(Pdu::BindTransceiverResp(_)))
                | (Role::Transmitter, Some(Pdu::BindTransmitterResp(_)))
                | (Role::Receiver, Some(Pdu::BindReceiverResp(_)))
                // A refusal may come without a body, or as the answer to what could not be read.
                | (_, None | Some(Pdu::GenericNack))
        );
        if command.sequence_number() != number || !is_answer {
            continue;
        }
        return match command.status() {
            CommandStatus::EsmeRok => match command.pdu() {
                Some(Pdu::GenericNack) => Err(Broken::Bind(0)),
                Some(_) | None => Ok(()),
            },
            status if verdict::is_about_credentials(status) => Err(Broken::Credentials(status.into())),
            status => Err(Broken::Bind(status.into())),
        };
    }
}
