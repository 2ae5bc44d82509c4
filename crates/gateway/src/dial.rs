//! A connection to a host that the operator named, over TLS or not, within a time limit.

use std::io;
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_util::either::Either;

/// A connection, over TLS or not.
pub(crate) type Stream = Either<TcpStream, TlsStream<TcpStream>>;

/// Connects to `host` and, with `tls`, shakes hands before anything is sent.
pub(crate) async fn dial(host: &str, port: u16, tls: Option<&TlsConnector>, limit: Duration) -> io::Result<Stream> {
    let connecting = async {
        let stream = TcpStream::connect((host, port)).await?;
        stream.set_nodelay(true)?;
        match tls {
            None => Ok(Either::Left(stream)),
            Some(tls) => Ok(Either::Right(secure(host, stream, tls).await?)),
        }
    };
    tokio::time::timeout(limit, connecting).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// Shakes hands over `stream`; the certificate must be for `host`.
pub(crate) async fn secure(host: &str, stream: TcpStream, tls: &TlsConnector) -> io::Result<TlsStream<TcpStream>> {
    let name = ServerName::try_from(host.to_owned()).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    tls.connect(name, stream).await
}

/// Whether `host` is this very machine, where nobody listens in between.
pub(crate) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_loopback() {
        for (host, loopback) in [
            ("localhost", true),
            ("LOCALHOST", true),
            ("127.0.0.1", true),
            ("127.9.9.9", true),
            ("::1", true),
            ("[::1]", true),
            ("localhost.example", false),
            ("10.0.0.1", false),
            ("127.0.0.1.example", false),
            ("", false),
        ] {
            assert_eq!(is_loopback(host), loopback, "{host}");
        }
    }
}
