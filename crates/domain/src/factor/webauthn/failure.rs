//! Why an answer of a security key proved nothing.

use std::fmt;

/// Why an answer of a security key proved nothing, or why a key was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyFailure {
    /// It is no answer of a browser at all.
    Unreadable,
    /// It is for another challenge, site or origin, or its signature does not fit.
    WrongAnswer,
    /// The authenticator did not check who holds it: no PIN, fingerprint or face [WebAuthn Level 3 §7.2, step 18].
    NotVerified,
    /// The key is not one of this account's.
    UnknownKey,
    /// Its counter did not grow: there may be a second one like it [WebAuthn Level 3 §6.1.1].
    Copied,
    /// The key is registered already.
    KnownKey,
    /// Its model is not among those that are allowed, or it did not prove its model.
    ModelNotAllowed,
    /// An administrator registers it to give it away, and it cannot leave the device or the account that it is in.
    CannotBeGiven,
    /// It has no kind of signature that we check.
    Unsupported,
}

impl KeyFailure {
    /// Every one, for the reference.
    pub const ALL: [Self; 9] = [
        Self::Unreadable,
        Self::WrongAnswer,
        Self::NotVerified,
        Self::UnknownKey,
        Self::Copied,
        Self::KnownKey,
        Self::ModelNotAllowed,
        Self::CannotBeGiven,
        Self::Unsupported,
    ];

    /// The word for it in templates, the audit and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unreadable => "key_unreadable",
            Self::WrongAnswer => "key_wrong_answer",
            Self::NotVerified => "key_not_verified",
            Self::UnknownKey => "key_unknown",
            Self::Copied => "key_copied",
            Self::KnownKey => "key_known",
            Self::ModelNotAllowed => "key_model_not_allowed",
            Self::CannotBeGiven => "key_cannot_be_given",
            Self::Unsupported => "key_unsupported",
        }
    }
}

impl fmt::Display for KeyFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
