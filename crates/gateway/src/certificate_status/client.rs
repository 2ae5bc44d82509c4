//! The client of responders and lists.

use crate::outbound::{Outbound, OutboundError};

/// The most that is read of a responder's answer: one has some kilobytes.
const MOST_OF_RESPONSE: usize = 64 * 1024;

/// The most that is read of a list.
const MOST_OF_LIST: usize = 64 * 1024 * 1024;

/// Whom we ask whether a certificate was revoked. Cheap to clone.
///
/// The addresses stand in certificates that an authority which we trust has signed. They are http by custom: what comes back is
/// signed, and asking over https could need the same answer first [RFC 5280 §8].
#[derive(Clone, Debug)]
pub struct CertificateStatus(Outbound);

impl CertificateStatus {
    /// Asks by `outbound`, whose allow-list names those on our own network.
    pub const fn new(outbound: Outbound) -> Self {
        Self(outbound)
    }

    /// Asks the responder at `address` [RFC 6960 Appendix A.1].
    ///
    /// # Errors
    /// The address is refused, or the answer is late, large or not a success.
    pub async fn ask(&self, address: &str, request: Vec<u8>) -> Result<Vec<u8>, OutboundError> {
        let kind = "application/ocsp-request";
        self.0.fetch_signed(address, Some((kind, request)), MOST_OF_RESPONSE).await
    }

    /// Fetches the list at `address`.
    ///
    /// # Errors
    /// The address is refused, or the answer is late, large or not a success.
    pub async fn list(&self, address: &str) -> Result<Vec<u8>, OutboundError> {
        self.0.fetch_signed(address, None, MOST_OF_LIST).await
    }
}
