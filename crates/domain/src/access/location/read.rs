//! Reading ranges that somebody typed: one address or network on a line.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

use super::refused::{not_yours, overlap};
use super::{LocationConnection, NotYours, Ranges};

/// What the ranges of a named location may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RangeRules {
    /// The length of the largest network of IPv4.
    pub largest_v4: u8,
    /// The length of the largest network of IPv6.
    pub largest_v6: u8,
    /// How many there may be at most.
    pub most: usize,
    /// The proxies that stand before us: nobody comes from there, and everybody might seem to.
    pub our_proxies: Vec<IpNet>,
}

/// A line that is no range, or one that is not allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRange {
    /// Its number, counted from one.
    pub line: usize,
    /// Why.
    pub why: BadRangeWhy,
}

/// Why a line is no range, or one that is not allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRangeWhy {
    /// It is neither an address nor a network.
    #[error("enter an address such as 203.0.113.7, or a network such as 203.0.113.0/28")]
    Unreadable,
    /// There is more than one thing on it.
    #[error("enter one address or network on each line")]
    Several,
    /// What stands behind the slash is no length.
    #[error("the length after the slash must be a number from 1 to {0}, such as /{1}")]
    Length(u8, u8),
    /// It is an address with the length of a network: host bits are set.
    #[error("this is an address inside a network. Did you mean the network {0}, or the one address {1}?")]
    HostBits(IpNet, IpAddr),
    /// It is larger than is allowed.
    #[error("the network is too large: /{0} is the largest that is allowed")]
    TooLarge(u8),
    /// Its addresses cannot be the organisation's own.
    #[error("{0}")]
    NotYours(NotYours),
}

/// Why a text is no list of ranges.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRanges {
    /// There is nothing in it.
    #[error("enter the public addresses of the location, one on each line")]
    None,
    /// There are more than this.
    #[error("there are more than {0} ranges")]
    TooMany(usize),
    /// These lines are wrong: the first few that are.
    #[error("some lines are wrong")]
    Lines(Vec<BadRange>),
}

/// How many wrong lines are told at once.
const TOLD: usize = 10;

impl Default for RangeRules {
    fn default() -> Self {
        Self { largest_v4: 22, largest_v6: 48, most: 2_000, our_proxies: Vec::new() }
    }
}

impl RangeRules {
    /// Reads a text with one address or network on each line. Ranges that lie in others are left out; empty lines do not count.
    ///
    /// # Errors
    /// Says which lines are wrong; the texts may be shown.
    pub fn read(&self, text: &str, connection: LocationConnection) -> Result<Ranges, BadRanges> {
        let (mut ranges, mut wrong) = (Vec::new(), Vec::new());
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            if ranges.len() >= self.most {
                return Err(BadRanges::TooMany(self.most));
            }
            match self.read_line(line.trim(), connection) {
                Ok(range) => ranges.push(range),
                Err(why) => wrong.push(BadRange { line: index + 1, why }),
            }
            if wrong.len() >= TOLD {
                break;
            }
        }
        if !wrong.is_empty() {
            return Err(BadRanges::Lines(wrong));
        }
        Ranges::new(ranges).ok_or(BadRanges::None)
    }

    fn read_line(&self, line: &str, connection: LocationConnection) -> Result<IpNet, BadRangeWhy> {
        if line.contains([',', ';']) || line.contains(char::is_whitespace) {
            return Err(BadRangeWhy::Several);
        }
        let range = canonical(network(line)?);
        let largest = match range {
            IpNet::V4(_) => self.largest_v4,
            IpNet::V6(_) => self.largest_v6,
        };
        // First what no length would mend.
        if let Some(why) = not_yours(&range, connection) {
            return Err(BadRangeWhy::NotYours(why));
        }
        if range.prefix_len() < largest {
            return Err(BadRangeWhy::TooLarge(largest));
        }
        if self.our_proxies.iter().any(|proxy| overlap(&range, &canonical(*proxy))) {
            return Err(BadRangeWhy::NotYours(NotYours::OurProxy));
        }
        Ok(range)
    }
}

/// The network that a line names; an address alone is one of its own.
fn network(line: &str) -> Result<IpNet, BadRangeWhy> {
    let (address, length) = line.split_once('/').map_or((line, None), |(address, length)| (address, Some(length)));
    let address: IpAddr = address.parse().map_err(|_| BadRangeWhy::Unreadable)?;
    let Some(length) = length else { return Ok(IpNet::from(address)) };
    let (longest, usual) = if address.is_ipv4() { (32, 28) } else { (128, 64) };
    let wrong = BadRangeWhy::Length(longest, usual);
    let digits = length.bytes().all(|byte| byte.is_ascii_digit());
    let length: u8 = length.parse().ok().filter(|length| digits && *length > 0).ok_or(wrong)?;
    let range = IpNet::new(address, length).map_err(|_| wrong)?;
    if range.trunc() != range {
        return Err(BadRangeWhy::HostBits(canonical(range.trunc()), address.to_canonical()));
    }
    Ok(range)
}

/// A network of IPv4 that is written as one of IPv6 [RFC 4291 §2.5.5.2] as what it is.
fn canonical(range: IpNet) -> IpNet {
    match (range.network().to_canonical(), range.prefix_len().checked_sub(96)) {
        (network @ IpAddr::V4(_), Some(length)) if range.network().is_ipv6() => {
            IpNet::new(network, length).unwrap_or(range)
        }
        _ => range,
    }
}

impl fmt::Display for BadRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Line {}: {}", self.line, self.why)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> String {
        said(RangeRules::default().read(text, LocationConnection::Internet))
    }

    fn said(read: Result<Ranges, BadRanges>) -> String {
        match read {
            Ok(ranges) => ranges.to_text().replace('\n', " "),
            Err(BadRanges::Lines(lines)) => lines.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | "),
            Err(other) => other.to_string(),
        }
    }

    #[test]
    fn addresses_and_networks_are_read_one_on_a_line() {
        assert_eq!(read("203.0.113.7"), "203.0.113.7/32");
        assert_eq!(read(" 203.0.113.0/28\r\n\r\n2001:db8:7::/48 \n"), "203.0.113.0/28 2001:db8:7::/48");
        assert_eq!(read("203.0.113.0/28\n203.0.113.0/28\n203.0.113.3"), "203.0.113.0/28");
        assert_eq!(read("::ffff:203.0.113.7\n::ffff:192.0.2.0/120"), "192.0.2.0/24 203.0.113.7/32");
        assert_eq!(read("2001:DB8:0::7"), "2001:db8::7/128");
    }

    #[test]
    fn a_wrong_line_is_told_with_its_number_and_what_was_probably_meant() {
        for (text, expected) in [
            (
                "203.0.113.0/28\n\n203.0.113.7/28",
                "Line 3: this is an address inside a network. Did you mean the network 203.0.113.0/28, or the one address 203.0.113.7?",
            ),
            (
                "::ffff:203.0.113.7/124",
                "Line 1: this is an address inside a network. Did you mean the network 203.0.113.0/28, or the one address 203.0.113.7?",
            ),
            ("surgery", "Line 1: enter an address such as 203.0.113.7, or a network such as 203.0.113.0/28"),
            ("010.0.0.1", "Line 1: enter an address such as 203.0.113.7, or a network such as 203.0.113.0/28"),
            ("fe80::1%eth0", "Line 1: enter an address such as 203.0.113.7, or a network such as 203.0.113.0/28"),
            ("203.0.113.7, 203.0.113.8", "Line 1: enter one address or network on each line"),
            ("203.0.113.7 - 203.0.113.9", "Line 1: enter one address or network on each line"),
            ("203.0.113.0/33", "Line 1: the length after the slash must be a number from 1 to 32, such as /28"),
            (
                "203.0.113.0/255.255.255.0",
                "Line 1: the length after the slash must be a number from 1 to 32, such as /28",
            ),
            ("0.0.0.0/0", "Line 1: the length after the slash must be a number from 1 to 32, such as /28"),
            ("2001:db8::/+64", "Line 1: the length after the slash must be a number from 1 to 128, such as /64"),
            ("198.51.0.0/21", "Line 1: the network is too large: /22 is the largest that is allowed"),
            ("2001:db8::/47", "Line 1: the network is too large: /48 is the largest that is allowed"),
            ("::ffff:0:0/96", "Line 1: it has addresses that stand for none"),
            ("", "enter the public addresses of the location, one on each line"),
            (" \n \n", "enter the public addresses of the location, one on each line"),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
        assert_eq!(read(&"x\n".repeat(50)).matches("Line ").count(), 10, "nobody reads fifty");
    }

    #[test]
    fn private_addresses_are_for_hscn_alone() {
        let rules = RangeRules::default();
        assert!(read("10.4.0.0/24").contains("private addresses"), "{}", read("10.4.0.0/24"));
        assert_eq!(
            said(rules.read("10.4.0.0/24\n100.64.7.0/24\nfd00:7::/48", LocationConnection::Hscn)),
            "10.4.0.0/24 100.64.7.0/24 fd00:7::/48"
        );
        assert_eq!(
            said(rules.read("127.0.0.1", LocationConnection::Hscn)),
            "Line 1: it has addresses by which a machine reaches itself"
        );
    }

    #[test]
    fn the_address_of_our_own_proxy_is_no_location() {
        let rules = RangeRules { our_proxies: vec!["10.4.0.7/32".parse().unwrap()], ..RangeRules::default() };
        for text in ["10.4.0.7", "10.4.0.0/24", "::ffff:10.4.0.7"] {
            assert_eq!(
                said(rules.read(text, LocationConnection::Hscn)),
                "Line 1: it has the address of a proxy of this service"
            );
        }
        assert_eq!(said(rules.read("10.4.1.0/24", LocationConnection::Hscn)), "10.4.1.0/24");
    }

    #[test]
    fn there_is_an_end_to_how_many() {
        let lines = |count: u32| {
            (0..count).map(|n| std::net::Ipv4Addr::from(0xc633_6400 + n).to_string()).collect::<Vec<_>>().join("\n")
        };
        let rules = RangeRules::default();
        assert_eq!(rules.read(&lines(2_000), LocationConnection::Internet).unwrap().as_slice().len(), 2_000);
        assert_eq!(rules.read(&lines(2_001), LocationConnection::Internet), Err(BadRanges::TooMany(2_000)));
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_refused_or_kept_within_the_rules(text in "([0-9a-f:./]{1,20}\n){1,4}", any in ".{0,60}") {
            for text in [text, any] {
                if let Ok(ranges) = RangeRules::default().read(&text, LocationConnection::Internet) {
                    for range in ranges.as_slice() {
                        prop_assert_eq!(range.trunc(), *range);
                        let largest = if range.network().is_ipv4() { 22 } else { 48 };
                        prop_assert!(range.prefix_len() >= largest);
                    }
                    prop_assert_eq!(Ranges::stored(&ranges.to_text()), Ok(ranges));
                }
            }
        }
    }
}
