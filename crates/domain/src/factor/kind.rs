//! The closed list of factors.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A way to prove who one is.
///
/// Only this file and `registry.rs` match on every kind: everything else asks the factor's
/// [`Definition`](super::Definition).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactorKind {
    /// Something the person knows: a password [NIST SP 800-63B §3.1.1].
    Password,
    /// A pass that an administrator has given [ADM-14].
    TemporaryAccessPass,
    /// A security key or a passkey [WebAuthn Level 3, MET-5].
    #[serde(rename = "webauthn")]
    WebAuthn,
    /// A smartcard with a certificate, shown over mutual TLS [RFC 8446 §4.3.2, MET-6].
    Smartcard,
    /// A request to an authenticator app, answered with the number on the page [MET-1].
    Push,
    /// A code from an authenticator app [RFC 6238].
    Totp,
    /// A code from a small device that shows nothing else [RFC 6238, MET-8].
    HardwareToken,
    /// A code in a text message [MET-3].
    Sms,
    /// A call that is confirmed on the keypad [MET-4].
    VoiceCall,
    /// A code that the person has written down for the day on which everything else is lost [STD-3].
    RecoveryCode,
}

/// What a factor rests on [S2, S4: at least two of know, have, are].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Something the person knows.
    Knowledge,
    /// Something the person has.
    Possession,
    /// Something the person is.
    Inherence,
}

/// A text that names no factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown factor")]
pub struct UnknownFactor;

impl FactorKind {
    /// Every factor, in the order in which pages offer them: the strongest second factor first [MET-11].
    pub const ALL: [Self; 10] = [
        Self::Password,
        Self::TemporaryAccessPass,
        Self::WebAuthn,
        Self::Smartcard,
        Self::Push,
        Self::Totp,
        Self::HardwareToken,
        Self::Sms,
        Self::VoiceCall,
        Self::RecoveryCode,
    ];

    /// The name that the database and the audit use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::TemporaryAccessPass => "temporary_access_pass",
            Self::WebAuthn => "webauthn",
            Self::Smartcard => "smartcard",
            Self::Push => "push",
            Self::Totp => "totp",
            Self::HardwareToken => "hardware_token",
            Self::Sms => "sms",
            Self::VoiceCall => "voice_call",
            Self::RecoveryCode => "recovery_code",
        }
    }

    /// A stable number, for canonical bytes.
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Password => 1,
            Self::Totp => 2,
            Self::Sms => 3,
            Self::VoiceCall => 4,
            Self::Push => 5,
            Self::WebAuthn => 6,
            Self::TemporaryAccessPass => 7,
            Self::RecoveryCode => 8,
            Self::HardwareToken => 9,
            Self::Smartcard => 10,
        }
    }
}

impl fmt::Display for FactorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for FactorKind {
    type Err = UnknownFactor;

    fn from_str(text: &str) -> Result<Self, UnknownFactor> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(UnknownFactor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_back_as_its_factor() {
        for kind in FactorKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        assert_eq!("Password".parse::<FactorKind>(), Err(UnknownFactor));
    }
}
