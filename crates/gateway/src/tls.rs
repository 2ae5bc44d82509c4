//! TLS towards others: which authorities are trusted, and the one provider of cryptography.
//!
//! No process-wide default is read or set: each client keeps its own configuration.

use std::sync::Arc;

use rustls::client::Resumption;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};

/// Why TLS could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsSetupError {
    /// The extra certificate authorities are not PEM certificates.
    #[error("the extra certificate authorities cannot be read as PEM certificates")]
    BadRoots,
    /// Our own certificate or its key is not PEM, or they do not belong together.
    #[error("the certificate and its key cannot be used together")]
    BadPair,
    /// The TLS library refused its own defaults.
    #[error("TLS cannot be set up")]
    Tls(#[source] rustls::Error),
}

/// A configuration that trusts the system's authorities and those in `extra` (PEM).
pub(crate) fn client_config(extra: Option<&[u8]>) -> Result<ClientConfig, TlsSetupError> {
    Ok(builder()?.with_root_certificates(roots(extra)?).with_no_client_auth())
}

/// A configuration that trusts `authorities` (PEM) and nobody else, or the system's where there are none; `ours` is a certificate
/// that we show, with its key, both in PEM.
pub(crate) fn strict_config(
    authorities: Option<&[u8]>,
    ours: Option<(&[u8], &[u8])>,
) -> Result<ClientConfig, TlsSetupError> {
    let roots = match authorities {
        Some(pem) => {
            let mut roots = RootCertStore::empty();
            add(&mut roots, pem)?;
            roots
        }
        None => roots(None)?,
    };
    let builder = builder()?.with_root_certificates(roots);
    let mut config = match ours {
        Some((chain, key)) => {
            let chain: Vec<_> =
                CertificateDer::pem_slice_iter(chain).collect::<Result<_, _>>().map_err(|_| TlsSetupError::BadPair)?;
            let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| TlsSetupError::BadPair)?;
            builder.with_client_auth_cert(chain, key).map_err(|_| TlsSetupError::BadPair)?
        }
        None => builder.with_no_client_auth(),
    };
    // Both sides show their certificates each time. Servers on OpenSSL that ask for one refuse a session that is resumed, unless
    // somebody has named a context for it: rsyslog's does not.
    config.resumption = Resumption::disabled();
    Ok(config)
}

fn builder() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, TlsSetupError> {
    ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(TlsSetupError::Tls)
}

fn roots(extra: Option<&[u8]>) -> Result<RootCertStore, TlsSetupError> {
    let mut roots = RootCertStore::empty();
    // A machine without certificates of its own can still call what the extra ones vouch for.
    let (added, skipped) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    tracing::debug!(added, skipped, "read the system's certificate authorities");
    if let Some(pem) = extra {
        add(&mut roots, pem)?;
    }
    Ok(roots)
}

/// Adds the authorities in `pem`, of which there must be one.
fn add(roots: &mut RootCertStore, pem: &[u8]) -> Result<(), TlsSetupError> {
    let before = roots.len();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|_| TlsSetupError::BadRoots)?;
        roots.add(certificate).map_err(|_| TlsSetupError::BadRoots)?;
    }
    if roots.len() == before { Err(TlsSetupError::BadRoots) } else { Ok(()) }
}
