//! A connection to the mail server, ready for letters: greeted, encrypted, logged in.
//!
//! TLS and what comes before it are ours: the library's own would want a process-wide provider of cryptography, and reads on
//! from what arrived before the handshake.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream};
use lettre::transport::smtp::extension::ClientId;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_util::either::Either;

use super::settings::{SmtpSettings, SmtpTls};
use crate::dial::{Stream, dial, secure};

/// The most that a server may say before TLS.
const MAX_REPLY: usize = 8 * 1024;

/// Why there is no connection. Its text has nothing of what the server said.
#[derive(Debug)]
pub(super) enum NoConnection {
    /// No connection, no TLS, or no mail server.
    Unreachable(io::Error),
    /// The server wants nobody now.
    Later,
    /// The server wants us never.
    Unwanted,
    /// The server offers no TLS.
    NoTls,
    /// The server refuses our name or password.
    Credentials,
}

impl std::fmt::Display for NoConnection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreachable(error) => write!(f, "the connection failed: {}", error.kind()),
            Self::Later => f.write_str("the server asks us to come later"),
            Self::Unwanted => f.write_str("the server refuses us"),
            Self::NoTls => f.write_str("the server offers no STARTTLS"),
            Self::Credentials => f.write_str("the server refuses our name or password"),
        }
    }
}

impl From<io::Error> for NoConnection {
    fn from(error: io::Error) -> Self {
        Self::Unreachable(error)
    }
}

/// Connects, within the time limit.
pub(super) async fn connect(settings: &SmtpSettings, tls: &TlsConnector) -> Result<AsyncSmtpConnection, NoConnection> {
    let connecting = async {
        let stream = match settings.tls {
            SmtpTls::Implicit => {
                Wire::new(dial(&settings.host, settings.port, Some(tls), settings.connect_limit).await?)?
            }
            SmtpTls::StartTls => upgrade(settings, tls).await?,
            SmtpTls::Plain => Wire::new(dial(&settings.host, settings.port, None, settings.connect_limit).await?)?,
        };
        let hello = ClientId::Domain(settings.our_host.clone());
        let connected = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello).await;
        let mut connection = connected.map_err(|error| refusal(&error))?;
        if let Some(login) = &settings.login {
            let credentials = Credentials::new(login.user.clone(), login.password.expose().clone());
            connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await.map_err(|error| {
                if error.is_permanent() || error.is_client() { NoConnection::Credentials } else { refusal(&error) }
            })?;
        }
        Ok(connection)
    };
    tokio::time::timeout(settings.connect_limit, connecting)
        .await
        .unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::TimedOut).into()))
}

fn refusal(error: &lettre::transport::smtp::Error) -> NoConnection {
    if error.is_transient() {
        NoConnection::Later
    } else if error.is_permanent() {
        NoConnection::Unwanted
    } else {
        NoConnection::Unreachable(io::ErrorKind::ConnectionAborted.into())
    }
}

/// Greets in the clear, asks for TLS, and shakes hands [RFC 3207 §4].
async fn upgrade(settings: &SmtpSettings, tls: &TlsConnector) -> Result<Wire, NoConnection> {
    let mut stream = BufReader::new(TcpStream::connect((settings.host.as_str(), settings.port)).await?);
    stream.get_ref().set_nodelay(true)?;
    expect(&reply(&mut stream).await?, 220)?;
    command(&mut stream, &format!("EHLO {}\r\n", settings.our_host)).await?;
    let offers = reply(&mut stream).await?;
    expect(&offers, 250)?;
    if !offers.lines.iter().any(|line| line.eq_ignore_ascii_case("STARTTLS")) {
        return Err(NoConnection::NoTls);
    }
    command(&mut stream, "STARTTLS\r\n").await?;
    expect(&reply(&mut stream).await?, 220)?;
    // SECURITY: whatever arrived with the consent was put there by somebody in between, to be read as if it were protected.
    if !stream.buffer().is_empty() {
        return Err(io::Error::from(io::ErrorKind::InvalidData).into());
    }
    let stream = secure(&settings.host, stream.into_inner(), tls).await?;
    let mut wire = Wire::new(Either::Right(stream))?;
    // The library begins by reading a greeting. It was read above.
    wire.ahead = b"220 again\r\n";
    Ok(wire)
}

struct Reply {
    code: u16,
    lines: Vec<String>,
}

fn expect(reply: &Reply, code: u16) -> Result<(), NoConnection> {
    match reply.code {
        found if found == code => Ok(()),
        400..=499 => Err(NoConnection::Later),
        _ => Err(NoConnection::Unwanted),
    }
}

async fn command(stream: &mut BufReader<TcpStream>, line: &str) -> io::Result<()> {
    stream.get_mut().write_all(line.as_bytes()).await
}

/// Reads a reply of one or more lines [RFC 5321 §4.2.1].
async fn reply(stream: &mut BufReader<TcpStream>) -> io::Result<Reply> {
    let (mut lines, mut read) = (Vec::new(), 0);
    loop {
        let mut line = String::new();
        let room = u64::try_from(MAX_REPLY.saturating_sub(read)).unwrap_or(0);
        read += (&mut *stream).take(room).read_line(&mut line).await?;
        let bad = || io::Error::from(io::ErrorKind::InvalidData);
        let text = line.strip_suffix('\n').ok_or_else(bad)?.trim_end();
        let (code, rest) = text.split_at_checked(3).ok_or_else(bad)?;
        let code: u16 = code.parse().map_err(|_| bad())?;
        lines.push(rest.get(1..).unwrap_or_default().trim().to_owned());
        if !rest.starts_with('-') {
            return Ok(Reply { code, lines });
        }
    }
}

/// A connection as the library wants it, with something to be read first.
#[derive(Debug)]
struct Wire {
    ahead: &'static [u8],
    stream: Stream,
    peer: SocketAddr,
}

impl Wire {
    fn new(stream: Stream) -> io::Result<Self> {
        let peer = match &stream {
            Either::Left(stream) => stream.peer_addr()?,
            Either::Right(stream) => stream.get_ref().0.peer_addr()?,
        };
        Ok(Self { ahead: b"", stream, peer })
    }
}

impl AsyncTokioStream for Wire {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.ahead.is_empty() {
            return Pin::new(&mut self.stream).poll_read(cx, buffer);
        }
        let (now, later) = self.ahead.split_at(self.ahead.len().min(buffer.remaining()));
        buffer.put_slice(now);
        self.ahead = later;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, octets)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
