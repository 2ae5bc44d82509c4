//! The client's network address: the connection's, or what a trusted proxy says.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;

use crate::settings::{ForwardingHeader, WebSettings};

/// The address of the client.
///
/// SECURITY: a forwarding header is read only when the peer is a trusted proxy, and from the right: each proxy appends the
/// address it saw, so the right-most one that is not itself a trusted proxy is the last that somebody trusted vouches for.
/// Everything to its left is the client's own claim.
pub(crate) fn of(peer: Option<IpAddr>, headers: &HeaderMap, settings: &WebSettings) -> Option<IpAddr> {
    let mut last = peer?.to_canonical();
    let trusted = |address: &IpAddr| settings.trusted_proxies.iter().any(|range| range.contains(address));
    if !trusted(&last) {
        return Some(last);
    }
    let lines: Vec<&str> = match settings.forwarding_header {
        ForwardingHeader::XForwardedFor => lines(headers, "x-forwarded-for"),
        ForwardingHeader::Forwarded => lines(headers, "forwarded"),
    };
    for hop in lines.iter().flat_map(|line| line.split(',')).rev() {
        let text = match settings.forwarding_header {
            ForwardingHeader::XForwardedFor => Some(hop.trim()),
            ForwardingHeader::Forwarded => forwarded_for(hop),
        };
        // What cannot be read vouches for nothing: the proxy before it is the best that is known.
        let Some(address) = text.and_then(parse) else { return Some(last) };
        last = address;
        if !trusted(&last) {
            return Some(last);
        }
    }
    Some(last)
}

fn lines<'a>(headers: &'a HeaderMap, name: &str) -> Vec<&'a str> {
    // A line that is not text reads as an unknown hop.
    headers.get_all(name).iter().map(|line| line.to_str().unwrap_or("unknown")).collect()
}

/// The `for` parameter of one element of a `Forwarded` header [RFC 7239 §4].
fn forwarded_for(element: &str) -> Option<&str> {
    element
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| name.eq_ignore_ascii_case("for"))
        .map(|(_, value)| value.trim().trim_matches('"'))
}

fn parse(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse::<IpAddr>().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()))?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn check(peer: &str, header: ForwardingHeader, lines: &[&str], expected: &str) {
        let settings = WebSettings {
            trusted_proxies: vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()],
            forwarding_header: header,
            ..WebSettings::default()
        };
        let mut headers = HeaderMap::new();
        for line in lines {
            let name = if header == ForwardingHeader::Forwarded { "forwarded" } else { "x-forwarded-for" };
            headers.append(name, HeaderValue::from_str(line).unwrap());
        }
        let found = of(Some(peer.parse().unwrap()), &headers, &settings);
        assert_eq!(found, Some(expected.parse().unwrap()), "{peer} {lines:?}");
    }

    #[test]
    fn a_stranger_cannot_name_an_address() {
        check("203.0.113.7", ForwardingHeader::XForwardedFor, &["198.51.100.1"], "203.0.113.7");
    }

    #[test]
    fn the_right_most_untrusted_hop_is_the_client() {
        use ForwardingHeader::XForwardedFor;
        check("10.0.0.1", XForwardedFor, &["198.51.100.1, 203.0.113.7"], "203.0.113.7");
        check("10.0.0.1", XForwardedFor, &["198.51.100.1, 203.0.113.7, 10.0.0.2"], "203.0.113.7");
        check("10.0.0.1", XForwardedFor, &["198.51.100.1", "203.0.113.7"], "203.0.113.7");
        check("10.0.0.1", XForwardedFor, &["203.0.113.7:4711"], "203.0.113.7");
        check("::ffff:10.0.0.1", XForwardedFor, &["2001:db8::7"], "2001:db8::7");
        check("10.0.0.1", XForwardedFor, &["198.51.100.1, nonsense"], "10.0.0.1");
        check("10.0.0.1", XForwardedFor, &[], "10.0.0.1");
    }

    #[test]
    fn the_forwarded_header_is_read_when_it_is_the_configured_one() {
        use ForwardingHeader::Forwarded;
        check("10.0.0.1", Forwarded, &["for=203.0.113.7;proto=https;by=10.0.0.1"], "203.0.113.7");
        check("fd00::1", Forwarded, &["for=198.51.100.1, For=\"[2001:db8::7]:443\""], "2001:db8::7");
        check("10.0.0.1", Forwarded, &["for=_hidden"], "10.0.0.1");
    }
}
