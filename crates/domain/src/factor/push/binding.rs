//! The code that binds a new app to an account.

use data_encoding::BASE32_NOPAD;

use crate::factor::{FactorKind, definition};
use crate::id::CredentialId;
use crate::secret::{Secret, TokenHash};
use crate::time::Timestamp;

/// How many random bytes a code is made from: 128 bits [ENR-20: at least 112].
pub const BINDING_BYTES: usize = 16;
const LENGTH: usize = 26;

/// A single-use code that binds an app: 26 letters and digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BindingCode(Secret<String>);

/// Why a text is not a binding code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a binding code is 26 letters and digits")]
pub struct BadBindingCode;

/// An app that is about to be bound.
#[derive(Clone, Debug)]
pub struct NewBinding {
    /// The credential that it becomes, or is already when it moves to another phone.
    pub credential: CredentialId,
    /// The code that the page shows.
    pub code: BindingCode,
    /// From when on it is refused.
    pub expires_at: Timestamp,
}

impl BindingCode {
    /// Makes a code from random bytes.
    pub fn new(entropy: [u8; BINDING_BYTES]) -> Self {
        Self(Secret::new(BASE32_NOPAD.encode(&entropy)))
    }

    /// Reads a code as a link carries it or a person types it: small letters, spaces and hyphens are fine.
    ///
    /// # Errors
    /// When it cannot be one.
    pub fn parse(text: &str) -> Result<Self, BadBindingCode> {
        let mut bare = String::with_capacity(LENGTH);
        for character in text.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            if bare.len() == LENGTH || !character.is_ascii_alphanumeric() {
                return Err(BadBindingCode);
            }
            bare.push(character.to_ascii_uppercase());
        }
        let is_code = BASE32_NOPAD.decode(bare.as_bytes()).is_ok_and(|bytes| bytes.len() == BINDING_BYTES);
        if is_code { Ok(Self(Secret::new(bare))) } else { Err(BadBindingCode) }
    }

    /// The code.
    pub fn text(&self) -> &Secret<String> {
        &self.0
    }

    /// What the store keeps instead of the code.
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(self.0.expose())
    }
}

/// Whether a factor that was shown counts for moving the app of `moving` to a new phone.
///
/// SECURITY: the app itself does not, and no code does: whoever has stolen a backup has the codes of all apps in it.
pub fn proves_move(shown: FactorKind, credential: Option<CredentialId>, moving: CredentialId) -> bool {
    credential != Some(moving)
        && (matches!(shown, FactorKind::Push | FactorKind::HardwareToken)
            || (!definition(shown).has_codes && shown != FactorKind::RecoveryCode))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_reads_back_as_people_type_it() {
        let code = BindingCode::new([7; BINDING_BYTES]);
        let text = code.text().expose().clone();
        assert_eq!(text.len(), LENGTH);
        let typed = format!(" {}-{} ", text[..13].to_lowercase(), &text[13..]);
        assert_eq!(BindingCode::parse(&typed), Ok(code));
    }

    #[test]
    fn what_is_no_code_is_refused() {
        let text = BindingCode::new([7; BINDING_BYTES]).text().expose().clone();
        for bad in [String::new(), text[1..].to_owned(), format!("{text}A"), text.replace('A', "1"), format!("é{text}")]
        {
            assert!(BindingCode::parse(&bad).is_err(), "{bad}");
        }
    }
}
