//! Accounts.

use super::{AccountAddress, AccountKind, AccountStatus, CannotChange, Change, MayNotSignIn, OrganisationPath};
use crate::id::{AccountId, OrganisationId};
use crate::time::Timestamp;

/// An account of any kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its identifier, which never changes.
    pub id: AccountId,
    /// The organisation it belongs to.
    pub organisation: OrganisationId,
    /// The ancestry of that organisation.
    pub path: OrganisationPath,
    /// What kind of account it is.
    pub kind: AccountKind,
    /// The address that names it.
    pub address: AccountAddress,
    /// The name that pages show.
    pub display_name: String,
    /// The person's given name, where there is a person.
    pub given_name: Option<String>,
    /// The person's family name, where there is a person.
    pub family_name: Option<String>,
    /// Where it stands.
    pub status: AccountStatus,
    /// When it was added.
    pub created_at: Timestamp,
    /// When somebody last signed in with it.
    pub last_signed_in_at: Option<Timestamp>,
    /// Counts its changes: a save names the version it read, and loses if another was faster.
    pub version: i64,
}

impl Account {
    /// Whether somebody may sign in with it.
    ///
    /// # Errors
    /// Says why not.
    pub const fn may_sign_in(&self) -> Result<(), MayNotSignIn> {
        if !self.kind.may_sign_in() {
            return Err(MayNotSignIn::Kind);
        }
        self.status.may_sign_in()
    }

    /// The account after `change`.
    ///
    /// # Errors
    /// When the change makes no sense for its status.
    pub fn change(self, change: Change, now: Timestamp) -> Result<Self, CannotChange> {
        Ok(Self { status: self.status.change(change, now)?, ..self })
    }
}

/// Why a text is not a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadName {
    /// Nothing is left of it without spaces.
    #[error("a name is needed")]
    Empty,
    /// It is longer than any page can show.
    #[error("a name has at most 200 characters")]
    TooLong,
    /// It holds a control character.
    #[error("a name has no control characters")]
    Control,
}

/// Tidies a name of a person or an organisation: outer spaces go, inner runs of spaces become one.
///
/// # Errors
/// When it is empty, too long, or holds control characters.
pub fn clean_name(text: &str) -> Result<String, BadName> {
    let mut name = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !name.is_empty() {
            name.push(' ');
        }
        name.push_str(word);
    }
    if name.is_empty() {
        return Err(BadName::Empty);
    }
    if name.chars().count() > 200 {
        return Err(BadName::TooLong);
    }
    // SECURITY: invisible and direction-changing characters could make one name look like another.
    if name.chars().any(|c| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    }) {
        return Err(BadName::Control);
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, BadName>) {
        assert_eq!(clean_name(text).as_deref().map_err(|why| *why), expected, "{text:?}");
    }

    #[test]
    fn a_name_is_tidied() {
        check("  Ada   Lovelace ", Ok("Ada Lovelace"));
        check("Siân O'Neill-Jones", Ok("Siân O'Neill-Jones"));
        check("   ", Err(BadName::Empty));
        check("a\u{7}b", Err(BadName::Control));
        check("a\u{202e}b", Err(BadName::Control));
        check(&"x".repeat(201), Err(BadName::TooLong));
    }
}
