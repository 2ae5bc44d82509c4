//! Small TCP proxies: a load balancer in front of two nodes, and a link to the database that can be cut.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// One address before several nodes: connections go to them in turn.
#[derive(Debug)]
pub struct Balancer {
    address: SocketAddr,
}

impl Balancer {
    /// Starts one before `nodes`.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn start(nodes: Vec<SocketAddr>) -> Self {
        let (listener, address) = listen().await;
        let turn = AtomicUsize::new(0);
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let node = nodes[turn.fetch_add(1, Ordering::Relaxed) % nodes.len()];
                tokio::spawn(async move {
                    let Ok(mut server) = TcpStream::connect(node).await else { return };
                    drop(tokio::io::copy_bidirectional(&mut client, &mut server).await);
                });
            }
        });
        Self { address }
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

/// A way to PostgreSQL on which the connection that listens for notifications can fall silent, as when a firewall
/// forgets it: nothing arrives any more, and nobody is told.
#[derive(Debug)]
pub struct CutLink {
    address: SocketAddr,
    cut: Arc<AtomicBool>,
}

impl CutLink {
    /// Starts one before the database at `database`.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn start(database: SocketAddr) -> Self {
        let (listener, address) = listen().await;
        let cut = Arc::new(AtomicBool::new(false));
        let is_cut = Arc::clone(&cut);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let cut = Arc::clone(&is_cut);
                tokio::spawn(async move {
                    let Ok(server) = TcpStream::connect(database).await else { return };
                    carry(client, server, cut).await;
                });
            }
        });
        Self { address, cut }
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on nothing passes on connections that listen for notifications.
    pub fn cut(&self) {
        self.cut.store(true, Ordering::SeqCst);
    }

    /// New connections work again.
    pub fn mend(&self) {
        self.cut.store(false, Ordering::SeqCst);
    }
}

async fn carry(client: TcpStream, server: TcpStream, cut: Arc<AtomicBool>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let listens = Arc::new(AtomicBool::new(false));
    let (up_cut, up_listens) = (Arc::clone(&cut), Arc::clone(&listens));
    let up = async move {
        let mut buffer = vec![0; 16 * 1024];
        while let Ok(length @ 1..) = from_client.read(&mut buffer).await {
            let bytes = &buffer[..length];
            if bytes.windows(7).any(|window| window.eq_ignore_ascii_case(b"LISTEN ")) {
                up_listens.store(true, Ordering::SeqCst);
            }
            if silent(&up_cut, &up_listens) {
                continue;
            }
            if to_server.write_all(bytes).await.is_err() {
                break;
            }
        }
    };
    let down = async move {
        let mut buffer = vec![0; 16 * 1024];
        while let Ok(length @ 1..) = from_server.read(&mut buffer).await {
            if silent(&cut, &listens) {
                continue;
            }
            if to_client.write_all(&buffer[..length]).await.is_err() {
                break;
            }
        }
    };
    tokio::select! {
        () = up => {}
        () = down => {}
    }
}

fn silent(cut: &AtomicBool, listens: &AtomicBool) -> bool {
    cut.load(Ordering::SeqCst) && listens.load(Ordering::SeqCst)
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port is free");
    let address = listener.local_addr().expect("the socket has an address");
    (listener, address)
}
