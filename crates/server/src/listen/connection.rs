//! One connection, from its first byte to its last.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::Watcher;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;
use tower::Service;
use wardkey_web::{CardChain, PeerAddress};

use super::certificate::Certificate;
use super::undecided::Undecided;

/// A handshake that takes longer is given up.
const HANDSHAKE_TIME_OUT: Duration = Duration::from_secs(10);

/// The same where a card is asked for: the person chooses a certificate and types a PIN in the middle of it.
const CARD_HANDSHAKE_TIME_OUT: Duration = Duration::from_secs(120);

/// The head of a request may be this long. Cookies, and an authorization request in a query, fit several times.
const MAX_HEAD: usize = 64 * 1024;

/// What a connection beyond the limit is told.
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// What is spoken on a socket.
pub enum Protocol {
    /// Plain, for this machine or behind a trusted proxy.
    Http,
    /// Encrypted, with the certificate that holds at the moment of the handshake.
    Https(Certificate),
    /// Encrypted, and whoever comes is asked for a certificate.
    Cards(Certificate),
}

/// Everything that the connections of one socket share.
pub struct Door {
    protocol: Protocol,
    router: Router,
    builder: Builder<TokioExecutor>,
    header_time_out: Duration,
}

impl Door {
    pub fn new(protocol: Protocol, router: Router, header_time_out: Duration) -> Self {
        let mut builder = Builder::new(TokioExecutor::new());
        if matches!(protocol, Protocol::Cards(_)) {
            // SECURITY: whatever the client says that it speaks.
            builder = builder.http1_only();
        }
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(header_time_out)
            .max_buf_size(MAX_HEAD)
            // SECURITY: a connection is as good as the card that was shown when it was made, or not shown. Who puts the card in
            // and tries again, or takes it out, begins a new one.
            .keep_alive(!matches!(protocol, Protocol::Cards(_)));
        builder
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(Some(Duration::from_secs(20)))
            .max_concurrent_streams(64)
            .max_header_list_size(u32::try_from(MAX_HEAD).unwrap_or(u32::MAX));
        Self { protocol, router, builder, header_time_out }
    }

    /// Tells a client that there is no place for it, without waiting for it to listen.
    pub fn turn_away(&self, stream: &TcpStream) {
        metrics::counter!("wardkey_connections_refused_total").increment(1);
        match self.protocol {
            Protocol::Http => drop(stream.try_write(FULL)),
            Protocol::Https(_) | Protocol::Cards(_) => {}
        }
    }

    /// Serves one connection to its end.
    pub async fn serve(&self, stream: TcpStream, peer: SocketAddr, watcher: Watcher, stop: CancellationToken) {
        match &self.protocol {
            Protocol::Http => self.converse(stream, peer, None, watcher).await,
            Protocol::Https(certificate) | Protocol::Cards(certificate) => {
                let is_card = matches!(self.protocol, Protocol::Cards(_));
                let patience = if is_card { CARD_HANDSHAKE_TIME_OUT } else { HANDSHAKE_TIME_OUT };
                let handshake = TlsAcceptor::from(certificate.current()).accept(stream);
                let shaken = tokio::select! {
                    shaken = tokio::time::timeout(patience, handshake) => shaken,
                    // No request has begun, so nothing is lost.
                    () = stop.cancelled() => return,
                };
                match shaken {
                    Ok(Ok(stream)) => {
                        let chain = is_card.then(|| shown(&stream));
                        self.converse(stream, peer, chain, watcher).await;
                    }
                    Ok(Err(error)) => tracing::debug!(error = %error, "a handshake failed"),
                    Err(_) => tracing::debug!("a handshake took too long"),
                }
            }
        }
    }

    async fn converse(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + 'static,
        peer: SocketAddr,
        chain: Option<CardChain>,
        watcher: Watcher,
    ) {
        let service = service_fn(|mut request: Request<Incoming>| {
            request.extensions_mut().insert(PeerAddress(peer.ip()));
            if let Some(chain) = &chain {
                request.extensions_mut().insert(chain.clone());
            }
            // Boxed, so that a request whose answer goes on for minutes gives back the room that it took.
            Box::pin(self.router.clone().call(request.map(Body::new)))
        });
        let stream = Undecided::new(stream, self.header_time_out);
        let connection = self.builder.serve_connection(TokioIo::new(stream), service);
        if let Err(error) = watcher.watch(connection).await {
            tracing::debug!(error = %error, "a connection ended early");
        }
    }
}

/// The certificates that the other end has shown.
fn shown(stream: &TlsStream<TcpStream>) -> CardChain {
    let (_, connection) = stream.get_ref();
    let chain = connection.peer_certificates().unwrap_or_default();
    CardChain(Arc::new(chain.iter().map(|certificate| certificate.to_vec()).collect()))
}
