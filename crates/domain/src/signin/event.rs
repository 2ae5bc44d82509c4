//! What happens to a sign-in.

use crate::credential::{Label, Permit};
use crate::directory::AccountAddress;
use crate::factor::password::{PasswordHash, PasswordVerdict};
use crate::factor::push::{MatchNumber, NewBinding, PushStanding};
use crate::factor::recovery_code::RecoveryCodes;
use crate::factor::smartcard::{CardFailure, CardState, PresentedCard};
use crate::factor::telephone::{PhoneNumber, Reach};
use crate::factor::temporary_access_pass::{PassCode, PassState};
use crate::factor::totp::{NewTotp, TotpState};
use crate::factor::voice_call::CallStanding;
use crate::factor::webauthn::{KeyAnswer, KeyState};
use crate::factor::{Code, FactorKind};
use crate::id::{CredentialId, MessageId, PushRequestId};
use crate::signin::{Person, Refusal};

/// Something that happened. Each carries the account's facts as they are now.
#[derive(Debug)]
pub enum Event {
    /// A page is shown again: nothing happened, but the account may have changed.
    Looked {
        /// The account, once it is known.
        person: Option<Person>,
    },
    /// An address and a password arrived, and the throttle has answered. The password is not checked yet.
    PasswordSubmitted {
        /// Whether a try is allowed now.
        permit: Permit,
    },
    /// The password has been checked by the bounded pool.
    PasswordChecked {
        /// The account, if the address is known.
        person: Option<Person>,
        /// What the check said; for an unknown address it was made against a decoy.
        verdict: PasswordVerdict,
    },
    /// An activation code arrived; the store has tried to spend it.
    ActivationSubmitted {
        /// The account, if the address is known.
        person: Option<Person>,
        /// Whether a try is allowed now.
        permit: Permit,
        /// Whether the store spent a matching code just now, exactly once.
        spent: bool,
    },
    /// A new password was judged and hashed.
    PasswordChosen {
        /// The account.
        person: Person,
        /// Its new hash.
        hash: PasswordHash,
        /// What was typed, checked against that hash: the proof that the person knows it.
        verdict: PasswordVerdict,
    },
    /// A code arrived.
    CodeSubmitted {
        /// The account.
        person: Person,
        /// Whether a try is allowed now.
        permit: Permit,
        /// The states of the credentials that it may be from.
        states: Vec<TotpState>,
        /// The code.
        code: Code,
    },
    /// A passkey answered before anybody was known [WebAuthn Level 3 §5.1.4].
    PasskeyAnswered {
        /// The account that the authenticator names, if there is one.
        person: Option<Person>,
        /// Its keys.
        keys: Vec<KeyState>,
        /// The answer.
        answer: KeyAnswer,
    },
    /// A security key answered.
    KeyAnswered {
        /// The account.
        person: Person,
        /// Its keys.
        keys: Vec<KeyState>,
        /// The answer.
        answer: KeyAnswer,
    },
    /// A new security key answered.
    EnrolmentKeyAnswered {
        /// The account.
        person: Person,
        /// The name that its owner gave it.
        label: Label,
        /// The answer.
        answer: KeyAnswer,
    },
    /// A smartcard was presented, and is in order; or it was not.
    CardPresented {
        /// The account.
        person: Person,
        /// Its cards.
        cards: Vec<CardState>,
        /// The card.
        card: Result<PresentedCard, CardFailure>,
    },
    /// A smartcard was presented that is to be linked.
    EnrolmentCardPresented {
        /// The account.
        person: Person,
        /// Its address, which the card may have to name.
        address: AccountAddress,
        /// The card.
        card: Result<PresentedCard, CardFailure>,
    },
    /// A pass arrived.
    PassSubmitted {
        /// The account.
        person: Person,
        /// Whether a try is allowed now.
        permit: Permit,
        /// The pass that the account has, if it has one.
        pass: Option<PassState>,
        /// What was typed.
        code: PassCode,
    },
    /// A recovery code arrived.
    RecoveryCodeSubmitted {
        /// The account.
        person: Person,
        /// Whether a try is allowed now.
        permit: Permit,
        /// The codes that the person has left, with what was typed hashed as they are; nothing where no try is allowed.
        codes: Option<(RecoveryCodes, PasswordHash)>,
    },
    /// The person used a recovery code, and will enrol another time.
    EnrolmentPutOff {
        /// The account.
        person: Person,
    },
    /// The person chose one of their factors.
    CredentialChosen {
        /// The account.
        person: Person,
        /// The credential.
        credential: CredentialId,
    },
    /// The person would rather type a code from the app than answer its request [MET-12].
    CodeInstead {
        /// The account.
        person: Person,
    },
    /// A code, a call or a request to an app was asked for, and budgets have answered.
    DispatchRequested {
        /// The account.
        person: Person,
        /// What would be sent.
        dispatch: Dispatch,
    },
    /// How the call stands was looked up.
    CallChecked {
        /// The account.
        person: Person,
        /// How it stands.
        standing: CallStanding,
    },
    /// How the request to an app stands was looked up.
    AppChecked {
        /// The account.
        person: Person,
        /// How it stands.
        standing: PushStanding,
    },
    /// The code that was just accepted turned out to be spent by another node in the same second.
    CodeSpentElsewhere,
    /// The person said yes to enrolling [ENR-1].
    EnrolmentConfirmed {
        /// The account.
        person: Person,
    },
    /// The person chose a factor to enrol.
    FactorChosen {
        /// The account.
        person: Person,
        /// The factor.
        kind: FactorKind,
        /// A new key for it.
        new: NewTotp,
        /// A new code that binds an app.
        binding: NewBinding,
    },
    /// Whether an app has used the code that binds it was looked up.
    BindingChecked {
        /// The account.
        person: Person,
        /// Whether one has.
        bound: bool,
        /// The request that follows.
        dispatch: Dispatch,
    },
    /// How the request to a newly bound app stands was looked up.
    EnrolmentAppChecked {
        /// The account.
        person: Person,
        /// The name that its owner gave it.
        label: Label,
        /// How it stands.
        standing: PushStanding,
    },
    /// A telephone number was entered, and budgets have answered.
    NumberEntered {
        /// The account.
        person: Person,
        /// The number, which is allowed for this factor.
        number: PhoneNumber,
        /// What would be sent.
        dispatch: Dispatch,
    },
    /// How the call to a new number stands was looked up.
    EnrolmentCallChecked {
        /// The account.
        person: Person,
        /// The name that its owner gave it.
        label: Label,
        /// How it stands.
        standing: CallStanding,
    },
    /// A code of an assigned hardware token arrived.
    TokenCodeSubmitted {
        /// The account.
        person: Person,
        /// Whether a try is allowed now.
        permit: Permit,
        /// The name that its owner gave it.
        label: Label,
        /// The token, if it is still assigned to the account.
        state: Option<TotpState>,
        /// The code.
        code: Code,
    },
    /// A code from the newly set up authenticator, or to the new number, arrived.
    EnrolmentCodeSubmitted {
        /// The account.
        person: Person,
        /// Whether a try is allowed now.
        permit: Permit,
        /// The name that its owner gave it.
        label: Label,
        /// The code.
        code: Code,
    },
    /// The person wants to go back and choose again while enrolling.
    EnrolmentRestarted {
        /// The account.
        person: Person,
    },
}

/// What would be sent, made of fresh random bytes whether or not it will be.
#[derive(Clone, Debug)]
pub struct Dispatch {
    /// The message.
    pub message: MessageId,
    /// The code, for whoever needs one.
    pub code: Code,
    /// The request to an app.
    pub request: PushRequestId,
    /// The number for an app.
    pub number: MatchNumber,
    /// The credential that a new number becomes.
    pub credential: CredentialId,
    /// What is known of the message that this one takes the place of.
    pub previous: Previous,
    /// Why budgets do not allow it, if they do not.
    pub refused: Option<Refusal>,
}

/// What is known of a message when another is asked for in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Previous {
    /// It has arrived or is on its way; or there was none.
    Underway,
    /// The network lost it: the person cannot be blamed, and need not wait.
    Lost,
}

/// To whom a code, a call or a request goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DispatchTo {
    /// To the number of an enrolled credential.
    Credential(CredentialId, Reach),
    /// To a number that is to be enrolled.
    Number(PhoneNumber),
    /// To the app of an enrolled credential.
    App(CredentialId),
    /// To an app that was just bound.
    NewApp(CredentialId),
}
