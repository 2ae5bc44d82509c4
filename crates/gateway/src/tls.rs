//! TLS towards others: which authorities are trusted, and the one provider of cryptography.
//!
//! No process-wide default is read or set: each client keeps its own configuration.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// Why TLS could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsSetupError {
    /// The extra certificate authorities are not PEM certificates.
    #[error("the extra certificate authorities cannot be read as PEM certificates")]
    BadRoots,
    /// The TLS library refused its own defaults.
    #[error("TLS cannot be set up")]
    Tls(#[source] rustls::Error),
}

/// A configuration that trusts the system's authorities and those in `extra` (PEM).
pub(crate) fn client_config(extra: Option<&[u8]>) -> Result<ClientConfig, TlsSetupError> {
    Ok(ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(TlsSetupError::Tls)?
        .with_root_certificates(roots(extra)?)
        .with_no_client_auth())
}

fn roots(extra: Option<&[u8]>) -> Result<RootCertStore, TlsSetupError> {
    let mut roots = RootCertStore::empty();
    // A machine without certificates of its own can still call what the extra ones vouch for.
    let (added, skipped) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    tracing::debug!(added, skipped, "read the system's certificate authorities");
    if let Some(pem) = extra {
        let before = roots.len();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|_| TlsSetupError::BadRoots)?;
            roots.add(certificate).map_err(|_| TlsSetupError::BadRoots)?;
        }
        if roots.len() == before {
            return Err(TlsSetupError::BadRoots);
        }
    }
    Ok(roots)
}
