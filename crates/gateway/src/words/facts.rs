//! The facts that each kind of message is given.

use serde::Serialize;
use wardkey_domain::directory::HelpContact;

/// A text, and what it is given.
#[derive(Clone, Copy)]
pub enum TextWords<'a> {
    /// The code that is asked for at sign-in.
    SignInCode(SignInCode<'a>),
    /// The code that proves a new number.
    EnrolmentCode(EnrolmentCode<'a>),
}

/// What a text with a code for signing in is given.
#[derive(Clone, Copy, Serialize)]
pub struct SignInCode<'a> {
    /// The code.
    pub code: &'a str,
    /// The application that the person signs in to, if it is one.
    pub application: Option<&'a str>,
    /// Whose sign-in it is.
    pub organisation: &'a str,
    /// How long the code is good.
    pub minutes: u64,
    /// Our host, without scheme and port: browsers offer the code to no other.
    pub host: &'a str,
    /// What to say when reporting a code that one did not ask for.
    pub report: &'a str,
}

/// What a text with a code for a new number is given.
#[derive(Clone, Copy, Serialize)]
pub struct EnrolmentCode<'a> {
    /// The code.
    pub code: &'a str,
    /// Whose sign-in it is.
    pub organisation: &'a str,
    /// How long the code is good.
    pub minutes: u64,
    /// Our host, without scheme and port.
    pub host: &'a str,
    /// What to say when reporting a code that one did not ask for.
    pub report: &'a str,
}

/// To whom a mail goes.
#[derive(Clone, Copy, Debug)]
pub struct Addressee<'a> {
    /// What they are called.
    pub display_name: &'a str,
    /// Where.
    pub organisation: &'a str,
    /// Whom they ask for help.
    pub help: Option<&'a HelpContact>,
}

/// A way to sign in, as people know it.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Factor<'a> {
    /// What kind it is, in words: "authenticator app", "text message".
    pub factor: &'a str,
    /// What its owner calls it.
    pub label: Option<&'a str>,
    /// Its number, with most digits hidden.
    pub number: Option<&'a str>,
}

/// Whom a mail to an administrator is about.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct About<'a> {
    /// What they are called.
    pub person: &'a str,
    /// Where.
    pub person_organisation: &'a str,
    /// The address of their account.
    pub account: &'a str,
}

/// Which named location a mail is about.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Location<'a> {
    /// Its name.
    pub location: &'a str,
    /// Whose it is.
    pub location_organisation: &'a str,
    /// Whether it is about a change of one in force, not about a new one.
    pub change: bool,
}

/// A mail, and what it is given. Moments are texts, such as "22 November 2026 at 9:05am".
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
pub enum MailWords<'a> {
    /// To a person: a way to sign in was added.
    FactorAdded {
        /// Which.
        #[serde(flatten)]
        factor: Factor<'a>,
        /// When.
        moment: &'a str,
    },
    /// To a person: a way to sign in was removed.
    FactorRemoved {
        /// Which.
        #[serde(flatten)]
        factor: Factor<'a>,
        /// When.
        moment: &'a str,
    },
    /// To a person: an app moved to another phone.
    FactorMoved {
        /// Which.
        #[serde(flatten)]
        factor: Factor<'a>,
        /// When.
        moment: &'a str,
    },
    /// To a person: they were given a temporary access pass.
    PassIssued {
        /// When.
        moment: &'a str,
    },
    /// To a person: a temporary access pass of theirs was used.
    PassUsed {
        /// When.
        moment: &'a str,
    },
    /// To a person: they made recovery codes.
    RecoveryCodesMade {
        /// When.
        moment: &'a str,
    },
    /// To a person: a recovery code of theirs was used.
    RecoveryCodeUsed {
        /// How many are left.
        left: u64,
        /// When.
        moment: &'a str,
    },
    /// To a person: all their ways to sign in were removed.
    ReEnrolled {
        /// When.
        moment: &'a str,
    },
    /// To a person: they have a new password, which they chose.
    PasswordChanged {
        /// When.
        moment: &'a str,
    },
    /// To a person: they were given a temporary password.
    PasswordReset {
        /// When.
        moment: &'a str,
    },
    /// To a person: their prompts are suspended.
    ExceptionGiven {
        /// Until when.
        until: &'a str,
        /// Whether what is on their phone is removed then.
        re_enrol: bool,
        /// When.
        moment: &'a str,
    },
    /// To a person: their prompts return soon.
    ExceptionEnding {
        /// When they do.
        until: &'a str,
        /// Whether what is on their phone is removed then.
        re_enrol: bool,
    },
    /// To a person: their prompts have returned.
    ExceptionEnded {
        /// Whether somebody has ended it before its time.
        early: bool,
        /// Whether what was on their phone is removed.
        re_enrol: bool,
        /// When.
        moment: &'a str,
    },
    /// To whoever has asked for an exception: somebody else was against it.
    ExceptionRejected {
        /// For how many accounts.
        accounts: u64,
        /// When.
        moment: &'a str,
    },
    /// To a person: they have more time to register.
    RegistrationPostponed {
        /// Until when.
        until: &'a str,
        /// When.
        moment: &'a str,
    },
    /// To a person: they have no second factor yet, and somebody asks them to set one up.
    RegistrationReminder {},
    /// To a person: another factor is asked for first.
    DefaultChanged {
        /// Which one now.
        #[serde(flatten)]
        factor: Factor<'a>,
        /// When.
        moment: &'a str,
    },
    /// To a person: their number was changed.
    NumberChanged {
        /// The one before, with most digits hidden.
        old_number: Option<&'a str>,
        /// The one now, with most digits hidden.
        number: &'a str,
        /// When.
        moment: &'a str,
    },
    /// To a person: they reported a request that was not theirs.
    FraudReported {
        /// What was sent to them.
        #[serde(flatten)]
        factor: Factor<'a>,
        /// For which application.
        application: Option<&'a str>,
        /// Whether the account is locked until somebody in charge has looked at it.
        locked: bool,
        /// When.
        moment: &'a str,
    },
    /// To an administrator: somebody reported a request that was not theirs.
    FraudReportedAdmin {
        /// Who.
        #[serde(flatten)]
        about: About<'a>,
        /// What was sent to them.
        #[serde(flatten)]
        factor: Factor<'a>,
        /// For which application.
        application: Option<&'a str>,
        /// Whether the account is locked until somebody in charge has looked at it.
        locked: bool,
        /// When.
        moment: &'a str,
    },
    /// To an administrator: many accounts share one number.
    NumberSharedAdmin {
        /// The number, with most digits hidden.
        number: &'a str,
        /// How many accounts.
        accounts: u64,
        /// Who has added it last.
        #[serde(flatten)]
        about: About<'a>,
        /// When it was seen.
        moment: &'a str,
    },
    /// To the owner of a named location and whoever asked for it: it was approved.
    NamedLocationApproved {
        /// Which.
        #[serde(flatten)]
        location: Location<'a>,
        /// When.
        moment: &'a str,
    },
    /// To the owner of a named location and whoever asked for it: it was rejected.
    NamedLocationRejected {
        /// Which.
        #[serde(flatten)]
        location: Location<'a>,
        /// Why, as the approver wrote it.
        reason: &'a str,
        /// When.
        moment: &'a str,
    },
    /// To the owner of a named location: its attestation ends soon.
    NamedLocationDue {
        /// Which.
        #[serde(flatten)]
        location: Location<'a>,
        /// How many days are left, rounded up.
        days: u64,
        /// When it ends.
        until: &'a str,
    },
    /// To the owner of a named location: its attestation has ended.
    NamedLocationLapsed {
        /// Which.
        #[serde(flatten)]
        location: Location<'a>,
        /// When it ended.
        until: &'a str,
    },
    /// To a person: their account was marked as compromised.
    AccountCompromised {
        /// When.
        moment: &'a str,
    },
    /// To an administrator: an account was marked as compromised.
    AccountCompromisedAdmin {
        /// Whose.
        #[serde(flatten)]
        about: About<'a>,
        /// The number of the case.
        case: i64,
        /// When.
        moment: &'a str,
    },
    /// To a person: their account was given back.
    AccountRestored {
        /// When.
        moment: &'a str,
    },
    /// To a person: somebody asked that the pin of their account be lifted.
    PinLiftAsked {
        /// When.
        moment: &'a str,
    },
    /// To a person: the pin of their account was lifted.
    PinLifted {
        /// When.
        moment: &'a str,
    },
}

impl TextWords<'_> {
    /// The folder of its template.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::SignInCode(_) => "sign_in_code",
            Self::EnrolmentCode(_) => "enrolment_code",
        }
    }
}

impl MailWords<'_> {
    /// The folder of its templates.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::FactorAdded { .. } => "factor_added",
            Self::FactorRemoved { .. } => "factor_removed",
            Self::FactorMoved { .. } => "factor_moved",
            Self::PassIssued { .. } => "pass_issued",
            Self::PassUsed { .. } => "pass_used",
            Self::RecoveryCodesMade { .. } => "recovery_codes_made",
            Self::RecoveryCodeUsed { .. } => "recovery_code_used",
            Self::ReEnrolled { .. } => "re_enrolled",
            Self::PasswordChanged { .. } => "password_changed",
            Self::PasswordReset { .. } => "password_reset",
            Self::ExceptionGiven { .. } => "exception_given",
            Self::ExceptionEnding { .. } => "exception_ending",
            Self::ExceptionEnded { .. } => "exception_ended",
            Self::ExceptionRejected { .. } => "exception_rejected",
            Self::RegistrationPostponed { .. } => "registration_postponed",
            Self::RegistrationReminder {} => "registration_reminder",
            Self::DefaultChanged { .. } => "default_changed",
            Self::NumberChanged { .. } => "number_changed",
            Self::FraudReported { .. } => "fraud_reported",
            Self::FraudReportedAdmin { .. } => "fraud_reported_admin",
            Self::NumberSharedAdmin { .. } => "number_shared_admin",
            Self::NamedLocationApproved { .. } => "named_location_approved",
            Self::NamedLocationRejected { .. } => "named_location_rejected",
            Self::NamedLocationDue { .. } => "named_location_due",
            Self::NamedLocationLapsed { .. } => "named_location_lapsed",
            Self::AccountCompromised { .. } => "account_compromised",
            Self::AccountCompromisedAdmin { .. } => "account_compromised_admin",
            Self::AccountRestored { .. } => "account_restored",
            Self::PinLiftAsked { .. } => "pin_lift_asked",
            Self::PinLifted { .. } => "pin_lifted",
        }
    }
}

impl std::fmt::Debug for TextWords<'_> {
    // SECURITY: the facts are a code.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("TextWords").field(&self.kind()).finish()
    }
}
