//! Why a sign-in did not go on: stable codes and words for people.

use crate::factor::password::BrokenRule;
use crate::time::Timestamp;

/// Why the engine refused an event. An outcome, not an error: it is committed with its counter and its audit row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The address or the password is wrong; which of the two is never said.
    WrongPassword,
    /// Too many failures: the next try is allowed at the given time.
    TooManyTries {
        /// When the next try is allowed.
        until: Timestamp,
    },
    /// The code is wrong.
    WrongCode,
    /// The code was used before [RFC 6238 §5.2].
    CodeAlreadyUsed,
    /// The ceiling of failures is reached; only an administrator can help [AUT-6].
    CeilingReached,
    /// The account's status does not allow signing in.
    AccountNotActive,
    /// This kind of account never signs in.
    KindCannotSignIn,
    /// The account's organisation is closed.
    OrganisationClosed,
    /// The temporary password was not used in time.
    PasswordLapsed,
    /// The activation code is wrong, used or expired.
    WrongActivation,
    /// The new password breaks rules.
    NewPasswordRefused(Vec<BrokenRule>),
    /// The two new passwords differ.
    PasswordsDiffer,
    /// The account has nothing enrolled that reaches what the application asks for.
    StrengthOutOfReach,
    /// The page belongs to another step of the sign-in.
    WrongStep,
    /// The sign-in took too long or was replaced by a newer one.
    FlowExpired,
}

impl Refusal {
    /// One of each, for the reference that is generated from it.
    pub fn samples() -> Vec<Self> {
        vec![
            Self::WrongPassword,
            Self::TooManyTries { until: Timestamp::from_seconds(0) },
            Self::WrongCode,
            Self::CodeAlreadyUsed,
            Self::CeilingReached,
            Self::AccountNotActive,
            Self::KindCannotSignIn,
            Self::OrganisationClosed,
            Self::PasswordLapsed,
            Self::WrongActivation,
            Self::NewPasswordRefused(Vec::new()),
            Self::PasswordsDiffer,
            Self::StrengthOutOfReach,
            Self::WrongStep,
            Self::FlowExpired,
        ]
    }

    /// The code that the help desk looks up. Codes are never reused.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::WrongPassword => "SIGNIN-001",
            Self::TooManyTries { .. } => "SIGNIN-002",
            Self::WrongCode => "SIGNIN-003",
            Self::CodeAlreadyUsed => "SIGNIN-004",
            Self::CeilingReached => "SIGNIN-005",
            Self::AccountNotActive => "SIGNIN-006",
            Self::KindCannotSignIn => "SIGNIN-007",
            Self::OrganisationClosed => "SIGNIN-008",
            Self::WrongActivation => "SIGNIN-009",
            Self::NewPasswordRefused(_) => "SIGNIN-010",
            Self::PasswordsDiffer => "SIGNIN-011",
            Self::StrengthOutOfReach => "SIGNIN-012",
            Self::WrongStep => "SIGNIN-013",
            Self::FlowExpired => "SIGNIN-014",
            Self::PasswordLapsed => "SIGNIN-015",
        }
    }

    /// The word for it in the audit and in metrics.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::WrongPassword => "wrong_password",
            Self::TooManyTries { .. } => "too_many_tries",
            Self::WrongCode => "wrong_code",
            Self::CodeAlreadyUsed => "code_already_used",
            Self::CeilingReached => "ceiling_reached",
            Self::AccountNotActive => "account_not_active",
            Self::KindCannotSignIn => "kind_cannot_sign_in",
            Self::OrganisationClosed => "organisation_closed",
            Self::PasswordLapsed => "password_lapsed",
            Self::WrongActivation => "wrong_activation",
            Self::NewPasswordRefused(_) => "new_password_refused",
            Self::PasswordsDiffer => "passwords_differ",
            Self::StrengthOutOfReach => "strength_out_of_reach",
            Self::WrongStep => "wrong_step",
            Self::FlowExpired => "flow_expired",
        }
    }

    /// What the help desk should do about it.
    pub const fn advice(&self) -> &'static str {
        match self {
            Self::WrongPassword => {
                "Check the address with the person. If they have forgotten the password, verify who they are and set a temporary one."
            }
            Self::TooManyTries { .. } => {
                "The delay ends by itself. If the person did not make these tries, somebody else is guessing: tell security."
            }
            Self::WrongCode => "The phone's clock must be right, and the code must be that of this account.",
            Self::CodeAlreadyUsed => "Wait for the next code: each works once.",
            Self::CeilingReached => {
                "Verify who the person is, then re-enrol them. Tell security if they did not make these tries."
            }
            Self::AccountNotActive => "Look up the account's status: it may be disabled, locked, inactive or deleted.",
            Self::KindCannotSignIn => "A shared mailbox has no password: people open it through their own account.",
            Self::OrganisationClosed => "Move the account to an open organisation.",
            Self::PasswordLapsed => {
                "Verify who the person is and set a new temporary password: this one was not used in time."
            }
            Self::WrongActivation => "Issue a new activation code: each works once and for a limited time.",
            Self::NewPasswordRefused(_) => "Read the rules on the page with the person.",
            Self::PasswordsDiffer => "The password must be typed the same way twice.",
            Self::StrengthOutOfReach => "The application needs a stronger factor than the person has enrolled.",
            Self::WrongStep => "The page was out of date, often after the browser's Back button: start again.",
            Self::FlowExpired => "Start again: the sign-in took too long, or a newer one took its place.",
        }
    }

    /// Whether a failure counts as a guess, so that it is counted against the account.
    pub const fn is_guess(&self) -> bool {
        match self {
            Self::WrongPassword | Self::WrongCode | Self::CodeAlreadyUsed | Self::WrongActivation => true,
            Self::TooManyTries { .. }
            | Self::CeilingReached
            | Self::AccountNotActive
            | Self::KindCannotSignIn
            | Self::OrganisationClosed
            | Self::PasswordLapsed
            | Self::NewPasswordRefused(_)
            | Self::PasswordsDiffer
            | Self::StrengthOutOfReach
            | Self::WrongStep
            | Self::FlowExpired => false,
        }
    }
}
