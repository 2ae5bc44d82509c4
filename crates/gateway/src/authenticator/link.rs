//! What a QR code holds.

use url::Url;

/// A link that binds an app: `https://id.example/authenticator/#enrol=CODE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The server.
    pub origin: String,
    /// The binding code.
    pub code: String,
}

/// A text that is no such link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a link that binds an app: it looks like https://id.example/authenticator/#enrol=CODE")]
pub struct BadLink;

impl Link {
    /// Reads a link. Only https, or http on this machine.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(text: &str) -> Result<Self, BadLink> {
        let url = Url::parse(text.trim()).map_err(|_| BadLink)?;
        let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        let safe = url.scheme() == "https" || (url.scheme() == "http" && local);
        let plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
        let code = url.fragment().and_then(|fragment| fragment.strip_prefix("enrol=")).unwrap_or_default();
        if !safe || !plain || url.path() != "/authenticator/" || code.is_empty() {
            return Err(BadLink);
        }
        Ok(Self { origin: url.origin().ascii_serialization(), code: code.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_names_its_server_and_its_code() {
        let link = Link::parse(" https://id.example:8443/authenticator/#enrol=ABC ").unwrap();
        assert_eq!((link.origin.as_str(), link.code.as_str()), ("https://id.example:8443", "ABC"));
        assert!(Link::parse("http://127.0.0.1:8480/authenticator/#enrol=ABC").is_ok());
        for bad in [
            "http://id.example/authenticator/#enrol=ABC",
            "https://id.example/authenticator/?enrol=ABC",
            "https://id.example/authenticator/#enrol=",
            "https://id.example/other/#enrol=ABC",
            "https://a@id.example/authenticator/#enrol=ABC",
            "javascript:alert(1)//authenticator/#enrol=ABC",
            "ABC",
        ] {
            assert_eq!(Link::parse(bad), Err(BadLink), "{bad}");
        }
    }
}
