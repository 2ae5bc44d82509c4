//! Whom the provider vouches for.

use std::fmt;

use serde_json::Value;
use wardkey_domain::time::Timestamp;
use wardkey_wire::jose::Claims;
use wardkey_wire::oauth::upstream::{CheckedIdToken, IdTokenFault};

use super::settings::CareIdentitySettings;

/// The longest claim that names a person or is an address of theirs.
const LONGEST: usize = 255;

/// Somebody who signed in at the provider, as it told us.
#[derive(Clone, PartialEq, Eq)]
pub struct AssertedIdentity {
    /// Who says so.
    pub issuer: String,
    /// Whom it means: good together with the issuer only [OpenID Connect Core §5.7].
    pub subject: String,
    /// How strongly they signed in: one of the values that were asked for.
    pub acr: String,
    /// Their addresses. The provider may give one to somebody else later, so they find nobody by themselves
    /// [OpenID Connect Core §5.7].
    pub addresses: Vec<String>,
    /// When they signed in, if the provider says so.
    pub authenticated_at: Option<Timestamp>,
}

/// The claims to look in, the ID token's first.
pub(super) struct Sources<'a> {
    token: &'a Claims,
    userinfo: Option<&'a Claims>,
}

impl<'a> Sources<'a> {
    pub(super) const fn new(token: &'a Claims, userinfo: Option<&'a Claims>) -> Self {
        Self { token, userinfo }
    }

    /// Whether every claim that we want is there.
    pub(super) fn suffice_for(&self, settings: &CareIdentitySettings) -> bool {
        std::iter::once(&settings.subject_claim).chain(&settings.name_claims).all(|name| self.of(name).is_some())
    }

    /// Which of them has the claim.
    fn of(&self, name: &str) -> Option<&'a Claims> {
        [Some(self.token), self.userinfo].into_iter().flatten().find(|claims| claims.get(name).is_some())
    }

    fn text(&self, name: &str) -> Option<&'a str> {
        let plain = |text: &&str| (1..=LONGEST).contains(&text.len()) && !text.contains(char::is_control);
        self.of(name)?.text(name).filter(plain)
    }

    fn address(&self, name: &str) -> Option<&'a str> {
        // [OpenID Connect Core §5.1]: an address that the provider itself has not checked is anybody's.
        let unchecked = name == "email"
            && self
                .of(name)
                .and_then(|claims| claims.get("email_verified"))
                .is_some_and(|said| *said != Value::Bool(true));
        if unchecked { None } else { self.text(name) }
    }
}

impl AssertedIdentity {
    pub(super) fn new(
        settings: &CareIdentitySettings,
        token: &CheckedIdToken,
        userinfo: Option<&Claims>,
    ) -> Result<Self, IdTokenFault> {
        let sources = Sources::new(token.claims(), userinfo);
        let subject = sources.text(&settings.subject_claim).ok_or(IdTokenFault::Nobody)?;
        let addresses = settings.name_claims.iter().filter_map(|name| sources.address(name));
        Ok(Self {
            issuer: settings.issuer.clone(),
            subject: subject.to_owned(),
            acr: token.acr().to_owned(),
            addresses: addresses.map(str::to_owned).collect(),
            authenticated_at: token.auth_time().map(Timestamp::from_seconds),
        })
    }
}

// Who it is stays out of logs.
impl fmt::Debug for AssertedIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AssertedIdentity")
            .field("issuer", &self.issuer)
            .field("acr", &self.acr)
            .field("authenticated_at", &self.authenticated_at)
            .finish_non_exhaustive()
    }
}
