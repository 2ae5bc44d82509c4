//! The accept loop: takes connections up to a limit, and stops without losing a request.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use super::certificate::Certificate;
use super::connection::{Door, Protocol};

/// What a client may take of us.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at once; further ones are refused, not queued.
    pub connections: usize,
    /// How long a connection may take to send the head of its next request. It also ends idle connections.
    pub header_time_out: Duration,
    /// How long requests in progress may take to finish once the server is told to stop.
    pub stop_time_out: Duration,
}

/// One open socket.
pub struct Listener {
    socket: TcpListener,
    protocol: Protocol,
}

impl Listener {
    /// Listens for http at `address`.
    ///
    /// # Errors
    /// When the address is taken or not ours.
    pub async fn http(address: SocketAddr) -> io::Result<Self> {
        Ok(Self { socket: TcpListener::bind(address).await?, protocol: Protocol::Http })
    }

    /// Listens for https at `address`.
    ///
    /// # Errors
    /// When the address is taken or not ours.
    pub async fn https(address: SocketAddr, certificate: Certificate) -> io::Result<Self> {
        Ok(Self { socket: TcpListener::bind(address).await?, protocol: Protocol::Https(certificate) })
    }

    /// Listens for smartcards, over https, at `address`.
    ///
    /// # Errors
    /// When the address is taken or not ours.
    pub async fn cards(address: SocketAddr, certificate: Certificate) -> io::Result<Self> {
        Ok(Self { socket: TcpListener::bind(address).await?, protocol: Protocol::Cards(certificate) })
    }

    /// The address, with the port that was chosen if 0 was asked for.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Serves `router` until `stop`, then lets the requests in progress finish.
    pub async fn serve(self, router: Router, limits: Limits, stop: CancellationToken) {
        let door = Arc::new(Door::new(self.protocol, router, limits.header_time_out));
        let places = Arc::new(Semaphore::new(limits.connections));
        let graceful = GracefulShutdown::new();
        while let Some((stream, peer)) = next(&self.socket, &stop).await {
            let Some(place) = take_place(&places) else {
                door.turn_away(&stream);
                continue;
            };
            // Replies are written whole; waiting for more to send only delays them.
            drop(stream.set_nodelay(true));
            let (door, watcher, stop) = (Arc::clone(&door), graceful.watcher(), stop.clone());
            tokio::spawn(async move {
                door.serve(stream, peer, watcher, stop).await;
                drop(place);
            });
        }
        drop(self.socket);
        if tokio::time::timeout(limits.stop_time_out, graceful.shutdown()).await.is_err() {
            tracing::warn!("gave up waiting for requests to finish");
        }
    }
}

/// The next connection; nothing once the server is to stop.
async fn next(socket: &TcpListener, stop: &CancellationToken) -> Option<(TcpStream, SocketAddr)> {
    loop {
        let accepted = tokio::select! {
            biased;
            () = stop.cancelled() => return None,
            accepted = socket.accept() => accepted,
        };
        match accepted {
            Ok(connection) => return Some(connection),
            Err(error) => {
                // Out of file descriptors, or a connection that ended before it was taken: a short rest, then on.
                tracing::warn!(error = %error, "could not accept a connection");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

fn take_place(places: &Arc<Semaphore>) -> Option<Place> {
    let permit = Arc::clone(places).try_acquire_owned().ok()?;
    metrics::gauge!("wardkey_connections").increment(1.0);
    Some(Place { _permit: permit })
}

/// One of the limited places, given back when dropped.
struct Place {
    _permit: OwnedSemaphorePermit,
}

impl Drop for Place {
    fn drop(&mut self) {
        metrics::gauge!("wardkey_connections").decrement(1.0);
    }
}
