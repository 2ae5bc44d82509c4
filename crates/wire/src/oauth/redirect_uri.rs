//! Redirect addresses: which may be registered, and when one that is asked for is a registered one
//! [RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §2.1].

use std::fmt;

use url::Url;

/// The longest address that is registered.
pub const MAX_LENGTH: usize = 2048;

/// What a client can keep secret, and so where an answer to it may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientKind {
    /// A server: it authenticates itself.
    Confidential,
    /// A script or an app on somebody's device.
    Public,
}

/// An address that a client registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectUri(String);

/// Why an address cannot be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRedirectUri {
    /// Not an absolute address, or too long.
    #[error("the address is not absolute")]
    NotAbsolute,
    /// It has a fragment [RFC 6749 §3.1.2].
    #[error("the address has a fragment")]
    Fragment,
    /// It has a user name, a password, a wildcard, a backslash, a space or a control character.
    #[error("the address has a user name, a wildcard or characters that do not belong in one")]
    Characters,
    /// http, and not to the person's own machine.
    #[error("the address is http; use https, or http on a loopback address")]
    PlainHttp,
    /// Another scheme, which only a public client may use, and only with a dot in it [RFC 8252 §7.1].
    #[error("the scheme must be https, or for an installed app a reversed domain name such as `uk.nhs.app`")]
    Scheme,
}

impl RedirectUri {
    /// Checks an address for registration.
    ///
    /// # Errors
    /// Says which rule it breaks.
    pub fn register(text: &str, kind: ClientKind) -> Result<Self, BadRedirectUri> {
        if text.len() > MAX_LENGTH {
            return Err(BadRedirectUri::NotAbsolute);
        }
        if text.contains('#') {
            return Err(BadRedirectUri::Fragment);
        }
        // Browsers repair some of these differently from one another, so what was compared is not where they would go.
        if text.contains(|c: char| {
            !matches!(c, '!'..='~') || matches!(c, '\\' | '*' | '"' | '<' | '>' | '`' | '{' | '}' | '|' | '^')
        }) {
            return Err(BadRedirectUri::Characters);
        }
        let url = Url::parse(text).map_err(|_| BadRedirectUri::NotAbsolute)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BadRedirectUri::Characters);
        }
        let after_scheme = text.get(url.scheme().len()..).unwrap_or_default();
        match (url.scheme(), kind) {
            // `https:app.example` would be read as `https://app.example` by a browser, but compared as it stands.
            ("https" | "http", _) if !after_scheme.starts_with("://") || url.host().is_none() => {
                Err(BadRedirectUri::NotAbsolute)
            }
            ("https", _) => Ok(Self(text.to_owned())),
            ("http", _) if loopback_parts(text).is_some() => Ok(Self(text.to_owned())),
            ("http", _) => Err(BadRedirectUri::PlainHttp),
            (scheme, ClientKind::Public) if scheme.contains('.') && after_scheme.starts_with(":/") => {
                Ok(Self(text.to_owned()))
            }
            (_, ClientKind::Confidential | ClientKind::Public) => Err(BadRedirectUri::Scheme),
        }
    }

    /// Takes an address that was registered before.
    pub const fn registered(text: String) -> Self {
        Self(text)
    }

    /// Whether the address that a request asks for is this one.
    ///
    /// Compared character by character [RFC 9700 §2.1]. Only the port of a public client's loopback address may differ: an
    /// installed app listens on whichever port is free [RFC 8252 §7.3].
    pub fn admits(&self, requested: &str, kind: ClientKind) -> bool {
        if self.0 == requested {
            return true;
        }
        match (kind, loopback_parts(&self.0), loopback_parts(requested)) {
            (ClientKind::Public, Some(own), Some(asked)) => own == asked,
            (ClientKind::Public | ClientKind::Confidential, _, _) => false,
        }
    }

    /// The address as it was registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The origin, for the `form-action` of a page that leads there; for an app's own scheme, the scheme.
    pub fn origin(&self) -> String {
        origin(&self.0)
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The origin of an address as a content security policy names it: scheme, host and port, or the scheme alone.
pub fn origin(address: &str) -> String {
    match Url::parse(address) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => url.origin().ascii_serialization(),
        Ok(url) => format!("{}:", url.scheme()),
        Err(_) => "'none'".to_owned(),
    }
}

/// Host, and path with query, of an http address on the person's own machine; the port left out.
fn loopback_parts(address: &str) -> Option<(&str, &str)> {
    let rest = address.strip_prefix("http://")?;
    let host = ["127.0.0.1", "[::1]", "localhost"].into_iter().find(|host| rest.starts_with(host))?;
    let rest = rest.strip_prefix(host)?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (port, path) = rest.split_at_checked(end)?;
    let good_port = match port.strip_prefix(':') {
        None => port.is_empty(),
        Some(digits) => {
            digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.parse::<u16>().is_ok_and(|port| port != 0)
        }
    };
    // SECURITY: what follows must be plain text of an address: nothing that a browser would read as another host.
    let plain = !path.contains(|c: char| !matches!(c, '!'..='~') || matches!(c, '\\' | '#'));
    (good_port && plain).then_some((host, path))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check_registration(kind: ClientKind, cases: &[(&str, Result<(), BadRedirectUri>)]) {
        for (text, expected) in cases {
            assert_eq!(RedirectUri::register(text, kind).map(|_| ()), *expected, "{text}");
        }
    }

    #[test]
    fn a_server_registers_https_addresses() {
        use BadRedirectUri::*;
        check_registration(
            ClientKind::Confidential,
            &[
                ("https://app.example/cb", Ok(())),
                ("https://app.example:8443/cb?tenant=1", Ok(())),
                ("http://localhost:9000/cb", Ok(())),
                ("http://app.example/cb", Err(PlainHttp)),
                ("http://localhost.example/cb", Err(PlainHttp)),
                ("http://127.0.0.1.example/cb", Err(PlainHttp)),
                ("https://app.example/cb#x", Err(Fragment)),
                ("https://user@app.example/cb", Err(Characters)),
                ("https://*.app.example/cb", Err(Characters)),
                ("https://app.example\\@evil.example/", Err(Characters)),
                ("https://app.example/c b", Err(Characters)),
                ("https://app.example/\r\n", Err(Characters)),
                ("https://äpp.example/", Err(Characters)),
                ("https:app.example/cb", Err(NotAbsolute)),
                ("https:/app.example/cb", Err(NotAbsolute)),
                ("https://", Err(NotAbsolute)),
                ("/cb", Err(NotAbsolute)),
                ("", Err(NotAbsolute)),
                ("uk.nhs.app:/cb", Err(Scheme)),
                ("javascript:alert(1)", Err(Scheme)),
            ],
        );
    }

    #[test]
    fn an_app_registers_its_own_scheme_or_a_loopback_address() {
        use BadRedirectUri::*;
        check_registration(
            ClientKind::Public,
            &[
                ("uk.nhs.app:/cb", Ok(())),
                ("uk.nhs.app://cb", Ok(())),
                ("http://127.0.0.1/cb", Ok(())),
                ("http://[::1]:1/cb", Ok(())),
                ("https://spa.example/cb", Ok(())),
                ("myapp:/cb", Err(Scheme)),
                ("javascript:alert(1)", Err(Scheme)),
                ("data:text/html,x", Err(Scheme)),
                ("uk.nhs.app:cb", Err(Scheme)),
                ("http://app.example/cb", Err(PlainHttp)),
            ],
        );
    }

    fn admits(registered: &str, requested: &str, kind: ClientKind) -> bool {
        RedirectUri::register(registered, kind).unwrap().admits(requested, kind)
    }

    #[test]
    fn an_address_is_admitted_exactly() {
        let registered = "https://app.example/cb?a=1";
        assert!(admits(registered, registered, ClientKind::Confidential));
        for other in [
            "https://app.example/cb",
            "https://app.example/cb?a=1&b=2",
            "https://app.example/cb?a=1#x",
            "https://app.example:443/cb?a=1",
            "https://APP.example/cb?a=1",
            "https://app.example/./cb?a=1",
            "https://app.example/%63b?a=1",
            "https://app.example.evil.example/cb?a=1",
            "http://app.example/cb?a=1",
            "",
        ] {
            assert!(!admits(registered, other, ClientKind::Confidential), "{other}");
            assert!(!admits(registered, other, ClientKind::Public), "{other}");
        }
    }

    #[test]
    fn an_app_may_listen_on_any_port_of_its_own_machine() {
        for (registered, requested, admitted) in [
            ("http://127.0.0.1/cb", "http://127.0.0.1:49152/cb", true),
            ("http://127.0.0.1:1/cb", "http://127.0.0.1:49152/cb", true),
            ("http://[::1]/cb", "http://[::1]:5/cb", true),
            ("http://localhost/cb", "http://localhost:8080/cb", true),
            ("http://127.0.0.1/cb", "http://127.0.0.1/cb", true),
            ("http://127.0.0.1/cb", "http://127.0.0.1:49152/other", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:49152/cb?x=1", false),
            ("http://127.0.0.1/cb", "https://127.0.0.1:49152/cb", false),
            ("http://127.0.0.1/cb", "http://localhost:49152/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:0/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:99999/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:80@evil.example/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1.evil.example/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:1\\@evil.example/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:1/cb#x", false),
        ] {
            assert_eq!(admits(registered, requested, ClientKind::Public), admitted, "{requested}");
        }
        assert!(!admits("http://127.0.0.1/cb", "http://127.0.0.1:5/cb", ClientKind::Confidential));
    }

    #[test]
    fn an_origin_is_named_as_a_policy_names_it() {
        for (address, expected) in [
            ("https://app.example/cb?x", "https://app.example"),
            ("http://127.0.0.1:5/cb", "http://127.0.0.1:5"),
            ("uk.nhs.app:/cb", "uk.nhs.app:"),
            ("nonsense", "'none'"),
        ] {
            assert_eq!(origin(address), expected);
        }
    }

    proptest! {
        #[test]
        fn whatever_is_admitted_leads_to_a_registered_host(requested in "http://(127\\.0\\.0\\.1|localhost|\\[::1\\])[!-~]{0,20}") {
            let registered = RedirectUri::register("http://127.0.0.1/cb", ClientKind::Public).unwrap();
            if registered.admits(&requested, ClientKind::Public) {
                let url = Url::parse(&requested).unwrap();
                prop_assert_eq!((url.host_str(), url.path()), (Some("127.0.0.1"), "/cb"));
            }
        }
    }
}
