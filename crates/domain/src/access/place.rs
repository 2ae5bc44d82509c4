//! The place that a network's address belongs to, in words.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::access::Country;

/// Networks and their places, as an operator lists them in the geofeed format [RFC 8805].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places(Vec<Place>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    network: IpNet,
    words: String,
    country: Option<Country>,
}

/// A line that is no entry of a geofeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is no entry of a geofeed [RFC 8805]: network, country, region, city, postal code")]
pub struct BadGeofeed {
    /// The line's number, from 1.
    pub line: usize,
}

impl Places {
    /// Reads a geofeed: lines of network, country, region and city, of which the first must be there; `#` begins a comment.
    ///
    /// # Errors
    /// Names the first line that is none.
    pub fn parse(text: &str) -> Result<Self, BadGeofeed> {
        let mut places = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if line.is_empty() {
                continue;
            }
            let bad = BadGeofeed { line: index + 1 };
            let mut fields = line.split(',').map(str::trim);
            let network = fields.next().and_then(parse_network).ok_or(bad)?;
            let (country, region) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
            let city = fields.next().unwrap_or_default();
            let narrow = if city.is_empty() { region } else { city };
            let words: Vec<&str> = [narrow, country].into_iter().filter(|word| !word.is_empty()).collect();
            if words.iter().any(|word| word.contains(char::is_control)) {
                return Err(bad);
            }
            let (words, country) = (words.join(", "), Country::parse(country).ok());
            places.push(Place { network: network.trunc(), words, country });
        }
        // The narrowest network that an address lies in is the first that is found.
        let narrowness = |place: &Place| std::cmp::Reverse(place.network.prefix_len());
        places.sort_by_key(|place| (narrowness(place), place.network));
        Ok(Self(places))
    }

    /// The place of an address, if it is listed and has a name.
    pub fn of(&self, address: IpAddr) -> Option<&str> {
        self.find(address).map(|place| place.words.as_str()).filter(|words| !words.is_empty())
    }

    /// The country of an address, if it is listed with one.
    pub fn country_of(&self, address: IpAddr) -> Option<Country> {
        self.find(address).and_then(|place| place.country)
    }

    fn find(&self, address: IpAddr) -> Option<&Place> {
        let address = address.to_canonical();
        self.0.iter().find(|place| place.network.contains(&address))
    }
}

/// A single address counts as a network of its own.
fn parse_network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEED: &str = "# ours\n192.0.2.0/24,GB,GB-LDS,Leeds,\n192.0.2.128/25,GB,GB-LDS,\n2001:db8::/32,GB\n\
        198.51.100.7,GB,,York # one address\n203.0.113.0/24\n";

    #[test]
    fn the_narrowest_network_names_the_place() {
        let places = Places::parse(FEED).unwrap();
        for (address, expected) in [
            ("192.0.2.1", Some("Leeds, GB")),
            ("::ffff:192.0.2.1", Some("Leeds, GB")),
            ("192.0.2.200", Some("GB-LDS, GB")),
            ("2001:db8::1", Some("GB")),
            ("198.51.100.7", Some("York, GB")),
            ("198.51.100.8", None),
            ("203.0.113.1", None),
        ] {
            assert_eq!(places.of(address.parse().unwrap()), expected, "{address}");
        }
        let country = |address: &str| places.country_of(address.parse().unwrap());
        assert_eq!(country("192.0.2.1"), Some(Country::parse("GB").unwrap()));
        assert_eq!((country("203.0.113.1"), country("198.51.100.8")), (None, None));
    }

    #[test]
    fn a_line_that_is_none_is_named() {
        assert_eq!(Places::parse("192.0.2.0/24,GB\nLeeds,GB"), Err(BadGeofeed { line: 2 }));
        assert_eq!(Places::parse("192.0.2.0/33,GB"), Err(BadGeofeed { line: 1 }));
    }
}
