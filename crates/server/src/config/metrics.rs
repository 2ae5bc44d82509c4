//! `[metrics]`: who may read the figures.

use std::net::SocketAddr;

use wardkey_domain::secret::Secret;

use super::reader::Reader;

/// `[metrics]`.
#[derive(Clone, Debug)]
pub struct MetricsSettings {
    /// A listener of their own.
    pub address: Option<SocketAddr>,
    /// The bearer token that opens `/metrics` on the main listeners.
    pub token: Option<Secret<String>>,
}

impl MetricsSettings {
    /// Whether anybody may read them at all.
    pub fn is_on(&self) -> bool {
        self.address.is_some() || self.token.is_some()
    }
}

pub fn read(reader: &mut Reader) -> MetricsSettings {
    let mut section = reader.section(
        "metrics",
        "Figures for Prometheus at /metrics. They are off unless one of these settings says who may read them.",
    );
    let address = section.optional(
        "address",
        "An address and port of their own, where they need no token. Keep it out of reach of the public.",
        "\"127.0.0.1:9480\"",
    );
    let token = section.secret("token", "The bearer token that opens /metrics on the main addresses.");
    if token.as_ref().is_some_and(|token| token.expose().len() < MIN_TOKEN) {
        section.complain("token", "it must have at least 32 characters");
    }
    MetricsSettings { address, token }
}

const MIN_TOKEN: usize = 32;
