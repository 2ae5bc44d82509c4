//! Lines of JSON over https [RFC 9110], as collectors of many makers take them.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use url::Url;
use wardkey_domain::secret::Secret;

use super::failure::{NotTaken, Why};
use super::record::Record;
use crate::dial::is_loopback;
use crate::outbound::{AllowedHost, Outbound, OutboundError, OutboundSettings};
use crate::tls::TlsSetupError;

/// How the token is presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenScheme {
    /// `Bearer` [RFC 6750 §2.1].
    Bearer,
    /// `Splunk`, as its HTTP Event Collector wants it.
    Splunk,
}

/// What the operator decides about one collector.
#[derive(Clone, Debug)]
pub struct CollectorSettings {
    /// What the operator calls it.
    pub name: String,
    /// Where batches are posted: https, or http on this very machine.
    pub address: String,
    /// Who we are to it, if it asks.
    pub token: Option<Secret<String>>,
    /// How the token is presented.
    pub scheme: TokenScheme,
    /// Hosts that may be called although they are on a private network.
    pub allow: Vec<AllowedHost>,
    /// Certificate authorities (PEM) to trust beside the system's.
    pub extra_roots: Option<Vec<u8>>,
    /// How long a connection may take.
    pub connect_limit: Duration,
    /// How long a whole hand-over may take.
    pub total_limit: Duration,
}

impl CollectorSettings {
    /// Settings for a collector, with everything else as it comes.
    pub fn new(name: &str, address: &str) -> Self {
        Self {
            name: name.to_owned(),
            address: address.to_owned(),
            token: None,
            scheme: TokenScheme::Bearer,
            allow: Vec::new(),
            extra_roots: None,
            connect_limit: Duration::from_secs(5),
            total_limit: Duration::from_secs(15),
        }
    }
}

/// Why a collector cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum CollectorSetupError {
    /// Events would cross a network in the clear.
    #[error("lines of JSON without TLS are for a collector on this machine only")]
    Plain,
    /// The address would always be refused.
    #[error("the address cannot be called; one on a private network must stand in `allow`")]
    Address(#[from] OutboundError),
    /// The token cannot stand in a header.
    #[error("the token has characters that a header cannot carry")]
    Token,
    /// TLS cannot be set up.
    #[error("TLS cannot be set up")]
    Tls(#[from] TlsSetupError),
}

/// A collector. Cheap to clone.
#[derive(Clone)]
pub struct Collector(Arc<Inner>);

struct Inner {
    name: String,
    address: String,
    authorization: Option<Secret<String>>,
    outbound: Outbound,
}

impl Collector {
    /// Checks the settings. Nothing is connected before the first batch.
    ///
    /// # Errors
    /// A setting cannot be used.
    pub fn new(settings: CollectorSettings) -> Result<Self, CollectorSetupError> {
        let outbound = Outbound::new(&OutboundSettings {
            allow: settings.allow,
            extra_roots: settings.extra_roots,
            connect_limit: settings.connect_limit,
            total_limit: settings.total_limit,
        })?;
        let url = Url::parse(&settings.address).map_err(|_| OutboundError::BadAddress)?;
        // SECURITY: the allow-list lets http through to any host. Events and tokens cross no network in the clear.
        if url.scheme() == "http" && !url.host_str().is_some_and(is_loopback) {
            return Err(CollectorSetupError::Plain);
        }
        outbound.check(&settings.address)?;
        let authorization = match settings.token {
            Some(token) if token.expose().is_empty() || !token.expose().bytes().all(|byte| byte.is_ascii_graphic()) => {
                return Err(CollectorSetupError::Token);
            }
            Some(token) => {
                let scheme = match settings.scheme {
                    TokenScheme::Bearer => "Bearer",
                    TokenScheme::Splunk => "Splunk",
                };
                Some(Secret::new(format!("{scheme} {}", token.expose())))
            }
            None => None,
        };
        Ok(Self(Arc::new(Inner { name: settings.name, address: settings.address, authorization, outbound })))
    }

    /// What the operator calls it.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Posts `records`, a line each. Any status of success says that all were taken; a redirect does not.
    ///
    /// # Errors
    /// They were not taken, or may not have been.
    pub async fn hand_over(&self, records: &[Record]) -> Result<(), NotTaken> {
        let body: String = records.iter().flat_map(|record| [record.json.as_str(), "\n"]).collect();
        let mut headers = vec![("content-type", "application/x-ndjson")];
        if let Some(authorization) = &self.0.authorization {
            headers.push(("authorization", authorization.expose().as_str()));
        }
        let (status, patience) = self.0.outbound.post_bytes(&self.0.address, &headers, body.into_bytes()).await?;
        if (200..300).contains(&status) {
            return Ok(());
        }
        Err(NotTaken { why: Why::Status(status), patience })
    }
}

impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SECURITY: neither the token nor the address, whose path and query may hold one.
        f.debug_tuple("Collector").field(&self.0.name).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set_up(address: &str, allow: &[&str], token: Option<&str>) -> Result<Collector, CollectorSetupError> {
        Collector::new(CollectorSettings {
            allow: allow.iter().map(|host| host.parse().unwrap()).collect(),
            token: token.map(|token| Secret::new(token.to_owned())),
            ..CollectorSettings::new("siem", address)
        })
    }

    #[test]
    fn events_cross_no_network_in_the_clear() {
        for (address, allow, good) in [
            ("https://collector.example/raw", &[][..], true),
            ("http://collector.example/raw", &["collector.example:80"], false),
            ("http://10.0.0.7:8088/raw", &["10.0.0.7:8088"], false),
            ("http://127.0.0.1.example:80/raw", &["127.0.0.1.example:80"], false),
            ("http://127.0.0.1:8088/raw", &["127.0.0.1:8088"], true),
            ("http://[::1]:8088/raw", &["[::1]:8088"], true),
            ("ftp://collector.example/raw", &[], false),
        ] {
            assert_eq!(set_up(address, allow, None).is_ok(), good, "{address}");
        }
    }

    #[test]
    fn an_address_on_a_private_network_is_allowed_by_name_only() {
        assert!(matches!(set_up("https://10.0.0.7/raw", &[], None), Err(CollectorSetupError::Address(_))));
        assert!(set_up("https://10.0.0.7/raw", &["10.0.0.7:443"], None).is_ok());
        assert!(matches!(set_up("https://me:pw@collector.example/", &[], None), Err(CollectorSetupError::Address(_))));
    }

    #[test]
    fn a_token_cannot_begin_another_header_and_is_never_shown() {
        for bad in ["", "a b", "a\r\nx: y", "ä"] {
            assert!(matches!(set_up("https://c.example/", &[], Some(bad)), Err(CollectorSetupError::Token)), "{bad:?}");
        }
        let collector = set_up("https://c.example/?channel=hush", &[], Some("sesame")).unwrap();
        let shown = format!("{collector:?}");
        assert!(!shown.contains("sesame") && !shown.contains("hush"), "{shown}");
    }
}
