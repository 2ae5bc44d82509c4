//! Account addresses: the e-mail-shaped name that a person types to sign in.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The address that names an account: e-mail-shaped, ASCII, lower case.
///
/// SECURITY: ASCII only, so that no two addresses look alike, and lower case only, so that no two differ by case alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountAddress(String);

/// Why a text is not an account address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// It is longer than a mailbox name may be [RFC 5321 §4.5.3.1].
    #[error("an address has at most 254 characters")]
    TooLong,
    /// It is not `name@host.example`.
    #[error("an address looks like name@practice.example")]
    NotShaped,
}

const LONGEST: usize = 254;
const LONGEST_LOCAL_PART: usize = 64;

impl AccountAddress {
    /// Reads an address; surrounding spaces and capitals are forgiven.
    ///
    /// # Errors
    /// When it is too long or not shaped like an e-mail address [RFC 5321 §4.1.2, without quoted names].
    pub fn parse(text: &str) -> Result<Self, BadAddress> {
        let text = text.trim();
        if text.len() > LONGEST {
            return Err(BadAddress::TooLong);
        }
        let (name, host) = text.rsplit_once('@').ok_or(BadAddress::NotShaped)?;
        if name.len() > LONGEST_LOCAL_PART || !name.split('.').all(is_atom) {
            return Err(BadAddress::NotShaped);
        }
        if !host.contains('.') || !host.split('.').all(is_label) {
            return Err(BadAddress::NotShaped);
        }
        Ok(Self(text.to_ascii_lowercase()))
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_atom(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&byte))
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= 63
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

impl fmt::Display for AccountAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for AccountAddress {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for AccountAddress {
    type Error = BadAddress;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<AccountAddress> for String {
    fn from(address: AccountAddress) -> Self {
        address.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(AccountAddress::parse(text).ok().as_ref().map(AccountAddress::as_str), expected, "{text:?}");
    }

    #[test]
    fn an_address_is_shaped_like_an_e_mail_address() {
        check("nurse@riverside-surgery.example", Some("nurse@riverside-surgery.example"));
        check("  Nurse.One@Riverside.Example ", Some("nurse.one@riverside.example"));
        check("o'neil+rota@a.example", Some("o'neil+rota@a.example"));
        for bad in
            ["", "nurse", "@a.example", "nurse@", "nurse@host", "a..b@a.example", ".a@a.example", "a b@a.example"]
        {
            check(bad, None);
        }
        for bad in ["a@b@c.example", "a@-b.example", "a@b-.example", "a@b..example", "nursé@a.example", "a\n@a.example"]
        {
            check(bad, None);
        }
    }

    #[test]
    fn an_address_has_at_most_254_characters() {
        let host = ["a".repeat(60).as_str(); 4].join(".");
        assert_eq!(AccountAddress::parse(&format!("abcdefghijk@{host}")), Err(BadAddress::TooLong));
        assert!(AccountAddress::parse(&format!("abc@{host}")).is_ok());
    }
}
