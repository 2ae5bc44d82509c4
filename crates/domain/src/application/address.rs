//! Addresses that an application registers: where browsers are sent, and where we call.
//!
//! They are compared as text, never normalised: two spellings of one address are two addresses [RFC 9700 §4.1.3].

use std::fmt;

use serde::{Deserialize, Serialize};

/// The most characters that an address may have.
const LONGEST: usize = 2048;

/// An address of an application that a browser may be sent to.
///
/// It is https, or http on the person's own machine, or a private scheme of a native application [RFC 8252 §7].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RedirectUri(String);

/// An address of an application's server that we call: keys, or the end of a session.
///
/// It is https. Plain http is accepted for this machine only, and the gateway still refuses it unless an operator has
/// listed the address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ServerUri(String);

/// Why a text is not an address that may be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// It is empty or longer than 2048 characters.
    #[error("the address must have between 1 and 2048 characters")]
    Length,
    /// It holds spaces, control characters, backslashes or anything beyond ASCII.
    #[error("the address must be plain ASCII without spaces or backslashes")]
    Characters,
    /// It has a fragment [RFC 6749 §3.1.2].
    #[error("the address must not have a fragment (#)")]
    Fragment,
    /// It does not begin with a scheme and, for http and https, a host.
    #[error("the address must be absolute, beginning with https://")]
    NotAbsolute,
    /// It carries a user name or a password.
    #[error("the address must not carry a user name")]
    UserInfo,
    /// It is http and not on the person's own machine.
    #[error("the address must be https; http is for 127.0.0.1, [::1] and localhost only")]
    PlainHttp,
    /// Its scheme is neither https nor a reversed domain name [RFC 8252 §7.1].
    #[error("a private scheme must be a reversed domain name, such as uk.nhs.example.app")]
    Scheme,
    /// Its port is not a number.
    #[error("the port must be a number from 1 to 65535")]
    Port,
    /// It has steps such as `..` that browsers resolve.
    #[error("the path must not contain `.` or `..` steps")]
    DotSegments,
}

/// An absolute address, taken apart without changing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Parts<'a> {
    scheme: &'a str,
    /// Host without port; IPv6 keeps its brackets. Empty for schemes without an authority.
    host: &'a str,
    port: Option<&'a str>,
    /// Path and query, as written.
    rest: &'a str,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Result<Self, BadAddress> {
        if text.is_empty() || text.len() > LONGEST {
            return Err(BadAddress::Length);
        }
        if !text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\' && byte != b'"' && byte != b'<' && byte != b'>')
        {
            return Err(BadAddress::Characters);
        }
        if text.contains('#') {
            return Err(BadAddress::Fragment);
        }
        let (scheme, after) = text.split_once(':').ok_or(BadAddress::NotAbsolute)?;
        let well_formed = scheme.starts_with(|c: char| c.is_ascii_lowercase())
            && scheme.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte));
        if !well_formed {
            return Err(BadAddress::Scheme);
        }
        let Some(after) = after.strip_prefix("//") else {
            return Ok(Self { scheme, host: "", port: None, rest: after });
        };
        let end = after.find(['/', '?']).unwrap_or(after.len());
        let (authority, rest) = after.split_at_checked(end).ok_or(BadAddress::NotAbsolute)?;
        if authority.contains('@') {
            return Err(BadAddress::UserInfo);
        }
        let (host, port) = split_port(authority);
        if let Some(port) = port {
            let number: u16 = port.parse().map_err(|_| BadAddress::Port)?;
            if number == 0 || port.starts_with('+') {
                return Err(BadAddress::Port);
            }
        }
        let path = rest.split('?').next().unwrap_or_default();
        if path.split('/').any(|step| matches!(step, "." | "..") || step.eq_ignore_ascii_case("%2e%2e")) {
            return Err(BadAddress::DotSegments);
        }
        Ok(Self { scheme, host, port, rest })
    }

    fn is_loopback(&self) -> bool {
        matches!(self.host, "127.0.0.1" | "[::1]" | "localhost")
    }
}

fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        // A colon inside the brackets of an IPv6 address is not a port's.
        Some((_, port)) if port.ends_with(']') => (authority, None),
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    }
}

impl RedirectUri {
    /// Checks `text`.
    ///
    /// # Errors
    /// Says which rule it breaks.
    pub fn parse(text: &str) -> Result<Self, BadAddress> {
        let parts = Parts::of(text)?;
        match parts.scheme {
            "https" | "http" if parts.host.is_empty() => Err(BadAddress::NotAbsolute),
            "http" if !parts.is_loopback() => Err(BadAddress::PlainHttp),
            "https" | "http" => Ok(Self(text.to_owned())),
            // SECURITY: `javascript:`, `data:` and the like have no dot, so none of them can be registered.
            scheme if !scheme.contains('.') => Err(BadAddress::Scheme),
            scheme if text.get(scheme.len()..).is_some_and(|after| after.starts_with(":/")) => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(BadAddress::NotAbsolute),
        }
    }

    /// The address as it was registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether only a native application can be behind it: a private scheme, or the person's own machine.
    pub fn is_native(&self) -> bool {
        Parts::of(&self.0).is_ok_and(|parts| parts.scheme != "https")
    }

    /// Whether `presented` is this address, character by character [RFC 9700 §2.1].
    pub fn is_exactly(&self, presented: &str) -> bool {
        self.0 == presented
    }

    /// Whether `presented` is this address but for the port, which a native application cannot know beforehand.
    ///
    /// [RFC 8252 §7.3]: any port is allowed for a loopback address, and for no other.
    pub fn is_but_for_the_port(&self, presented: &str) -> bool {
        let (Ok(mine), Ok(theirs)) = (Parts::of(&self.0), Parts::of(presented)) else { return false };
        mine.scheme == "http" && mine.is_loopback() && Parts { port: mine.port, ..theirs } == mine
    }
}

impl ServerUri {
    /// Checks `text`.
    ///
    /// # Errors
    /// Says which rule it breaks.
    pub fn parse(text: &str) -> Result<Self, BadAddress> {
        let parts = Parts::of(text)?;
        match parts.scheme {
            "https" | "http" if parts.host.is_empty() => Err(BadAddress::NotAbsolute),
            "https" => Ok(Self(text.to_owned())),
            "http" if parts.is_loopback() => Ok(Self(text.to_owned())),
            "http" => Err(BadAddress::PlainHttp),
            _ => Err(BadAddress::NotAbsolute),
        }
    }

    /// The address as it was registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

macro_rules! as_text {
    ($name:ident) => {
        impl TryFrom<String> for $name {
            type Error = BadAddress;

            fn try_from(text: String) -> Result<Self, BadAddress> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(address: $name) -> Self {
                address.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

as_text!(RedirectUri);
as_text!(ServerUri);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_an_application_is_https_or_native() {
        for good in [
            "https://app.example/cb",
            "https://app.example:8443/cb?dummy1=lorem&dummy2=ipsum",
            "https://app.example",
            "http://127.0.0.1/cb",
            "http://[::1]:1234/cb",
            "http://localhost:3000/",
            "uk.nhs.example.app:/oauth",
            "uk.nhs.example.app://oauth",
        ] {
            assert_eq!(RedirectUri::parse(good).map(|uri| uri.0), Ok(good.to_owned()));
        }
        for (bad, why) in [
            ("", BadAddress::Length),
            ("/cb", BadAddress::NotAbsolute),
            ("https:///cb", BadAddress::NotAbsolute),
            ("https:cb", BadAddress::NotAbsolute),
            ("uk.nhs.example.app:cb", BadAddress::NotAbsolute),
            ("http://app.example/cb", BadAddress::PlainHttp),
            ("http://127.0.0.1.evil.example/cb", BadAddress::PlainHttp),
            ("https://app.example/cb#x", BadAddress::Fragment),
            ("https://app.example@evil.example/", BadAddress::UserInfo),
            ("https://app.example\\@evil.example/", BadAddress::Characters),
            ("https://app.example/a b", BadAddress::Characters),
            ("https://app.example/\u{e9}", BadAddress::Characters),
            ("https://app.example/a/../cb", BadAddress::DotSegments),
            ("https://app.example:99999/", BadAddress::Port),
            ("https://app.example:+1/", BadAddress::Port),
            ("javascript:alert(1)", BadAddress::Scheme),
            ("HTTPS://app.example/", BadAddress::Scheme),
        ] {
            assert_eq!(RedirectUri::parse(bad), Err(why), "{bad}");
        }
    }

    #[test]
    fn only_the_port_of_a_loopback_address_is_free() {
        let check = |registered: &str, presented: &str, expected: bool| {
            let uri = RedirectUri::parse(registered).unwrap();
            assert_eq!(uri.is_but_for_the_port(presented), expected, "{registered} {presented}");
        };
        check("http://127.0.0.1/cb", "http://127.0.0.1:50123/cb", true);
        check("http://127.0.0.1:80/cb", "http://127.0.0.1/cb", true);
        check("http://[::1]/cb", "http://[::1]:50123/cb", true);
        check("http://127.0.0.1/cb", "http://127.0.0.1:50123/other", false);
        check("http://127.0.0.1/cb", "http://127.0.0.1:50123/cb?x=1", false);
        check("http://127.0.0.1/cb", "http://[::1]:50123/cb", false);
        check("http://127.0.0.1/cb", "http://127.0.0.1:1@evil.example/cb", false);
        check("https://app.example/cb", "https://app.example:8443/cb", false);
        check("uk.nhs.app:/cb", "uk.nhs.app:/cb", false);
    }

    #[test]
    fn a_server_is_called_over_https() {
        assert!(ServerUri::parse("https://app.example/jwks").is_ok());
        assert!(ServerUri::parse("http://127.0.0.1:8081/logout?x=y").is_ok());
        assert_eq!(ServerUri::parse("http://app.example/jwks"), Err(BadAddress::PlainHttp));
        assert_eq!(ServerUri::parse("uk.nhs.example.app:/x"), Err(BadAddress::NotAbsolute));
    }
}
