//! `[named_location]`: networks that belong to an organisation and were approved.

use ipnet::IpNet;
use wardkey_domain::access::RangeRules;

use super::reader::Reader;

pub fn read(reader: &mut Reader, our_proxies: &[IpNet]) -> RangeRules {
    let mut section = reader.section(
        "named_location",
        "Networks that belong to an organisation and were approved, which policies can name: see docs/operate/named-locations.md.",
    );
    let default = RangeRules::default();
    let largest_v4 = section.bounded(
        "largest_ipv4",
        "The length of the largest network of IPv4 that may be asked for. The smaller the number, the larger the network.",
        default.largest_v4,
        9..=32,
    );
    let largest_v6 = section.bounded(
        "largest_ipv6",
        "The length of the largest network of IPv6 that may be asked for.",
        default.largest_v6,
        32..=128,
    );
    RangeRules { largest_v4, largest_v6, our_proxies: our_proxies.to_vec(), ..default }
}
