//! What somebody who needs a sign-in asks of it.

use serde::{Deserialize, Serialize};

use crate::access::{ClientKind, Target};
use crate::id::{ApplicationId, CredentialId};
use crate::session::Strength;
use crate::time::Timestamp;

/// What somebody who needs a sign-in asks of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInRequest {
    /// The application that the person is on the way to; `None` for the portal.
    pub application: Option<ApplicationId>,
    /// What kind of program asks.
    #[serde(default)]
    pub client: ClientKind,
    /// The account that the application expects, to fill in the form; never trusted.
    pub login_hint: Option<String>,
    /// Proofs older than this do not count: `prompt=login` or `max_age` [OpenID Connect Core §3.1.2.1].
    pub fresh_since: Option<Timestamp>,
    /// The least strength that the application asks for.
    pub strength: Strength,
    /// The app that moves to a new phone, if that is what it is for. It proves nothing here, and no code from any app does:
    /// whoever has stolen a backup has all of them.
    pub moving: Option<CredentialId>,
}

impl SignInRequest {
    /// What the portal asks for: nothing beyond what the policies do.
    pub const fn portal() -> Self {
        Self {
            application: None,
            client: ClientKind::Browser,
            login_hint: None,
            fresh_since: None,
            strength: Strength::OneFactor,
            moving: None,
        }
    }

    /// Where the person is on the way to.
    pub const fn target(&self) -> Target {
        match self.application {
            Some(application) => Target::Application(application),
            None => Target::Portal,
        }
    }
}
