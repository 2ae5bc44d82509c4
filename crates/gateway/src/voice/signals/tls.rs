//! Connections that nobody else can read, handed to the SIP library from outside.
//!
//! The library's own TLS brings a second crypto provider. Without that feature it dials through a connector that the program
//! registers, once for the whole process. Ours reads the configuration of the thread that it runs on: each trunk has a
//! thread of its own, so trunks cannot get each other's.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::sync::{Arc, Once};

use rsipstack::platform::tls::{TlsClientConfig, TlsConnector, TlsStream, set_client_connector};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio::sync::Mutex;

use crate::tls::client_config;

/// How a trunk's connections are secured: whom to expect, and whom to believe about it.
#[derive(Clone, Debug)]
pub struct Security {
    /// The name that the certificate must carry.
    pub server: ServerName<'static>,
    /// The rest.
    pub config: Arc<ClientConfig>,
}

thread_local! {
    static SECURITY: RefCell<Option<Security>> = const { RefCell::new(None) };
}

static REGISTERED: Once = Once::new();

impl Security {
    /// Expects `host`, and believes the system's certificate authorities and `extra`.
    pub fn new(host: &str, extra: Option<&[u8]>) -> Option<Self> {
        let config = client_config(extra).ok()?;
        Some(Self { server: ServerName::try_from(host.to_owned()).ok()?, config: Arc::new(config) })
    }

    /// Secures the connections of the thread that calls.
    pub fn install(self) {
        REGISTERED.call_once(|| set_client_connector(Arc::new(Connector)));
        SECURITY.with_borrow_mut(|security| *security = Some(self));
    }
}

struct Connector;

#[async_trait::async_trait]
impl TlsConnector for Connector {
    async fn connect(&self, _: &TlsClientConfig, address: SocketAddr) -> rsipstack::Result<Box<dyn TlsStream>> {
        let security = SECURITY.with_borrow(Clone::clone);
        let security = security.ok_or_else(|| error("no security is set up for this trunk"))?;
        let stream = TcpStream::connect(address).await?;
        let local = stream.local_addr()?;
        let connector = tokio_rustls::TlsConnector::from(security.config);
        let stream = connector.connect(security.server, stream).await?;
        let (read, write) = tokio::io::split(stream);
        Ok(Box::new(Secured { read: Mutex::new(read), write: Mutex::new(write), local }))
    }
}

type Inner = tokio_rustls::client::TlsStream<TcpStream>;

struct Secured {
    read: Mutex<ReadHalf<Inner>>,
    write: Mutex<WriteHalf<Inner>>,
    local: SocketAddr,
}

#[async_trait::async_trait]
impl TlsStream for Secured {
    async fn recv(&self) -> rsipstack::Result<Vec<u8>> {
        let mut bytes = vec![0; 4_096];
        let length = self.read.lock().await.read(&mut bytes).await?;
        bytes.truncate(length);
        Ok(bytes)
    }

    async fn send_all(&self, data: Vec<u8>) -> rsipstack::Result<()> {
        let mut write = self.write.lock().await;
        write.write_all(&data).await?;
        Ok(write.flush().await?)
    }

    async fn shutdown(&self) -> rsipstack::Result<()> {
        Ok(self.write.lock().await.shutdown().await?)
    }

    fn local_addr(&self) -> rsipstack::Result<SocketAddr> {
        Ok(self.local)
    }
}

fn error(text: &str) -> rsipstack::Error {
    rsipstack::Error::Error(text.to_owned())
}
