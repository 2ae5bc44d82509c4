//! Why a batch was not taken, or may not have been.

use std::fmt;
use std::io;
use std::time::Duration;

use crate::outbound::OutboundError;

/// A batch was not taken, or nobody knows whether it was. It has to be handed over again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotTaken {
    /// Why.
    pub why: Why,
    /// For how long the receiver asks for patience, if it does.
    pub patience: Option<Duration>,
}

/// Why a batch was not taken. Its text has nothing of what the receiver said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The name has no address, or nobody listens there.
    Unreachable,
    /// The address may not be called: it is not https, or in a network that was not allowed.
    AddressRefused,
    /// The receiver's certificate is not trusted, or is not its own.
    Untrusted,
    /// TLS failed for another reason, the receiver's refusal of our certificate among them.
    Tls,
    /// It took too long.
    TimedOut,
    /// The connection broke.
    Broken,
    /// Everything was sent, and there was no sign that it arrived.
    Unconfirmed,
    /// The receiver answered with this status, which is no success.
    Status(u16),
}

impl Why {
    /// Whether fewer records at a time could help.
    pub const fn is_about_size(self) -> bool {
        match self {
            Self::TimedOut | Self::Status(413) => true,
            Self::Unreachable
            | Self::AddressRefused
            | Self::Untrusted
            | Self::Tls
            | Self::Broken
            | Self::Unconfirmed
            | Self::Status(_) => false,
        }
    }

    /// What to call it in figures, of which there must not be too many.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::AddressRefused => "address_refused",
            Self::Untrusted => "untrusted",
            Self::Tls => "tls",
            Self::TimedOut => "timed_out",
            Self::Broken => "broken",
            Self::Unconfirmed => "unconfirmed",
            Self::Status(_) => "status",
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "status_{status}"),
            _ => f.write_str(self.as_str()),
        }
    }
}

impl From<Why> for NotTaken {
    fn from(why: Why) -> Self {
        Self { why, patience: None }
    }
}

impl From<OutboundError> for NotTaken {
    fn from(error: OutboundError) -> Self {
        let why = match error {
            OutboundError::BadAddress | OutboundError::NotHttps | OutboundError::SpecialUse(_) => Why::AddressRefused,
            OutboundError::Unresolved(_) => Why::Unreachable,
            OutboundError::TimedOut => Why::TimedOut,
            OutboundError::Connection(error) => of_causes(&error, error.is_connect()),
            OutboundError::Status(status) => Why::Status(status),
            OutboundError::TooLarge | OutboundError::NotText => Why::Broken,
        };
        why.into()
    }
}

/// What the causes of a failed request say.
fn of_causes(error: &(dyn std::error::Error + 'static), is_connect: bool) -> Why {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(tls) = error.downcast_ref::<rustls::Error>() {
            return of_tls(tls);
        }
        // An error of input and output hands on the cause of what it wraps, and not that itself.
        if let Some(tls) = error.downcast_ref::<io::Error>().and_then(tls_in) {
            return of_tls(tls);
        }
        cause = error.source();
    }
    if is_connect { Why::Unreachable } else { Why::Broken }
}

/// What an error of a connection that was being made says.
pub(super) fn of_connecting(error: &io::Error) -> Why {
    match tls_in(error) {
        Some(tls) => of_tls(tls),
        None if error.kind() == io::ErrorKind::TimedOut => Why::TimedOut,
        None => Why::Unreachable,
    }
}

/// What an error of a connection in use says.
pub(super) fn of_connection(error: &io::Error) -> Why {
    match tls_in(error) {
        Some(tls) => of_tls(tls),
        None if error.kind() == io::ErrorKind::TimedOut => Why::TimedOut,
        None => Why::Broken,
    }
}

fn tls_in(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}

const fn of_tls(error: &rustls::Error) -> Why {
    if matches!(error, rustls::Error::InvalidCertificate(_)) { Why::Untrusted } else { Why::Tls }
}
