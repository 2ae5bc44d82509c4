//! The server's certificate: read from files, and read again when they change.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustls::server::NoServerSessionStorage;
use rustls::{DistinguishedName, ServerConfig};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::card::CardHolder;

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Whom a listener asks for a certificate.
#[derive(Clone, Debug)]
pub enum Clients {
    /// Nobody.
    Nobody,
    /// Whoever comes, for one that one of these authorities has issued; who has none comes in all the same.
    Cards(Vec<DistinguishedName>),
}

/// Where a certificate and its key lie, both in PEM.
#[derive(Clone, Debug)]
pub struct CertificateFiles {
    /// The server's certificate first, then the intermediate ones.
    pub chain: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// The certificate that holds now.
#[derive(Clone)]
pub struct Certificate(watch::Receiver<Arc<ServerConfig>>);

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// A file cannot be read.
    #[error("cannot read `{}`", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// A file is not what it should be.
    #[error("`{}` is not {expected} in PEM", .path.display())]
    Pem {
        /// The file.
        path: PathBuf,
        /// What it should be.
        expected: &'static str,
    },
    /// They do not belong together, or the kind of key is unknown.
    #[error("the certificate and its key cannot be used together")]
    Pair(#[source] rustls::Error),
}

impl CertificateFiles {
    /// Reads the files.
    ///
    /// # Errors
    /// Says which file is at fault.
    pub fn load(&self, clients: &Clients) -> Result<Arc<ServerConfig>, CertificateError> {
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&read(&self.chain)?)
            .collect::<Result<_, _>>()
            .map_err(|_| self.bad_chain())?;
        if chain.is_empty() {
            return Err(self.bad_chain());
        }
        let key = PrivateKeyDer::from_pem_slice(&read(&self.key)?)
            .map_err(|_| CertificateError::Pem { path: self.key.clone(), expected: "a private key" })?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(CertificateError::Pair)?;
        let builder = match clients {
            Clients::Nobody => builder.with_no_client_auth(),
            Clients::Cards(authorities) => {
                builder.with_client_cert_verifier(Arc::new(CardHolder::new(authorities.clone(), &provider)))
            }
        };
        let mut config = builder.with_single_cert(chain, key).map_err(CertificateError::Pair)?;
        match clients {
            Clients::Nobody => config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()],
            Clients::Cards(_) => {
                // SECURITY: a session that was resumed, or a request that came before the handshake was over, has shown no card.
                config.send_tls13_tickets = 0;
                config.session_storage = Arc::new(NoServerSessionStorage {});
                config.max_early_data_size = 0;
                // Each request has a connection of its own: see `Door`.
                config.alpn_protocols = vec![b"http/1.1".to_vec()];
            }
        }
        Ok(Arc::new(config))
    }

    /// Reads the files now, and again whenever they change, until `stop`.
    ///
    /// # Errors
    /// When they cannot be used now. Later the last usable certificate stays.
    pub fn watch(self, clients: Clients, stop: CancellationToken) -> Result<Certificate, CertificateError> {
        let mut seen = self.stamp();
        let (sender, receiver) = watch::channel(self.load(&clients)?);
        tokio::spawn(async move {
            while tokio::time::timeout(LOOK_EVERY, stop.cancelled()).await.is_err() {
                let stamp = self.stamp();
                if stamp == seen {
                    continue;
                }
                match self.load(&clients) {
                    Ok(config) => {
                        sender.send_replace(config);
                        seen = stamp;
                        tracing::info!("the certificate was renewed");
                    }
                    // Perhaps only one of the two has been replaced so far: `seen` stays, so that we look again.
                    Err(error) => tracing::warn!(error = %error, "the new certificate cannot be used yet"),
                }
            }
        });
        Ok(Certificate(receiver))
    }

    fn stamp(&self) -> [Option<(SystemTime, u64)>; 2] {
        [&self.chain, &self.key].map(|path| {
            let about = fs::metadata(path).ok()?;
            Some((about.modified().ok()?, about.len()))
        })
    }

    fn bad_chain(&self) -> CertificateError {
        CertificateError::Pem { path: self.chain.clone(), expected: "a certificate" }
    }
}

impl Certificate {
    /// What the next handshake uses.
    pub fn current(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.0.borrow())
    }
}

fn read(path: &Path) -> Result<Vec<u8>, CertificateError> {
    fs::read(path).map_err(|source| CertificateError::Read { path: path.to_owned(), source })
}
