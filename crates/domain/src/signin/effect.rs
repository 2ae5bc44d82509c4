//! What the engine wants done: data, so that tests assert on it and the audit can record it.

use crate::credential::Label;
use crate::factor::FactorKind;
use crate::factor::password::PasswordHash;
use crate::factor::push::{AskedApp, NewBinding};
use crate::factor::smartcard::CardRecord;
use crate::factor::sms::SentCode;
use crate::factor::telephone::PhoneNumber;
use crate::factor::totp::Step;
use crate::factor::voice_call::PlacedCall;
use crate::factor::webauthn::{NewKey, UsedKey};
use crate::id::{AccountId, CredentialId, MessageId, PushRequestId};
use crate::secret::Secret;
use crate::signin::DispatchTo;

/// Something that the use case carries out in the transaction that saves the flow.
#[derive(Debug)]
pub enum Effect {
    /// Spend a time-step of a TOTP credential. If another node was faster the step has not happened: the use case answers
    /// with [`crate::signin::Event::CodeSpentElsewhere`].
    SpendTotpStep {
        /// The credential.
        credential: CredentialId,
        /// The time-step [RFC 6238 §4.2].
        step: Step,
    },
    /// Note that the account was asked to register, if it never was before: its grace begins.
    NotePrompt {
        /// The account.
        account: AccountId,
    },
    /// Note that registering was put off. If it was put off elsewhere at the same moment the step has not happened.
    NoteSkip {
        /// The account.
        account: AccountId,
        /// How often it had been before.
        skips: u16,
    },
    /// Forget the failures that were counted against this factor of the account.
    ClearFailures {
        /// The account.
        account: AccountId,
        /// The factor.
        factor: FactorKind,
    },
    /// Store a new password and end the account's other sessions.
    SetPassword {
        /// The account.
        account: AccountId,
        /// The hash.
        hash: PasswordHash,
    },
    /// Store an upgraded hash of the same password.
    UpgradeHash {
        /// The account.
        account: AccountId,
    },
    /// Store a newly enrolled TOTP credential, its confirming step already spent.
    EnrolTotp {
        /// The credential's identifier.
        credential: CredentialId,
        /// The account.
        account: AccountId,
        /// The key.
        seed: Secret<Vec<u8>>,
        /// The step of the code that confirmed it, so that it is spent from the start.
        step: Option<Step>,
        /// The name that its owner gave it.
        label: Label,
    },
    /// Activate a hardware token that was assigned. If it has been taken back meanwhile the step has not happened.
    ActivateToken {
        /// The token.
        token: CredentialId,
        /// The credential that it becomes.
        credential: CredentialId,
        /// The account.
        account: AccountId,
        /// The step of the code that activated it, so that it is spent from the start.
        step: Option<Step>,
        /// The name that its owner gave it.
        label: Label,
    },
    /// Send a code in a text message, in the transaction that saves the flow.
    SendText {
        /// To whom.
        to: DispatchTo,
        /// The code and the message's identifier.
        sent: SentCode,
    },
    /// Call a telephone.
    PlaceCall {
        /// Whom.
        to: DispatchTo,
        /// What to ask, and the message's identifier.
        call: PlacedCall,
    },
    /// Ask an app, in the transaction that saves the flow.
    AskApp {
        /// Whose.
        to: DispatchTo,
        /// What.
        asked: AskedApp,
    },
    /// Take a request to an app back: another takes its place, or none is wanted any more.
    TakeBack {
        /// The request.
        request: PushRequestId,
    },
    /// Let the holder of this code bind an app; codes of this sign-in from before are void.
    OfferBinding {
        /// The account.
        account: AccountId,
        /// The code and what it becomes.
        binding: NewBinding,
    },
    /// Store the app that was bound.
    EnrolApp {
        /// The credential's identifier.
        credential: CredentialId,
        /// The account.
        account: AccountId,
        /// The name that its owner gave it.
        label: Label,
    },
    /// Note that a pass was used, and spend one that is good once. If it has ended meanwhile the step has not happened.
    UsePass {
        /// The pass.
        pass: CredentialId,
    },
    /// Spend a recovery code, and tell its owner. If another node was faster the step has not happened.
    UseRecoveryCode {
        /// The account.
        account: AccountId,
        /// The code.
        code: CredentialId,
    },
    /// Note the counter of a security key. If another node has seen it already the step has not happened, as with
    /// [`Effect::SpendTotpStep`].
    UseKey(UsedKey),
    /// Store a newly enrolled security key.
    EnrolKey {
        /// The credential's identifier.
        credential: CredentialId,
        /// The account.
        account: AccountId,
        /// The key.
        key: NewKey,
        /// The name that its owner gave it.
        label: Label,
    },
    /// Link a smartcard.
    EnrolCard {
        /// The credential's identifier.
        credential: CredentialId,
        /// The account.
        account: AccountId,
        /// The card.
        card: CardRecord,
    },
    /// Forget how often the account's apps were asked in vain.
    ResetPace {
        /// The account.
        account: AccountId,
    },
    /// Do not send a message that has not left yet: another takes its place.
    Withdraw {
        /// The message.
        message: MessageId,
    },
    /// Note that a credential was used now.
    NoteUse {
        /// The credential.
        credential: CredentialId,
    },
    /// Store a newly enrolled telephone.
    EnrolTelephone {
        /// The credential's identifier.
        credential: CredentialId,
        /// The account.
        account: AccountId,
        /// The factor.
        factor: FactorKind,
        /// The number.
        number: PhoneNumber,
        /// The name that its owner gave it.
        label: Label,
    },
}
