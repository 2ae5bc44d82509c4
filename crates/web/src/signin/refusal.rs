//! A refusal of the engine, in words.

use std::time::Duration;

use wardkey_domain::factor::FactorKind;
use wardkey_domain::factor::push::PushFailure;
use wardkey_domain::factor::smartcard::CardFailure;
use wardkey_domain::factor::voice_call::CallOutcome;
use wardkey_domain::factor::webauthn::KeyFailure;
use wardkey_domain::signin::Refusal;
use wardkey_domain::time::Timestamp;
use wardkey_usecases::signin::{CredentialView, ScreenKind};

use crate::page::ErrorView;
use crate::words;

/// What to tell the person on the page of `asked`, each sentence with the field that it is about.
pub(crate) fn sentences(asked: &ScreenKind, refusal: &Refusal, now: Timestamp) -> Vec<ErrorView> {
    if let Refusal::NewPasswordRefused(broken) = refusal
        && !broken.is_empty()
    {
        let code = Some(refusal.code());
        return broken.iter().map(|rule| ErrorView { field: "password", text: rule.message(), code }).collect();
    }
    let wait = retry_after(refusal, now).unwrap_or_default();
    let text = words::with_wait(word(asked, refusal), wait);
    vec![ErrorView { field: field(refusal), text, code: Some(refusal.code()) }]
}

/// What to tell the person whose call confirmed nothing.
pub(crate) fn call_failed(outcome: CallOutcome) -> ErrorView {
    let refusal = Refusal::CallFailed(outcome);
    ErrorView { field: "", text: words::sentence(refusal.as_str()), code: Some(refusal.code()) }
}

/// What to tell the person whose app confirmed nothing.
pub(crate) fn app_failed(failure: PushFailure) -> ErrorView {
    let refusal = Refusal::AppFailed(failure);
    ErrorView { field: "", text: words::sentence(refusal.as_str()), code: Some(refusal.code()) }
}

/// What to tell the person whose security key was not taken.
pub(crate) fn key_failed(failure: KeyFailure) -> ErrorView {
    let refusal = Refusal::KeyFailed(failure);
    ErrorView { field: "", text: words::sentence(refusal.as_str()), code: Some(refusal.code()) }
}

/// What to tell the person whose smartcard was not taken.
pub(crate) fn card_failed(failure: CardFailure) -> ErrorView {
    let refusal = Refusal::CardFailed(failure);
    ErrorView { field: "", text: words::sentence(refusal.as_str()), code: Some(refusal.code()) }
}

/// The word of the sentence: a code in a text is wrong in another way than one in an app.
fn word(asked: &ScreenKind, refusal: &Refusal) -> &'static str {
    match (asked, refusal) {
        (ScreenKind::TextCode { .. } | ScreenKind::ConfirmText { .. }, Refusal::WrongCode) => "wrong_text_code",
        (ScreenKind::ActivateToken { .. }, Refusal::WrongCode) => "wrong_token_code",
        (ScreenKind::Code { credentials, .. }, Refusal::WrongCode) if are_tokens(credentials) => "wrong_token_code",
        (_, refusal) => refusal.as_str(),
    }
}

fn are_tokens(credentials: &[CredentialView]) -> bool {
    credentials.iter().all(|credential| credential.kind == FactorKind::HardwareToken)
}

/// How long the person has to wait.
pub(crate) fn retry_after(refusal: &Refusal, now: Timestamp) -> Option<Duration> {
    match refusal {
        Refusal::TooManyTries { until }
        | Refusal::TooSoon { until }
        | Refusal::TooManyMessages { until }
        | Refusal::AskedTooOften { until }
        | Refusal::AnotherRequestOpen { until } => Some(until.since(now)),
        Refusal::WrongPassword
        | Refusal::WrongCode
        | Refusal::CodeAlreadyUsed
        | Refusal::WrongPass
        | Refusal::WrongRecoveryCode
        | Refusal::CeilingReached
        | Refusal::AccountNotActive
        | Refusal::KindCannotSignIn
        | Refusal::OrganisationClosed
        | Refusal::PasswordLapsed
        | Refusal::WrongActivation
        | Refusal::NewPasswordRefused(_)
        | Refusal::PasswordsDiffer
        | Refusal::StrengthOutOfReach
        | Refusal::BlockedByPolicy
        | Refusal::PolicyBroken
        | Refusal::RegisterElsewhere
        | Refusal::WrongStep
        | Refusal::FlowExpired
        | Refusal::CodeExpired
        | Refusal::CallFailed(_)
        | Refusal::Reported
        | Refusal::FactorNotUsable
        | Refusal::NoUsableFactor
        | Refusal::NumberNotAllowed
        | Refusal::AppFailed(_)
        | Refusal::KeyFailed(_)
        | Refusal::CardFailed(_)
        | Refusal::NetworkReported
        | Refusal::NothingButTheMovingApp => None,
    }
}

/// The form field that a refusal is about; empty when it is about the whole form.
const fn field(refusal: &Refusal) -> &'static str {
    match refusal {
        // SECURITY: not the address field and not the password field: which of the two is wrong is never said.
        Refusal::WrongPassword => "address",
        Refusal::WrongCode | Refusal::CodeAlreadyUsed | Refusal::CodeExpired | Refusal::WrongActivation => "code",
        Refusal::WrongPass => "pass",
        Refusal::WrongRecoveryCode => "recovery_code",
        Refusal::FactorNotUsable => "way",
        Refusal::NewPasswordRefused(_) => "password",
        Refusal::PasswordsDiffer => "again",
        Refusal::TooManyTries { .. }
        | Refusal::CeilingReached
        | Refusal::AccountNotActive
        | Refusal::KindCannotSignIn
        | Refusal::OrganisationClosed
        | Refusal::PasswordLapsed
        | Refusal::StrengthOutOfReach
        | Refusal::BlockedByPolicy
        | Refusal::PolicyBroken
        | Refusal::RegisterElsewhere
        | Refusal::WrongStep
        | Refusal::FlowExpired
        | Refusal::TooSoon { .. }
        | Refusal::TooManyMessages { .. }
        | Refusal::CallFailed(_)
        | Refusal::Reported
        | Refusal::NoUsableFactor
        | Refusal::NumberNotAllowed
        | Refusal::AppFailed(_)
        | Refusal::KeyFailed(_)
        | Refusal::CardFailed(_)
        | Refusal::AskedTooOften { .. }
        | Refusal::AnotherRequestOpen { .. }
        | Refusal::NetworkReported
        | Refusal::NothingButTheMovingApp => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_words() {
        for refusal in Refusal::samples() {
            for error in sentences(&ScreenKind::SelfEnrol, &refusal, Timestamp::from_seconds(0)) {
                assert!(error.text.len() > 15, "{refusal:?}: {}", error.text);
                assert!(!error.text.contains("{{"));
            }
        }
    }

    #[test]
    fn each_refusal_has_words_of_its_own() {
        let mut texts: Vec<_> = Refusal::samples()
            .iter()
            .map(|refusal| sentences(&ScreenKind::SelfEnrol, refusal, Timestamp::from_seconds(0)).remove(0).text)
            .collect();
        let all = texts.len();
        texts.sort();
        texts.dedup();
        assert_eq!(texts.len(), all);
    }

    #[test]
    fn a_wait_for_another_code_is_told() {
        let now = Timestamp::from_seconds(0);
        for until in [
            Refusal::TooSoon { until: Timestamp::from_seconds(40) },
            Refusal::TooManyMessages { until: Timestamp::from_seconds(3_600) },
        ] {
            let told = &sentences(&ScreenKind::SelfEnrol, &until, now)[0].text;
            assert!(told.contains("40 seconds") || told.contains("60 minutes"), "{told}");
            assert!(retry_after(&until, now).is_some());
        }
    }

    #[test]
    fn a_wrong_code_from_a_text_is_not_blamed_on_an_app() {
        let sent = wardkey_usecases::signin::SentView {
            masked: "07••••••123".to_owned(),
            state: wardkey_domain::message::DeliveryState::Delivered,
            again_at: None,
            expires_at: Timestamp::from_seconds(600),
        };
        let asked = ScreenKind::TextCode { sent, several: false };
        let told = sentences(&asked, &Refusal::WrongCode, Timestamp::from_seconds(0)).remove(0).text;
        assert!(told.contains("text message") && !told.contains("app"), "{told}");
    }
}
