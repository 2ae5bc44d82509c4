//! Why a sign-in did not go on: stable codes and words for people.

use crate::factor::password::BrokenRule;
use crate::factor::push::PushFailure;
use crate::factor::smartcard::CardFailure;
use crate::factor::voice_call::CallOutcome;
use crate::factor::webauthn::KeyFailure;
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
    /// A policy lets nobody in like this.
    BlockedByPolicy,
    /// A policy names something that is not there any more, so that nobody comes in whom it may be about.
    PolicyBroken,
    /// A first factor is registered in a named location, or with a pass, and the person has neither [ENR-13].
    RegisterElsewhere,
    /// The page belongs to another step of the sign-in.
    WrongStep,
    /// The sign-in took too long or was replaced by a newer one.
    FlowExpired,
    /// The code is too old.
    CodeExpired,
    /// Another code or call was asked for too soon after the last one.
    TooSoon {
        /// From when on it may be asked for.
        until: Timestamp,
    },
    /// So many messages went out that no more may, for a while.
    TooManyMessages {
        /// From when on there may be more.
        until: Timestamp,
    },
    /// The call did not confirm the sign-in.
    CallFailed(CallOutcome),
    /// The person said on the telephone, or with the reference of a text, that they are not signing in [CMP-6].
    Reported,
    /// The factor that was chosen cannot be used now.
    FactorNotUsable,
    /// None of the person's factors can be used now.
    NoUsableFactor,
    /// All that the person has are telephone numbers that are not allowed any more.
    NumberNotAllowed,
    /// The request to an app did not confirm the sign-in.
    AppFailed(PushFailure),
    /// The temporary access pass is wrong, used, or not good now.
    WrongPass,
    /// The recovery code is wrong, or used.
    WrongRecoveryCode,
    /// The answer of a security key proved nothing, or a new key was not taken.
    KeyFailed(KeyFailure),
    /// A smartcard proved nothing, or was not linked.
    CardFailed(CardFailure),
    /// The app was asked so often in vain that it is not asked again for a while [AUT-5].
    AskedTooOften {
        /// From when on it may be.
        until: Timestamp,
    },
    /// Another sign-in from a browser that is not known has a request open.
    AnotherRequestOpen {
        /// Until when, at the latest.
        until: Timestamp,
    },
    /// Nothing is asked on behalf of this network, because a sign-in from it was reported.
    NetworkReported,
    /// All that the person has is the app that moves to a new phone, or codes that a backup of it may hold.
    NothingButTheMovingApp,
}

impl Refusal {
    /// One of each, for the reference that is generated from it.
    pub fn samples() -> Vec<Self> {
        [
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
            Self::BlockedByPolicy,
            Self::PolicyBroken,
            Self::RegisterElsewhere,
            Self::WrongStep,
            Self::FlowExpired,
            Self::CodeExpired,
            Self::TooSoon { until: Timestamp::from_seconds(0) },
            Self::TooManyMessages { until: Timestamp::from_seconds(0) },
            Self::Reported,
            Self::FactorNotUsable,
            Self::NoUsableFactor,
            Self::NumberNotAllowed,
            Self::AppFailed(PushFailure::WrongNumber),
            Self::AppFailed(PushFailure::NoAnswer),
            Self::AppFailed(PushFailure::TakenBack),
            Self::AskedTooOften { until: Timestamp::from_seconds(0) },
            Self::AnotherRequestOpen { until: Timestamp::from_seconds(0) },
            Self::NetworkReported,
            Self::NothingButTheMovingApp,
            Self::WrongPass,
            Self::WrongRecoveryCode,
        ]
        .into_iter()
        .chain(KeyFailure::ALL.into_iter().map(Self::KeyFailed))
        .chain(CardFailure::ALL.into_iter().map(Self::CardFailed))
        .chain(CallOutcome::ALL.into_iter().filter(is_failure).map(Self::CallFailed))
        .collect()
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
            Self::BlockedByPolicy => "SIGNIN-067",
            Self::PolicyBroken => "SIGNIN-068",
            Self::RegisterElsewhere => "SIGNIN-069",
            Self::WrongStep => "SIGNIN-013",
            Self::FlowExpired => "SIGNIN-014",
            Self::PasswordLapsed => "SIGNIN-015",
            Self::CodeExpired => "SIGNIN-016",
            Self::TooSoon { .. } => "SIGNIN-017",
            Self::TooManyMessages { .. } => "SIGNIN-018",
            Self::Reported => "SIGNIN-019",
            Self::FactorNotUsable => "SIGNIN-020",
            Self::NoUsableFactor => "SIGNIN-021",
            Self::NumberNotAllowed => "SIGNIN-022",
            Self::AskedTooOften { .. } => "SIGNIN-023",
            Self::AnotherRequestOpen { .. } => "SIGNIN-024",
            Self::NetworkReported => "SIGNIN-025",
            Self::NothingButTheMovingApp => "SIGNIN-026",
            Self::WrongPass => "SIGNIN-048",
            Self::WrongRecoveryCode => "SIGNIN-050",
            Self::AppFailed(failure) => match failure {
                PushFailure::WrongNumber => "SIGNIN-027",
                PushFailure::NoAnswer => "SIGNIN-028",
                PushFailure::TakenBack => "SIGNIN-029",
                PushFailure::Reported => "SIGNIN-019",
            },
            Self::KeyFailed(failure) => match failure {
                KeyFailure::Unreadable => "SIGNIN-040",
                KeyFailure::WrongAnswer => "SIGNIN-041",
                KeyFailure::NotVerified => "SIGNIN-042",
                KeyFailure::UnknownKey => "SIGNIN-043",
                KeyFailure::Copied => "SIGNIN-044",
                KeyFailure::KnownKey => "SIGNIN-045",
                KeyFailure::ModelNotAllowed => "SIGNIN-046",
                KeyFailure::Unsupported => "SIGNIN-047",
                KeyFailure::CannotBeGiven => "SIGNIN-049",
            },
            Self::CardFailed(failure) => match failure {
                CardFailure::NoCard => "SIGNIN-051",
                CardFailure::Unreadable => "SIGNIN-052",
                CardFailure::UnknownAuthority => "SIGNIN-053",
                CardFailure::Expired => "SIGNIN-054",
                CardFailure::NotYetValid => "SIGNIN-055",
                CardFailure::WrongUsage => "SIGNIN-056",
                CardFailure::WrongPolicy => "SIGNIN-057",
                CardFailure::NoIdentifier => "SIGNIN-058",
                CardFailure::Revoked => "SIGNIN-059",
                CardFailure::StatusUnknown => "SIGNIN-060",
                CardFailure::OtherPerson => "SIGNIN-061",
                CardFailure::UnknownCard => "SIGNIN-062",
                CardFailure::KnownCard => "SIGNIN-063",
                CardFailure::TooLate => "SIGNIN-064",
                CardFailure::NotVouched => "SIGNIN-065",
                CardFailure::ProviderDown => "SIGNIN-066",
            },
            Self::CallFailed(outcome) => match outcome {
                CallOutcome::WrongCode => "SIGNIN-030",
                CallOutcome::NoResponse | CallOutcome::Confirmed => "SIGNIN-031",
                CallOutcome::Voicemail => "SIGNIN-032",
                CallOutcome::Busy => "SIGNIN-033",
                CallOutcome::NoAnswer => "SIGNIN-034",
                CallOutcome::Unreachable => "SIGNIN-035",
                CallOutcome::Declined => "SIGNIN-036",
                CallOutcome::HungUp => "SIGNIN-037",
                CallOutcome::ServiceError => "SIGNIN-038",
                CallOutcome::CutOff => "SIGNIN-039",
                CallOutcome::Reported => "SIGNIN-019",
            },
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
            Self::BlockedByPolicy => "blocked_by_policy",
            Self::PolicyBroken => "policy_broken",
            Self::RegisterElsewhere => "register_elsewhere",
            Self::WrongStep => "wrong_step",
            Self::FlowExpired => "flow_expired",
            Self::CodeExpired => "code_expired",
            Self::TooSoon { .. } => "too_soon",
            Self::TooManyMessages { .. } => "too_many_messages",
            Self::Reported => "reported",
            Self::FactorNotUsable => "factor_not_usable",
            Self::NoUsableFactor => "no_usable_factor",
            Self::NumberNotAllowed => "number_not_allowed",
            Self::AskedTooOften { .. } => "asked_too_often",
            Self::AnotherRequestOpen { .. } => "another_request_open",
            Self::NetworkReported => "network_reported",
            Self::NothingButTheMovingApp => "nothing_but_the_moving_app",
            Self::WrongPass => "wrong_pass",
            Self::WrongRecoveryCode => "wrong_recovery_code",
            Self::AppFailed(failure) => match failure {
                PushFailure::WrongNumber => "app_wrong_number",
                PushFailure::NoAnswer => "app_no_answer",
                PushFailure::TakenBack => "app_taken_back",
                PushFailure::Reported => "reported",
            },
            Self::KeyFailed(failure) => failure.as_str(),
            Self::CardFailed(failure) => failure.as_str(),
            Self::CallFailed(outcome) => match outcome {
                CallOutcome::WrongCode => "call_wrong_code",
                CallOutcome::NoResponse | CallOutcome::Confirmed => "call_no_response",
                CallOutcome::Voicemail => "call_voicemail",
                CallOutcome::Busy => "call_busy",
                CallOutcome::NoAnswer => "call_no_answer",
                CallOutcome::Unreachable => "call_unreachable",
                CallOutcome::Declined => "call_declined",
                CallOutcome::HungUp => "call_hung_up",
                CallOutcome::ServiceError => "call_service_error",
                CallOutcome::CutOff => "call_cut_off",
                CallOutcome::Reported => "reported",
            },
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
            Self::StrengthOutOfReach => {
                "What is asked of the sign-in is more than the person's factors reach: What if shows what asks for it. They need a stronger factor, or an activation code to register one."
            }
            Self::BlockedByPolicy => {
                "A policy lets nobody in like this: What if shows which, with the person, the application and the network."
            }
            Self::PolicyBroken => {
                "A policy names something that is not there any more, and blocks everybody whom it may be about: whoever publishes policies must mend it now."
            }
            Self::RegisterElsewhere => {
                "The first factor is registered at work, in a named location, or with a temporary access pass: verify who the person is and give them one."
            }
            Self::WrongStep => "The page was out of date, often after the browser's Back button: start again.",
            Self::FlowExpired => "Start again: the sign-in took too long, or a newer one took its place.",
            Self::CodeExpired => "Ask for a new code: each is good for a few minutes.",
            Self::TooSoon { .. } => "Wait as long as the page says: a text can take a minute to arrive.",
            Self::TooManyMessages { .. } => {
                "Use another factor, or wait. If the person did not ask for so many, somebody else is: tell security."
            }
            Self::Reported => {
                "The person said that somebody else is signing in. Verify who they are, set a temporary password and tell security."
            }
            Self::FactorNotUsable => "Read the reason on the page Sign in another way, and choose another factor.",
            Self::NoUsableFactor => {
                "None of the person's factors works now: their account's page says why. Either wait, or verify who they are and make them enrol again."
            }
            Self::NumberNotAllowed => {
                "Verify who the person is, then make them enrol again: their next sign-in asks for another number or an authenticator app."
            }
            Self::AskedTooOften { .. } => {
                "Use a code from the app, or wait as long as the page says. If the person did not ask so often, somebody else is: tell security."
            }
            Self::AnotherRequestOpen { .. } => {
                "Look at the app: another sign-in asks there. If it is not the person's, they should answer that it is not them. Otherwise use a code from the app."
            }
            Self::NetworkReported => {
                "A sign-in from the same network was reported. Verify who the person is; they can use a code from the app or another way."
            }
            Self::NothingButTheMovingApp => {
                "Verify who the person is, then make them enrol again: nothing else they have can prove a move to a new phone."
            }
            Self::WrongPass => {
                "Look at the person's account whether the pass is good now and not used yet. If it is not, verify who they are and give them another."
            }
            Self::WrongRecoveryCode => {
                "Each code works once, and making new ones voids the old sheet. If none is left, verify who the person is and give them a temporary access pass."
            }
            Self::AppFailed(failure) => match failure {
                PushFailure::WrongNumber => {
                    "The number typed into the app was not the one on the page: ask again, and compare. If the person typed none, tell security."
                }
                PushFailure::NoAnswer => {
                    "The app did not answer in time: open it, check its connection and its permission to notify, or use a code from it."
                }
                PushFailure::TakenBack => "The request was taken back, for example by a newer one: ask again.",
                PushFailure::Reported => "The person said that they are not signing in: tell security.",
            },
            Self::KeyFailed(failure) => match failure {
                KeyFailure::Unreadable => {
                    "The browser sent no answer that can be read: try again, with an up-to-date browser."
                }
                KeyFailure::WrongAnswer => {
                    "The answer was for another page or another site: go back to the sign-in and try again. If the person followed a link to a page that looked like ours, tell security."
                }
                KeyFailure::NotVerified => {
                    "The key did not ask for a PIN or a fingerprint. Help the person to set a PIN on it, then try again."
                }
                KeyFailure::UnknownKey => {
                    "The key belongs to another account, or was removed from this one: check which key it is."
                }
                KeyFailure::Copied => {
                    "The key may have been copied: its counter did not grow. Remove it, give the person another one, and tell security."
                }
                KeyFailure::KnownKey => "The key is registered already, for this account or another one.",
                KeyFailure::ModelNotAllowed => {
                    "The organisation does not take this model of key, or the key did not prove its model: hand out one that is allowed."
                }
                KeyFailure::CannotBeGiven => {
                    "What answered was a passkey of this computer or of its user, not a key that can be handed over: plug in a security key and choose that."
                }
                KeyFailure::Unsupported => {
                    "The key has no signature that Wardkey checks: it needs ES256, ES384 or RS256, one of which any FIDO2 key has."
                }
            },
            Self::CardFailed(failure) => match failure {
                CardFailure::NoCard => {
                    "The browser sent no card: put the card in its reader, start the card software, close the browser and try again. Another browser may have no access to the card."
                }
                CardFailure::Unreadable => {
                    "What the card or its software sent is no certificate that can be read: look whether the card works elsewhere."
                }
                CardFailure::UnknownAuthority => {
                    "The card was issued by somebody whose cards are not accepted here: check that it is the right card."
                }
                CardFailure::Expired => "The certificate on the card is out of date: have the card renewed.",
                CardFailure::NotYetValid => {
                    "The certificate on the card is not good yet: look at the dates on it, and at the server's clock."
                }
                CardFailure::WrongUsage => {
                    "The certificate that was chosen is not for signing in: choose the other one on the card."
                }
                CardFailure::WrongPolicy => {
                    "The card was issued under a policy that is not accepted here: check which kind of card it is."
                }
                CardFailure::NoIdentifier => {
                    "The certificate does not say whose card it is in the way that is configured: tell whoever runs the service."
                }
                CardFailure::Revoked => "The card was revoked: take it back, and have another issued.",
                CardFailure::StatusUnknown => {
                    "It could not be found out whether the card was revoked. If it happens to everybody, the authority's service is down: tell whoever runs this one."
                }
                CardFailure::OtherPerson => {
                    "The card names another person than the account: check that it is the right card and the right account."
                }
                CardFailure::UnknownCard => {
                    "The card is not linked to this account: check that it is the right card. A new card is linked in Security info."
                }
                CardFailure::KnownCard => "The card is linked already, to this account or another one.",
                CardFailure::TooLate => "The card was shown too long ago: press the button and show it again.",
                CardFailure::NotVouched => {
                    "NHS Care Identity did not confirm a sign-in with a card: it was cancelled, was not strong enough, or is not believed. The server's log says which. Try again, with the card."
                }
                CardFailure::ProviderDown => {
                    "NHS Care Identity cannot be reached. Wait, or use another way. If it happens to everybody, tell whoever runs the service."
                }
            },
            Self::CallFailed(outcome) => match outcome {
                CallOutcome::WrongCode => "The digits on the keypad were not those on the screen: ask for a new call.",
                CallOutcome::NoResponse | CallOutcome::Confirmed => {
                    "The key must be pressed after the voice has said which, and before the page gives up."
                }
                CallOutcome::Voicemail => {
                    "A machine answered, or the line sounded like one: noise, music, keys pressed before the question. Ask for a new call from a quieter place or use another factor."
                }
                CallOutcome::Busy => "The line was busy: wait and ask for a new call.",
                CallOutcome::NoAnswer => "Nobody answered: check the number with the person.",
                CallOutcome::Unreachable => {
                    "The telephone is switched off, out of range, or the number does not exist: check it with the person."
                }
                CallOutcome::Declined => {
                    "The telephone turned the call away, often by a setting that silences unknown callers."
                }
                CallOutcome::HungUp => "The person hung up before pressing a key: ask for a new call.",
                CallOutcome::ServiceError => {
                    "The telephone network failed. Use another factor; tell whoever runs the service."
                }
                CallOutcome::CutOff => "The call took too long or was stopped: ask for a new one.",
                CallOutcome::Reported => "The person said that they are not signing in: tell security.",
            },
        }
    }

    /// Whether a failure counts as a guess, so that it is counted against the account.
    pub const fn is_guess(&self) -> bool {
        match self {
            Self::WrongPassword
            | Self::WrongCode
            | Self::CodeAlreadyUsed
            | Self::WrongActivation
            | Self::WrongPass
            | Self::WrongRecoveryCode => true,
            Self::TooManyTries { .. }
            | Self::CeilingReached
            | Self::AccountNotActive
            | Self::KindCannotSignIn
            | Self::OrganisationClosed
            | Self::PasswordLapsed
            | Self::NewPasswordRefused(_)
            | Self::PasswordsDiffer
            | Self::StrengthOutOfReach
            | Self::BlockedByPolicy
            | Self::PolicyBroken
            | Self::RegisterElsewhere
            | Self::WrongStep
            | Self::FlowExpired
            | Self::CodeExpired
            | Self::TooSoon { .. }
            | Self::TooManyMessages { .. }
            | Self::CallFailed(_)
            | Self::Reported
            | Self::FactorNotUsable
            | Self::NoUsableFactor
            | Self::NumberNotAllowed
            | Self::AppFailed(_)
            | Self::KeyFailed(_)
            | Self::CardFailed(_)
            | Self::AskedTooOften { .. }
            | Self::AnotherRequestOpen { .. }
            | Self::NetworkReported
            | Self::NothingButTheMovingApp => false,
        }
    }
}

/// Whether a call that ended so has failed, in a way of its own.
const fn is_failure(outcome: &CallOutcome) -> bool {
    !matches!(outcome, CallOutcome::Confirmed | CallOutcome::Reported)
}
