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
/// let at = Timestamp::from_seconds(0);
/// let forged = Proof { factor: FactorKind::Totp, credential: None, at, is_enrolment: false };
/// ```
///
/// Nor restored from a saved one outside this crate:
///
/// ```compile_fail,E0624
/// use wardkey_domain::factor::{FactorKind, Proof, SavedProof};
/// use wardkey_domain::time::Timestamp;
///
/// let at = Timestamp::from_seconds(0);
/// let saved = SavedProof { factor: FactorKind::Totp, credential: None, at, is_enrolment: false };
/// let forged = Proof::restore(saved);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    factor: FactorKind,
    credential: Option<CredentialId>,
    at: Timestamp,
    is_enrolment: bool,
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
    /// Whether it was enrolled by that.
    #[serde(default)]
    pub is_enrolment: bool,
}

impl Proof {
    /// States that `factor` was verified `at` this moment.
    pub(in crate::factor) const fn of(factor: FactorKind, credential: Option<CredentialId>, at: Timestamp) -> Self {
        Self { factor, credential, at, is_enrolment: false }
    }

    /// Takes back what an unfinished sign-in had saved.
    ///
    /// SECURITY: only `signin` may call it, on a blob whose seal it has just checked.
    pub(crate) const fn restore(saved: SavedProof) -> Self {
        let SavedProof { factor, credential, at, is_enrolment } = saved;
        Self { factor, credential, at, is_enrolment }
    }

    /// What an unfinished sign-in saves.
    pub const fn saved(&self) -> SavedProof {
        let Self { factor, credential, at, is_enrolment } = *self;
        SavedProof { factor, credential, at, is_enrolment }
    }

    /// The factor that was verified.
    pub const fn factor(&self) -> FactorKind {
        self.factor
    }

    /// The credential that was verified, when the factor has one.
    pub const fn credential(&self) -> Option<CredentialId> {
        self.credential
    }

    /// The same, of a factor that was enrolled by it on the strength of a password alone: it says that somebody holds the
    /// factor, and not that they are who they say they are.
    #[must_use]
    pub(crate) const fn of_enrolment(self) -> Self {
        Self { is_enrolment: true, ..self }
    }

    /// Whether the factor was enrolled by it on the strength of a password alone.
    pub const fn is_enrolment(&self) -> bool {
        self.is_enrolment
    }

    /// When it was verified.
    pub const fn at(&self) -> Timestamp {
        self.at
    }
}
