//! What an operator may set about security keys.

use std::collections::BTreeSet;
use std::time::Duration;

use url::{Host, Url};

use super::aaguid::Aaguid;
use super::metadata::Models;

/// What an operator may set about security keys and passkeys.
#[derive(Clone, Debug)]
pub struct WebAuthnRules {
    /// Who we are for an authenticator.
    pub relying_party: RelyingParty,
    /// Whether a key must prove its model.
    pub attestation: Attestation,
    /// Whether a passkey alone is enough to sign in: possession and PIN, fingerprint or face [NIST SP 800-63B §3.1.7].
    pub passkey_alone: bool,
    /// Whether passkeys that are copied between devices by an account of their maker are taken.
    pub synced: bool,
    /// How long a browser waits for the person.
    pub timeout: Duration,
    /// How many one account may have.
    pub max_keys: usize,
}

/// Who we are for an authenticator [WebAuthn Level 3 §5.4.2].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelyingParty {
    id: String,
    name: String,
    origin: String,
}

/// Why an address cannot be a relying party.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadOrigin {
    /// Browsers refuse keys for addresses without a name.
    #[error("security keys need a host name, not an address in numbers")]
    NoName,
    /// The identifier is not the host or a parent domain of it.
    #[error("the relying party identifier must be the issuer's host name, or a domain above it")]
    OtherDomain,
}

/// Whether a key must prove its model.
#[derive(Clone, Debug, Default)]
pub enum Attestation {
    /// It is not asked.
    #[default]
    NotAsked,
    /// It is asked, and only these models are taken.
    Required {
        /// What their makers have published about them.
        models: Models,
        /// Those that are allowed of them; none named means all.
        allowed: BTreeSet<Aaguid>,
    },
}

impl RelyingParty {
    /// Takes the origin that browsers see, and a name to show beside it. `id` is a domain above the host, where keys are to
    /// work for its other hosts, too.
    ///
    /// # Errors
    /// Says why browsers would refuse.
    pub fn new(origin: &str, id: Option<&str>, name: &str) -> Result<Self, BadOrigin> {
        let url = Url::parse(origin).map_err(|_| BadOrigin::NoName)?;
        let Some(Host::Domain(host)) = url.host() else { return Err(BadOrigin::NoName) };
        let id = id.unwrap_or(host).to_ascii_lowercase();
        let is_above = host.strip_suffix(id.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        if id.is_empty() || !is_above {
            return Err(BadOrigin::OtherDomain);
        }
        Ok(Self { id, name: name.to_owned(), origin: origin.to_owned() })
    }

    /// The domain that keys are bound to.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What authenticators show.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The origin that answers must come from.
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

impl WebAuthnRules {
    /// The rules as shipped, for a server at this origin.
    pub const fn new(relying_party: RelyingParty) -> Self {
        Self {
            relying_party,
            attestation: Attestation::NotAsked,
            passkey_alone: false,
            synced: true,
            timeout: Duration::from_secs(120),
            max_keys: 10,
        }
    }
}

impl Default for WebAuthnRules {
    /// For a server on this machine.
    fn default() -> Self {
        Self::new(RelyingParty {
            id: "localhost".to_owned(),
            name: "Wardkey".to_owned(),
            origin: "http://localhost:8480".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_identifier_is_the_host_or_a_domain_above_it() {
        let of = |origin: &str, id: Option<&str>| RelyingParty::new(origin, id, "Wardkey").map(|party| party.id);
        assert_eq!(of("https://id.trust.nhs.uk", None), Ok("id.trust.nhs.uk".to_owned()));
        assert_eq!(of("https://id.trust.nhs.uk:8443", Some("trust.nhs.uk")), Ok("trust.nhs.uk".to_owned()));
        assert_eq!(of("http://localhost:8480", None), Ok("localhost".to_owned()));
        assert_eq!(of("https://id.trust.nhs.uk", Some("rust.nhs.uk")), Err(BadOrigin::OtherDomain));
        assert_eq!(of("https://id.trust.nhs.uk", Some("")), Err(BadOrigin::OtherDomain));
        assert_eq!(of("http://127.0.0.1:8480", None), Err(BadOrigin::NoName));
        assert_eq!(of("http://[::1]:8480", None), Err(BadOrigin::NoName));
    }
}
