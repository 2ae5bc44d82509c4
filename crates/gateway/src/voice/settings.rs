//! What an operator decides about a trunk.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use wardkey_domain::secret::Secret;

use super::error::TrunkError;

/// How signals travel to a trunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrunkTransport {
    /// Datagrams.
    Udp,
    /// A connection.
    Tcp,
    /// A connection that nobody else can read. The sound is not encrypted by it.
    Tls,
}

/// A text that names no transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write the transport of a trunk as `udp`, `tcp` or `tls`")]
pub struct UnknownTransport;

impl TrunkTransport {
    /// Its name in settings and in SIP [RFC 3261 §19.1.1].
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
        }
    }

    /// The port when none is written [RFC 3261 §19.1.2].
    pub const fn port(self) -> u16 {
        match self {
            Self::Udp | Self::Tcp => 5060,
            Self::Tls => 5061,
        }
    }
}

impl FromStr for TrunkTransport {
    type Err = UnknownTransport;

    fn from_str(text: &str) -> Result<Self, UnknownTransport> {
        [Self::Udp, Self::Tcp, Self::Tls].into_iter().find(|one| one.as_str() == text).ok_or(UnknownTransport)
    }
}

/// What an operator decides about a trunk.
#[derive(Clone, Debug)]
pub struct TrunkSettings {
    /// What logs and metrics call it.
    pub name: String,
    /// Its server: `name:port`, or a name alone. An IPv6 address stands in brackets.
    pub server: String,
    /// How signals travel.
    pub transport: TrunkTransport,
    /// The name of our account, when the trunk asks for one.
    pub user: Option<String>,
    /// Its password.
    pub password: Secret<String>,
    /// The domain of addresses; the server's name when there is none.
    pub domain: Option<String>,
    /// The number that a telephone shows, as the trunk wants it written: `+441134960000`.
    pub caller_id: String,
    /// Where we listen for signals; sound is heard on the same address. Port 0 takes any.
    pub local_address: SocketAddr,
    /// What the trunk must use in its place, behind address translation.
    pub advertised_address: Option<IpAddr>,
    /// The ports for sound; the even ones are used, one for each call.
    pub media_ports: RangeInclusive<u16>,
    /// Hosts beside the server's whose signals and sound are believed: a trunk's other machines.
    pub peers: Vec<IpAddr>,
    /// How many calls may be in progress at once.
    pub most_calls: usize,
    /// How long a telephone rings.
    pub ring_for: Duration,
    /// How long the trunk may take to say anything at all to a call, or to accept a connection.
    pub answer_within: Duration,
    /// How long a call may last after it was answered.
    pub longest_call: Duration,
    /// How long after an answer the keys of an extension are pressed.
    pub extension_wait: Duration,
    /// How often the trunk is asked whether it is there; zero never asks.
    pub ping_every: Duration,
    /// Certificate authorities (PEM) to trust beside the system's, for TLS.
    pub extra_roots: Option<Vec<u8>>,
}

impl Default for TrunkSettings {
    fn default() -> Self {
        Self {
            name: "trunk".to_owned(),
            server: String::new(),
            transport: TrunkTransport::Udp,
            user: None,
            password: Secret::new(String::new()),
            domain: None,
            caller_id: String::new(),
            local_address: SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0),
            advertised_address: None,
            media_ports: 16_384..=17_383,
            peers: Vec::new(),
            most_calls: 50,
            ring_for: Duration::from_secs(30),
            answer_within: Duration::from_secs(4),
            longest_call: Duration::from_secs(120),
            extension_wait: Duration::from_secs(2),
            ping_every: Duration::from_secs(60),
            extra_roots: None,
        }
    }
}

impl TrunkSettings {
    /// The server's name and port.
    ///
    /// # Errors
    /// It is neither `name:port` nor a name.
    pub(super) fn host_and_port(&self) -> Result<(String, u16), TrunkError> {
        let wrong = || self.wrong("server", "write it as `name:port`");
        let server = self.server.trim();
        let (host, port) = match (server.strip_prefix('['), server.rsplit_once(':')) {
            (Some(v6), _) => {
                let (host, rest) = v6.split_once(']').ok_or_else(wrong)?;
                (host, rest.strip_prefix(':'))
            }
            (None, Some((host, port))) => (host, Some(port)),
            (None, None) => (server, None),
        };
        let port = match port {
            Some(port) => port.parse().ok().filter(|port| *port != 0).ok_or_else(wrong)?,
            None => self.transport.port(),
        };
        let is_name = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:".contains(&byte));
        if host.is_empty() || !is_name { Err(wrong()) } else { Ok((host.to_owned(), port)) }
    }

    /// Looks at what can be wrong before anything is opened.
    ///
    /// # Errors
    /// Names the first setting that makes no sense.
    pub(super) fn check(&self) -> Result<(), TrunkError> {
        self.host_and_port()?;
        // SECURITY: these become part of SIP headers and addresses; nothing in them may end a line or an address.
        let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+.-_*#".contains(&byte));
        if self.caller_id.is_empty() || !is_plain(&self.caller_id) {
            return Err(self.wrong("caller_id", "write the number with digits only, after a plus sign"));
        }
        if self.domain.as_deref().is_some_and(|domain| domain.is_empty() || !is_plain(domain)) {
            return Err(self.wrong("domain", "write a name without a port"));
        }
        let user = self.user.as_deref().unwrap_or("none");
        if user.is_empty() || !user.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>\\".contains(&byte)) {
            return Err(self.wrong("user", "write the name of the account without spaces and quotation marks"));
        }
        let even = self.media_ports.clone().filter(|port| port % 2 == 0 && *port != 0).count();
        if even < self.most_calls {
            return Err(self.wrong("last_media_port", "there must be an even port for each of the most calls"));
        }
        if self.most_calls == 0 {
            return Err(self.wrong("most_calls", "at least one call must be possible"));
        }
        Ok(())
    }

    fn wrong(&self, setting: &'static str, why: &'static str) -> TrunkError {
        TrunkError::Setting { trunk: self.name.clone(), setting, why }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(text: &str) -> Option<(String, u16)> {
        TrunkSettings { server: text.to_owned(), ..TrunkSettings::default() }.host_and_port().ok()
    }

    #[test]
    fn a_server_is_a_name_and_maybe_a_port() {
        for (text, host, port) in [
            ("trunk.example:5070", "trunk.example", 5070),
            ("trunk.example", "trunk.example", 5060),
            ("192.0.2.1:5060", "192.0.2.1", 5060),
            ("[2001:db8::1]:5070", "2001:db8::1", 5070),
            ("[2001:db8::1]", "2001:db8::1", 5060),
        ] {
            assert_eq!(server(text), Some((host.to_owned(), port)), "{text}");
        }
        for bad in ["", ":5060", "trunk.example:0", "trunk.example:sip", "[2001:db8::1", "a b:5060", "a;b"] {
            assert_eq!(server(bad), None, "{bad}");
        }
    }

    #[test]
    fn settings_that_make_no_sense_are_refused_by_name() {
        let good = TrunkSettings {
            server: "trunk.example".to_owned(),
            caller_id: "+441134960000".to_owned(),
            ..TrunkSettings::default()
        };
        assert!(good.check().is_ok());
        let check = |change: &dyn Fn(&mut TrunkSettings)| {
            let mut settings = good.clone();
            change(&mut settings);
            settings.check().unwrap_err().to_string()
        };
        assert!(check(&|s| s.caller_id = "+44 113\r\nX: y".to_owned()).contains("`caller_id`"));
        assert!(check(&|s| s.domain = Some("a>b".to_owned())).contains("`domain`"));
        assert!(check(&|s| s.user = Some("a\"b".to_owned())).contains("`user`"));
        assert!(check(&|s| s.media_ports = 4_000..=4_010).contains("`last_media_port`"));
        assert!(check(&|s| s.most_calls = 0).contains("`most_calls`"));
        let printed = format!("{:?}", TrunkSettings { password: Secret::new("hunter2".to_owned()), ..good });
        assert!(!printed.contains("hunter2"));
    }
}
