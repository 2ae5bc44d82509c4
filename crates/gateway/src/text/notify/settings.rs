//! What the operator decides about GOV.UK Notify.

use std::str::FromStr;
use std::time::Duration;

use url::Url;
use wardkey_domain::secret::Secret;

use crate::dial::is_loopback;
use crate::tls::TlsSetupError;

/// The length of a UUID in text.
const UUID: usize = 36;

/// An API key as Notify hands it out: `name-<service id>-<secret>`, where both are UUIDs.
#[derive(Clone, Debug)]
pub struct ApiKey {
    service: String,
    secret: Secret<String>,
}

/// The text is not an API key of Notify.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an API key of GOV.UK Notify: a name, the service's id and a secret, joined by dashes")]
pub struct BadApiKey;

impl ApiKey {
    /// The service that the key belongs to.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// What requests are signed with.
    pub const fn secret(&self) -> &Secret<String> {
        &self.secret
    }
}

impl FromStr for ApiKey {
    type Err = BadApiKey;

    fn from_str(text: &str) -> Result<Self, BadApiKey> {
        let text = text.trim();
        let (rest, secret) = text.len().checked_sub(UUID).and_then(|at| text.split_at_checked(at)).ok_or(BadApiKey)?;
        let rest = rest.strip_suffix('-').ok_or(BadApiKey)?;
        let (name, service) = rest.len().checked_sub(UUID).and_then(|at| rest.split_at_checked(at)).ok_or(BadApiKey)?;
        if !name.ends_with('-') || !is_uuid(service) || !is_uuid(secret) {
            return Err(BadApiKey);
        }
        Ok(Self { service: service.to_owned(), secret: Secret::new(secret.to_owned()) })
    }
}

/// Whether `text` has the form of a UUID.
pub(super) fn is_uuid(text: &str) -> bool {
    text.len() == UUID
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// What the operator decides about one service at Notify.
#[derive(Clone, Debug)]
pub struct NotifySettings {
    /// What the operator calls this gateway.
    pub name: String,
    /// Where the API is.
    pub address: String,
    /// The API key.
    pub key: ApiKey,
    /// The template: a UUID.
    pub template: String,
    /// The template's one field, which takes the whole text.
    pub field: String,
    /// The sender, where the service has several: a UUID.
    pub sender: Option<String>,
    /// Certificate authorities (PEM) to trust beside the system's.
    pub extra_roots: Option<Vec<u8>>,
    /// How long a connection may take.
    pub connect_limit: Duration,
    /// How long a whole request may take.
    pub total_limit: Duration,
    /// How soon Notify is first asked what became of a text; the interval doubles each time.
    pub first_look: Duration,
    /// Whether it is asked at all: not, where callbacks are set up.
    pub receipts: NotifyReceipts,
}

/// How receipts come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotifyReceipts {
    /// We ask for them.
    Polled,
    /// Notify calls us.
    CalledBack,
}

impl NotifySettings {
    /// Settings for a service, with everything else as it comes.
    pub fn new(name: &str, key: ApiKey, template: &str) -> Self {
        Self {
            name: name.to_owned(),
            address: "https://api.notifications.service.gov.uk".to_owned(),
            key,
            template: template.to_owned(),
            field: "message".to_owned(),
            sender: None,
            extra_roots: None,
            connect_limit: Duration::from_secs(3),
            total_limit: Duration::from_secs(10),
            first_look: Duration::from_secs(5),
            receipts: NotifyReceipts::Polled,
        }
    }

    /// The address of the API, if requests may go there: https, or this very machine.
    pub(super) fn base(&self) -> Result<Url, NotifySetupError> {
        let url = Url::parse(&self.address).map_err(|_| NotifySetupError::Address)?;
        let host = url.host_str().ok_or(NotifySetupError::Address)?;
        let decorated =
            !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some();
        match url.scheme() {
            _ if decorated => Err(NotifySetupError::Address),
            "https" => Ok(url),
            "http" if is_loopback(host) => Ok(url),
            _ => Err(NotifySetupError::Address),
        }
    }

    pub(super) fn check(&self) -> Result<(), NotifySetupError> {
        if !is_uuid(&self.template) {
            return Err(NotifySetupError::Template);
        }
        if self.sender.as_deref().is_some_and(|sender| !is_uuid(sender)) {
            return Err(NotifySetupError::Sender);
        }
        if self.field.is_empty() { Err(NotifySetupError::Field) } else { Ok(()) }
    }
}

/// Why a service at Notify cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum NotifySetupError {
    /// The address is not a plain https address.
    #[error("the address of GOV.UK Notify is not a plain https address")]
    Address,
    /// The template is no UUID.
    #[error("the template of GOV.UK Notify is not an id")]
    Template,
    /// The sender is no UUID.
    #[error("the sender at GOV.UK Notify is not an id")]
    Sender,
    /// The field has no name.
    #[error("the field of the template has no name")]
    Field,
    /// TLS cannot be set up.
    #[error("TLS cannot be set up")]
    Tls(#[from] TlsSetupError),
    /// The HTTP client cannot be set up.
    #[error("the HTTP client cannot be set up")]
    Client(#[source] reqwest::Error),
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ward-key-26785a09-ab16-4eb0-8407-a37497a57506-3d844edf-8d35-48ac-975b-e847b4f122b0";

    #[test]
    fn a_key_is_a_name_a_service_and_a_secret() {
        let key: ApiKey = KEY.parse().unwrap();
        assert_eq!(key.service(), "26785a09-ab16-4eb0-8407-a37497a57506");
        assert_eq!(key.secret().expose(), "3d844edf-8d35-48ac-975b-e847b4f122b0");
        assert!(!format!("{key:?}").contains("e847b4f122b0"));
    }

    #[test]
    fn what_is_no_key_is_refused_without_being_told() {
        for text in ["", "x", &KEY[9..], &KEY[..80], &KEY.replace("3d8", "zzz"), "ключ", &"é".repeat(60)] {
            assert!(text.parse::<ApiKey>().is_err(), "{text}");
        }
        assert!(!BadApiKey.to_string().contains("3d84"));
    }

    #[test]
    fn only_https_or_this_machine_is_called() {
        for (address, good) in [
            ("https://api.notifications.service.gov.uk", true),
            ("http://127.0.0.1:8102", true),
            ("http://localhost:8102", true),
            ("http://api.notifications.service.gov.uk", false),
            ("https://user@example.com", false),
            ("https://example.com/?a=b", false),
            ("file:///etc/passwd", false),
            ("", false),
        ] {
            let settings = NotifySettings {
                address: address.to_owned(),
                ..NotifySettings::new("notify", KEY.parse().unwrap(), "")
            };
            assert_eq!(settings.base().is_ok(), good, "{address}");
        }
    }
}
