//! Claims about a person: which there are, which scope brings them, and the `claims` parameter.

use serde::{Deserialize, Serialize};

use crate::application::acr::AcrRequest;
use crate::application::scope::{EMAIL, PROFILE, Scopes};
use crate::directory::{Account, AccountKind};
use crate::id::AccountId;

/// A claim about a person that an application may ask for by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimName {
    /// The name as it is shown.
    Name,
    /// The given name.
    GivenName,
    /// The family name.
    FamilyName,
    /// The address: what the person types to sign in.
    PreferredUsername,
    /// The address.
    Email,
    /// Whether the address is known to be the person's.
    EmailVerified,
}

impl ClaimName {
    /// Every claim.
    pub const ALL: &'static [Self] =
        &[Self::Name, Self::GivenName, Self::FamilyName, Self::PreferredUsername, Self::Email, Self::EmailVerified];

    /// The claim's name [OpenID Connect Core §5.1].
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::GivenName => "given_name",
            Self::FamilyName => "family_name",
            Self::PreferredUsername => "preferred_username",
            Self::Email => "email",
            Self::EmailVerified => "email_verified",
        }
    }

    /// The scope that brings it [OpenID Connect Core §5.4].
    pub const fn scope(self) -> &'static str {
        match self {
            Self::Name | Self::GivenName | Self::FamilyName | Self::PreferredUsername => PROFILE,
            Self::Email | Self::EmailVerified => EMAIL,
        }
    }

    fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|claim| claim.as_str() == name)
    }
}

/// What the `claims` parameter asks for; what we do not serve is left out [OpenID Connect Core §5.5].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimsRequest {
    /// Claims wanted from the userinfo endpoint.
    pub userinfo: Vec<ClaimName>,
    /// Claims wanted in the ID token.
    pub id_token: Vec<ClaimName>,
    /// The one person who may sign in.
    pub subject: Option<RequestedSubject>,
    /// The strength asked for; takes the place of `acr_values`.
    pub acr: Option<AcrRequest>,
}

/// The person that a request names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestedSubject {
    /// An account of ours, by its identifier.
    Account(AccountId),
    /// A text that names nobody here: no sign-in can satisfy it.
    Nobody,
}

impl RequestedSubject {
    /// Reads a `sub`.
    pub fn of(subject: &str) -> Self {
        subject.parse().map_or(Self::Nobody, Self::Account)
    }

    /// Whether `account` is the one.
    pub fn is(&self, account: AccountId) -> bool {
        *self == Self::Account(account)
    }
}

impl ClaimsRequest {
    /// Gathers what is asked for; names that we do not serve are left out.
    pub fn of<'a>(
        userinfo: impl IntoIterator<Item = &'a str>,
        id_token: impl IntoIterator<Item = &'a str>,
        subject: Option<&str>,
        acr: Option<AcrRequest>,
    ) -> Self {
        Self {
            userinfo: userinfo.into_iter().filter_map(ClaimName::of).collect(),
            id_token: id_token.into_iter().filter_map(ClaimName::of).collect(),
            subject: subject.map(RequestedSubject::of),
            acr,
        }
    }

    /// The claims for the userinfo endpoint, with those that the scopes bring.
    pub fn for_userinfo(&self, scopes: &Scopes) -> Vec<ClaimName> {
        ClaimName::ALL
            .iter()
            .copied()
            .filter(|claim| scopes.contains(claim.scope()) || self.userinfo.contains(claim))
            .collect()
    }
}

/// What applications may learn of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The account; its identifier is the `sub`: stable, opaque, never given to anybody else.
    pub id: AccountId,
    /// The name as it is shown.
    pub name: String,
    /// The given name.
    pub given_name: Option<String>,
    /// The family name.
    pub family_name: Option<String>,
    /// The address.
    pub address: String,
    /// Whether the address was given by the person's organisation, not by the person.
    pub address_is_verified: bool,
}

/// The value of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimValue {
    /// A text.
    Text(String),
    /// Yes or no.
    Flag(bool),
}

impl Person {
    /// What applications may learn of `account`.
    pub fn of(account: &Account) -> Self {
        Self {
            id: account.id,
            name: account.display_name.clone(),
            given_name: account.given_name.clone(),
            family_name: account.family_name.clone(),
            address: account.address.as_str().to_owned(),
            address_is_verified: match account.kind {
                AccountKind::User | AccountKind::SharedMailbox | AccountKind::ApplicationAccount => true,
                // A guest's address belongs to another organisation, which nobody here has asked.
                AccountKind::Guest => false,
            },
        }
    }

    /// The value of a claim; `None` when there is nothing to say.
    pub fn claim(&self, name: ClaimName) -> Option<ClaimValue> {
        match name {
            ClaimName::Name => Some(ClaimValue::Text(self.name.clone())),
            ClaimName::GivenName => self.given_name.clone().map(ClaimValue::Text),
            ClaimName::FamilyName => self.family_name.clone().map(ClaimValue::Text),
            ClaimName::PreferredUsername | ClaimName::Email => Some(ClaimValue::Text(self.address.clone())),
            ClaimName::EmailVerified => Some(ClaimValue::Flag(self.address_is_verified)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_and_single_wishes_add_up() {
        let wishes = ["name", "email", "http://example.info/claims/groups"];
        let request = ClaimsRequest::of(wishes, ["auth_time", "given_name"], Some("248289761001"), None);
        assert_eq!(request.userinfo, [ClaimName::Name, ClaimName::Email]);
        assert_eq!(request.id_token, [ClaimName::GivenName]);
        assert_eq!(request.subject, Some(RequestedSubject::Nobody));
        let names = request.for_userinfo(&"openid email".parse().unwrap());
        assert_eq!(names, [ClaimName::Name, ClaimName::Email, ClaimName::EmailVerified]);
    }

    #[test]
    fn the_person_asked_for_is_the_only_one() {
        let account = AccountId::new(crate::time::Timestamp::from_seconds(1), [1; 10]);
        assert!(RequestedSubject::of(&account.to_string()).is(account));
        assert!(!RequestedSubject::of("somebody").is(account));
    }
}
