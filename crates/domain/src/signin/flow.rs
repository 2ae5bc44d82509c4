//! A sign-in in progress.

use serde::{Deserialize, Serialize};

use crate::factor::push::{AskedApp, NewBinding};
use crate::factor::webauthn::KeyChallenge;
use crate::factor::{FactorKind, Proof, SavedProof};
use crate::id::{AccountId, CredentialId, FlowId, MessageId, SessionId};
use crate::op::Op;
use crate::session::{ProofRecord, Session, Strength};
use crate::signin::stage::{Confirming, Stage};
use crate::signin::{Person, SignInRequest, SignInRules};
use crate::time::Timestamp;

/// A sign-in in progress: what is asked for, what is proved so far, and what is awaited.
///
/// INVARIANT: its fields are private to the engine. It is made by [`Flow::begin`] or [`Flow::refresh`], moved on only by
/// [`Flow::step`], and saved as a blob that nothing else can read or compose.
#[derive(Debug)]
pub struct Flow {
    pub(super) id: FlowId,
    pub(super) purpose: Purpose,
    pub(super) request: SignInRequest,
    pub(super) account: Option<AccountId>,
    pub(super) proofs: Vec<Proof>,
    pub(super) activated: bool,
    /// Whether it was opened by a pass or a recovery code that is for enrolling: it goes nowhere else before that.
    pub(super) enrols_only: bool,
    /// Whether registering a factor was put off in it.
    pub(super) put_off: bool,
    pub(super) stage: Stage,
    /// What security keys sign in this flow.
    pub(super) challenge: KeyChallenge,
    /// How many codes and calls it has asked for.
    pub(super) dispatches: u32,
    /// From when on it may ask the same telephone again.
    pub(super) again_at: Option<Timestamp>,
    /// To which credential that went.
    pub(super) dispatched_to: Option<CredentialId>,
    /// The message that went there.
    pub(super) dispatched: Option<MessageId>,
    pub(super) started_at: Timestamp,
    pub(super) expires_at: Timestamp,
}

/// What a flow is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// A new session.
    SignIn,
    /// A fresh second factor for a session that goes on [SES-8].
    FreshFactor {
        /// The session.
        session: SessionId,
    },
}

/// What a step-up is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepUp {
    /// To change or remove something.
    Change,
    /// To add a factor, or to change the password.
    Add,
    /// To move this app to a new phone.
    MoveApp(CredentialId),
}

impl Flow {
    /// A new sign-in, which asks for a password first. `challenge` is what security keys will sign in it.
    pub fn begin(op: &Op, rules: &SignInRules, id: FlowId, request: SignInRequest, challenge: KeyChallenge) -> Self {
        Self {
            id,
            purpose: Purpose::SignIn,
            request,
            account: None,
            proofs: Vec::new(),
            activated: false,
            enrols_only: false,
            put_off: false,
            stage: Stage::Identify,
            challenge,
            dispatches: 0,
            again_at: None,
            dispatched_to: None,
            dispatched: None,
            started_at: op.now,
            expires_at: op.now.plus(rules.lifetime),
        }
    }

    /// Whether it only refreshes the second factor of a session that goes on.
    pub const fn is_step_up(&self) -> bool {
        matches!(self.purpose, Purpose::FreshFactor { .. })
    }

    /// A step-up inside `session`: its password still counts, a second factor is asked for anew [SES-8].
    ///
    /// SECURITY: who has a factor that is not restricted shows that one. A telephone number alone, which can be taken over,
    /// must not be enough to add a stronger factor and so become stronger itself [AUT-8].
    ///
    /// Where a factor is added, who has one that cannot be phished shows that, unless they were given a pass because they have
    /// lost it [ENR-19]. Where an app moves to a new phone, neither it nor any code proves anything, and what is left may be a
    /// telephone number alone.
    pub fn refresh(
        op: &Op,
        rules: &SignInRules,
        id: FlowId,
        session: &Session,
        person: &Person,
        step_up: StepUp,
        challenge: KeyChallenge,
    ) -> Self {
        let moving = if let StepUp::MoveApp(app) = step_up { Some(app) } else { None };
        let strength = match step_up {
            StepUp::Add if person.has_phishing_resistant_factor() && person.pass.is_none() => {
                Strength::PhishingResistant
            }
            StepUp::Add | StepUp::Change if person.has_unrestricted_factor() => Strength::MultiFactorUnrestricted,
            StepUp::Add | StepUp::Change | StepUp::MoveApp(_) => Strength::MultiFactor,
        };
        // SECURITY: only knowledge is carried over; possession must be shown now, whatever the session says.
        let proofs = session
            .facts()
            .proofs
            .iter()
            .filter(|record| record.factor == FactorKind::Password)
            .map(|record| {
                let ProofRecord { factor, credential, at, is_enrolment } = *record;
                Proof::restore(SavedProof { factor, credential, at, is_enrolment })
            })
            .collect();
        Self {
            id,
            purpose: Purpose::FreshFactor { session: session.id() },
            request: SignInRequest { strength, moving, ..SignInRequest::portal() },
            account: Some(session.account()),
            proofs,
            activated: false,
            enrols_only: false,
            put_off: false,
            stage: Stage::SecondFactor { chosen: None },
            challenge,
            dispatches: 0,
            again_at: None,
            dispatched_to: None,
            dispatched: None,
            started_at: op.now,
            expires_at: op.now.plus(rules.lifetime),
        }
    }

    /// The flow's identifier.
    pub const fn id(&self) -> FlowId {
        self.id
    }

    /// What it is for.
    pub const fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// What is asked of it.
    pub const fn request(&self) -> &SignInRequest {
        &self.request
    }

    /// The account, once a password or an activation code has proved it.
    pub const fn account(&self) -> Option<AccountId> {
        self.account
    }

    /// When it is forgotten.
    pub const fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// Whether it awaits a new password, so that the use case may spend hashing on one.
    pub const fn awaits_new_password(&self) -> bool {
        matches!(self.stage, Stage::NewPassword(_))
    }

    /// Whether it awaits an address and a password.
    pub const fn awaits_password(&self) -> bool {
        matches!(self.stage, Stage::Identify)
    }

    /// Whether it awaits an activation code, or could begin with one.
    pub const fn awaits_activation(&self) -> bool {
        matches!(self.stage, Stage::Identify | Stage::Activation)
    }

    /// Whether it was opened by a pass or a recovery code, and is for enrolling.
    pub const fn enrols_only(&self) -> bool {
        self.enrols_only
    }

    /// Whether that was a pass, which ends it when it ends; and not a recovery code.
    pub fn opened_by_pass(&self) -> bool {
        self.enrols_only && !self.has_proof_of(FactorKind::RecoveryCode)
    }

    /// What security keys sign in this flow.
    pub const fn key_challenge(&self) -> &KeyChallenge {
        &self.challenge
    }

    /// The credential that a new security key becomes, if one is awaited.
    pub const fn awaits_new_key(&self) -> Option<CredentialId> {
        if let Stage::EnrolKey(credential) = &self.stage { Some(*credential) } else { None }
    }

    /// The credential that a smartcard becomes, if one is awaited that is to be linked.
    pub const fn awaits_new_card(&self) -> Option<CredentialId> {
        if let Stage::EnrolCard(credential) = &self.stage { Some(*credential) } else { None }
    }

    /// The hardware token whose code it awaits, to activate it.
    pub const fn awaits_token(&self) -> Option<CredentialId> {
        if let Stage::ActivateToken { token, .. } = &self.stage { Some(*token) } else { None }
    }

    /// Which factor's code it awaits, so that the use case counts the try for that factor.
    pub const fn awaits_code_of(&self) -> FactorKind {
        if matches!(self.stage, Stage::TextCode(_) | Stage::ConfirmNumber { .. }) {
            FactorKind::Sms
        } else {
            // An app of ours shows the same codes as any other.
            FactorKind::Totp
        }
    }

    /// The last message that it asked for, whether it is awaited or not.
    pub const fn last_message(&self) -> Option<MessageId> {
        self.dispatched
    }

    /// The request to an app that it awaits.
    pub const fn awaits_app(&self) -> Option<AskedApp> {
        self.stage.asked()
    }

    /// The binding that it awaits, and no app has used yet.
    pub const fn awaits_binding(&self) -> Option<&NewBinding> {
        if let Stage::BindApp(binding) = &self.stage { Some(binding) } else { None }
    }

    /// Whether the request that it awaits is to an app that is being enrolled.
    pub const fn is_confirming_app(&self) -> bool {
        matches!(self.stage, Stage::ConfirmApp(_))
    }

    /// The call that it awaits.
    pub const fn awaits_call(&self) -> Option<MessageId> {
        match self.stage.sent() {
            Some(Confirming::Call(call)) => Some(call.message),
            Some(Confirming::Text(_)) | None => None,
        }
    }

    /// Whether that call is to confirm a new number.
    pub const fn is_confirming_number(&self) -> bool {
        matches!(self.stage, Stage::ConfirmNumber { .. })
    }

    /// Whether a password has been proved in this flow.
    pub(super) fn has_proof_of(&self, kind: FactorKind) -> bool {
        self.proofs.iter().any(|proof| proof.factor() == kind)
    }

    /// Adds `proof`, replacing an older one of the same factor: a factor never counts twice.
    pub(super) fn add(&mut self, proof: Proof) {
        self.proofs.retain(|held| held.factor() != proof.factor());
        self.proofs.push(proof);
    }

    /// Adds the proof of a factor that was enrolled just now. An activation code says who the person is, and so does a factor of
    /// theirs that was shown before; a password alone, or a pass that somebody read out, does not say it well enough for what
    /// cannot be phished.
    pub(super) fn add_enrolled(&mut self, proof: Proof) {
        let proof = if self.activated || self.has_shown_own_factor() { proof } else { proof.of_enrolment() };
        self.add(proof);
    }

    /// The strength that its proofs reach together.
    pub(super) fn reached(&self) -> Option<Strength> {
        Strength::of_proofs(self.counting().map(|proof| (proof.factor(), proof.is_enrolment())))
    }

    /// The proofs that count for this request: those that are fresh enough.
    pub(super) fn counting(&self) -> impl Iterator<Item = &Proof> {
        let since = self.request.fresh_since;
        self.proofs.iter().filter(move |proof| since.is_none_or(|since| proof.at() >= since))
    }
}
