//! The model of an authenticator.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The identifier of an authenticator's make and model [WebAuthn Level 3 §6.5.1].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Aaguid(Uuid);

/// A text that is no identifier of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an AAGUID is written as 2fc0579f-8113-47ea-b116-bb5a8db9202a")]
pub struct BadAaguid;

impl Aaguid {
    /// Takes the identifier.
    pub const fn new(uuid: Uuid) -> Self {
        Self(uuid)
    }

    /// The identifier.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl FromStr for Aaguid {
    type Err = BadAaguid;

    fn from_str(text: &str) -> Result<Self, BadAaguid> {
        let uuid: Uuid = text.trim().parse().map_err(|_| BadAaguid)?;
        // All zeros says that the authenticator does not tell.
        if uuid.is_nil() { Err(BadAaguid) } else { Ok(Self(uuid)) }
    }
}

impl fmt::Display for Aaguid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
