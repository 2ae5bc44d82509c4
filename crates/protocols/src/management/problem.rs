//! What goes wrong, told so that a program can act on it and a person understands it [RFC 9457].

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;
use wardkey_domain::id::RequestId;
use wardkey_domain::op::Actor;
use wardkey_usecases::{Error, FieldError};
use wardkey_wire::oauth::bearer::BearerError;

use super::content;
use super::state::Api;
use crate::oidc::admission::{NotAdmitted, challenge};

/// What kind of problem it is. Codes are never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// The request cannot be read.
    BadRequest,
    /// There is no token, or none that is good.
    Unauthorised,
    /// The token is good, but not for this.
    InsufficientScope,
    /// The application may see it, and not do this to it.
    Forbidden,
    /// There is no such thing, or the application may not know that there is.
    NotFound,
    /// The address is known by another method.
    MethodNotAllowed,
    /// The answer would not be of a type that is accepted.
    NotAcceptable,
    /// Something is in the way.
    Conflict,
    /// The body is too large.
    TooLarge,
    /// The body is of another type.
    UnsupportedType,
    /// What the body says breaks rules.
    Invalid,
    /// The key stands for another request.
    KeyReused,
    /// The application asks too often.
    TooMany,
    /// A fault.
    Fault,
    /// Too much work is queued.
    Unavailable,
}

impl ProblemKind {
    /// Every kind, in the order of its code.
    pub const ALL: [Self; 15] = [
        Self::BadRequest,
        Self::Unauthorised,
        Self::InsufficientScope,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::NotAcceptable,
        Self::Conflict,
        Self::TooLarge,
        Self::UnsupportedType,
        Self::Invalid,
        Self::KeyReused,
        Self::TooMany,
        Self::Fault,
        Self::Unavailable,
    ];

    /// Its status.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::Unauthorised => StatusCode::UNAUTHORIZED,
            Self::InsufficientScope | Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::Conflict => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Invalid | Self::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Fault => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The word at the end of its type.
    pub const fn word(self) -> &'static str {
        match self {
            Self::BadRequest => "bad-request",
            Self::Unauthorised => "unauthorised",
            Self::InsufficientScope => "insufficient-scope",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not-found",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::NotAcceptable => "not-acceptable",
            Self::Conflict => "conflict",
            Self::TooLarge => "too-large",
            Self::UnsupportedType => "unsupported-media-type",
            Self::Invalid => "invalid",
            Self::KeyReused => "idempotency-key-reused",
            Self::TooMany => "too-many-requests",
            Self::Fault => "fault",
            Self::Unavailable => "unavailable",
        }
    }

    /// The code that the help desk looks up.
    pub const fn code(self) -> &'static str {
        match self {
            Self::BadRequest => "API-400",
            Self::Unauthorised => "API-401",
            Self::InsufficientScope => "API-402",
            Self::Forbidden => "API-403",
            Self::NotFound => "API-404",
            Self::MethodNotAllowed => "API-405",
            Self::NotAcceptable => "API-406",
            Self::Conflict => "API-409",
            Self::TooLarge => "API-413",
            Self::UnsupportedType => "API-415",
            Self::Invalid => "API-422",
            Self::KeyReused => "API-423",
            Self::TooMany => "API-429",
            Self::Fault => "API-500",
            Self::Unavailable => "API-503",
        }
    }

    /// What it is, whatever happened in particular.
    pub const fn title(self) -> &'static str {
        match self {
            Self::BadRequest => "The request cannot be read",
            Self::Unauthorised => "An access token is needed",
            Self::InsufficientScope => "The access token lacks a scope",
            Self::Forbidden => "The application may not do this",
            Self::NotFound => "There is nothing here",
            Self::MethodNotAllowed => "The method is not allowed",
            Self::NotAcceptable => "No accepted type of answer",
            Self::Conflict => "Something is in the way",
            Self::TooLarge => "The request is too large",
            Self::UnsupportedType => "The body must be JSON",
            Self::Invalid => "The request breaks rules",
            Self::KeyReused => "The key stands for another request",
            Self::TooMany => "Too many requests",
            Self::Fault => "Something went wrong on our side",
            Self::Unavailable => "The server is busy",
        }
    }

    /// What whoever runs the application should do about it.
    const fn advice(self) -> &'static str {
        match self {
            Self::BadRequest => {
                "The application sends something that the description of the API does not know. `errors` says what."
            }
            Self::Unauthorised => {
                "Get a token with the client's identifier and secret, and send it as `Authorization: Bearer …`."
            }
            Self::InsufficientScope => {
                "Register the scope that the answer names: `wardkey application show` and `change`. A token that speaks for a \
                 person opens nothing here."
            }
            Self::Forbidden => "Accounts that hold a role are changed by people. `detail` says why.",
            Self::NotFound => "It does not exist, or lies outside the organisation that answers for the application.",
            Self::MethodNotAllowed => "The `Allow` header says by which methods the address is known.",
            Self::NotAcceptable => "Accept `application/json`; reports are also `text/csv`.",
            Self::Conflict => "It is so already, or something forbids it. `detail` says what.",
            Self::TooLarge => "A body has 64 KiB at most.",
            Self::UnsupportedType => "Send `Content-Type: application/json`.",
            Self::Invalid => "`errors` says which members are wrong, and why.",
            Self::KeyReused => {
                "The application used an idempotency key again for another request. Each request has a key of its own."
            }
            Self::TooMany => {
                "The application asks more often than `api.requests_per_second` allows. `Retry-After` says when to go on."
            }
            Self::Fault => "A fault of ours. `instance` is in the log of the server.",
            Self::Unavailable => "Ask again with the same idempotency key. `Retry-After` says when.",
        }
    }

    /// Its type: a reference that never changes.
    fn uri(self) -> String {
        format!("/api/v1/problems/{}", self.word())
    }
}

/// A code of the API, as the reference for the help desk lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProblemCode {
    /// The code.
    pub code: &'static str,
    /// What happened, in a word or two.
    pub what: &'static str,
    /// What to do about it.
    pub advice: &'static str,
}

/// Every code of the API, for `docs/reference/errors.md`.
pub fn problem_codes() -> impl Iterator<Item = ProblemCode> {
    ProblemKind::ALL.into_iter().map(|kind| ProblemCode { code: kind.code(), what: kind.word(), advice: kind.advice() })
}

/// Why a call is not answered as the application wishes. [`present`] writes it down.
#[derive(Clone, Debug)]
pub struct Problem {
    kind: ProblemKind,
    detail: String,
    errors: Vec<FieldProblem>,
    retry_after: Option<Duration>,
    bearer: Option<BearerError>,
}

/// What is wrong with one part of the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({"detail": "Give a reason.", "pointer": "#/reason"}))]
pub struct FieldProblem {
    /// What is wrong, in words.
    detail: String,
    /// The member of the body, as a JSON pointer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pointer: Option<String>,
    /// The parameter of the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    parameter: Option<String>,
    /// The header.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    header: Option<&'static str>,
}

/// A problem as it is written down [RFC 9457 §3].
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Problem, example = json!({
    "type": "/api/v1/problems/not-found",
    "title": "There is nothing here",
    "status": 404,
    "detail": "There is no such account, or it lies outside what this application looks after.",
    "code": "API-404",
    "instance": "urn:uuid:019e830e-1a00-7a99-8ca8-c9ecce517512"
}))]
pub struct Written {
    /// What kind of problem it is; `docs/reference/errors.md` lists them.
    #[serde(rename = "type")]
    #[schema(format = "uri-reference")]
    kind: String,
    /// What kind of problem it is, in words that never depend on what happened.
    title: &'static str,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What happened.
    detail: String,
    /// The code that the help desk looks up.
    #[schema(pattern = "^API-[0-9]{3}$")]
    code: &'static str,
    /// Names this request in the log and in the audit.
    #[schema(format = "uri")]
    instance: String,
    /// What is wrong with the request, part by part.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<FieldProblem>,
}

impl FieldProblem {
    /// A member of the body, by the names that lead to it.
    pub fn in_body(path: &str, detail: impl Into<String>) -> Self {
        let pointer = match path {
            "" | "." => "#".to_owned(),
            // In a fragment, `~` and `/` are written in their own way [RFC 6901 §4, §6].
            names => {
                let names = names.split('.').map(|name| name.replace('~', "~0").replace('/', "~1"));
                format!("#/{}", names.collect::<Vec<_>>().join("/"))
            }
        };
        Self { pointer: Some(bounded(&pointer)), ..Self::of(detail.into()) }
    }

    /// A parameter of the address.
    pub fn in_address(name: &str, detail: impl Into<String>) -> Self {
        let known = Some(bounded(name)).filter(|name| !matches!(name.as_str(), "" | "." | "?"));
        Self { parameter: known, ..Self::of(detail.into()) }
    }

    /// A header.
    pub fn in_header(name: &'static str, detail: impl Into<String>) -> Self {
        Self { header: Some(name), ..Self::of(detail.into()) }
    }

    fn of(detail: String) -> Self {
        Self { detail: sentence(&bounded(&detail)), pointer: None, parameter: None, header: None }
    }
}

impl Problem {
    /// A problem with a sentence about it.
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: sentence(&detail.into()), errors: Vec::new(), retry_after: None, bearer: None }
    }

    /// A request that cannot be read, because of this.
    pub fn unreadable(error: FieldProblem) -> Self {
        Self {
            errors: vec![error],
            ..Self::new(ProblemKind::BadRequest, "The description of the API says how to ask.")
        }
    }

    /// A body that breaks rules, because of these.
    pub fn invalid(errors: Vec<FieldProblem>) -> Self {
        Self { errors, ..Self::new(ProblemKind::Invalid, "Look at what is wrong, and ask again.") }
    }

    /// What is not there.
    pub fn not_found() -> Self {
        Self::new(ProblemKind::NotFound, "It does not exist, or lies outside what this application looks after.")
    }

    /// An application that asks too often, and may again after this time.
    pub fn too_many(retry_after: Duration) -> Self {
        let detail = "This application asks more often than it may.";
        Self { retry_after: Some(retry_after), ..Self::new(ProblemKind::TooMany, detail) }
    }

    /// The same, because of this.
    #[must_use]
    pub fn with(mut self, error: FieldProblem) -> Self {
        self.errors.push(error);
        self
    }

    fn bearer(error: BearerError) -> Self {
        let kind = match error {
            BearerError::Malformed => ProblemKind::BadRequest,
            BearerError::Missing | BearerError::Invalid | BearerError::InsufficientAuthentication { .. } => {
                ProblemKind::Unauthorised
            }
            BearerError::InsufficientScope { .. } => ProblemKind::InsufficientScope,
        };
        Self { bearer: Some(error.clone()), ..Self::new(kind, error.to_string()) }
    }

    /// The token lacks `scope`.
    pub fn lacks(scope: &'static str) -> Self {
        Self::bearer(BearerError::InsufficientScope { scope })
    }

    fn write(self, api: &Api, request: RequestId, response: &mut Response) {
        if let Some(error) = &self.bearer {
            let challenge = challenge(&api.oidc, error).headers_mut().remove(header::WWW_AUTHENTICATE);
            response.headers_mut().extend(challenge.map(|value| (header::WWW_AUTHENTICATE, value)));
        }
        if let Some(wait) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
        }
        let written = Written {
            kind: self.kind.uri(),
            title: self.kind.title(),
            status: self.kind.status().as_u16(),
            detail: self.detail,
            code: self.kind.code(),
            instance: format!("urn:uuid:{request}"),
            errors: self.errors,
        };
        *response.status_mut() = self.kind.status();
        content::put(response, content::PROBLEM, serde_json::to_vec(&written).unwrap_or_default());
    }
}

impl From<NotAdmitted> for Problem {
    fn from(why: NotAdmitted) -> Self {
        match why {
            NotAdmitted::Bearer(error) => Self::bearer(error),
            NotAdmitted::UseCase(error) => error.into(),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let at = |FieldError { field, message }: FieldError| FieldProblem::in_body(field, message);
        match error {
            Error::NotFound(_) => Self::not_found(),
            Error::Conflict(text) => Self::new(ProblemKind::Conflict, text),
            Error::Forbidden(text) => Self::new(ProblemKind::Forbidden, text),
            Error::Invalid(errors) => Self::invalid(errors.into_iter().map(at).collect()),
            Error::FreshFactorNeeded => Self::new(ProblemKind::Forbidden, "A person has to do this."),
            Error::Unavailable { retry_after } => {
                let detail = "Ask again in a moment, with the same idempotency key if there was one.";
                Self { retry_after: Some(retry_after), ..Self::new(ProblemKind::Unavailable, detail) }
            }
            Error::Internal { .. } => {
                tracing::error!(error = &error as &dyn std::error::Error, "failed to answer a call of the API");
                Self::new(ProblemKind::Fault, "The log of the server says more.")
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::default();
        *response.status_mut() = self.kind.status();
        response.extensions_mut().insert(self);
        response
    }
}

/// Which request this is, once somebody was let in.
#[derive(Clone, Default)]
pub struct Known(pub Arc<OnceLock<RequestId>>);

/// Writes a problem down that a call has left.
pub async fn present(State(api): State<Api>, mut request: Request, next: Next) -> Response {
    let known = Known::default();
    request.extensions_mut().insert(known.clone());
    let mut response = next.run(request).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        let request = known.0.get().copied();
        let request = request.unwrap_or_else(|| api.app().op(Actor::Anonymous, Default::default()).request);
        problem.write(&api, request, &mut response);
    }
    response
}

/// Any other address below the API's.
pub async fn no_such_call() -> Problem {
    Problem::new(ProblemKind::NotFound, "The API has no such call.")
}

/// A known address by an unknown method.
pub async fn other_method() -> Problem {
    Problem::new(ProblemKind::MethodNotAllowed, "The API knows this address by other methods.")
}

/// The beginning of a text: what came with a request is not sent back at whatever length.
fn bounded(text: &str) -> String {
    const MOST: usize = 300;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// A text as a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.trim_end_matches('.').chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", letters.as_str())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_problem_has_a_code_and_a_type_of_its_own() {
        let codes: BTreeSet<_> = ProblemKind::ALL.iter().map(|kind| kind.code()).collect();
        let types: BTreeSet<_> = ProblemKind::ALL.iter().map(|kind| kind.uri()).collect();
        assert_eq!((codes.len(), types.len()), (ProblemKind::ALL.len(), ProblemKind::ALL.len()));
        for kind in ProblemKind::ALL {
            assert!(kind.status().is_client_error() || kind.status().is_server_error());
        }
    }

    #[test]
    fn a_pointer_leads_to_the_member() {
        for (path, pointer) in [("reason", "#/reason"), (".", "#"), ("", "#"), ("a/b.c~d", "#/a~1b/c~0d")] {
            assert_eq!(FieldProblem::in_body(path, "wrong").pointer.as_deref(), Some(pointer), "{path}");
        }
        assert_eq!(FieldProblem::in_body("reason", "give a reason").detail, "Give a reason.");
        let long = FieldProblem::in_address(&"é".repeat(60_000), "x".repeat(60_000));
        assert!(long.detail.len() < 400 && long.parameter.is_some_and(|name| name.chars().count() == 301));
    }
}
