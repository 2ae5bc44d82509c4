//! Scopes [RFC 6749 §3.3].

use std::fmt;

use serde::{Serialize, Serializer};

use super::error::{ErrorCode, OAuthError};
use super::parameters::Parameters;

/// The most scopes that one request may name.
const MAX_SCOPES: usize = 64;
/// The longest list that is read.
const MAX_LENGTH: usize = 4096;

/// A list of scopes, each once, in the order they were named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope(Vec<String>);

impl Scope {
    /// Reads a list parted by spaces.
    ///
    /// # Errors
    /// `invalid_scope`: it has other characters than the standard allows, or is too long.
    pub fn parse(text: &str) -> Result<Self, OAuthError> {
        let invalid = |why| Err(OAuthError::new(ErrorCode::InvalidScope, why));
        if text.len() > MAX_LENGTH {
            return invalid("the scope is too long");
        }
        let mut scopes: Vec<String> = Vec::new();
        for scope in text.split(' ').filter(|scope| !scope.is_empty()) {
            if !scope.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e)) {
                return invalid("the scope has characters that are not allowed");
            }
            if !scopes.iter().any(|own| own == scope) {
                scopes.push(scope.to_owned());
            }
        }
        if scopes.len() > MAX_SCOPES {
            return invalid("the scope names too many values");
        }
        Ok(Self(scopes))
    }

    /// The parameter `scope`, if there is one.
    pub(super) fn of(parameters: &Parameters) -> Result<Option<Self>, OAuthError> {
        parameters.get("scope").map(Self::parse).transpose()
    }

    /// Whether `scope` is in the list.
    pub fn contains(&self, scope: &str) -> bool {
        self.0.iter().any(|own| own == scope)
    }

    /// Whether every scope of this list is in `granted` [RFC 6749 §6].
    pub fn is_within(&self, granted: &Self) -> bool {
        self.iter().all(|scope| granted.contains(scope))
    }

    /// The scopes of this list for which `keep` holds.
    #[must_use]
    pub fn filtered(&self, mut keep: impl FnMut(&str) -> bool) -> Self {
        Self(self.0.iter().filter(|scope| keep(scope)).cloned().collect())
    }

    /// Whether the list names nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The scopes in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_list_is_read_once_each_in_order() {
        for (text, read) in [
            ("openid profile", "openid profile"),
            (" openid  openid email ", "openid email"),
            ("https://x.example/y:z a", "https://x.example/y:z a"),
            ("", ""),
        ] {
            assert_eq!(Scope::parse(text).unwrap().to_string(), read, "{text}");
        }
    }

    #[test]
    fn other_characters_are_refused() {
        for bad in ["a\"b", "a\\b", "a\tb", "é", "a\nb", &"x ".repeat(3000)] {
            assert_eq!(Scope::parse(bad).unwrap_err().code, ErrorCode::InvalidScope, "{bad}");
        }
    }

    #[test]
    fn a_narrower_list_is_within_a_wider_one() {
        let scope = |text| Scope::parse(text).unwrap();
        assert!(scope("b a").is_within(&scope("a b c")));
        assert!(!scope("a d").is_within(&scope("a b c")));
        assert_eq!(scope("a b c").filtered(|one| one != "b"), scope("a c"));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(text in "[!#-\\[\\]-~ ]{0,60}") {
            let scope = Scope::parse(&text).unwrap();
            prop_assert_eq!(Scope::parse(&scope.to_string()), Ok(scope));
        }
    }
}
