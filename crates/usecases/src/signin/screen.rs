//! What a page of the sign-in shows.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use wardkey_domain::directory::HelpContact;
use wardkey_domain::factor::FactorKind;
use wardkey_domain::factor::hardware_token::TokenName;
use wardkey_domain::factor::password::PasswordRules;
use wardkey_domain::factor::push::PushStanding;
use wardkey_domain::factor::voice_call::CallStanding;
use wardkey_domain::id::{ApplicationId, AuthorizationRequestId, CredentialId};
use wardkey_domain::message::DeliveryState;
use wardkey_domain::secret::Secret;
use wardkey_domain::signin::{EnrolWhy, NewPasswordWhy, Refusal};
use wardkey_domain::time::Timestamp;

/// Where the person goes when the sign-in is complete. Never a free address, so that it cannot be made to point elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "to", content = "which", rename_all = "snake_case")]
pub enum Destination {
    /// The portal's home page.
    Portal,
    /// A page of the portal.
    PortalPage(PortalPage),
    /// Back to the application that sent the person.
    Authorization(AuthorizationRequestId),
    /// The page where a device's code is typed.
    Device,
    /// The page where an app moves to a new phone.
    MoveApp(CredentialId),
}

/// The pages of the portal that a sign-in can lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PortalPage {
    /// My profile.
    Profile,
    /// Self-service.
    SelfService,
    /// Security info.
    SecurityInfo,
    /// Adding an authenticator.
    AddAuthenticator,
    /// Adding one that is asked.
    BindAuthenticator,
    /// Adding a telephone for text messages.
    AddText,
    /// Adding a telephone for calls.
    AddCall,
    /// Adding a security key.
    AddKey,
    /// Linking a smartcard.
    AddCard,
    /// Making recovery codes.
    RecoveryCodes,
    /// Changing the password.
    ChangePassword,
    /// One's own sessions.
    Sessions,
    /// Recent sign-ins.
    RecentSignIns,
    /// The exceptions of everybody whom one looks after.
    Exceptions,
    /// Changes to many accounts.
    BulkChanges,
    /// The administrators' area.
    Admin,
    /// Named locations.
    NamedLocations,
    /// The cases of compromised accounts.
    Cases,
}

impl Destination {
    /// Whether a factor is added there, or the password changed.
    pub(crate) const fn adds(self) -> bool {
        match self {
            Self::PortalPage(page) => match page {
                PortalPage::AddAuthenticator
                | PortalPage::BindAuthenticator
                | PortalPage::AddText
                | PortalPage::AddCall
                | PortalPage::AddKey
                | PortalPage::AddCard
                | PortalPage::RecoveryCodes
                | PortalPage::ChangePassword => true,
                PortalPage::Profile
                | PortalPage::SelfService
                | PortalPage::SecurityInfo
                | PortalPage::Sessions
                | PortalPage::RecentSignIns
                | PortalPage::Admin
                | PortalPage::BulkChanges
                | PortalPage::Cases
                | PortalPage::Exceptions
                | PortalPage::NamedLocations => false,
            },
            Self::Portal | Self::Authorization(_) | Self::Device | Self::MoveApp(_) => false,
        }
    }
}

/// What became of an input.
#[derive(Debug)]
pub enum Advance {
    /// Something else is asked.
    Ask(Screen),
    /// The input was refused; the page is shown again with the reason.
    Refused {
        /// The page.
        screen: Screen,
        /// The reason.
        refusal: Refusal,
    },
    /// The person is signed in.
    Done {
        /// The new session's token, for the cookie.
        session: Secret<String>,
        /// The device's token, for its own long-lived cookie.
        device: Secret<String>,
        /// Where to go.
        destination: Destination,
        /// A page on the way there.
        stopover: Option<Stopover>,
    },
}

/// A page that is shown once between a sign-in and where it leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopover {
    /// A factor was enrolled in the last step.
    Enrolled,
    /// So few recovery codes are left that it is time for new ones [STD-3].
    RenewCodes,
    /// The browser could be remembered, and its owner is asked [AUT-11].
    Remember,
}

/// A page of the sign-in.
#[derive(Clone, Debug)]
pub struct Screen {
    /// What is asked.
    pub kind: ScreenKind,
    /// Who signs in, once proved.
    pub account: Option<AccountView>,
    /// The application that the person is on the way to.
    pub application: Option<ApplicationView>,
    /// Whom to ask for help.
    pub help: HelpContact,
    /// When this sign-in is forgotten.
    pub expires_at: Timestamp,
    /// Whether a code of an app that is asked would do instead.
    pub takes_app_codes: bool,
}

/// What is asked.
#[derive(Clone, Debug)]
pub enum ScreenKind {
    /// Address and password.
    Password {
        /// The address to fill in.
        address: Option<String>,
    },
    /// An activation code.
    Activation,
    /// A new password.
    NewPassword {
        /// Why.
        why: NewPasswordWhy,
        /// The rules to show.
        rules: PasswordRules,
    },
    /// To enrol, yes [ENR-1].
    SelfEnrol,
    /// To enrol, because a recovery code was used [STD-3].
    Recovered {
        /// How many codes are left.
        left: usize,
        /// Whether it can be put off.
        can_be_put_off: bool,
    },
    /// To register a factor, or a stronger one, where that is asked for besides (section ENR).
    Register {
        /// Why, and how long it can be put off.
        why: EnrolWhy,
    },
    /// Which factor to enrol.
    ChooseFactor {
        /// What can be chosen, the recommended first.
        kinds: Vec<FactorKind>,
        /// Why.
        why: EnrolWhy,
    },
    /// To add this key to an authenticator app and type its first code.
    EnrolTotp {
        /// The key in groups of four.
        key: Secret<String>,
        /// The address for the QR code.
        uri: Secret<String>,
    },
    /// A code of an authenticator app.
    Code {
        /// The apps, the one to ask for first.
        credentials: Vec<CredentialView>,
        /// Whether the person has another way, too.
        several: bool,
    },
    /// To type a temporary access pass.
    Pass {
        /// Whether the person has another way, too.
        several: bool,
    },
    /// To type a recovery code.
    RecoveryCode {
        /// Whether the person has another way, too.
        several: bool,
    },
    /// To type the code that a hardware token shows, to activate it.
    ActivateToken {
        /// What it is known by; nothing if it was taken back.
        token: Option<TokenName>,
    },
    /// To show a security key.
    Key {
        /// What the browser is asked [WebAuthn Level 3 §5.5].
        options: Value,
        /// The keys, the one to name first.
        credentials: Vec<CredentialView>,
        /// Whether the person has another way, too.
        several: bool,
    },
    /// To show a new security key.
    EnrolKey {
        /// What the browser is asked [WebAuthn Level 3 §5.4].
        options: Value,
    },
    /// To show a smartcard.
    Card {
        /// What the browser takes to the address where cards are shown.
        ticket: Secret<String>,
        /// The cards, the one to name first.
        credentials: Vec<CredentialView>,
        /// Whether the person has another way, too.
        several: bool,
    },
    /// To show a smartcard that is to be linked.
    EnrolCard {
        /// What the browser takes to the address where cards are shown.
        ticket: Secret<String>,
    },
    /// To type the number into an app.
    App {
        /// What the app was asked.
        asked: AskedView,
        /// The app.
        credential: CredentialView,
        /// Whether the person has another way, too.
        several: bool,
    },
    /// To scan or follow a code with an authenticator app of ours.
    BindApp {
        /// The code.
        binding: BindingView,
    },
    /// To type the number into the app that was just bound.
    ConfirmApp {
        /// What the app was asked.
        asked: AskedView,
        /// What its owner calls it.
        device: String,
    },
    /// To ask for a code, a call or a request to an app: none is on its way.
    Send {
        /// To what it would go.
        credential: CredentialView,
        /// From when on it may be asked for.
        again_at: Option<Timestamp>,
        /// Whether the person has another way, too.
        several: bool,
    },
    /// The code that was sent in a text message.
    TextCode {
        /// The message.
        sent: SentView,
        /// Whether the person has another way, too.
        several: bool,
    },
    /// To answer the telephone.
    Call {
        /// The message.
        sent: SentView,
        /// How the call stands.
        standing: CallStanding,
        /// What to type on the keypad, in the strict setting; without it the hash key confirms.
        code: Option<Secret<String>>,
        /// Whether the person has another way, too.
        several: bool,
    },
    /// To enter a telephone number for this factor.
    EnrolNumber {
        /// The factor.
        kind: FactorKind,
    },
    /// The code that was sent to a new number.
    ConfirmText {
        /// The message.
        sent: SentView,
    },
    /// To answer the telephone with the new number.
    ConfirmCall {
        /// The message.
        sent: SentView,
        /// How the call stands.
        standing: CallStanding,
        /// What to type on the keypad, in the strict setting.
        code: Option<Secret<String>>,
    },
    /// Nothing more: the sign-in ended with this refusal.
    Ended {
        /// Why.
        refusal: Refusal,
    },
}

/// An account as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountView {
    /// The name.
    pub display_name: String,
    /// The address.
    pub address: String,
}

/// An application as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationView {
    /// The application.
    pub id: ApplicationId,
    /// Its name.
    pub name: String,
}

/// Something on its way to a telephone, as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentView {
    /// The number, masked.
    pub masked: String,
    /// Where the message is.
    pub state: DeliveryState,
    /// From when on another may be asked for.
    pub again_at: Option<Timestamp>,
    /// From when on its code or outcome counts no more.
    pub expires_at: Timestamp,
}

/// A request to an app, as a page shows it.
#[derive(Clone, Debug)]
pub struct AskedView {
    /// The number to type.
    pub number: Secret<String>,
    /// How it stands.
    pub standing: PushStanding,
    /// From when on it takes no answer.
    pub expires_at: Timestamp,
    /// The credential whose app is awaited.
    pub credential: CredentialId,
}

/// A code that binds an app, as a page shows it.
#[derive(Clone, Debug)]
pub struct BindingView {
    /// The code.
    pub code: Secret<String>,
    /// The address that a QR code holds, and that a phone follows. The code stands behind its `#`.
    pub link: Secret<String>,
    /// Whether an app has used it.
    pub is_bound: bool,
    /// From when on it is refused.
    pub expires_at: Timestamp,
    /// The credential that it becomes.
    pub credential: CredentialId,
}

/// A credential as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialView {
    /// The credential.
    pub id: CredentialId,
    /// The name that its owner gave it.
    pub label: String,
    /// Its factor.
    pub kind: FactorKind,
    /// Its telephone number, masked.
    pub masked: Option<String>,
}
