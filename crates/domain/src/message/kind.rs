//! What messages there are.

use std::str::FromStr;

use crate::factor::telephone::Reach;

/// How a message travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// A text message.
    Text,
    /// A call.
    Call,
    /// A wake-up of an authenticator app.
    Push,
    /// An e-mail. Never a factor [AUT-9]: it brings news only.
    Mail,
}

/// A text that names no channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown channel")]
pub struct UnknownChannel;

impl Channel {
    /// The channel that reaches a telephone so.
    pub const fn of(reach: Reach) -> Self {
        match reach {
            Reach::Text => Self::Text,
            Reach::Call => Self::Call,
        }
    }

    /// Every channel.
    pub const ALL: [Self; 4] = [Self::Text, Self::Call, Self::Push, Self::Mail];

    /// The word for it in stores, metrics and templates.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Call => "call",
            Self::Push => "push",
            Self::Mail => "mail",
        }
    }

    /// Whether a message may be sent again when nobody knows whether it arrived: a second code or call would confuse the
    /// person, and cost money; a second e-mail is recognised by its Message-ID, a second wake-up by its topic.
    pub const fn may_repeat(self) -> bool {
        match self {
            Self::Text | Self::Call => false,
            Self::Push | Self::Mail => true,
        }
    }
}

impl FromStr for Channel {
    type Err = UnknownChannel;

    fn from_str(text: &str) -> Result<Self, UnknownChannel> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == text).ok_or(UnknownChannel)
    }
}

/// What a message is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// A code for a sign-in.
    SignInText,
    /// A code that confirms a new number.
    EnrolmentText,
    /// A call that confirms a sign-in.
    SignInCall,
    /// A call that confirms a new number.
    EnrolmentCall,
    /// A wake-up of an app that is asked whether a sign-in is the person's own.
    SignInPush,
    /// To the person: a factor was added [ENR-19].
    FactorAdded,
    /// To the person: a factor was removed.
    FactorRemoved,
    /// To the person: an app moved to another phone.
    FactorMoved,
    /// To the person: they were given a temporary access pass.
    PassIssued,
    /// To the person: a temporary access pass of theirs was used.
    PassUsed,
    /// To the person: they made recovery codes.
    RecoveryCodesMade,
    /// To the person: a recovery code of theirs was used [STD-1].
    RecoveryCodeUsed,
    /// To the person: all their second factors were removed, and they enrol again.
    ReEnrolled,
    /// To the person: they have a new password, which they chose [ENR-19].
    PasswordChanged,
    /// To the person: somebody in charge gave them a temporary password [ADM-4].
    PasswordReset,
    /// To the person: their prompts are suspended [EXC-20].
    ExceptionGiven,
    /// To the person: their prompts return soon.
    ExceptionEnding,
    /// To the person: their prompts have returned.
    ExceptionEnded,
    /// To whoever asked for an exception: it was rejected.
    ExceptionRejected,
    /// To the person: they register later [ENR-6].
    RegistrationPostponed,
    /// To the person: they have no second factor yet, and somebody asks them to set one up.
    RegistrationReminder,
    /// To the person: another factor is asked for first.
    DefaultChanged,
    /// To the person: a number was replaced by another.
    NumberChanged,
    /// To the person: they reported a sign-in that was not theirs.
    FraudReported,
    /// To administrators: somebody reported a sign-in that was not theirs [CMP-6].
    FraudReportedAdmin,
    /// To administrators: one number is enrolled for many accounts.
    NumberSharedAdmin,
    /// To the owner of a named location and whoever asked for it: it was approved [CA-4].
    NamedLocationApproved,
    /// To the owner of a named location and whoever asked for it: it was rejected [CA-4].
    NamedLocationRejected,
    /// To the owner of a named location: its attestation ends soon [CA-4].
    NamedLocationDue,
    /// To the owner of a named location: its attestation has ended, and it is not active any more [CA-4].
    NamedLocationLapsed,
    /// To the person: their account was marked as compromised [CMP-1].
    AccountCompromised,
    /// To administrators: an account was marked as compromised [CMP-1].
    AccountCompromisedAdmin,
    /// To the person: their account was given back to them [CMP-3].
    AccountRestored,
    /// To the person: somebody asked that the pin of their account be lifted [CMP-2].
    PinLiftAsked,
    /// To the person: the pin of their account was lifted [CMP-2].
    PinLifted,
}

/// A text that names no kind of message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown kind of message")]
pub struct UnknownKind;

impl MessageKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::SignInText,
        Self::EnrolmentText,
        Self::SignInCall,
        Self::EnrolmentCall,
        Self::SignInPush,
        Self::FactorAdded,
        Self::FactorRemoved,
        Self::FactorMoved,
        Self::PassIssued,
        Self::PassUsed,
        Self::RecoveryCodesMade,
        Self::RecoveryCodeUsed,
        Self::ReEnrolled,
        Self::PasswordChanged,
        Self::PasswordReset,
        Self::ExceptionGiven,
        Self::ExceptionEnding,
        Self::ExceptionEnded,
        Self::ExceptionRejected,
        Self::RegistrationPostponed,
        Self::RegistrationReminder,
        Self::DefaultChanged,
        Self::NumberChanged,
        Self::FraudReported,
        Self::FraudReportedAdmin,
        Self::NumberSharedAdmin,
        Self::NamedLocationApproved,
        Self::NamedLocationRejected,
        Self::NamedLocationDue,
        Self::NamedLocationLapsed,
        Self::AccountCompromised,
        Self::AccountCompromisedAdmin,
        Self::AccountRestored,
        Self::PinLiftAsked,
        Self::PinLifted,
    ];

    /// The word for it in stores and templates.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignInText => "sign_in_text",
            Self::EnrolmentText => "enrolment_text",
            Self::SignInCall => "sign_in_call",
            Self::EnrolmentCall => "enrolment_call",
            Self::SignInPush => "sign_in_push",
            Self::FactorAdded => "factor_added",
            Self::FactorRemoved => "factor_removed",
            Self::FactorMoved => "factor_moved",
            Self::PassIssued => "pass_issued",
            Self::PassUsed => "pass_used",
            Self::RecoveryCodesMade => "recovery_codes_made",
            Self::RecoveryCodeUsed => "recovery_code_used",
            Self::ReEnrolled => "re_enrolled",
            Self::PasswordChanged => "password_changed",
            Self::PasswordReset => "password_reset",
            Self::ExceptionGiven => "exception_given",
            Self::ExceptionEnding => "exception_ending",
            Self::ExceptionEnded => "exception_ended",
            Self::ExceptionRejected => "exception_rejected",
            Self::RegistrationPostponed => "registration_postponed",
            Self::RegistrationReminder => "registration_reminder",
            Self::DefaultChanged => "default_changed",
            Self::NumberChanged => "number_changed",
            Self::FraudReported => "fraud_reported",
            Self::FraudReportedAdmin => "fraud_reported_admin",
            Self::NumberSharedAdmin => "number_shared_admin",
            Self::NamedLocationApproved => "named_location_approved",
            Self::NamedLocationRejected => "named_location_rejected",
            Self::NamedLocationDue => "named_location_due",
            Self::NamedLocationLapsed => "named_location_lapsed",
            Self::AccountCompromised => "account_compromised",
            Self::AccountCompromisedAdmin => "account_compromised_admin",
            Self::AccountRestored => "account_restored",
            Self::PinLiftAsked => "pin_lift_asked",
            Self::PinLifted => "pin_lifted",
        }
    }

    /// Whether it is still true when it arrives days later, so that it may be sent again: an e-mail that tells what has happened, and
    /// when. One about what is to come, or that asks for something, may have been overtaken.
    pub const fn tells_what_happened(self) -> bool {
        let is_mail = matches!(self.channel(), Channel::Mail);
        is_mail
            && !matches!(
                self,
                Self::ExceptionEnding | Self::RegistrationReminder | Self::NamedLocationDue | Self::PinLiftAsked
            )
    }

    /// How it travels.
    pub const fn channel(self) -> Channel {
        match self {
            Self::SignInText | Self::EnrolmentText => Channel::Text,
            Self::SignInCall | Self::EnrolmentCall => Channel::Call,
            Self::SignInPush => Channel::Push,
            Self::FactorAdded
            | Self::FactorRemoved
            | Self::FactorMoved
            | Self::PassIssued
            | Self::PassUsed
            | Self::RecoveryCodesMade
            | Self::RecoveryCodeUsed
            | Self::ReEnrolled
            | Self::PasswordChanged
            | Self::PasswordReset
            | Self::ExceptionGiven
            | Self::ExceptionEnding
            | Self::ExceptionEnded
            | Self::ExceptionRejected
            | Self::RegistrationPostponed
            | Self::RegistrationReminder
            | Self::DefaultChanged
            | Self::NumberChanged
            | Self::FraudReported
            | Self::FraudReportedAdmin
            | Self::NumberSharedAdmin
            | Self::NamedLocationApproved
            | Self::NamedLocationRejected
            | Self::NamedLocationDue
            | Self::NamedLocationLapsed => Channel::Mail,
            Self::AccountCompromised
            | Self::AccountCompromisedAdmin
            | Self::AccountRestored
            | Self::PinLiftAsked
            | Self::PinLifted => Channel::Mail,
        }
    }
}

impl FromStr for MessageKind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text).ok_or(UnknownKind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back() {
        for kind in MessageKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(*kind));
        }
        for channel in Channel::ALL {
            assert_eq!(channel.as_str().parse(), Ok(channel));
        }
    }

    #[test]
    fn no_code_ever_travels_by_e_mail() {
        for kind in MessageKind::ALL.iter().filter(|kind| kind.channel() == Channel::Mail) {
            assert!(!kind.as_str().contains("sign_in") && !kind.as_str().contains("enrolment"));
        }
    }
}
