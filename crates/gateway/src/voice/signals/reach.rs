//! Finding the trunk, and opening a connection to it.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rsipstack::sip::HostWithPort;
use rsipstack::transaction::endpoint::EndpointInnerRef;
use rsipstack::transport::{SipAddr, SipConnection};

use crate::voice::settings::{TrunkSettings, TrunkTransport};

/// Hosts that are the trunk's.
#[derive(Clone, Debug, Default)]
pub struct Known {
    listed: Vec<IpAddr>,
    resolved: Arc<Mutex<Vec<IpAddr>>>,
}

impl Known {
    /// Whether a host is the trunk's.
    pub fn contains(&self, ip: IpAddr) -> bool {
        self.all().contains(&ip.to_canonical())
    }

    /// All of them.
    pub fn all(&self) -> Vec<IpAddr> {
        let resolved = self.resolved.lock().unwrap_or_else(PoisonError::into_inner);
        self.listed.iter().chain(resolved.iter()).copied().collect()
    }

    /// Takes what the name stands for now. What it stood for a moment ago stays: calls may be in progress there.
    fn learn(&self, addresses: &[SocketAddr]) {
        const MOST: usize = 32;
        let mut resolved = self.resolved.lock().unwrap_or_else(PoisonError::into_inner);
        for address in addresses {
            let ip = address.ip().to_canonical();
            if !resolved.contains(&ip) {
                resolved.push(ip);
            }
        }
        let surplus = resolved.len().saturating_sub(MOST);
        resolved.drain(..surplus);
    }
}

/// A server that was found, and the connection to it where there is one.
pub struct Reached {
    pub target: SipAddr,
    connection: Option<SipConnection>,
}

impl Reached {
    /// Gives a connection up on which nothing is answered: its other end may have gone without a word, and the library would
    /// go on using it for minutes.
    pub fn give_up(self, endpoint: &EndpointInnerRef) {
        if let Some(connection) = self.connection {
            endpoint.transport_layer.remove_connection(&connection);
        }
    }
}

/// The trunk's server.
#[derive(Clone, Debug)]
pub struct Server {
    host: String,
    port: u16,
    transport: TrunkTransport,
    limit: Duration,
    is_v4: bool,
    known: Known,
}

impl Server {
    pub fn new(host: String, port: u16, settings: &TrunkSettings) -> Self {
        let known =
            Known { listed: settings.peers.iter().map(IpAddr::to_canonical).collect(), resolved: Arc::default() };
        let literal = host.parse::<IpAddr>().ok();
        let is_v4 = literal.map_or(settings.local_address.is_ipv4(), |ip| ip.is_ipv4());
        Self { host, port, transport: settings.transport, limit: settings.answer_within, is_v4, known }
    }

    /// The name that addresses carry when the operator gave no other.
    pub fn host(&self) -> String {
        if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() }
    }

    /// The hosts that are the trunk's.
    pub fn known(&self) -> Known {
        self.known.clone()
    }

    /// Finds the server and, for a connection, opens one or finds the open one.
    ///
    /// The library would go on trying to connect for half a minute and call it a call; a trunk that cannot be reached must be
    /// known at once, so that another can be tried.
    ///
    /// # Errors
    /// Its name cannot be resolved, or none of its addresses takes a connection.
    pub async fn reach(&self, endpoint: &EndpointInnerRef) -> io::Result<Reached> {
        let looked_up = tokio::time::timeout(self.limit, tokio::net::lookup_host((self.host.as_str(), self.port)));
        let addresses: Vec<SocketAddr> =
            looked_up.await.map_err(io::Error::other)??.filter(|address| address.is_ipv4() == self.is_v4).collect();
        self.known.learn(&addresses);
        let mut error = super::desk::not_sent();
        for address in addresses {
            let target = SipAddr::new(self.transport.into(), HostWithPort::from(address));
            if self.transport == TrunkTransport::Udp {
                return Ok(Reached { target, connection: None });
            }
            match tokio::time::timeout(self.limit, endpoint.transport_layer.lookup(&target, None)).await {
                Ok(Ok((connection, _))) => return Ok(Reached { target, connection: Some(connection) }),
                Ok(Err(failed)) => error = io::Error::other(failed),
                Err(late) => error = io::Error::other(late),
            }
        }
        Err(error)
    }
}
