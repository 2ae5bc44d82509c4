//! How a flow is kept between two requests: an opaque, versioned blob that the store seals.

use serde::{Deserialize, Serialize};

use crate::factor::push::{AskedApp, BindingCode, MatchNumber, NewBinding};
use crate::factor::sms::SentCode;
use crate::factor::telephone::PhoneNumber;
use crate::factor::totp::NewTotp;
use crate::factor::voice_call::PlacedCall;
use crate::factor::webauthn::KeyChallenge;
use crate::factor::{Code, FactorKind, Proof, SavedProof};
use crate::id::{AccountId, CredentialId, FlowId, MessageId, PushRequestId};
use crate::op::Op;
use crate::secret::Secret;
use crate::signin::stage::{Confirming, Stage};
use crate::signin::{Flow, NewPasswordWhy, Purpose, Refusal, SignInRequest};
use crate::time::Timestamp;

/// The version of the blob's format; a blob of another version is an expired flow.
const VERSION: u8 = 5;

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
    enrols_only: bool,
    put_off: bool,
    stage: BlobStage,
    challenge: Vec<u8>,
    dispatches: u32,
    again_at: Option<Timestamp>,
    dispatched_to: Option<CredentialId>,
    dispatched: Option<MessageId>,
    started_at: Timestamp,
    expires_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
enum BlobStage {
    Identify,
    SecondFactor { chosen: Option<CredentialId> },
    App(BlobAsked),
    AppCode(CredentialId),
    TextCode(BlobSent),
    Call(BlobSent),
    Activation,
    NewPassword(NewPasswordWhy),
    OfferEnrolment,
    ChooseFactor,
    EnrolTotp { credential: CredentialId, seed: Vec<u8> },
    EnrolKey(CredentialId),
    EnrolCard(CredentialId),
    ActivateToken { token: CredentialId, credential: CredentialId },
    BindApp { credential: CredentialId, code: String, expires_at: Timestamp },
    ConfirmApp(BlobAsked),
    EnrolNumber(FactorKind),
    ConfirmByText { number: PhoneNumber, sent: BlobSent },
    ConfirmByCall { number: PhoneNumber, call: BlobSent },
}

/// A code or a call on its way.
#[derive(Clone, Serialize, Deserialize)]
struct BlobSent {
    credential: CredentialId,
    message: MessageId,
    code: Option<String>,
    at: Timestamp,
    expires_at: Timestamp,
}

/// A request to an app.
#[derive(Clone, Serialize, Deserialize)]
struct BlobAsked {
    credential: CredentialId,
    request: PushRequestId,
    number: String,
    at: Timestamp,
    expires_at: Timestamp,
}

impl BlobAsked {
    fn of(asked: AskedApp) -> Self {
        let AskedApp { credential, request, number, asked_at, expires_at } = asked;
        Self { credential, request, number: number.text(), at: asked_at, expires_at }
    }

    fn asked(self) -> Result<AskedApp, Refusal> {
        let number = MatchNumber::parse(&self.number).map_err(|_| Refusal::FlowExpired)?;
        let Self { credential, request, at, expires_at, .. } = self;
        Ok(AskedApp { credential, request, number, asked_at: at, expires_at })
    }
}

impl BlobSent {
    fn of_text(sent: SentCode) -> Self {
        let SentCode { credential, message, code, sent_at, expires_at } = sent;
        Self { credential, message, code: Some(code.text()), at: sent_at, expires_at }
    }

    fn of_call(call: PlacedCall) -> Self {
        let PlacedCall { credential, message, code, placed_at, expires_at } = call;
        Self { credential, message, code: code.map(Code::text), at: placed_at, expires_at }
    }

    fn text(self) -> Result<SentCode, Refusal> {
        let code = self.code.and_then(|code| Code::parse(&code).ok()).ok_or(Refusal::FlowExpired)?;
        let Self { credential, message, at, expires_at, .. } = self;
        Ok(SentCode { credential, message, code, sent_at: at, expires_at })
    }

    fn call(self) -> Result<PlacedCall, Refusal> {
        let code = self.code.map(|code| Code::parse(&code)).transpose().map_err(|_| Refusal::FlowExpired)?;
        let Self { credential, message, at, expires_at, .. } = self;
        Ok(PlacedCall { credential, message, code, placed_at: at, expires_at })
    }
}

impl Flow {
    /// The flow as a blob; `None` for one that ended or waits for the hashing pool: such a flow is never kept.
    pub fn save(&self) -> Option<SavedFlow> {
        let stage = match &self.stage {
            Stage::Identify => BlobStage::Identify,
            Stage::SecondFactor { chosen } => BlobStage::SecondFactor { chosen: *chosen },
            Stage::App(asked) => BlobStage::App(BlobAsked::of(*asked)),
            Stage::AppCode(credential) => BlobStage::AppCode(*credential),
            Stage::BindApp(NewBinding { credential, code, expires_at }) => BlobStage::BindApp {
                credential: *credential,
                code: code.text().expose().clone(),
                expires_at: *expires_at,
            },
            Stage::ConfirmApp(asked) => BlobStage::ConfirmApp(BlobAsked::of(*asked)),
            Stage::TextCode(sent) => BlobStage::TextCode(BlobSent::of_text(*sent)),
            Stage::Call(call) => BlobStage::Call(BlobSent::of_call(*call)),
            Stage::EnrolNumber(kind) => BlobStage::EnrolNumber(*kind),
            Stage::ConfirmNumber { number, how: Confirming::Text(sent) } => {
                BlobStage::ConfirmByText { number: number.clone(), sent: BlobSent::of_text(*sent) }
            }
            Stage::ConfirmNumber { number, how: Confirming::Call(call) } => {
                BlobStage::ConfirmByCall { number: number.clone(), call: BlobSent::of_call(*call) }
            }
            Stage::Activation => BlobStage::Activation,
            Stage::NewPassword(why) => BlobStage::NewPassword(*why),
            Stage::OfferEnrolment => BlobStage::OfferEnrolment,
            Stage::ChooseFactor => BlobStage::ChooseFactor,
            Stage::EnrolTotp(new) => {
                BlobStage::EnrolTotp { credential: new.credential(), seed: new.seed().expose().clone() }
            }
            Stage::EnrolKey(credential) => BlobStage::EnrolKey(*credential),
            Stage::EnrolCard(credential) => BlobStage::EnrolCard(*credential),
            Stage::ActivateToken { token, credential } => {
                BlobStage::ActivateToken { token: *token, credential: *credential }
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
            enrols_only: self.enrols_only,
            put_off: self.put_off,
            stage,
            challenge: self.challenge.as_bytes().to_vec(),
            dispatches: self.dispatches,
            again_at: self.again_at,
            dispatched_to: self.dispatched_to,
            dispatched: self.dispatched,
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
            enrols_only: blob.enrols_only,
            put_off: blob.put_off,
            stage: match blob.stage {
                BlobStage::Identify => Stage::Identify,
                BlobStage::SecondFactor { chosen } => Stage::SecondFactor { chosen },
                BlobStage::App(asked) => Stage::App(asked.asked()?),
                BlobStage::AppCode(credential) => Stage::AppCode(credential),
                BlobStage::BindApp { credential, code, expires_at } => {
                    let code = BindingCode::parse(&code).map_err(|_| Refusal::FlowExpired)?;
                    Stage::BindApp(NewBinding { credential, code, expires_at })
                }
                BlobStage::ConfirmApp(asked) => Stage::ConfirmApp(asked.asked()?),
                BlobStage::TextCode(sent) => Stage::TextCode(sent.text()?),
                BlobStage::Call(call) => Stage::Call(call.call()?),
                BlobStage::EnrolNumber(kind) => Stage::EnrolNumber(kind),
                BlobStage::ConfirmByText { number, sent } => {
                    Stage::ConfirmNumber { number, how: Confirming::Text(sent.text()?) }
                }
                BlobStage::ConfirmByCall { number, call } => {
                    Stage::ConfirmNumber { number, how: Confirming::Call(call.call()?) }
                }
                BlobStage::Activation => Stage::Activation,
                BlobStage::NewPassword(why) => Stage::NewPassword(why),
                BlobStage::OfferEnrolment => Stage::OfferEnrolment,
                BlobStage::ChooseFactor => Stage::ChooseFactor,
                BlobStage::EnrolKey(credential) => Stage::EnrolKey(credential),
                BlobStage::EnrolCard(credential) => Stage::EnrolCard(credential),
                BlobStage::ActivateToken { token, credential } => Stage::ActivateToken { token, credential },
                BlobStage::EnrolTotp { credential, seed } => {
                    Stage::EnrolTotp(NewTotp::restore(credential, Secret::new(seed)))
                }
            },
            challenge: KeyChallenge::restore(&blob.challenge).ok_or(Refusal::FlowExpired)?,
            dispatches: blob.dispatches,
            again_at: blob.again_at,
            dispatched_to: blob.dispatched_to,
            dispatched: blob.dispatched,
            started_at: blob.started_at,
            expires_at: blob.expires_at,
        })
    }
}
