//! What can go wrong with a request that we make for an application.

use std::net::IpAddr;

/// Why a request was not made or not answered.
///
/// The text names no path and no query of the address, and nothing of the answer.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    /// The address cannot be read, or carries a user name, a password or a fragment.
    #[error("the address is not a plain https address")]
    BadAddress,
    /// The address is not https and not allow-listed.
    #[error("the address is not https")]
    NotHttps,
    /// The name leads into a special-use network, and the operator did not allow-list it.
    #[error("the address `{0}` is in a special-use network")]
    SpecialUse(IpAddr),
    /// The name has no address.
    #[error("the name cannot be resolved")]
    Unresolved(#[source] Option<std::io::Error>),
    /// The answer took too long.
    #[error("no answer within the time limit")]
    TimedOut,
    /// The connection failed or broke.
    #[error("the connection failed")]
    Connection(#[source] reqwest::Error),
    /// The answer is not a success. Redirects are not followed, so they count as failures.
    #[error("answered with status {0}")]
    Status(u16),
    /// The answer is larger than we read.
    #[error("the answer is too large")]
    TooLarge,
    /// The answer is not UTF-8 text.
    #[error("the answer is not text")]
    NotText,
}

impl OutboundError {
    /// Whether trying again later could help.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unresolved(_) | Self::TimedOut | Self::Connection(_) => true,
            Self::Status(status) => *status >= 500 || *status == 429,
            Self::BadAddress | Self::NotHttps | Self::SpecialUse(_) | Self::TooLarge | Self::NotText => false,
        }
    }
}
