//! Networks that cannot belong to an organisation.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::LocationConnection;

/// Why the addresses of a network are nobody's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotYours {
    /// They stand for no address, or for this network [RFC 1122 §3.2.1.3].
    #[error("it has addresses that stand for none")]
    Unspecified,
    /// A machine reaches itself by them.
    #[error("it has addresses by which a machine reaches itself")]
    Loopback,
    /// They reach no further than one cable [RFC 3927, RFC 4291 §2.5.6].
    #[error("it has addresses that reach no further than one cable")]
    LinkLocal,
    /// They name groups of machines.
    #[error("it has addresses of multicast groups")]
    Multicast,
    /// Nobody may use them yet, or any more.
    #[error("it has addresses that are reserved")]
    Reserved,
    /// Everybody uses them inside [RFC 1918, RFC 4193].
    #[error(
        "it has private addresses, which everybody uses inside; enter the public ones that your connection has outside"
    )]
    Private,
    /// A carrier shares them among its customers [RFC 6598].
    #[error("it has addresses that a carrier shares among its customers")]
    Shared,
    /// The proxy before us has one of them, so everybody might seem to come from there.
    #[error("it has the address of a proxy of this service")]
    OurProxy,
}

const fn v4(a: u8, b: u8, c: u8, d: u8, length: u8) -> IpNet {
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length))
}

const fn v6(first: u16, length: u8) -> IpNet {
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::new(first, 0, 0, 0, 0, 0, 0, 0), length))
}

/// What is refused. The networks of documentation [RFC 5737, RFC 3849] are not among them: tests and manuals use them.
const REFUSED: [(IpNet, NotYours); 14] = [
    (v4(0, 0, 0, 0, 8), NotYours::Unspecified),
    (v4(127, 0, 0, 0, 8), NotYours::Loopback),
    (v4(169, 254, 0, 0, 16), NotYours::LinkLocal),
    (v4(224, 0, 0, 0, 4), NotYours::Multicast),
    (v4(240, 0, 0, 0, 4), NotYours::Reserved),
    (v4(10, 0, 0, 0, 8), NotYours::Private),
    (v4(172, 16, 0, 0, 12), NotYours::Private),
    (v4(192, 168, 0, 0, 16), NotYours::Private),
    (v4(100, 64, 0, 0, 10), NotYours::Shared),
    (IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::LOCALHOST, 128)), NotYours::Loopback),
    (v6(0, 128), NotYours::Unspecified),
    (v6(0xfe80, 10), NotYours::LinkLocal),
    (v6(0xff00, 8), NotYours::Multicast),
    (v6(0xfc00, 7), NotYours::Private),
];

/// Why `range` cannot be an organisation's own, if it cannot.
///
/// SECURITY: one that holds a refused network is refused as well as one that lies in it.
pub(super) fn not_yours(range: &IpNet, connection: LocationConnection) -> Option<NotYours> {
    let found = REFUSED.iter().find(|(refused, why)| overlap(range, refused) && counts(*why, connection));
    found.map(|(_, why)| *why).or_else(|| is_unused(range).then_some(NotYours::Reserved))
}

/// Whether two networks have an address in common: then one lies in the other.
pub(super) fn overlap(one: &IpNet, other: &IpNet) -> bool {
    one.contains(other) || other.contains(one)
}

const fn counts(why: NotYours, connection: LocationConnection) -> bool {
    match (why, connection) {
        (NotYours::Private | NotYours::Shared, LocationConnection::Hscn) => false,
        (NotYours::Private | NotYours::Shared, LocationConnection::Internet)
        | (
            NotYours::Unspecified
            | NotYours::Loopback
            | NotYours::LinkLocal
            | NotYours::Multicast
            | NotYours::Reserved
            | NotYours::OurProxy,
            _,
        ) => true,
    }
}

/// Whether addresses of IPv6 are neither public [RFC 4291 §2.4] nor such as an organisation gives itself.
fn is_unused(range: &IpNet) -> bool {
    match range.network() {
        IpAddr::V4(_) => false,
        IpAddr::V6(address) => {
            let [first, ..] = address.segments();
            !(0x2000..=0x3fff).contains(&first) && !(0xfc00..=0xfdff).contains(&first)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(range: &str, internet: Option<NotYours>, hscn: Option<NotYours>) {
        let range = range.parse().unwrap();
        assert_eq!(not_yours(&range, LocationConnection::Internet), internet, "{range} on the internet");
        assert_eq!(not_yours(&range, LocationConnection::Hscn), hscn, "{range} on HSCN");
    }

    #[test]
    fn what_can_be_nobodys_own_is_refused() {
        use NotYours::{LinkLocal, Loopback, Multicast, Private, Reserved, Shared, Unspecified};
        for (range, internet, hscn) in [
            ("0.0.0.0/32", Some(Unspecified), Some(Unspecified)),
            ("127.0.0.1/32", Some(Loopback), Some(Loopback)),
            ("169.254.7.0/24", Some(LinkLocal), Some(LinkLocal)),
            ("239.1.2.3/32", Some(Multicast), Some(Multicast)),
            ("255.255.255.255/32", Some(Reserved), Some(Reserved)),
            ("10.4.0.0/24", Some(Private), None),
            ("172.31.255.255/32", Some(Private), None),
            ("172.32.0.0/32", None, None),
            ("192.168.1.0/24", Some(Private), None),
            ("100.127.0.0/24", Some(Shared), None),
            ("100.128.0.0/24", None, None),
            ("::1/128", Some(Loopback), Some(Loopback)),
            ("::/128", Some(Unspecified), Some(Unspecified)),
            ("::7/128", Some(Reserved), Some(Reserved)),
            ("64:ff9b::/96", Some(Reserved), Some(Reserved)),
            ("fe80::/64", Some(LinkLocal), Some(LinkLocal)),
            ("fec0::/64", Some(Reserved), Some(Reserved)),
            ("ff02::1/128", Some(Multicast), Some(Multicast)),
            ("fd12:3456:789a::/48", Some(Private), None),
            ("4000::/48", Some(Reserved), Some(Reserved)),
            ("a000::/48", Some(Reserved), Some(Reserved)),
            ("e000::/48", Some(Reserved), Some(Reserved)),
            ("2a00:23c4::/48", None, None),
            ("192.0.2.0/24", None, None),
            ("198.51.100.0/24", None, None),
            ("2001:db8::/48", None, None),
        ] {
            check(range, internet, hscn);
        }
    }

    #[test]
    fn a_network_around_a_refused_one_is_refused() {
        check("126.0.0.0/7", Some(NotYours::Loopback), Some(NotYours::Loopback));
        check("0.0.0.0/0", Some(NotYours::Unspecified), Some(NotYours::Unspecified));
        check("::/0", Some(NotYours::Loopback), Some(NotYours::Loopback));
    }
}
