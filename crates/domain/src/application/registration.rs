//! An application: a relying party of any protocol, and the secrets it proves itself by.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::application::client::ClientSettings;
use crate::application::protocol::ProtocolKind;
use crate::id::{ApplicationId, KeyId, OrganisationId};
use crate::secret::{TokenHash, constant_time_equal};
use crate::time::Timestamp;

/// A relying party.
#[derive(Clone, Debug, PartialEq)]
pub struct Application {
    /// Its identifier in the store and in events.
    pub id: ApplicationId,
    /// The organisation that answers for it.
    pub organisation: OrganisationId,
    /// The protocol it speaks.
    pub protocol: ProtocolKind,
    /// The name that people see when they sign in to it.
    pub name: String,
    /// How it names itself in its protocol.
    pub client_id: ClientId,
    /// Whether people may sign in to it.
    pub status: ApplicationStatus,
    /// What its protocol needs to know; only that protocol's `application.rs` gives it a meaning.
    pub settings: Value,
    /// When it was added.
    pub created_at: Timestamp,
    /// Counts changes, so that two at once do not overwrite each other.
    pub version: i64,
}

impl Application {
    /// The settings of an OAuth client, if that is what it is.
    ///
    /// # Errors
    /// When they do not have that form.
    pub fn client(&self) -> Result<ClientSettings, serde_json::Error> {
        match self.protocol {
            ProtocolKind::Oidc => ClientSettings::deserialize(&self.settings),
        }
    }

    /// Whether people may sign in to it.
    pub fn is_open(&self) -> bool {
        self.status == ApplicationStatus::Open
    }
}

/// Whether people may sign in to an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApplicationStatus {
    /// They may.
    Open,
    /// Nobody may, and none of its tokens are good.
    Closed,
}

/// A word that is no status.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such application status: `{0}`")]
pub struct UnknownStatus(pub String);

impl ApplicationStatus {
    /// The word for it in stores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

impl std::str::FromStr for ApplicationStatus {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, UnknownStatus> {
        [Self::Open, Self::Closed]
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or_else(|| UnknownStatus(text.to_owned()))
    }
}

/// How an application names itself: printable ASCII [RFC 6749 appendix A.1], and short.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClientId(String);

/// A text that is no client identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a client identifier has 1 to 100 letters, digits and the characters . _ ~ -")]
pub struct BadClientId;

impl ClientId {
    /// Checks `text`. Stricter than the standard: nothing that needs escaping in a header, an address or a log.
    ///
    /// # Errors
    /// When it is empty, too long, or has other characters.
    pub fn parse(text: &str) -> Result<Self, BadClientId> {
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._~-".contains(&byte));
        if text.is_empty() || text.len() > 100 || !plain {
            return Err(BadClientId);
        }
        Ok(Self(text.to_owned()))
    }

    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of an application, as people see it.
///
/// # Errors
/// When it is empty, longer than 100 characters, or has control characters.
pub fn application_name(text: &str) -> Result<String, BadName> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(BadName);
    }
    Ok(name.to_owned())
}

/// A text that is no name for an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a name has 1 to 100 characters")]
pub struct BadName;

/// One secret of an application, as kept: only its hash.
///
/// A secret is 256 random bits, so there is nothing to guess and a plain hash keeps it; two may be good at once while an
/// application changes over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientSecret {
    /// Names the secret, not the application.
    pub id: KeyId,
    /// The SHA-256 of its text.
    pub hash: TokenHash,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops being good; never, when there is none.
    pub expires_at: Option<Timestamp>,
}

/// Whether `presented` is one of `secrets` at `now`. Takes the same time wherever it differs.
pub fn is_a_secret(secrets: &[ClientSecret], presented: &str, now: Timestamp) -> bool {
    let presented = TokenHash::of(presented);
    // SECURITY: every secret is compared, so that the time does not tell which one matched.
    secrets
        .iter()
        .filter(|secret| secret.expires_at.is_none_or(|end| now < end))
        .fold(false, |found, secret| constant_time_equal(secret.hash.as_bytes(), presented.as_bytes()) | found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_identifier_is_plain() {
        for good in ["apache", "a", "my-app.example_1~"] {
            assert!(ClientId::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "a b", "a:b", "a\u{e9}", "a/b", &"x".repeat(101)] {
            assert_eq!(ClientId::parse(bad), Err(BadClientId), "{bad}");
        }
    }

    #[test]
    fn both_secrets_are_good_until_the_old_one_ends() {
        let at = Timestamp::from_seconds;
        let secret = |text: &str, expires_at| ClientSecret {
            id: KeyId::new(at(1), [0; 10]),
            hash: TokenHash::of(text),
            created_at: at(1),
            expires_at,
        };
        let secrets = [secret("old", Some(at(100))), secret("new", None)];
        for (presented, now, expected) in
            [("old", 99, true), ("old", 100, false), ("new", 99, true), ("new", 1_000, true), ("other", 1, false)]
        {
            assert_eq!(is_a_secret(&secrets, presented, at(now)), expected, "{presented} at {now}");
        }
    }

    #[test]
    fn a_name_is_one_line() {
        assert_eq!(application_name("  Rota "), Ok("Rota".to_owned()));
        for bad in ["", " ", "a\nb", &"x".repeat(101)] {
            assert_eq!(application_name(bad), Err(BadName));
        }
    }
}
