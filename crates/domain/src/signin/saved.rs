//! How a flow is kept between two requests: an opaque, versioned blob that the store seals.

use serde::{Deserialize, Serialize};

use crate::factor::totp::NewTotp;
use crate::factor::{Proof, SavedProof};
use crate::id::{AccountId, CredentialId, FlowId};
use crate::op::Op;
use crate::secret::Secret;
use crate::signin::stage::Stage;
use crate::signin::{Flow, NewPasswordWhy, Purpose, Refusal, SignInRequest};
use crate::time::Timestamp;

/// The version of the blob's format; a blob of another version is an expired flow.
const VERSION: u8 = 1;

/// A saved flow: bytes for the store to seal. They hold secrets and proofs, and only the engine can write or read them.
///
/// SECURITY: [`SavedFlow::unsealed`] is for `wardkey-store` alone, after authenticated decryption (tidy checks that).
#[derive(Debug, PartialEq, Eq)]
pub struct SavedFlow(Secret<Vec<u8>>);

impl SavedFlow {
    /// Takes bytes that the store has just unsealed.
    pub const fn unsealed(bytes: Secret<Vec<u8>>) -> Self {
        Self(bytes)
    }

    /// The bytes to seal.
    pub const fn to_seal(&self) -> &Secret<Vec<u8>> {
        &self.0
    }
}

#[derive(Serialize, Deserialize)]
struct Blob {
    version: u8,
    id: FlowId,
    purpose: Purpose,
    request: SignInRequest,
    account: Option<AccountId>,
    proofs: Vec<SavedProof>,
    activated: bool,
    stage: BlobStage,
    started_at: Timestamp,
    expires_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
enum BlobStage {
    Identify,
    SecondFactor,
    Activation,
    NewPassword(NewPasswordWhy),
    OfferEnrolment,
    ChooseFactor,
    EnrolTotp { credential: CredentialId, seed: Vec<u8> },
}

impl Flow {
    /// The flow as a blob; `None` for one that ended or waits for the hashing pool: such a flow is never kept.
    pub fn save(&self) -> Option<SavedFlow> {
        let stage = match &self.stage {
            Stage::Identify => BlobStage::Identify,
            Stage::SecondFactor => BlobStage::SecondFactor,
            Stage::Activation => BlobStage::Activation,
            Stage::NewPassword(why) => BlobStage::NewPassword(*why),
            Stage::OfferEnrolment => BlobStage::OfferEnrolment,
            Stage::ChooseFactor => BlobStage::ChooseFactor,
            Stage::EnrolTotp(new) => {
                BlobStage::EnrolTotp { credential: new.credential(), seed: new.seed().expose().clone() }
            }
            Stage::CheckingPassword | Stage::Complete => return None,
        };
        let blob = Blob {
            version: VERSION,
            id: self.id,
            purpose: self.purpose,
            request: self.request.clone(),
            account: self.account,
            proofs: self.proofs.iter().map(Proof::saved).collect(),
            activated: self.activated,
            stage,
            started_at: self.started_at,
            expires_at: self.expires_at,
        };
        serde_json::to_vec(&blob).ok().map(|bytes| SavedFlow(Secret::new(bytes)))
    }

    /// Takes up a saved flow.
    ///
    /// # Errors
    /// Refuses one that has expired or is of another version.
    pub fn resume(op: &Op, saved: &SavedFlow) -> Result<Self, Refusal> {
        let blob: Blob = serde_json::from_slice(saved.0.expose()).map_err(|_| Refusal::FlowExpired)?;
        if blob.version != VERSION || op.now >= blob.expires_at {
            return Err(Refusal::FlowExpired);
        }
        Ok(Self {
            id: blob.id,
            purpose: blob.purpose,
            request: blob.request,
            account: blob.account,
            proofs: blob.proofs.into_iter().map(Proof::restore).collect(),
            activated: blob.activated,
            stage: match blob.stage {
                BlobStage::Identify => Stage::Identify,
                BlobStage::SecondFactor => Stage::SecondFactor,
                BlobStage::Activation => Stage::Activation,
                BlobStage::NewPassword(why) => Stage::NewPassword(why),
                BlobStage::OfferEnrolment => Stage::OfferEnrolment,
                BlobStage::ChooseFactor => Stage::ChooseFactor,
                BlobStage::EnrolTotp { credential, seed } => {
                    Stage::EnrolTotp(NewTotp::restore(credential, Secret::new(seed)))
                }
            },
            started_at: blob.started_at,
            expires_at: blob.expires_at,
        })
    }
}
