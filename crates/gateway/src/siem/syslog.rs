//! Syslog over TLS [RFC 5425]: a connection for each batch, and what its end is worth as a sign that the batch arrived.
//!
//! Nothing in syslog acknowledges a message. What there is: a receiver that reads our `close_notify` has read everything before
//! it, and closes the connection in turn [RFC 5425 §4.4]. That is the sign, if it comes after our goodbye and no reset follows:
//! a receiver that went away before it had read everything answers by a reset what nobody read. A receiver that does not close
//! in time, closes too early, or whose connection breaks, is handed the batch again: at least once, never less. A goodbye of
//! the receiver's own under TLS would prove no more, since one that stops says it, too, whatever is on its way.
//!
//! What no sender can know is what a receiver does with what it has read. Where that matters, HTTP is the better way.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};
use tokio_rustls::TlsConnector;
use tokio_util::either::Either;
use wardkey_domain::secret::Secret;
use wardkey_wire::syslog::{Facility, Message, Severity};

use super::failure::{NotTaken, Why, of_connecting, of_connection};
use super::record::Record;
use crate::dial::{Stream, is_loopback, secure};
use crate::tls::{TlsSetupError, strict_config};

/// The most that a receiver may say, which has nothing to say at all.
const MOST_HEARD: usize = 16 * 1024;
/// The most letters of a parameter; the event itself has all of them.
const LONGEST_VALUE: usize = 128;
/// How long an end that came too early may take to be seen.
pub(super) const EARLY: Duration = Duration::from_millis(10);
/// How long a reset may take to arrive, at least and at most; between them, three times as long as the connection took.
const RESET: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// How the connection is encrypted.
#[derive(Clone, Debug)]
pub enum SyslogTls {
    /// From the first byte.
    On {
        /// Whom the receiver's certificate must name.
        server_name: String,
        /// Certificate authorities (PEM) to trust instead of the system's.
        authorities: Option<Vec<u8>>,
        /// Who we are, if the receiver asks.
        certificate: Option<ClientCertificate>,
    },
    /// Not at all. Only towards this very machine.
    Off,
}

/// A certificate by which a receiver knows us.
#[derive(Clone, Debug)]
pub struct ClientCertificate {
    /// Ours first, then the intermediate ones, in PEM.
    pub chain: Vec<u8>,
    /// Its private key, in PEM.
    pub key: Secret<Vec<u8>>,
}

/// What the operator decides about one receiver of syslog.
#[derive(Clone, Debug)]
pub struct SyslogSettings {
    /// What the operator calls it.
    pub name: String,
    /// Its host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is encrypted.
    pub tls: SyslogTls,
    /// Where records say that they come from, as a kind of source.
    pub facility: Facility,
    /// The number that the structured data is named by [RFC 5424 §7.2.2].
    pub enterprise: u32,
    /// Our own host, as records name it.
    pub our_host: String,
    /// How many octets a record may have; a larger one goes without the event itself.
    pub longest: usize,
    /// How long a connection may take.
    pub connect_limit: Duration,
    /// How long writing a batch may take, and how long its confirmation.
    pub batch_limit: Duration,
}

impl SyslogSettings {
    /// Settings for a receiver, with everything else as it comes.
    pub fn new(name: &str, host: &str, port: u16, our_host: &str) -> Self {
        Self {
            name: name.to_owned(),
            host: host.to_owned(),
            port,
            tls: SyslogTls::On { server_name: host.to_owned(), authorities: None, certificate: None },
            facility: Facility::default(),
            // The number that is reserved for examples [RFC 5612]: whoever has one of their own sets that.
            enterprise: 32473,
            our_host: our_host.to_owned(),
            // What receivers should be able to take [RFC 5425 §4.3.1].
            longest: 8192,
            connect_limit: Duration::from_secs(5),
            batch_limit: Duration::from_secs(10),
        }
    }
}

/// Why a receiver of syslog cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SyslogSetupError {
    /// Events would cross a network in the clear.
    #[error("syslog without TLS is for a receiver on this machine only")]
    Plain,
    /// The name that the certificate must have is none.
    #[error("the receiver's name is not a host name or an address")]
    ServerName,
    /// TLS cannot be set up.
    #[error("TLS cannot be set up")]
    Tls(#[from] TlsSetupError),
}

/// A receiver of syslog. Cheap to clone.
#[derive(Clone)]
pub struct Syslog(Arc<Inner>);

struct Inner {
    settings: SyslogSettings,
    tls: Option<(TlsConnector, String)>,
    data_id: String,
    process: String,
}

impl Syslog {
    /// Checks the settings. Nothing is connected before the first batch.
    ///
    /// # Errors
    /// A setting cannot be used.
    pub fn new(settings: SyslogSettings) -> Result<Self, SyslogSetupError> {
        let tls = match &settings.tls {
            SyslogTls::On { server_name, authorities, certificate } => {
                ServerName::try_from(server_name.clone()).map_err(|_| SyslogSetupError::ServerName)?;
                let pair = certificate.as_ref().map(|ours| (ours.chain.as_slice(), ours.key.expose().as_slice()));
                let config = strict_config(authorities.as_deref(), pair)?;
                Some((TlsConnector::from(Arc::new(config)), server_name.clone()))
            }
            // SECURITY: events say who signs in where, and who may do what. They cross no network in the clear.
            SyslogTls::Off if !is_loopback(&settings.host) => return Err(SyslogSetupError::Plain),
            SyslogTls::Off => None,
        };
        let data_id = format!("wardkey@{}", settings.enterprise);
        Ok(Self(Arc::new(Inner { settings, tls, data_id, process: std::process::id().to_string() })))
    }

    /// What the operator calls it.
    pub fn name(&self) -> &str {
        &self.0.settings.name
    }

    /// Sends `records` over a connection of their own, and closes it in order.
    ///
    /// # Errors
    /// They were not taken, or may not have been.
    pub async fn hand_over(&self, records: &[Record]) -> Result<(), NotTaken> {
        let limit = self.0.settings.batch_limit;
        let (mut stream, took) = self.connect().await?;
        let frames: String = records.iter().map(|record| self.frame(record)).collect();
        let writing = async {
            stream.write_all(frames.as_bytes()).await?;
            stream.flush().await
        };
        match timeout(limit, writing).await {
            Ok(written) => written.map_err(|error| of_connection(&error))?,
            Err(_) => return Err(Why::TimedOut.into()),
        }
        let confirmed = timeout(limit, goodbye(stream, took)).await;
        Ok(confirmed.unwrap_or(Err(Why::Unconfirmed))?)
    }

    /// Connects; says how long it took to reach the other side.
    async fn connect(&self) -> Result<(Stream, Duration), Why> {
        let SyslogSettings { host, port, connect_limit, .. } = &self.0.settings;
        let connecting = async {
            let begun = Instant::now();
            let stream = TcpStream::connect((host.as_str(), *port)).await?;
            let took = begun.elapsed();
            stream.set_nodelay(true)?;
            let stream = match &self.0.tls {
                Some((tls, name)) => Either::Right(secure(name, stream, tls).await?),
                None => Either::Left(stream),
            };
            Ok::<_, io::Error>((stream, took))
        };
        match timeout(*connect_limit, connecting).await {
            Ok(connected) => connected.map_err(|error| of_connecting(&error)),
            Err(_) => Err(Why::TimedOut),
        }
    }

    /// `record` as the receiver reads it. One that is too large goes without the event itself, and says so: its number and its
    /// digest lead to the export, which has all of it.
    pub(super) fn frame(&self, record: &Record) -> String {
        let SyslogSettings { facility, our_host, longest, .. } = &self.0.settings;
        let values: Vec<(&'static str, String)> =
            record.data.iter().map(|(name, value)| (*name, value.chars().take(LONGEST_VALUE).collect())).collect();
        let data: Vec<(&'static str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let timestamp = record.at.to_utc();
        let message = Message {
            facility: *facility,
            severity: Severity::Informational,
            timestamp: &timestamp,
            host: our_host,
            application: "wardkey",
            process: &self.0.process,
            kind: &record.kind,
            data_id: &self.0.data_id,
            data: &data,
            text: &record.json,
        };
        if message.to_string().len() <= *longest {
            return message.frame();
        }
        Message { text: &record.short, ..message }.frame()
    }
}

impl fmt::Debug for Syslog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Syslog").field(&self.0.settings.name).finish()
    }
}

/// Says goodbye, and waits until the receiver has closed the connection in order.
async fn goodbye(mut stream: Stream, took: Duration) -> Result<(), Why> {
    // Whoever closes before our goodbye has not read up to it.
    if timeout(EARLY, end(&mut stream)).await.is_ok_and(|ended| ended.is_ok()) {
        return Err(Why::Unconfirmed);
    }
    let leaving = async {
        match &mut stream {
            // INVARIANT: our side of TCP stays open. Were it closed, too, a reset that comes late would go unnoticed.
            Either::Right(tls) => tls.get_mut().1.send_close_notify(),
            Either::Left(tcp) => return tcp.shutdown().await,
        }
        stream.flush().await
    };
    leaving.await.map_err(|error| of_connection(&error))?;
    end(&mut stream).await?;
    // What the receiver had not read when it closed is answered by a reset, which may still be on its way.
    sleep((took * 3).clamp(RESET.0, RESET.1)).await;
    let tcp = match &stream {
        Either::Right(tls) => tls.get_ref().0,
        Either::Left(tcp) => tcp,
    };
    match tcp.take_error() {
        Ok(None) => Ok(()),
        Ok(Some(_)) | Err(_) => Err(Why::Unconfirmed),
    }
}

/// Waits for the end of what the receiver says, which should be nothing.
async fn end(stream: &mut Stream) -> Result<(), Why> {
    let (mut said, mut heard) = ([0; 1024], 0);
    while heard <= MOST_HEARD {
        match stream.read(&mut said).await {
            Ok(0) => return Ok(()),
            Ok(count) => heard += count,
            // The end of TCP without one of TLS: some receivers say no goodbye.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(error) => return Err(of_connection(&error)),
        }
    }
    Err(Why::Broken)
}
