//! Whose packets are believed.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// After so long without a packet another port or stream of an allowed host may take over: its network address translation
/// was restarted, or another machine of the trunk goes on.
const GONE: Duration = Duration::from_secs(2);

/// Decides whose packets are the other side's.
///
/// SECURITY: a port for sound is open to whoever can reach it, and one forged packet is a key. So a packet counts only when
/// it comes from a host that is expected: the one that the answer names, the one that the signals come from (a trunk behind
/// address translation names a private one), or one that the operator listed. The first such packet fixes the port
/// (symmetric RTP, [RFC 4961]) and the stream: the number of its source, which is drawn at random [RFC 3550 §8] and so has to
/// be seen before it can be forged. From then on only they count, as long as they send, or until the signals tell of a change.
#[derive(Clone, Debug)]
pub struct Source {
    hosts: Vec<IpAddr>,
    named: IpAddr,
    latched: Option<Latched>,
}

/// Where packets come from.
#[derive(Clone, Copy, Debug)]
struct Latched {
    from: SocketAddr,
    /// Of which stream; none yet after the signals told of a change.
    stream: Option<u32>,
    last: Duration,
}

impl Source {
    /// Expects packets from the host that the answer names, and from `hosts`.
    pub fn new(named: IpAddr, hosts: &[IpAddr]) -> Self {
        Self { hosts: hosts.iter().map(IpAddr::to_canonical).collect(), named: named.to_canonical(), latched: None }
    }

    /// Whether a packet of this stream from there is the other side's; remembers it if so.
    pub fn believes(&mut self, from: SocketAddr, stream: u32, now: Duration) -> bool {
        let is_believed = match self.latched {
            Some(latched) if now.saturating_sub(latched.last) < GONE => {
                latched.from == from && latched.stream.is_none_or(|known| known == stream)
            }
            Some(_) | None => {
                let host = from.ip().to_canonical();
                host == self.named || self.hosts.contains(&host)
            }
        };
        if is_believed {
            self.latched = Some(Latched { from, stream: Some(stream), last: now });
        }
        is_believed
    }

    /// Where to send instead of where the answer says: to where packets come from.
    pub fn latched(&self) -> Option<SocketAddr> {
        self.latched.map(|latched| latched.from)
    }

    /// The other side has named another host.
    pub fn rename(&mut self, named: IpAddr) {
        *self = Self { named: named.to_canonical(), latched: None, hosts: std::mem::take(&mut self.hosts) };
    }

    /// The other side goes on from the same place, and may begin another stream.
    pub fn renew(&mut self) {
        if let Some(latched) = &mut self.latched {
            latched.stream = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    #[test]
    fn only_expected_hosts_are_believed() {
        let mut source = Source::new("192.0.2.1".parse().unwrap(), &["198.51.100.1".parse().unwrap()]);
        assert!(!source.believes(address("203.0.113.9:4000"), 7, Duration::ZERO));
        assert_eq!(source.latched(), None);
        assert!(source.believes(address("198.51.100.1:4002"), 7, Duration::ZERO));
        assert_eq!(source.latched(), Some(address("198.51.100.1:4002")));
    }

    #[test]
    fn another_port_counts_only_when_the_first_has_gone() {
        let mut source = Source::new("192.0.2.1".parse().unwrap(), &[]);
        assert!(source.believes(address("192.0.2.1:4000"), 7, Duration::ZERO));
        assert!(!source.believes(address("192.0.2.1:4002"), 7, Duration::from_secs(1)));
        assert!(source.believes(address("192.0.2.1:4000"), 7, Duration::from_secs(1)));
        assert!(!source.believes(address("192.0.2.1:4002"), 7, Duration::from_millis(2_900)));
        assert!(source.believes(address("192.0.2.1:4002"), 7, Duration::from_millis(3_100)));
        assert!(!source.believes(address("203.0.113.9:4002"), 7, Duration::from_secs(60)));
    }

    #[test]
    fn another_stream_counts_only_when_the_first_has_gone_or_the_signals_say_so() {
        let (mut source, from) = (Source::new("192.0.2.1".parse().unwrap(), &[]), address("192.0.2.1:4000"));
        assert!(source.believes(from, 7, Duration::ZERO));
        assert!(!source.believes(from, 8, Duration::from_secs(1)));
        assert!(source.believes(from, 7, Duration::from_secs(1)));
        assert!(!source.believes(from, 8, Duration::from_millis(2_900)));
        assert!(source.believes(from, 8, Duration::from_millis(3_100)));
        assert!(!source.believes(from, 7, Duration::from_millis(3_200)));
        source.renew();
        assert!(!source.believes(address("192.0.2.1:4002"), 9, Duration::from_millis(3_300)));
        assert!(source.believes(from, 9, Duration::from_millis(3_300)));
        assert!(!source.believes(from, 8, Duration::from_millis(3_400)));
    }

    #[test]
    fn a_host_that_is_named_anew_is_the_only_one() {
        let mut source = Source::new("192.0.2.1".parse().unwrap(), &[]);
        assert!(source.believes(address("192.0.2.1:4000"), 7, Duration::ZERO));
        source.rename("192.0.2.2".parse().unwrap());
        assert!(!source.believes(address("192.0.2.1:4000"), 7, Duration::ZERO));
        assert!(source.believes(address("[::ffff:192.0.2.2]:4000"), 7, Duration::ZERO));
    }
}
