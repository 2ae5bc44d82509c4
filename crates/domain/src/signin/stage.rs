//! Where a sign-in stands.

use crate::factor::FactorKind;
use crate::factor::push::{AskedApp, NewBinding};
use crate::factor::sms::SentCode;
use crate::factor::telephone::PhoneNumber;
use crate::factor::totp::NewTotp;
use crate::factor::voice_call::PlacedCall;
use crate::id::CredentialId;
use crate::signin::NewPasswordWhy;

/// Where a sign-in stands. Each variant holds only the facts that exist then.
#[derive(Debug)]
pub(super) enum Stage {
    /// Nobody has proved anything.
    Identify,
    /// A password is with the hashing pool. Never saved: it lives within one request.
    CheckingPassword,
    /// An enrolled factor is awaited; nothing is on its way to a telephone.
    SecondFactor {
        /// The one that was chosen, or is asked for first.
        chosen: Option<CredentialId>,
    },
    /// An app was asked, and its answer is awaited.
    App(AskedApp),
    /// A code is awaited from an app that could be asked, too.
    AppCode(CredentialId),
    /// A code was sent in a text message and is awaited.
    TextCode(SentCode),
    /// A telephone is called, and its keypad awaited.
    Call(PlacedCall),
    /// An activation code is awaited: a privileged account has no second factor.
    Activation,
    /// A new password is awaited.
    NewPassword(NewPasswordWhy),
    /// The person is asked to enrol.
    OfferEnrolment,
    /// The person chooses a factor.
    ChooseFactor,
    /// A new key is shown and its first code awaited.
    EnrolTotp(NewTotp),
    /// A new security key is awaited.
    EnrolKey(CredentialId),
    /// A smartcard is awaited that is to be linked.
    EnrolCard(CredentialId),
    /// A code of an assigned hardware token is awaited, which activates it.
    ActivateToken {
        /// The token.
        token: CredentialId,
        /// The credential that it becomes.
        credential: CredentialId,
    },
    /// A code that binds an app is shown, and the app awaited.
    BindApp(NewBinding),
    /// An app was bound and asked, and its answer is awaited.
    ConfirmApp(AskedApp),
    /// A telephone number is awaited.
    EnrolNumber(FactorKind),
    /// A telephone number was entered, and is to be confirmed.
    ConfirmNumber {
        /// The number.
        number: PhoneNumber,
        /// What was sent to it.
        how: Confirming,
    },
    /// The end: every proof that the policy asks for is there. Never saved.
    Complete,
}

/// What was sent to a telephone.
#[derive(Clone, Copy, Debug)]
pub(super) enum Confirming {
    /// A code in a text message.
    Text(SentCode),
    /// A call.
    Call(PlacedCall),
}

impl Stage {
    /// The enrolled credential that is awaited.
    pub(super) const fn credential(&self) -> Option<CredentialId> {
        match self {
            Self::SecondFactor { chosen } => *chosen,
            Self::App(asked) => Some(asked.credential),
            Self::AppCode(credential) => Some(*credential),
            Self::TextCode(sent) => Some(sent.credential),
            Self::Call(call) => Some(call.credential),
            Self::Identify
            | Self::CheckingPassword
            | Self::Activation
            | Self::NewPassword(_)
            | Self::OfferEnrolment
            | Self::ChooseFactor
            | Self::EnrolTotp(_)
            | Self::EnrolKey(_)
            | Self::EnrolCard(_)
            | Self::ActivateToken { .. }
            | Self::BindApp(_)
            | Self::ConfirmApp(_)
            | Self::EnrolNumber(_)
            | Self::ConfirmNumber { .. }
            | Self::Complete => None,
        }
    }

    /// The request to an app that is awaited.
    pub(super) const fn asked(&self) -> Option<AskedApp> {
        match self {
            Self::App(asked) | Self::ConfirmApp(asked) => Some(*asked),
            Self::SecondFactor { .. }
            | Self::AppCode(_)
            | Self::TextCode(_)
            | Self::Call(_)
            | Self::Identify
            | Self::CheckingPassword
            | Self::Activation
            | Self::NewPassword(_)
            | Self::OfferEnrolment
            | Self::ChooseFactor
            | Self::EnrolTotp(_)
            | Self::EnrolKey(_)
            | Self::EnrolCard(_)
            | Self::ActivateToken { .. }
            | Self::BindApp(_)
            | Self::EnrolNumber(_)
            | Self::ConfirmNumber { .. }
            | Self::Complete => None,
        }
    }

    /// What was sent to a telephone and is awaited.
    pub(super) const fn sent(&self) -> Option<Confirming> {
        match self {
            Self::TextCode(sent) => Some(Confirming::Text(*sent)),
            Self::Call(call) => Some(Confirming::Call(*call)),
            Self::ConfirmNumber { how, .. } => Some(*how),
            Self::SecondFactor { .. }
            | Self::App(_)
            | Self::AppCode(_)
            | Self::Identify
            | Self::CheckingPassword
            | Self::Activation
            | Self::NewPassword(_)
            | Self::OfferEnrolment
            | Self::ChooseFactor
            | Self::EnrolTotp(_)
            | Self::EnrolKey(_)
            | Self::EnrolCard(_)
            | Self::ActivateToken { .. }
            | Self::BindApp(_)
            | Self::ConfirmApp(_)
            | Self::EnrolNumber(_)
            | Self::Complete => None,
        }
    }

    /// Whether an enrolled factor is awaited.
    pub(super) const fn awaits_second_factor(&self) -> bool {
        matches!(self, Self::SecondFactor { .. } | Self::App(_) | Self::AppCode(_) | Self::TextCode(_) | Self::Call(_))
    }

    /// Whether the person is enrolling, beyond having said yes to it.
    pub(super) const fn is_enrolling(&self) -> bool {
        matches!(
            self,
            Self::ChooseFactor
                | Self::EnrolTotp(_)
                | Self::EnrolKey(_)
                | Self::EnrolCard(_)
                | Self::ActivateToken { .. }
                | Self::BindApp(_)
                | Self::ConfirmApp(_)
                | Self::EnrolNumber(_)
                | Self::ConfirmNumber { .. }
        )
    }
}
