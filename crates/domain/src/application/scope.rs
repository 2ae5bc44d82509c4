//! Scopes: what an application asks for, and what it was given.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Asks for an ID token: makes an OAuth request an OpenID Connect one.
pub const OPENID: &str = "openid";
/// Asks for names.
pub const PROFILE: &str = "profile";
/// Asks for the address.
pub const EMAIL: &str = "email";
/// Asks for a refresh token.
pub const OFFLINE_ACCESS: &str = "offline_access";

/// The scopes that every server of OpenID Connect knows, and we serve.
pub const STANDARD: &[&str] = &[OPENID, PROFILE, EMAIL, OFFLINE_ACCESS];

/// A set of scopes in the order in which they were written [RFC 6749 §3.3].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Scopes(Vec<String>);

/// A text that is no list of scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the scope must be at most 64 words of plain ASCII without quotes or backslashes, separated by spaces")]
pub struct BadScope;

impl Scopes {
    /// Whether `scope` is among them.
    pub fn contains(&self, scope: &str) -> bool {
        self.0.iter().any(|held| held == scope)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether every one of them is in `other`.
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.iter().all(|scope| other.contains(scope))
    }

    /// Those that are also in `allowed`.
    #[must_use]
    pub fn limited_to(&self, allowed: &Self) -> Self {
        Self(self.0.iter().filter(|scope| allowed.contains(scope)).cloned().collect())
    }

    /// Those that `keep` keeps.
    #[must_use]
    pub fn without(&self, scope: &str) -> Self {
        Self(self.0.iter().filter(|held| *held != scope).cloned().collect())
    }

    /// Each in turn.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl FromStr for Scopes {
    type Err = BadScope;

    fn from_str(text: &str) -> Result<Self, BadScope> {
        let mut scopes: Vec<String> = Vec::new();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let allowed = word.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\');
            if !allowed || word.len() > 128 || scopes.len() == 64 {
                return Err(BadScope);
            }
            if !scopes.iter().any(|held| held == word) {
                scopes.push(word.to_owned());
            }
        }
        Ok(Self(scopes))
    }
}

impl TryFrom<String> for Scopes {
    type Error = BadScope;

    fn try_from(text: String) -> Result<Self, BadScope> {
        text.parse()
    }
}

impl From<Scopes> for String {
    fn from(scopes: Scopes) -> Self {
        scopes.to_string()
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_keep_their_order_and_lose_their_repeats() {
        let scopes: Scopes = "openid  email openid profile".parse().unwrap();
        assert_eq!(scopes.to_string(), "openid email profile");
        assert!(scopes.contains(EMAIL) && !scopes.contains("e-mail"));
        assert_eq!(scopes.limited_to(&"profile openid".parse().unwrap()).to_string(), "openid profile");
        assert!(!scopes.is_within(&"openid".parse().unwrap()));
    }

    #[test]
    fn a_scope_is_plain_ascii() {
        for bad in ["a\"b", "a\\b", "caf\u{e9}", "a\nb", &"x".repeat(129)] {
            assert_eq!(bad.parse::<Scopes>(), Err(BadScope), "{bad}");
        }
        let many: Vec<_> = (0..65).map(|n| n.to_string()).collect();
        assert_eq!(many.join(" ").parse::<Scopes>(), Err(BadScope));
    }
}
