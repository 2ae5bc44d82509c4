//! What holds an account that somebody else had [CMP-1, CMP-2].

use serde::{Deserialize, Serialize};

/// Whether an account is held because somebody else had it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hold {
    /// It is not.
    #[default]
    None,
    /// Nobody gets in with it.
    Compromised,
    /// It was given back to its owner. From then on it always proves two factors, and nobody can lift that.
    Pinned,
}
