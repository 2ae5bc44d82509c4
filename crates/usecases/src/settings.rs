//! Configuration as the use cases see it; `server/src/config` fills it from a file and the environment.

use wardkey_domain::access::{Places, RangeRules, RestrictedRules};
use wardkey_domain::credential::ThrottleRules;
use wardkey_domain::directory::HelpContact;
use wardkey_domain::factor::password::PasswordRules;
use wardkey_domain::factor::telephone::TelephoneRules;
use wardkey_domain::factor::totp::TotpRules;
use wardkey_domain::session::SessionLimits;
use wardkey_domain::signin::SignInRules;

use crate::access::AccessSettings;
use crate::application::{OidcSettings, PaceSettings};
use crate::audit::AuditSettings;
use crate::directory::ProvisioningSettings;
use crate::hashing::HashingSettings;
use crate::message::MessageSettings;
use crate::visits::VisitSettings;

/// Everything that an operator may set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The address that people and applications know this server by.
    pub issuer: Issuer,
    /// Whether this is the demonstration, with its phone and its known passwords.
    pub demo: bool,
    /// Whom to ask for help when an organisation names nobody of its own.
    pub help: HelpContact,
    /// The pool that hashes passwords.
    pub hashing: HashingSettings,
    /// What a password must be like.
    pub password: PasswordRules,
    /// Codes from an authenticator app.
    pub totp: TotpRules,
    /// Which telephone numbers are allowed.
    pub telephone: TelephoneRules,
    /// How many telephones of each kind one account may have.
    pub max_telephones: usize,
    /// Who may use text messages and calls.
    pub restricted: RestrictedRules,
    /// The places that networks belong to.
    pub places: Places,
    /// What the ranges of named locations may be.
    pub location_ranges: RangeRules,
    /// An address by which push services reach whoever runs this server; the issuer's where none is set.
    pub push_contact: Option<String>,
    /// Messages that leave.
    pub message: MessageSettings,
    /// How failures slow further tries down.
    pub throttle: ThrottleRules,
    /// Scheme, host and port of the address where browsers show smartcards; nothing where they are not taken.
    pub card_origin: Option<String>,
    /// How long sessions last.
    pub session: SessionLimits,
    /// Sign-ins in progress.
    pub signin: SignInRules,
    /// Exceptions, and registering later.
    pub access: AccessSettings,
    /// Joiners, movers and leavers from other systems.
    pub provisioning: ProvisioningSettings,
    /// How often one network may begin something.
    pub visits: VisitSettings,
    /// How often an application may ask something of the management API.
    pub api: PaceSettings,
    /// How much is kept in memory.
    pub cache: CacheSettings,
    /// The OpenID Connect provider.
    pub oidc: OidcSettings,
    /// The tamper-evident audit.
    pub audit: AuditSettings,
}

impl Settings {
    /// The address by which push services reach whoever runs this server [RFC 8292 §2.1].
    pub(crate) fn push_contact(&self) -> String {
        self.push_contact.clone().unwrap_or_else(|| self.issuer.as_str().to_owned())
    }
}

/// How much is kept in memory.
#[derive(Clone, Debug)]
pub struct CacheSettings {
    /// Sessions, at most.
    pub sessions: usize,
    /// Token references, at most.
    pub tokens: usize,
}

impl Default for CacheSettings {
    fn default() -> Self {
        Self { sessions: 50_000, tokens: 50_000 }
    }
}

/// The issuer: an absolute address without query, fragment or trailing slash.
///
/// It is configured, never taken from a request's Host header. Over http it may only be a loopback address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer(String);

/// Why a text is not an issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadIssuer {
    /// It does not begin with a scheme and a host.
    #[error("the issuer must begin with https:// and a host name")]
    NotAbsolute,
    /// It is http, and not on this machine.
    #[error("an http issuer is allowed on this machine only; use https")]
    PlainHttp,
    /// It has a query, a fragment, credentials or a trailing slash.
    #[error("the issuer must have no query, fragment, user name or trailing slash")]
    Decorated,
}

impl Issuer {
    /// Checks `text`.
    ///
    /// # Errors
    /// Says which rule it breaks.
    pub fn parse(text: &str) -> Result<Self, BadIssuer> {
        let (https, rest) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
            (Some(rest), _) => (true, rest),
            (None, Some(rest)) => (false, rest),
            (None, None) => return Err(BadIssuer::NotAbsolute),
        };
        if rest.is_empty() || rest.starts_with(['/', ':']) {
            return Err(BadIssuer::NotAbsolute);
        }
        if rest.ends_with('/') || rest.contains(['?', '#', '@', '\\']) || rest.contains(char::is_whitespace) {
            return Err(BadIssuer::Decorated);
        }
        let issuer = Self(text.to_owned());
        if !https && !issuer.is_loopback() {
            return Err(BadIssuer::PlainHttp);
        }
        Ok(issuer)
    }

    /// The issuer as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether cookies can be `Secure`.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// Scheme, host and port: what a browser calls the origin.
    pub fn origin(&self) -> &str {
        let host_at = self.0.find("://").map_or(0, |at| at + 3);
        let end = self.0.get(host_at..).and_then(|rest| rest.find('/')).map_or(self.0.len(), |at| host_at + at);
        self.0.get(..end).unwrap_or(&self.0)
    }

    /// The host name or address, without port; IPv6 keeps its brackets.
    pub fn host(&self) -> &str {
        let host_and_port = self.origin().split_once("://").map_or("", |(_, rest)| rest);
        match host_and_port.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            Some(_) | None => host_and_port,
        }
    }

    /// Whether the host is this machine.
    pub fn is_loopback(&self) -> bool {
        matches!(self.host(), "localhost" | "127.0.0.1" | "[::1]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_https_or_on_this_machine() {
        for good in ["https://id.example.nhs.uk", "http://localhost:8480", "http://127.0.0.1:1", "http://[::1]:8480"] {
            assert_eq!(Issuer::parse(good).unwrap().as_str(), good);
        }
        for bad in ["id.example", "http://id.example", "https://id.example/", "https://a@b", "https://", "https://x?y"]
        {
            assert!(Issuer::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(Issuer::parse("https://id.example:8443/realm").unwrap().origin(), "https://id.example:8443");
        assert_eq!(Issuer::parse("https://id.example:8443/realm").unwrap().host(), "id.example");
    }
}
