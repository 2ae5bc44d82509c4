//! What a sign-in asks of the person next.

use serde::{Deserialize, Serialize};

use crate::access::GraceLeft;
use crate::factor::FactorKind;
use crate::factor::push::{AskedApp, NewBinding};
use crate::factor::sms::SentCode;
use crate::factor::telephone::PhoneNumber;
use crate::factor::totp::NewTotp;
use crate::factor::voice_call::PlacedCall;
use crate::id::CredentialId;

/// What the person is asked next.
#[derive(Clone, Debug)]
pub enum Challenge {
    /// Address and password.
    Password,
    /// A one-time activation code: a privileged account without a second factor must present one before it enrols.
    Activation,
    /// A code of one of these authenticator apps.
    Code {
        /// The credentials, the one to ask for first.
        credentials: Vec<CredentialId>,
        /// Whether the person has another way, too.
        several: bool,
    },
    /// The pass that an administrator has given.
    Pass {
        /// Whether the person has another way, too.
        several: bool,
    },
    /// One of the codes that the person has written down.
    RecoveryCode {
        /// Whether the person has another way, too.
        several: bool,
    },
    /// To show one of these security keys.
    Key {
        /// The credentials, the one to name first.
        credentials: Vec<CredentialId>,
        /// Whether the person has another way, too.
        several: bool,
    },
    /// To show one of these smartcards.
    Card {
        /// The credentials, the one to name first.
        credentials: Vec<CredentialId>,
        /// Whether the person has another way, too.
        several: bool,
    },
    /// To type the number into an app.
    App {
        /// What the app was asked.
        asked: AskedApp,
        /// Whether the person has another way, too.
        several: bool,
    },
    /// To ask for a code, a call or a request to an app: none is on its way.
    Dispatch {
        /// The credential that it would go to.
        credential: CredentialId,
        /// Its factor.
        kind: FactorKind,
        /// Whether the person has another way, too.
        several: bool,
    },
    /// The code that was sent in a text message.
    TextCode {
        /// What was sent.
        sent: SentCode,
        /// Whether the person has another way, too.
        several: bool,
    },
    /// To answer the telephone.
    Call {
        /// The call.
        call: PlacedCall,
        /// Whether the person has another way, too.
        several: bool,
    },
    /// A new password.
    NewPassword {
        /// Why.
        why: NewPasswordWhy,
    },
    /// To say yes to enrolling for multi-factor authentication [ENR-1].
    SelfEnrol {
        /// Why.
        why: EnrolWhy,
    },
    /// To choose a factor to enrol [ENR-3].
    ChooseFactor {
        /// What can be chosen, the recommended first.
        kinds: Vec<FactorKind>,
        /// Why they enrol.
        why: EnrolWhy,
    },
    /// To add this key to an authenticator app and type a code from it [ENR-4].
    EnrolTotp {
        /// The new key.
        new: NewTotp,
    },
    /// To show a security key for the first time.
    EnrolKey {
        /// The credential that it becomes.
        credential: CredentialId,
    },
    /// To show a smartcard for the first time.
    EnrolCard {
        /// The credential that it becomes.
        credential: CredentialId,
    },
    /// To type a code of a hardware token that was assigned.
    ActivateToken {
        /// The token.
        token: CredentialId,
    },
    /// To scan or follow this code with an authenticator app of ours.
    BindApp {
        /// The code.
        binding: NewBinding,
    },
    /// To type the number into the app that was just bound.
    ConfirmApp {
        /// What the app was asked.
        asked: AskedApp,
    },
    /// To enter a telephone number.
    EnrolNumber {
        /// For which factor.
        kind: FactorKind,
    },
    /// The code that was sent to a new number.
    ConfirmText {
        /// What was sent.
        sent: SentCode,
        /// The number.
        number: PhoneNumber,
    },
    /// To answer the telephone with the new number.
    ConfirmCall {
        /// The call.
        call: PlacedCall,
        /// The number.
        number: PhoneNumber,
    },
}

/// Why somebody is asked to enrol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnrolWhy {
    /// They have no way of their own.
    Needed,
    /// They have no way of their own, and can still put it off.
    CanWait {
        /// How long, or how often.
        left: GraceLeft,
        /// Whether they can do it here and now.
        here: bool,
    },
    /// What they have is not strong enough.
    Stronger {
        /// How long, or how often, they can put it off, if they can.
        left: Option<GraceLeft>,
    },
    /// They were given a pass, because they have lost theirs.
    Lost,
    /// They used a recovery code, so that they may have lost theirs.
    Recovered {
        /// Whether the code is enough here, so that they may do it another time.
        can_be_put_off: bool,
    },
}

/// Why a new password has to be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NewPasswordWhy {
    /// An administrator set a temporary one.
    Temporary,
    /// An administrator asked for a new one.
    Requested,
    /// It is older than the rules allow.
    Expired,
    /// The account is used for the first time.
    FirstActivation,
}

impl Challenge {
    /// Whether this belongs to enrolment: such a flow lives longer and reaches nothing else.
    pub const fn is_enrolment(&self) -> bool {
        match self {
            Self::SelfEnrol { .. }
            | Self::ChooseFactor { .. }
            | Self::EnrolTotp { .. }
            | Self::EnrolKey { .. }
            | Self::EnrolCard { .. }
            | Self::ActivateToken { .. }
            | Self::BindApp { .. }
            | Self::ConfirmApp { .. }
            | Self::EnrolNumber { .. }
            | Self::ConfirmText { .. }
            | Self::ConfirmCall { .. }
            | Self::Activation => true,
            Self::Password
            | Self::Code { .. }
            | Self::Key { .. }
            | Self::Card { .. }
            | Self::Pass { .. }
            | Self::RecoveryCode { .. }
            | Self::App { .. }
            | Self::Dispatch { .. }
            | Self::TextCode { .. }
            | Self::Call { .. }
            | Self::NewPassword { .. } => false,
        }
    }
}
