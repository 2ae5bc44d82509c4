//! The operator's exceptions: a host and a port that may be called although they are on our own network.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

/// A host and port that may be called whatever address it has, over http too.
///
/// It is compared with the address as written, after the normalisation that every URL goes through, so `localhost:9000`
/// does not allow `127.0.0.1:9000`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedHost {
    host: Host<String>,
    port: u16,
}

/// Why a text is not an entry of the allow-list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write an allowed host as `name:port`, without a scheme or a path")]
pub struct BadAllowedHost;

impl AllowedHost {
    /// Whether `address` is this host and port.
    pub(super) fn matches(&self, address: &Url) -> bool {
        address.port_or_known_default() == Some(self.port)
            && address.host().is_some_and(|host| host.to_owned() == self.host)
    }
}

impl FromStr for AllowedHost {
    type Err = BadAllowedHost;

    fn from_str(text: &str) -> Result<Self, BadAllowedHost> {
        let (host, port) = text.trim().rsplit_once(':').ok_or(BadAllowedHost)?;
        let host = Host::parse(host).map_err(|_| BadAllowedHost)?;
        let port = port.parse().ok().filter(|port| *port != 0).ok_or(BadAllowedHost)?;
        Ok(Self { host, port })
    }
}

impl fmt::Display for AllowedHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_matches_its_host_and_port_only() {
        for (entry, address, matches) in [
            ("localhost:9000", "http://localhost:9000/jwks", true),
            ("LOCALHOST:9000", "https://LocalHost:9000/", true),
            ("[::1]:9000", "http://[0:0:0:0:0:0:0:1]:9000/", true),
            ("app.internal:443", "https://app.internal/jwks", true),
            ("localhost:9000", "http://localhost:9001/jwks", false),
            ("localhost:9000", "http://127.0.0.1:9000/jwks", false),
            ("localhost:9000", "http://localhost.example:9000/", false),
        ] {
            let allowed: AllowedHost = entry.parse().unwrap();
            assert_eq!(allowed.matches(&address.parse().unwrap()), matches, "{entry} {address}");
        }
    }

    #[test]
    fn an_entry_is_a_name_and_a_port() {
        for bad in ["", "localhost", "localhost:", "localhost:0", "localhost:99999", "http://localhost:80", "a/b:80"] {
            assert!(bad.parse::<AllowedHost>().is_err(), "{bad}");
        }
        assert_eq!("Localhost:80".parse::<AllowedHost>().unwrap().to_string(), "localhost:80");
    }
}
