//! The thread of one trunk, and what its calls share.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rsipstack::EndpointBuilder;
use rsipstack::dialog::dialog_layer::DialogLayer;
use rsipstack::platform::mpsc::unbounded_channel as library_channel;
use rsipstack::transaction::endpoint::Endpoint;
use rsipstack::transport::channel::ChannelConnection;
use rsipstack::transport::udp::{UdpConnection, UdpInner};
use rsipstack::transport::{SipAddr, SipConnection, TcpListenerConnection, TransportLayer};
use tokio::net::UdpSocket;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use wardkey_wire::sdp::Session;

use super::locate::Locate;
use super::reach::Server;
use super::repair::Repair;
use super::tls::Security;
use super::{call, incoming, ping};
use crate::voice::error::TrunkError;
use crate::voice::media::{MediaPorts, MediaThread};
use crate::voice::order::{CallOrder, CallProgress};
use crate::voice::report::CallReport;
use crate::voice::settings::{TrunkSettings, TrunkTransport};
use crate::voice::trunk::TrunkHealth;

/// Fills bytes with randomness.
pub type Random = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// How long calls may take to say goodbye when the trunk is shut down.
const GOODBYE: Duration = Duration::from_secs(4);

/// A call to be made, and who waits for it.
#[derive(Debug)]
pub struct Job {
    pub order: CallOrder,
    pub progress: UnboundedSender<CallProgress>,
    pub report: oneshot::Sender<CallReport>,
    /// Cancelled when nobody waits any more.
    pub gone: CancellationToken,
}

/// What the trunk says inside a call, outside the library's own account of it.
#[derive(Debug)]
pub enum Told {
    /// The other side rang off.
    HungUp,
    /// Its sound has moved, or is held.
    Moved(Session),
}

/// What is opened before the thread starts, so that an operator hears of a port that is taken.
#[derive(Debug)]
pub struct Opened {
    socket: Option<std::net::UdpSocket>,
    /// Where we listen for signals.
    local: SocketAddr,
}

/// What the calls of one trunk share.
pub struct Desk {
    pub settings: Arc<TrunkSettings>,
    pub endpoint: Endpoint,
    pub dialogs: Arc<DialogLayer>,
    pub media: MediaThread,
    pub ports: MediaPorts,
    pub random: Random,
    pub server: Server,
    pub locate: Locate,
    /// Where the trunk finds us.
    pub contact: SocketAddr,
    /// Cancelled when the trunk is shut down.
    pub stop: CancellationToken,
    /// What goes on after a call has been reported: farewells.
    pub tasks: TaskTracker,
    calls: Mutex<HashMap<String, (UnboundedSender<Told>, String)>>,
}

impl Opened {
    /// Opens what the trunk listens on.
    ///
    /// # Errors
    /// The address is not ours, or the port is taken.
    pub fn open(settings: &TrunkSettings) -> Result<Self, TrunkError> {
        let address = settings.local_address;
        let failed = |source| TrunkError::Bind { trunk: settings.name.clone(), address: address.to_string(), source };
        let ip = if address.ip().is_unspecified() { our_address(settings) } else { address.ip() };
        let wanted = SocketAddr::new(ip, address.port());
        match settings.transport {
            TrunkTransport::Udp => {
                let socket = std::net::UdpSocket::bind(wanted).map_err(failed)?;
                socket.set_nonblocking(true).map_err(failed)?;
                let local = socket.local_addr().map_err(failed)?;
                Ok(Self { socket: Some(socket), local })
            }
            // The library opens the listener itself; this finds out whether it can.
            TrunkTransport::Tcp | TrunkTransport::Tls => {
                let listener = std::net::TcpListener::bind(wanted).map_err(failed)?;
                Ok(Self { socket: None, local: listener.local_addr().map_err(failed)? })
            }
        }
    }
}

/// Our address towards the trunk: the one that a packet to it would leave from. Nothing is sent.
fn our_address(settings: &TrunkSettings) -> IpAddr {
    let server = settings.host_and_port().ok().and_then(|(host, _)| host.parse::<IpAddr>().ok());
    let is_v6 = server.map_or(settings.local_address.is_ipv6(), |server| server.is_ipv6());
    let (any, somewhere): (IpAddr, IpAddr) = if is_v6 {
        (Ipv6Addr::UNSPECIFIED.into(), Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into())
    } else {
        (Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::new(192, 0, 2, 1).into())
    };
    let asked = std::net::UdpSocket::bind(SocketAddr::new(any, 0)).and_then(|socket| {
        socket.connect(SocketAddr::new(server.unwrap_or(somewhere), 9))?;
        socket.local_addr()
    });
    let loopback: IpAddr = if is_v6 { Ipv6Addr::LOCALHOST.into() } else { Ipv4Addr::LOCALHOST.into() };
    asked.map_or(loopback, |address| address.ip())
}

impl Desk {
    /// Starts the thread of a trunk. It ends when `stop` is cancelled, once its calls have said goodbye.
    ///
    /// # Errors
    /// There is no thread left, or the certificate authorities cannot be read.
    pub fn open(
        settings: Arc<TrunkSettings>,
        opened: Opened,
        random: Random,
        jobs: UnboundedReceiver<Job>,
        health: Arc<Mutex<TrunkHealth>>,
        stop: CancellationToken,
        done: oneshot::Sender<()>,
    ) -> Result<(), TrunkError> {
        let (host, port) = settings.host_and_port()?;
        let security = match settings.transport {
            TrunkTransport::Udp | TrunkTransport::Tcp => None,
            TrunkTransport::Tls => Some(
                Security::new(&host, settings.extra_roots.as_deref())
                    .ok_or_else(|| TrunkError::Roots { trunk: settings.name.clone() })?,
            ),
        };
        let media = MediaThread::start().map_err(TrunkError::Thread)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(TrunkError::Thread)?;
        let server = Server::new(host, port, &settings);
        let name = settings.name.clone();
        std::thread::Builder::new()
            .name("voice-signals".to_owned())
            .spawn(move || {
                // SECURITY: the library logs every message whole: numbers, credentials, descriptions. Not on this thread.
                let quiet = tracing::subscriber::set_default(tracing::subscriber::NoSubscriber::default());
                if let Some(security) = security {
                    security.install();
                }
                let served = runtime.block_on(async move {
                    let desk = Self::furnish(settings, opened, media, random, server, stop).await?;
                    desk.serve(jobs, health).await;
                    Ok::<(), rsipstack::Error>(())
                });
                drop(runtime);
                drop(quiet);
                if let Err(error) = served {
                    tracing::error!(trunk = name, %error, "a trunk cannot be used");
                }
                done.send(()).ok();
            })
            .map_err(TrunkError::Thread)?;
        Ok(())
    }

    async fn furnish(
        settings: Arc<TrunkSettings>,
        opened: Opened,
        media: MediaThread,
        random: Random,
        server: Server,
        stop: CancellationToken,
    ) -> rsipstack::Result<Arc<Self>> {
        let local = opened.local;
        let contact = SocketAddr::new(settings.advertised_address.unwrap_or_else(|| local.ip()), local.port());
        let external = settings.advertised_address.map(|_| contact);
        let token = CancellationToken::new();
        let layer = TransportLayer::new(token.clone());
        let known = server.known();
        // SECURITY: whoever is not the trunk is not heard: not a byte of theirs is parsed.
        layer.set_whitelist(move |ip: IpAddr| {
            let is_known = known.contains(ip);
            async move { is_known }
        });
        layer.add_transport(match opened.socket {
            Some(socket) => {
                let conn = Arc::new(UdpSocket::from_std(socket)?);
                let addr = SipAddr { r#type: Some(rsipstack::sip::Transport::Udp), addr: local.into() };
                let inner = UdpInner { conn, addr };
                SipConnection::Udp(UdpConnection::attach(inner, external, Some(token.child_token())).await)
            }
            None if settings.transport == TrunkTransport::Tcp => {
                SipConnection::TcpListener(TcpListenerConnection::new(local, external).await?)
            }
            None => {
                // Nothing listens for TLS: the trunk answers on the connection that we opened (RFC 5923). The library takes
                // our address for headers from a listener, so it gets one that hears nothing.
                let ((heard, incoming), addr) = (library_channel(), SipAddr::from(contact));
                SipConnection::Channel(ChannelConnection::create_connection(incoming, heard, addr, None).await?)
            }
        });
        let locate = Locate::new(settings.domain.clone().unwrap_or_else(|| server.host()));
        let endpoint = EndpointBuilder::new()
            .with_user_agent("Wardkey")
            .with_transport_layer(layer)
            .with_inspector(Box::new(Repair))
            .with_target_locator(Box::new(locate.clone()))
            .with_cancel_token(token)
            .build();
        let dialogs = Arc::new(DialogLayer::new(endpoint.inner.clone()));
        let ports = MediaPorts::new(local.ip(), settings.media_ports.clone());
        let (tasks, calls) = (TaskTracker::new(), Mutex::default());
        Ok(Arc::new(Self {
            settings,
            endpoint,
            dialogs,
            media,
            ports,
            random,
            server,
            locate,
            contact,
            stop,
            tasks,
            calls,
        }))
    }

    async fn serve(self: Arc<Self>, mut jobs: UnboundedReceiver<Job>, health: Arc<Mutex<TrunkHealth>>) {
        let endpoint = self.endpoint.inner.clone();
        tokio::spawn(async move { endpoint.serve().await.ok() });
        if let Ok(transactions) = self.endpoint.incoming_transactions() {
            tokio::spawn(incoming::answer(Arc::clone(&self), transactions));
        }
        tokio::spawn(ping::watch(Arc::clone(&self), health));
        loop {
            let job = tokio::select! {
                () = self.stop.cancelled() => break,
                job = jobs.recv() => job,
            };
            let Some(job) = job else { break };
            let desk = Arc::clone(&self);
            self.tasks.spawn(async move {
                let report = call::place(&desk, job.order, &job.progress, &job.gone).await;
                job.report.send(report).ok();
            });
        }
        self.stop.cancel();
        self.tasks.close();
        tokio::time::timeout(GOODBYE, self.tasks.wait()).await.ok();
        self.endpoint.shutdown();
    }

    /// Remembers a call by its identifier while it lasts; answers what the trunk says inside it.
    pub fn register(&self, id: &str, offer: String) -> UnboundedReceiver<Told> {
        let (tell, told) = unbounded_channel();
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned(), (tell, offer));
        told
    }

    /// Forgets a call.
    pub fn forget(&self, id: &str) {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    /// Whom to tell what is said inside a call, and what we offered in it.
    pub fn find(&self, id: &str) -> Option<(UnboundedSender<Told>, String)> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// So many random bytes.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        (self.random)(&mut bytes);
        bytes
    }
}

impl From<TrunkTransport> for rsipstack::sip::Transport {
    fn from(transport: TrunkTransport) -> Self {
        match transport {
            TrunkTransport::Udp => Self::Udp,
            TrunkTransport::Tcp => Self::Tcp,
            TrunkTransport::Tls => Self::Tls,
        }
    }
}

/// What goes wrong before anything is sent.
pub fn not_sent() -> io::Error {
    io::Error::from(io::ErrorKind::NotConnected)
}
