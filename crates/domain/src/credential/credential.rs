//! One account's enrolled factor.

use std::fmt;

use crate::factor::FactorKind;
use crate::id::{AccountId, CredentialId, OrganisationId, SessionId};
use crate::time::Timestamp;

/// One account's enrolled instance of a factor. Its secret is sealed in the store and not part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// Identifies it.
    pub id: CredentialId,
    /// Whose it is.
    pub account: AccountId,
    /// The organisation of the account.
    pub organisation: OrganisationId,
    /// The factor.
    pub kind: FactorKind,
    /// The name that its owner gave it.
    pub label: Label,
    /// Where it is in its life.
    pub state: CredentialState,
    /// Whether it is the one to ask for first [ENR-9].
    pub is_default: bool,
    /// When its enrolment began.
    pub created_at: Timestamp,
    /// When it last proved something.
    pub last_used_at: Option<Timestamp>,
    /// Grows with each change, so that two changes at once are noticed.
    pub version: i64,
}

/// Where a credential is in its life. It never comes back from [`CredentialState::Removed`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialState {
    /// Its key was shown, but no code has confirmed it.
    Pending {
        /// The session that began the enrolment; no other may see or confirm it.
        session: SessionId,
        /// When the key stops being good [ENR-20].
        expires_at: Timestamp,
    },
    /// It can be used.
    Active,
    /// It was removed. The row stays as a record of what was ever bound [ENR-19]; its secret is gone.
    Removed {
        /// When.
        at: Timestamp,
    },
}

impl Credential {
    /// Whether it can be used now.
    pub const fn is_active(&self) -> bool {
        matches!(self.state, CredentialState::Active)
    }

    /// Whether `session` may still confirm it.
    pub fn awaits_confirmation_by(&self, session: SessionId, now: Timestamp) -> bool {
        match self.state {
            CredentialState::Pending { session: begun_by, expires_at } => begun_by == session && now < expires_at,
            CredentialState::Active | CredentialState::Removed { .. } => false,
        }
    }
}

/// The name that somebody gives one of their credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label(String);

/// Why a text is not a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLabel {
    /// There is nothing in it.
    #[error("Enter a name, for example My work phone")]
    Empty,
    /// It does not fit a list.
    #[error("Name must be {} characters or fewer", Label::MAX_LENGTH)]
    TooLong,
    /// It has characters that do not show.
    #[error("Name must not include control characters")]
    Unprintable,
}

impl Label {
    /// The most characters.
    pub const MAX_LENGTH: usize = 50;

    /// Reads a label as typed.
    ///
    /// # Errors
    /// A sentence that may be shown.
    pub fn parse(text: &str) -> Result<Self, BadLabel> {
        let text = text.trim();
        if text.is_empty() {
            return Err(BadLabel::Empty);
        }
        if text.chars().count() > Self::MAX_LENGTH {
            return Err(BadLabel::TooLong);
        }
        if text.chars().any(|c| c.is_control() || is_directional(c)) {
            return Err(BadLabel::Unprintable);
        }
        Ok(Self(text.to_owned()))
    }

    /// The label that a new credential gets when its owner names none: "Authenticator app", "Authenticator app 2"…
    pub fn numbered(name: &str, number: usize) -> Self {
        if number <= 1 { Self(name.to_owned()) } else { Self(format!("{name} {number}")) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Characters that turn the direction of text around and so make a list lie.
const fn is_directional(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_short_and_printable() {
        assert_eq!(Label::parse("  My work phone ").unwrap().as_str(), "My work phone");
        assert_eq!(Label::parse(" "), Err(BadLabel::Empty));
        assert_eq!(Label::parse(&"x".repeat(51)), Err(BadLabel::TooLong));
        assert_eq!(Label::parse("a\nb"), Err(BadLabel::Unprintable));
        assert_eq!(Label::parse("a\u{202e}b"), Err(BadLabel::Unprintable));
    }

    #[test]
    fn the_second_app_is_numbered() {
        assert_eq!(Label::numbered("Authenticator app", 1).as_str(), "Authenticator app");
        assert_eq!(Label::numbered("Authenticator app", 2).as_str(), "Authenticator app 2");
    }
}
