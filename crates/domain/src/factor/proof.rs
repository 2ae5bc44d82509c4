//! Evidence that one factor was verified.

use serde::{Deserialize, Serialize};

use super::kind::FactorKind;
use crate::id::CredentialId;
use crate::time::Timestamp;

/// Evidence that one factor was verified at one moment.
///
/// INVARIANT: only a factor's own check makes a new one, so "we forgot to check" does not compile. It cannot be
/// deserialised; an unfinished sign-in keeps a [`SavedProof`] inside its sealed blob.
///
/// ```compile_fail,E0624
/// use wardkey_domain::factor::{FactorKind, Proof};
/// use wardkey_domain::time::Timestamp;
///
/// let forged = Proof::of(FactorKind::Totp, None, Timestamp::from_seconds(0));
/// ```
///
/// Nor can it be composed from its parts:
///
/// ```compile_fail,E0451
/// use wardkey_domain::factor::{FactorKind, Proof};
/// use wardkey_domain::time::Timestamp;
///
/// let forged = Proof { factor: FactorKind::Totp, credential: None, at: Timestamp::from_seconds(0) };
/// ```
///
/// Nor restored from a saved one outside this crate:
///
/// ```compile_fail,E0624
/// use wardkey_domain::factor::{FactorKind, Proof, SavedProof};
/// use wardkey_domain::time::Timestamp;
///
/// let saved = SavedProof { factor: FactorKind::Totp, credential: None, at: Timestamp::from_seconds(0) };
/// let forged = Proof::restore(saved);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    factor: FactorKind,
    credential: Option<CredentialId>,
    at: Timestamp,
}

/// What a sealed, unfinished sign-in remembers of a [`Proof`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedProof {
    /// The factor.
    pub factor: FactorKind,
    /// The credential, when the factor has one.
    pub credential: Option<CredentialId>,
    /// When it was verified.
    pub at: Timestamp,
}

impl Proof {
    /// States that `factor` was verified `at` this moment.
    pub(in crate::factor) const fn of(factor: FactorKind, credential: Option<CredentialId>, at: Timestamp) -> Self {
        Self { factor, credential, at }
    }

    /// Takes back what an unfinished sign-in had saved.
    ///
    /// SECURITY: only `signin` may call it, on a blob whose seal it has just checked.
    pub(crate) const fn restore(saved: SavedProof) -> Self {
        Self { factor: saved.factor, credential: saved.credential, at: saved.at }
    }

    /// What an unfinished sign-in saves.
    pub const fn saved(&self) -> SavedProof {
        SavedProof { factor: self.factor, credential: self.credential, at: self.at }
    }

    /// The factor that was verified.
    pub const fn factor(&self) -> FactorKind {
        self.factor
    }

    /// The credential that was verified, when the factor has one.
    pub const fn credential(&self) -> Option<CredentialId> {
        self.credential
    }

    /// When it was verified.
    pub const fn at(&self) -> Timestamp {
        self.at
    }
}
