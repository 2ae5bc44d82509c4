//! What becomes of a factor that a stranger may have enrolled.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What was decided of a quarantined factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuarantineVerdict {
    /// It is the person's own, and works again.
    Kept,
    /// It goes.
    Removed,
}

/// A word that is no verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown verdict on a quarantined factor")]
pub struct UnknownVerdict;

impl QuarantineVerdict {
    const ALL: [Self; 2] = [Self::Kept, Self::Removed];

    /// The word that stores, forms and templates use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Removed => "removed",
        }
    }
}

impl FromStr for QuarantineVerdict {
    type Err = UnknownVerdict;

    fn from_str(text: &str) -> Result<Self, UnknownVerdict> {
        Self::ALL.into_iter().find(|verdict| verdict.as_str() == text).ok_or(UnknownVerdict)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verdict_reads_back() {
        for verdict in QuarantineVerdict::ALL {
            assert_eq!(verdict.as_str().parse(), Ok(verdict));
        }
        assert_eq!("perhaps".parse::<QuarantineVerdict>(), Err(UnknownVerdict));
    }
}
