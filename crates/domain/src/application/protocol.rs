//! The protocols that applications speak.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A protocol: the closed list. Behaviour lives in one folder of the protocols crate for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProtocolKind {
    /// OpenID Connect 1.0 and OAuth 2.0.
    Oidc,
}

/// A word that names no protocol.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such protocol: `{0}`")]
pub struct UnknownProtocol(pub String);

impl ProtocolKind {
    /// Every protocol.
    pub const ALL: &'static [Self] = &[Self::Oidc];

    /// The word for it in stores and events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Oidc => "oidc",
        }
    }
}

impl FromStr for ProtocolKind {
    type Err = UnknownProtocol;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|protocol| protocol.as_str() == text)
            .ok_or_else(|| UnknownProtocol(text.to_owned()))
    }
}

impl fmt::Display for ProtocolKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
