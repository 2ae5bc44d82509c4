//! A refusal of the engine, in words.

use std::time::Duration;

use wardkey_domain::signin::Refusal;
use wardkey_domain::time::Timestamp;

use crate::page::ErrorView;
use crate::words;

/// What to tell the person, each sentence with the field that it is about.
pub(crate) fn sentences(refusal: &Refusal, now: Timestamp) -> Vec<ErrorView> {
    if let Refusal::NewPasswordRefused(broken) = refusal
        && !broken.is_empty()
    {
        let code = Some(refusal.code());
        return broken.iter().map(|rule| ErrorView { field: "password", text: rule.message(), code }).collect();
    }
    let wait = retry_after(refusal, now).unwrap_or_default();
    let text = words::with_wait(refusal.as_str(), wait);
    vec![ErrorView { field: field(refusal), text, code: Some(refusal.code()) }]
}

/// How long the person has to wait.
pub(crate) fn retry_after(refusal: &Refusal, now: Timestamp) -> Option<Duration> {
    match refusal {
        Refusal::TooManyTries { until } => Some(until.since(now)),
        Refusal::WrongPassword
        | Refusal::WrongCode
        | Refusal::CodeAlreadyUsed
        | Refusal::CeilingReached
        | Refusal::AccountNotActive
        | Refusal::KindCannotSignIn
        | Refusal::OrganisationClosed
        | Refusal::PasswordLapsed
        | Refusal::WrongActivation
        | Refusal::NewPasswordRefused(_)
        | Refusal::PasswordsDiffer
        | Refusal::StrengthOutOfReach
        | Refusal::WrongStep
        | Refusal::FlowExpired => None,
    }
}

/// The form field that a refusal is about; empty when it is about the whole form.
const fn field(refusal: &Refusal) -> &'static str {
    match refusal {
        // SECURITY: not the address field and not the password field: which of the two is wrong is never said.
        Refusal::WrongPassword => "address",
        Refusal::WrongCode | Refusal::CodeAlreadyUsed | Refusal::WrongActivation => "code",
        Refusal::NewPasswordRefused(_) => "password",
        Refusal::PasswordsDiffer => "again",
        Refusal::TooManyTries { .. }
        | Refusal::CeilingReached
        | Refusal::AccountNotActive
        | Refusal::KindCannotSignIn
        | Refusal::OrganisationClosed
        | Refusal::PasswordLapsed
        | Refusal::StrengthOutOfReach
        | Refusal::WrongStep
        | Refusal::FlowExpired => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_words() {
        for refusal in Refusal::samples() {
            for error in sentences(&refusal, Timestamp::from_seconds(0)) {
                assert!(error.text.len() > 15, "{refusal:?}: {}", error.text);
                assert!(!error.text.contains("{{"));
            }
        }
    }
}
