//! What the operator decides about the mail server.

use std::time::Duration;

use wardkey_domain::secret::Secret;

use crate::dial::is_loopback;
use crate::tls::TlsSetupError;

/// How the connection is encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SmtpTls {
    /// From the first byte; port 465 [RFC 8314 §3.3].
    Implicit,
    /// By `STARTTLS`, without which nothing is sent; port 587 or 25 [RFC 3207].
    StartTls,
    /// Not at all. Only towards this very machine.
    Plain,
}

/// Who we are to the mail server.
#[derive(Clone, Debug)]
pub struct MailLogin {
    /// The name.
    pub user: String,
    /// The password.
    pub password: Secret<String>,
}

/// What the operator decides about one mail server.
#[derive(Clone, Debug)]
pub struct SmtpSettings {
    /// What the operator calls this gateway.
    pub name: String,
    /// The server's host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is encrypted.
    pub tls: SmtpTls,
    /// Certificate authorities (PEM) to trust beside the system's.
    pub extra_roots: Option<Vec<u8>>,
    /// Who we are to it, if it asks.
    pub login: Option<MailLogin>,
    /// The sender's address.
    pub from: String,
    /// The sender's name.
    pub from_name: String,
    /// Where answers go, if they shall go anywhere.
    pub reply_to: Option<String>,
    /// Our own host: what we say at the greeting, and the right half of each `Message-ID`.
    pub our_host: String,
    /// How many connections there may be.
    pub connections: usize,
    /// How long a connection may take, with TLS and the greeting.
    pub connect_limit: Duration,
    /// How long one command may take.
    pub command_limit: Duration,
    /// How long the server may think about a whole letter [RFC 5321 §4.5.3.2.6].
    pub letter_limit: Duration,
    /// How long an idle connection is kept.
    pub idle_limit: Duration,
}

impl SmtpSettings {
    /// Settings for a mail server, with everything else as it comes.
    pub fn new(name: &str, host: &str, port: u16, from: &str, our_host: &str) -> Self {
        Self {
            name: name.to_owned(),
            host: host.to_owned(),
            port,
            tls: SmtpTls::StartTls,
            extra_roots: None,
            login: None,
            from: from.to_owned(),
            from_name: String::new(),
            reply_to: None,
            our_host: our_host.to_owned(),
            connections: 4,
            connect_limit: Duration::from_secs(10),
            command_limit: Duration::from_secs(30),
            letter_limit: Duration::from_secs(120),
            idle_limit: Duration::from_secs(30),
        }
    }

    pub(super) fn check(&self) -> Result<(), SmtpSetupError> {
        if self.tls == SmtpTls::Plain && !is_loopback(&self.host) {
            return Err(SmtpSetupError::Plain);
        }
        if self.connections == 0 {
            return Err(SmtpSetupError::NoConnection);
        }
        if is_host(&self.our_host) { Ok(()) } else { Err(SmtpSetupError::OurHost) }
    }
}

/// Whether `host` can stand in a greeting and in a `Message-ID`.
fn is_host(host: &str) -> bool {
    !host.is_empty()
        && host.len() <= 253
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.')
        && !host.starts_with('.')
        && !host.ends_with('.')
}

/// Why a mail server cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SmtpSetupError {
    /// Mail would cross a network in the clear.
    #[error("mail without TLS is for a server on this machine only")]
    Plain,
    /// No connection may be made.
    #[error("at least one connection must be allowed")]
    NoConnection,
    /// Our own host is not a host name.
    #[error("our own host is not a host name")]
    OurHost,
    /// The sender or the address for answers is not an address.
    #[error("`{0}` is not an address for e-mail")]
    Address(&'static str),
    /// TLS cannot be set up.
    #[error("TLS cannot be set up")]
    Tls(#[from] TlsSetupError),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_crosses_a_network_in_the_clear() {
        for (host, good) in [("127.0.0.1", true), ("localhost", true), ("mail.example", false), ("10.0.0.1", false)] {
            let settings = SmtpSettings {
                tls: SmtpTls::Plain,
                ..SmtpSettings::new("mail", host, 25, "noreply@example.com", "id.example")
            };
            assert_eq!(settings.check().is_ok(), good, "{host}");
        }
    }

    #[test]
    fn our_own_host_is_a_host_name() {
        for (host, good) in
            [("id.example", true), ("localhost", true), ("", false), ("a b", false), ("a\r\nb", false), ("a>", false)]
        {
            let settings = SmtpSettings::new("mail", "mail.example", 587, "noreply@example.com", host);
            assert_eq!(settings.check().is_ok(), good, "{host}");
        }
    }
}
