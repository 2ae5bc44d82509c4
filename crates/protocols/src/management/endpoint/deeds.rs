//! Changing accounts: each change once for each idempotency key.

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use http::{HeaderName, HeaderValue};
use serde::Deserialize;
use utoipa::ToSchema;
use wardkey_domain::id::AccountId;
use wardkey_usecases::application::{AccountDeed, Asked, DeedOutcome, Done, do_once};

use crate::management::call::{Call, Contain, ManagePeople, Scoped};
use crate::management::parameter::Nothing;
use crate::management::problem::{FieldProblem, Problem, ProblemKind};
use crate::management::state::Api;
use crate::management::view::{Compromised, MfaEnabled, SessionsEnded, StatusChanged};
use crate::management::{content, paths};

const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Why an account is changed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Why, in one line of at most 500 characters: it stands in the audit.
    #[schema(
        min_length = 1,
        max_length = 500,
        pattern = "[^\\s\\x00-\\x1f\\x7f-\\x9f]",
        example = "Left on Friday, ticket 4711"
    )]
    reason: String,
}

/// Why an account is marked as compromised.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Suspicion {
    /// Why, in one line of at most 500 characters: it stands in the audit and in the case.
    #[schema(
        min_length = 1,
        max_length = 500,
        pattern = "[^\\s\\x00-\\x1f\\x7f-\\x9f]",
        example = "It sends spam, ticket 4711"
    )]
    reason: String,
    /// For how many hours, up to now, it may have been in the wrong hands: what was enrolled in that time is quarantined. 7 days
    /// where nothing is said.
    #[serde(default)]
    #[schema(value_type = u16, required = false, minimum = 0, maximum = 8760, default = 168)]
    suspected_hours: Option<Hours>,
}

/// So many hours, up to a year.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(try_from = "f64")]
struct Hours(Duration);

/// The number is none.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("write a whole number of hours from 0 to {}", Hours::MOST)]
struct BadHours;

impl Hours {
    const MOST: f64 = 8_760.0;
}

impl TryFrom<f64> for Hours {
    type Error = BadHours;

    /// In JSON `24` and `24.0` are one number [JSON Schema Core 2020-12 §4.2.1, §6.3].
    fn try_from(number: f64) -> Result<Self, BadHours> {
        let is_good = number.fract() == 0.0 && (0.0..=Self::MOST).contains(&number);
        if is_good { Ok(Self(Duration::from_secs_f64(number * 3_600.0))) } else { Err(BadHours) }
    }
}

/// Enables multi-factor authentication
///
/// Has a person prompted at each sign-in, whatever their organisation and their groups say.
#[utoipa::path(
    post,
    path = paths::ENABLE_MFA,
    tag = "Changes",
    operation_id = "enableMfa",
    params(("id" = uuid::Uuid, Path, description = "The account.")),
    request_body = Reason,
    responses((status = 200, description = "It is enabled.", body = MfaEnabled)),
    security(("oauth2" = ["wardkey:people.manage"])),
)]
pub async fn enable_mfa(State(api): State<Api>, call: Call<ManagePeople>) -> Result<Response, Problem> {
    change(&api, call, AccountDeed::EnableMfa).await
}

/// Disables an account
///
/// Nobody signs in with it any more; its sessions end, and what its applications hold is withdrawn.
#[utoipa::path(
    post,
    path = paths::DISABLE,
    tag = "Changes",
    operation_id = "disable",
    params(("id" = uuid::Uuid, Path, description = "The account.")),
    request_body = Reason,
    responses((status = 200, description = "It is disabled.", body = StatusChanged)),
    security(("oauth2" = ["wardkey:people.manage"])),
)]
pub async fn disable(State(api): State<Api>, call: Call<ManagePeople>) -> Result<Response, Problem> {
    change(&api, call, AccountDeed::Disable).await
}

/// Enables an account
///
/// Whatever had stopped it, unless it was deleted or is marked as compromised.
#[utoipa::path(
    post,
    path = paths::ENABLE,
    tag = "Changes",
    operation_id = "enable",
    params(("id" = uuid::Uuid, Path, description = "The account.")),
    request_body = Reason,
    responses((status = 200, description = "It is enabled.", body = StatusChanged)),
    security(("oauth2" = ["wardkey:people.manage"])),
)]
pub async fn enable(State(api): State<Api>, call: Call<ManagePeople>) -> Result<Response, Problem> {
    change(&api, call, AccountDeed::Enable).await
}

/// Ends the sessions of an account
///
/// All of them, with what its applications hold; known browsers must be known anew.
#[utoipa::path(
    post,
    path = paths::END_SESSIONS,
    tag = "Changes",
    operation_id = "endSessions",
    params(("id" = uuid::Uuid, Path, description = "The account.")),
    request_body = Reason,
    responses((status = 200, description = "They have ended.", body = SessionsEnded)),
    security(("oauth2" = ["wardkey:people.manage"])),
)]
pub async fn end_sessions(State(api): State<Api>, call: Call<ManagePeople>) -> Result<Response, Problem> {
    change(&api, call, AccountDeed::EndSessions).await
}

/// Marks an account as compromised
///
/// Nobody gets in with it any more, by anything that it had, until people have worked through its case. Marked again under another
/// key, its open case is added to.
#[utoipa::path(
    post,
    path = paths::MARK_COMPROMISED,
    tag = "Changes",
    operation_id = "markCompromised",
    params(("id" = uuid::Uuid, Path, description = "The account.")),
    request_body = Suspicion,
    responses((status = 200, description = "It is marked.", body = Compromised)),
    security(("oauth2" = ["wardkey:contain"])),
)]
pub async fn mark_compromised(State(api): State<Api>, call: Call<Contain>) -> Result<Response, Problem> {
    let (id, key, Nothing {}) = (call.named()?, call.key()?, call.query()?);
    let (op, text, said) = call.said::<Suspicion>().await?;
    let suspected_for = said.suspected_hours.map(|hours| hours.0);
    let deed = AccountDeed::MarkCompromised { suspected_for };
    answer(id, do_once(api.app(), &op, &Asked { key, text: &text, account: id, deed, why: &said.reason }).await?)
}

async fn change<S: Scoped>(api: &Api, call: Call<S>, deed: AccountDeed) -> Result<Response, Problem> {
    let (id, key, Nothing {}) = (call.named()?, call.key()?, call.query()?);
    let (op, text, said) = call.said::<Reason>().await?;
    answer(id, do_once(api.app(), &op, &Asked { key, text: &text, account: id, deed, why: &said.reason }).await?)
}

fn answer(id: AccountId, done: Done) -> Result<Response, Problem> {
    match done {
        Done::Now(outcome) => present(id, outcome),
        Done::Before(outcome) => {
            let mut response = present(id, outcome)?;
            response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
            Ok(response)
        }
        Done::OtherRequest => {
            let error = FieldProblem::in_header("Idempotency-Key", "this key came with another request within a day");
            let problem = Problem::new(ProblemKind::KeyReused, "Give this request a key of its own.");
            Err(problem.with(error))
        }
    }
}

fn present(id: AccountId, outcome: DeedOutcome) -> Result<Response, Problem> {
    let id = id.uuid();
    match outcome {
        DeedOutcome::MfaEnabled => content::json(&MfaEnabled { id, mfa_enabled: true }),
        DeedOutcome::StatusChanged { status } => content::json(&StatusChanged { id, status }),
        DeedOutcome::SessionsEnded { sessions } => content::json(&SessionsEnded { id, sessions_ended: sessions }),
        DeedOutcome::Compromised { case, number, again, quarantined } => {
            content::json(&Compromised { id, case: case.uuid(), case_number: number, again, quarantined })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_whole_and_bounded() {
        let hours = |text: &str| content::read::<Suspicion>(&format!(r#"{{"reason":"a","suspected_hours":{text}}}"#));
        for (text, expected) in [("0", 0), ("24", 24), ("24.0", 24), ("8760", 8_760)] {
            assert_eq!(
                hours(text).unwrap().suspected_hours,
                Some(Hours(Duration::from_secs(expected * 3_600))),
                "{text}"
            );
        }
        for bad in ["-1", "8761", "0.5", "1e9", "\"24\"", "null5", "[]"] {
            assert!(hours(bad).is_err(), "{bad}");
        }
    }
}
