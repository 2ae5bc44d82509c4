//! What the next page says first, after something was done.

/// A notice. Only its word travels (in a short-lived cookie); the sentence is in `templates/component/notice.html`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A sign-in took too long and begins anew.
    SignInRestarted,
    /// The password was changed.
    PasswordChanged,
    /// An authenticator app was added.
    CredentialAdded,
    /// An authenticator app moved to a new phone.
    AppMoved,
    /// A telephone was added.
    PhoneAdded,
    /// The number of a telephone was changed.
    NumberChanged,
    /// A telephone was removed.
    PhoneRemoved,
    /// A method was renamed.
    CredentialRenamed,
    /// A method was removed.
    CredentialRemoved,
    /// Another method is the default now.
    DefaultChanged,
    /// A session was ended.
    SessionEnded,
    /// The browser is remembered.
    DeviceRemembered,
    /// A browser was forgotten.
    DeviceForgotten,
    /// An administrator forgot a browser of somebody's.
    AccountDeviceForgotten,
    /// All other sessions were ended.
    OtherSessionsEnded,
    /// Multi-factor authentication is set up.
    Enrolled,
    /// An account was added to the demo phone.
    PhoneAccountAdded,
    /// An account was removed from the demo phone.
    PhoneAccountRemoved,
    /// An administrator set a temporary password.
    TemporaryPasswordSet,
    /// An administrator removed somebody's methods so that they enrol again.
    AccountReEnrolled,
    /// An administrator had somebody prompted at each sign-in.
    MfaEnabled,
    /// News is on its way again.
    MessageSentAgain,
    /// An administrator took that back.
    ReturnedToBaseline,
    /// A security key was added.
    KeyAdded,
    /// A smartcard was linked.
    CardAdded,
    /// A smartcard was removed.
    CardRemoved,
    /// A security key was removed.
    KeyRemoved,
    /// A hardware token was activated.
    TokenActivated,
    /// A hardware token was removed.
    TokenRemoved,
    /// A change to many accounts was dropped.
    BulkChangeDropped,
    /// People without a second factor are reminded.
    PeopleReminded,
    /// All of them were reminded not long ago.
    PeopleRemindedBefore,
    /// There is nobody to remind.
    NobodyToRemind,
    /// An administrator gave somebody a role.
    RoleGiven,
    /// An administrator took a role away.
    RoleTakenAway,
    /// An administrator gave somebody a hardware token.
    TokenAssigned,
    /// An administrator took a hardware token back.
    TokenTakenBack,
    /// The recovery codes were removed.
    RecoveryCodesRemoved,
    /// An administrator registered a security key for somebody.
    KeyRegistered,
    /// An administrator withdrew a temporary access pass.
    PassWithdrawn,
    /// Somebody was asked to approve long exceptions.
    ExceptionsRequested,
    /// Long exceptions were approved.
    ExceptionsApproved,
    /// Long exceptions were rejected.
    ExceptionsRejected,
    /// An administrator ended somebody's exception.
    ExceptionWithdrawn,
    /// A request for a long exception was taken back.
    ExceptionTakenBack,
    /// An administrator gave somebody more time to register.
    RegistrationPostponed,
    /// An administrator ended that.
    PostponementWithdrawn,
    /// An administrator disabled an account.
    AccountDisabled,
    /// An administrator enabled an account.
    AccountEnabled,
    /// An administrator ended somebody's sessions.
    AccountSessionsEnded,
    /// Policies were published.
    PoliciesPublished,
    /// Policies were confirmed.
    PoliciesConfirmed,
    /// Policies were taken back.
    PoliciesTakenBack,
    /// The request for a named location was kept.
    LocationDrafted,
    /// The request for a named location was handed in.
    LocationSubmitted,
    /// A change of a named location was proposed.
    LocationChangeProposed,
    /// A named location, or a change of it, was approved.
    LocationApproved,
    /// A named location, or a change of it, was rejected.
    LocationRejected,
    /// A named location was attested.
    LocationAttested,
    /// A named location was suspended.
    LocationSuspended,
    /// A suspended named location was resumed.
    LocationResumed,
    /// A named location was retired.
    LocationRetired,
    /// An account was marked as compromised.
    AccountCompromised,
    /// A point of the check-list of a compromised account was ticked.
    CasePointTicked,
    /// A quarantined factor was kept or removed.
    FactorDecided,
    /// A compromised account was given back.
    AccountRestored,
    /// Somebody asked that the pin of an account be lifted.
    PinLiftAsked,
    /// The pin of an account was lifted.
    PinLifted,
}

impl Notice {
    /// Every notice, for tests and for reading one back.
    pub const ALL: &'static [Self] = &[
        Self::SignInRestarted,
        Self::PasswordChanged,
        Self::CredentialAdded,
        Self::AppMoved,
        Self::PhoneAdded,
        Self::NumberChanged,
        Self::PhoneRemoved,
        Self::CredentialRenamed,
        Self::CredentialRemoved,
        Self::DefaultChanged,
        Self::SessionEnded,
        Self::DeviceRemembered,
        Self::DeviceForgotten,
        Self::AccountDeviceForgotten,
        Self::OtherSessionsEnded,
        Self::Enrolled,
        Self::PhoneAccountAdded,
        Self::PhoneAccountRemoved,
        Self::TemporaryPasswordSet,
        Self::AccountReEnrolled,
        Self::MfaEnabled,
        Self::MessageSentAgain,
        Self::ReturnedToBaseline,
        Self::KeyAdded,
        Self::CardAdded,
        Self::CardRemoved,
        Self::KeyRemoved,
        Self::RecoveryCodesRemoved,
        Self::TokenActivated,
        Self::TokenRemoved,
        Self::BulkChangeDropped,
        Self::PeopleReminded,
        Self::PeopleRemindedBefore,
        Self::NobodyToRemind,
        Self::RoleGiven,
        Self::RoleTakenAway,
        Self::TokenAssigned,
        Self::TokenTakenBack,
        Self::KeyRegistered,
        Self::PassWithdrawn,
        Self::ExceptionsRequested,
        Self::ExceptionsApproved,
        Self::ExceptionsRejected,
        Self::ExceptionWithdrawn,
        Self::ExceptionTakenBack,
        Self::RegistrationPostponed,
        Self::PostponementWithdrawn,
        Self::AccountDisabled,
        Self::AccountEnabled,
        Self::AccountSessionsEnded,
        Self::PoliciesPublished,
        Self::PoliciesConfirmed,
        Self::PoliciesTakenBack,
        Self::LocationDrafted,
        Self::LocationSubmitted,
        Self::LocationChangeProposed,
        Self::LocationApproved,
        Self::LocationRejected,
        Self::LocationAttested,
        Self::LocationSuspended,
        Self::LocationResumed,
        Self::LocationRetired,
        Self::AccountCompromised,
        Self::CasePointTicked,
        Self::FactorDecided,
        Self::AccountRestored,
        Self::PinLiftAsked,
        Self::PinLifted,
    ];

    /// Its word in the cookie and in the template.
    pub const fn word(self) -> &'static str {
        match self {
            Self::SignInRestarted => "sign-in-restarted",
            Self::PasswordChanged => "password-changed",
            Self::CredentialAdded => "credential-added",
            Self::AppMoved => "app-moved",
            Self::PhoneAdded => "phone-added",
            Self::NumberChanged => "number-changed",
            Self::PhoneRemoved => "phone-removed",
            Self::CredentialRenamed => "credential-renamed",
            Self::CredentialRemoved => "credential-removed",
            Self::DefaultChanged => "default-changed",
            Self::SessionEnded => "session-ended",
            Self::DeviceRemembered => "device-remembered",
            Self::DeviceForgotten => "device-forgotten",
            Self::AccountDeviceForgotten => "account-device-forgotten",
            Self::OtherSessionsEnded => "other-sessions-ended",
            Self::Enrolled => "enrolled",
            Self::PhoneAccountAdded => "phone-account-added",
            Self::PhoneAccountRemoved => "phone-account-removed",
            Self::TemporaryPasswordSet => "temporary-password-set",
            Self::AccountReEnrolled => "account-re-enrolled",
            Self::MfaEnabled => "mfa-enabled",
            Self::MessageSentAgain => "message-sent-again",
            Self::ReturnedToBaseline => "returned-to-baseline",
            Self::KeyAdded => "key-added",
            Self::CardAdded => "card-added",
            Self::CardRemoved => "card-removed",
            Self::KeyRemoved => "key-removed",
            Self::TokenActivated => "token-activated",
            Self::TokenRemoved => "token-removed",
            Self::BulkChangeDropped => "bulk-change-dropped",
            Self::PeopleReminded => "people-reminded",
            Self::PeopleRemindedBefore => "people-reminded-before",
            Self::NobodyToRemind => "nobody-to-remind",
            Self::RoleGiven => "role-given",
            Self::RoleTakenAway => "role-taken-away",
            Self::TokenAssigned => "token-assigned",
            Self::TokenTakenBack => "token-taken-back",
            Self::RecoveryCodesRemoved => "recovery-codes-removed",
            Self::KeyRegistered => "key-registered",
            Self::PassWithdrawn => "pass-withdrawn",
            Self::ExceptionsRequested => "exceptions-requested",
            Self::ExceptionsApproved => "exceptions-approved",
            Self::ExceptionsRejected => "exceptions-rejected",
            Self::ExceptionWithdrawn => "exception-withdrawn",
            Self::ExceptionTakenBack => "exception-taken-back",
            Self::RegistrationPostponed => "registration-postponed",
            Self::PostponementWithdrawn => "postponement-withdrawn",
            Self::AccountDisabled => "account-disabled",
            Self::AccountEnabled => "account-enabled",
            Self::AccountSessionsEnded => "account-sessions-ended",
            Self::PoliciesPublished => "policies-published",
            Self::PoliciesConfirmed => "policies-confirmed",
            Self::PoliciesTakenBack => "policies-taken-back",
            Self::LocationDrafted => "location-drafted",
            Self::LocationSubmitted => "location-submitted",
            Self::LocationChangeProposed => "location-change-proposed",
            Self::LocationApproved => "location-approved",
            Self::LocationRejected => "location-rejected",
            Self::LocationAttested => "location-attested",
            Self::LocationSuspended => "location-suspended",
            Self::LocationResumed => "location-resumed",
            Self::LocationRetired => "location-retired",
            Self::AccountCompromised => "account-compromised",
            Self::CasePointTicked => "case-point-ticked",
            Self::FactorDecided => "factor-decided",
            Self::AccountRestored => "account-restored",
            Self::PinLiftAsked => "pin-lift-asked",
            Self::PinLifted => "pin-lifted",
        }
    }

    /// The notice with this word; a cookie can hold anything.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|notice| notice.word() == word)
    }
}
