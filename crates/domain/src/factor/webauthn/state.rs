//! What is kept of a key, and how an answer is judged.

use serde::{Deserialize, Serialize};
use webauthn_rs_core::proto::COSEKey;

use super::aaguid::Aaguid;
use super::failure::KeyFailure;
use crate::factor::Proof;
use crate::id::{AccountId, CredentialId};
use crate::secret::TokenHash;

/// What is kept of a key: the credential record [WebAuthn Level 3 §4].
///
/// Its counter is kept beside it, so that two nodes cannot accept the same one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRecord {
    pub(super) id: Vec<u8>,
    pub(super) public_key: COSEKey,
    pub(super) transports: Vec<String>,
    pub(super) backup_eligible: bool,
    pub(super) backed_up: bool,
    pub(super) model: Option<Aaguid>,
}

/// Bytes that are no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no record of a security key")]
pub struct BadRecord;

/// An enrolled key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyState {
    /// The credential.
    pub credential: CredentialId,
    /// Whose.
    pub account: AccountId,
    /// The record.
    pub record: KeyRecord,
    /// The highest counter that it has shown.
    pub counter: u32,
}

/// A key that has just been made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewKey {
    /// The record.
    pub record: KeyRecord,
    /// Its first counter.
    pub counter: u32,
}

/// What an accepted answer changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedKey {
    /// The credential.
    pub credential: CredentialId,
    /// Whose.
    pub account: AccountId,
    /// Its counter now.
    pub counter: u32,
    /// The record, if it says something new.
    pub record: Option<Box<KeyRecord>>,
}

/// What a browser answered: JSON as it was posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyAnswer(pub(super) String);

/// What an answer to a request amounts to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It proves the factor.
    Accept {
        /// The proof.
        proof: Proof,
        /// What it changes.
        used: UsedKey,
    },
    /// It proves nothing.
    Refuse(KeyFailure),
}

/// What an answer that registers a key amounts to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Registration {
    /// The key may be enrolled; whoever sits before it has shown it.
    Accept {
        /// The proof.
        proof: Proof,
        /// The key.
        key: NewKey,
    },
    /// It may not.
    Refuse(KeyFailure),
}

impl KeyRecord {
    /// What the store finds it by: no two accounts have the same key [WebAuthn Level 3 §7.1, step 26].
    pub fn id_hash(&self) -> TokenHash {
        TokenHash::of_bytes(&self.id)
    }

    /// Its model, if it has proved one.
    pub const fn model(&self) -> Option<Aaguid> {
        self.model
    }

    /// Whether it is copied between devices by an account of its maker.
    pub const fn is_synced(&self) -> bool {
        self.backup_eligible
    }

    /// Whether it can change hands: it neither stays in a device nor is copied to somebody's other ones.
    pub fn can_be_given(&self) -> bool {
        !self.backup_eligible && !self.transports.iter().any(|transport| transport == "internal")
    }

    /// The record as bytes to seal.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Takes up a record.
    ///
    /// # Errors
    /// When the bytes are none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadRecord> {
        serde_json::from_slice(bytes).map_err(|_| BadRecord)
    }
}

impl KeyAnswer {
    /// The most that a browser may send: attestations with certificates have some kilobytes.
    const MAX_LENGTH: usize = 64 * 1024;

    /// Takes what a browser sent.
    ///
    /// # Errors
    /// When it is empty, or too long to be one.
    pub fn new(text: &str) -> Result<Self, KeyFailure> {
        if text.is_empty() || text.len() > Self::MAX_LENGTH {
            return Err(KeyFailure::Unreadable);
        }
        Ok(Self(text.to_owned()))
    }
}
