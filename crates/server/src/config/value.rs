//! The kinds of value that a setting can have: read from text, and shown as TOML.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use wardkey_usecases::Issuer;

/// How a value is written in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// In quotation marks.
    Text,
    /// A whole number.
    Number,
    /// `true` or `false`.
    Switch,
    /// Texts in brackets; commas between them in an environment variable.
    List,
}

/// A value as it stands in the file or the environment, before it is understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Raw {
    /// One value.
    One(String),
    /// Several.
    Many(Vec<String>),
}

/// A kind of value.
pub trait Value: Sized {
    /// How it is written in the file.
    const SHAPE: Shape;
    /// What to call it in a complaint: fits after "expected".
    const EXPECTED: &'static str;

    /// Understands what the operator wrote; on failure says what is wrong with it beyond the wrong kind.
    fn read(raw: &Raw) -> Result<Self, Option<String>>;

    /// Writes it as the file would have it.
    fn show(&self) -> String;
}

fn one(raw: &Raw) -> Result<&str, Option<String>> {
    match raw {
        Raw::One(text) => Ok(text.trim()),
        Raw::Many(_) => Err(None),
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

macro_rules! numbers {
    ($($kind:ty)*) => {$(
        impl Value for $kind {
            const SHAPE: Shape = Shape::Number;
            const EXPECTED: &'static str = "a whole number";

            fn read(raw: &Raw) -> Result<Self, Option<String>> {
                one(raw)?.replace('_', "").parse().map_err(|_| None)
            }

            fn show(&self) -> String {
                self.to_string()
            }
        }
    )*};
}

numbers! { u8 u16 u32 u64 usize i64 }

impl Value for bool {
    const SHAPE: Shape = Shape::Switch;
    const EXPECTED: &'static str = "true or false";

    fn read(raw: &Raw) -> Result<Self, Option<String>> {
        one(raw)?.parse().map_err(|_| None)
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

impl Value for String {
    const SHAPE: Shape = Shape::Text;
    const EXPECTED: &'static str = "a text";

    fn read(raw: &Raw) -> Result<Self, Option<String>> {
        match one(raw)? {
            "" => Err(Some("it is empty".to_owned())),
            text => Ok(text.to_owned()),
        }
    }

    fn show(&self) -> String {
        quoted(self)
    }
}

impl Value for PathBuf {
    const SHAPE: Shape = Shape::Text;
    const EXPECTED: &'static str = "a path";

    fn read(raw: &Raw) -> Result<Self, Option<String>> {
        String::read(raw).map(Self::from)
    }

    fn show(&self) -> String {
        quoted(&self.to_string_lossy())
    }
}

impl Value for SocketAddr {
    const SHAPE: Shape = Shape::Text;
    const EXPECTED: &'static str = "an address and port, such as `127.0.0.1:8480`";

    fn read(raw: &Raw) -> Result<Self, Option<String>> {
        one(raw)?.parse().map_err(|_| None)
    }

    fn show(&self) -> String {
        quoted(&self.to_string())
    }
}

impl Value for IpAddr {
    const SHAPE: Shape = Shape::Text;
    const EXPECTED: &'static str = "an address, such as `203.0.113.5`";

    fn read(raw: &Raw) -> Result<Self, Option<String>> {
        one(raw)?.parse().map_err(|_| None)
    }

    fn show(&self) -> String {
        quoted(&self.to_string())
    }
}

impl Value for Vec<IpAddr> {
    const SHAPE: Shape = Shape::List;
    const EXPECTED: &'static str = "a list of addresses";

    fn read(raw: &Raw) -> Result<Self, Option<String>> {
        let read = |item: String| item.parse().map_err(|_| Some(format!("`{item}` is not an address")));
        Vec::<String>::read(raw)?.into_iter().map(read).collect()
    }

    fn show(&self) -> String {
        self.iter().map(ToString::to_string).collect::<Vec<String>>().show()
    }
}

impl Value for Issuer {
    const SHAPE: Shape = Shape::Text;
    const EXPECTED: &'static str = "an address that begins with https://";

    fn read(raw: &Raw) -> Result<Self, Option<String>> {
        Self::parse(one(raw)?).map_err(|error| Some(error.to_string()))
    }

    fn show(&self) -> String {
        quoted(self.as_str())
    }
}

/// Units of time, longest first; the first name of each is the one that is shown.
const UNITS: [(&[&str], u64); 5] = [
    (&["d", "day", "days"], 86_400_000),
    (&["h", "hour", "hours"], 3_600_000),
    (&["min", "m", "minute", "minutes"], 60_000),
    (&["s", "second", "seconds"], 1_000),
    (&["ms"], 1),
];

impl Value for Duration {
    const SHAPE: Shape = Shape::Text;
    const EXPECTED: &'static str = "a time such as `30 s`, `15 min`, `12 h` or `365 d`";

    fn read(raw: &Raw) -> Result<Self, Option<String>> {
        let text = one(raw)?;
        let unit_at = text.find(|letter: char| !letter.is_ascii_digit()).ok_or(None)?;
        let (count, unit) = text.split_at(unit_at);
        let count: u64 = count.parse().map_err(|_| None)?;
        let (_, millis) = UNITS.iter().find(|(names, _)| names.contains(&unit.trim())).ok_or(None)?;
        count.checked_mul(*millis).map(Self::from_millis).ok_or(None)
    }

    fn show(&self) -> String {
        let millis = u64::try_from(self.as_millis()).unwrap_or(u64::MAX);
        // Two days stay days, but a single day reads better as 24 h.
        let fits = |size: u64| millis > 0 && millis.is_multiple_of(size) && (size < 86_400_000 || millis > size);
        let (names, size) = UNITS.iter().find(|(_, size)| fits(*size)).copied().unwrap_or((&["s"], 1_000));
        quoted(&format!("{} {}", millis / size, names.first().copied().unwrap_or("s")))
    }
}

impl Value for Vec<String> {
    const SHAPE: Shape = Shape::List;
    const EXPECTED: &'static str = "a list of texts";

    fn read(raw: &Raw) -> Result<Self, Option<String>> {
        Ok(match raw {
            Raw::Many(items) => items.clone(),
            Raw::One(text) => {
                text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
            }
        })
    }

    fn show(&self) -> String {
        let items: Vec<String> = self.iter().map(|item| quoted(item)).collect();
        format!("[{}]", items.join(", "))
    }
}

impl Value for Vec<IpNet> {
    const SHAPE: Shape = Shape::List;
    const EXPECTED: &'static str = "a list of networks, such as `[\"10.0.0.0/8\", \"fd00::/8\"]`";

    fn read(raw: &Raw) -> Result<Self, Option<String>> {
        let read = |item: String| {
            let network = item.parse().or_else(|_| item.parse().map(IpNet::from_address));
            network.map_err(|_| Some(format!("`{item}` is not a network")))
        };
        Vec::<String>::read(raw)?.into_iter().map(read).collect()
    }

    fn show(&self) -> String {
        self.iter().map(ToString::to_string).collect::<Vec<String>>().show()
    }
}

/// The network of a single address.
trait FromAddress {
    fn from_address(address: std::net::IpAddr) -> Self;
}

impl FromAddress for IpNet {
    fn from_address(address: std::net::IpAddr) -> Self {
        Self::from(address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: Value>(written: &str, shown: Option<&str>) {
        let read = T::read(&Raw::One(written.to_owned())).ok().map(|value| value.show());
        assert_eq!(read.as_deref(), shown, "{written}");
    }

    #[test]
    fn a_time_has_a_unit() {
        check::<Duration>("90 s", Some("\"90 s\""));
        check::<Duration>("120s", Some("\"2 min\""));
        check::<Duration>("24 h", Some("\"24 h\""));
        check::<Duration>("365 days", Some("\"365 d\""));
        check::<Duration>("250 ms", Some("\"250 ms\""));
        check::<Duration>("0 s", Some("\"0 s\""));
        check::<Duration>("90", None);
        check::<Duration>("ninety seconds", None);
        check::<Duration>("99999999999999999999 d", None);
    }

    #[test]
    fn a_list_in_the_environment_has_commas() {
        check::<Vec<IpNet>>("10.0.0.0/8, 192.0.2.7", Some("[\"10.0.0.0/8\", \"192.0.2.7/32\"]"));
        check::<Vec<IpNet>>("", Some("[]"));
        check::<Vec<IpNet>>("10.0.0.0/99", None);
    }

    #[test]
    fn numbers_switches_and_addresses_are_checked() {
        check::<u16>("70000", None);
        check::<u32>("12_288", Some("12288"));
        check::<bool>("yes", None);
        check::<SocketAddr>("localhost:80", None);
        check::<String>("", None);
        check::<Issuer>("http://id.example", None);
    }
}
