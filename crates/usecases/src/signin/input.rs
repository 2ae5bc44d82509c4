//! What a person does on a page of the sign-in.

use wardkey_domain::factor::FactorKind;
use wardkey_domain::id::CredentialId;
use wardkey_domain::secret::Secret;

/// What a person does on a page of the sign-in.
#[derive(Debug)]
pub enum Input {
    /// Types an address and a password.
    Password {
        /// The address as typed.
        address: String,
        /// The password as typed.
        password: Secret<String>,
    },
    /// Types an address and an activation code.
    Activation {
        /// The address as typed; ignored where the flow already knows the account.
        address: String,
        /// The code as typed.
        code: Secret<String>,
    },
    /// Types a new password twice.
    NewPassword {
        /// The password.
        password: Secret<String>,
        /// The same again.
        again: Secret<String>,
    },
    /// Types a code from an enrolled authenticator.
    Code {
        /// The credential that was chosen, if one was.
        credential: Option<CredentialId>,
        /// The code as typed.
        code: String,
    },
    /// Types a temporary access pass.
    Pass {
        /// The pass as typed.
        code: Secret<String>,
    },
    /// Types a recovery code.
    RecoveryCode {
        /// The code as typed.
        code: Secret<String>,
    },
    /// Used a recovery code, and will enrol another time.
    PutOff,
    /// Shows a passkey in place of address and password.
    Passkey {
        /// What the browser answered.
        answer: String,
    },
    /// Shows a security key.
    Key {
        /// What the browser answered.
        answer: String,
    },
    /// Shows a new security key.
    ConfirmKey {
        /// What the browser answered.
        answer: String,
        /// The name for it, if one was given.
        label: Option<String>,
    },
    /// Comes back from the address where smartcards are shown.
    Card {
        /// What was handed out there.
        receipt: Secret<String>,
    },
    /// Chooses one of the enrolled factors.
    Choose(CredentialId),
    /// Asks for a code or a call.
    Send,
    /// Goes on after a call.
    CallDone {
        /// The name for a new number, if one was given.
        label: Option<String>,
    },
    /// Enters a telephone number to enrol.
    Number {
        /// The number as typed.
        number: String,
        /// The extension as typed.
        extension: String,
    },
    /// Goes on after an app was bound or has answered.
    AppDone {
        /// The name for a new app, if one was given.
        label: Option<String>,
    },
    /// Would rather type a code from the app.
    CodeInstead,
    /// Confirms "Self-enrol for MFA" [ENR-1].
    BeginEnrolment,
    /// Chooses a factor to enrol.
    ChooseFactor(FactorKind),
    /// Types the first code of a new authenticator, or the code that was sent to a new number.
    ConfirmEnrolment {
        /// The code as typed.
        code: String,
        /// The name for it, if one was given.
        label: Option<String>,
    },
    /// Goes back to choosing a factor.
    ChooseAgain,
}
