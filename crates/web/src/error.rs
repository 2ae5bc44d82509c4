//! Why a page cannot be shown, and how each use-case error becomes one.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use wardkey_domain::id::CredentialId;
use wardkey_usecases::signin::Destination;
use wardkey_usecases::{Error, FieldError};

use crate::drawn::Drawn;
use crate::page;

/// Why a page cannot be shown. The drawing layer turns it into a page, or into the way to sign in.
#[derive(Clone, Debug)]
pub enum PageError {
    /// The request makes no sense.
    BadRequest,
    /// The request came from another site.
    CrossSite,
    /// The form belongs to a session or a sign-in that is over.
    Stale,
    /// The person may not do this; the text may be shown.
    Forbidden(String),
    /// There is no such page, or the person may not know that there is.
    NotFound,
    /// The page exists, the method does not.
    MethodNotAllowed,
    /// Something changed meanwhile, or is in the way; the text may be shown.
    Conflict(String),
    /// The form breaks rules and the page has no place to show them; the texts may be shown.
    Invalid(Vec<FieldError>),
    /// The request is too large.
    TooLarge,
    /// Too many requests: try again after the given time.
    TooMany(Duration),
    /// Too much work is queued: try again after the given time.
    Unavailable(Duration),
    /// Somebody has to sign in first, and then goes on to the given page.
    SignInNeeded(Destination),
    /// A second factor has to be verified afresh, and then the person goes on to the given page [SES-8].
    FreshFactorNeeded(Destination),
    /// A second factor has to be shown that is neither this app nor a code: the app moves to a new phone.
    OtherFactorNeeded(CredentialId),
    /// The person is in the middle of enrolling, and nothing else is reachable until that is done.
    EnrolmentPending,
    /// A fault; the text reaches the log, never the person.
    Fault(String),
}

impl PageError {
    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest | Self::Stale => StatusCode::BAD_REQUEST,
            Self::CrossSite | Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::SignInNeeded(_)
            | Self::FreshFactorNeeded(_)
            | Self::OtherFactorNeeded(_)
            | Self::EnrolmentPending => StatusCode::SEE_OTHER,
            Self::Fault(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The code that the help desk looks up. Codes are never reused.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BadRequest => "WEB-400",
            Self::CrossSite => "WEB-401",
            Self::Stale => "WEB-402",
            Self::Forbidden(_) => "WEB-403",
            Self::NotFound => "WEB-404",
            Self::MethodNotAllowed => "WEB-405",
            Self::Conflict(_) => "WEB-409",
            Self::TooLarge => "WEB-413",
            Self::Invalid(_) => "WEB-422",
            Self::TooMany(_) => "WEB-429",
            Self::Fault(_) => "WEB-500",
            Self::Unavailable(_) => "WEB-503",
            // These lead on to another page and are never shown.
            Self::SignInNeeded(_)
            | Self::FreshFactorNeeded(_)
            | Self::OtherFactorNeeded(_)
            | Self::EnrolmentPending => "WEB-303",
        }
    }

    /// What happened and what the help desk should do about it, for the reference; nothing for what is never shown.
    const fn advice(&self) -> Option<(&'static str, &'static str)> {
        Some(match self {
            Self::BadRequest => (
                "bad request",
                "The browser sent something that no page of ours sends. Start again from the home page.",
            ),
            Self::CrossSite => ("cross site", "Another site sent the form. Tell security if it happens again."),
            Self::Stale => {
                ("stale form", "The page was open for too long, or somebody signed out in another tab. Load it again.")
            }
            Self::Forbidden(_) => ("forbidden", "The person may not do this. The page says why."),
            Self::NotFound => ("not found", "There is no such page, or the person may not see it."),
            Self::MethodNotAllowed => {
                ("method not allowed", "The page cannot be used in this way. Start again from the home page.")
            }
            Self::Conflict(_) => ("conflict", "Something changed meanwhile. Load the page again and look."),
            Self::TooLarge => ("too large", "More was sent than any form of ours has."),
            Self::Invalid(_) => ("invalid", "The page says what is wrong with what was typed."),
            Self::TooMany(_) => ("too many", "Too many tries. The page says when to try again."),
            Self::Fault(_) => (
                "fault",
                "A fault of ours. Give the reference on the page to whoever runs the server: it is in the log.",
            ),
            Self::Unavailable(_) => ("unavailable", "The server is busy. The page says when to try again."),
            Self::SignInNeeded(_)
            | Self::FreshFactorNeeded(_)
            | Self::OtherFactorNeeded(_)
            | Self::EnrolmentPending => return None,
        })
    }

    /// One of each.
    fn samples() -> [Self; 15] {
        let text = String::new;
        [
            Self::BadRequest,
            Self::CrossSite,
            Self::Stale,
            Self::Forbidden(text()),
            Self::NotFound,
            Self::MethodNotAllowed,
            Self::Conflict(text()),
            Self::TooLarge,
            Self::Invalid(Vec::new()),
            Self::TooMany(Duration::ZERO),
            Self::Fault(text()),
            Self::Unavailable(Duration::ZERO),
            Self::SignInNeeded(Destination::Portal),
            Self::FreshFactorNeeded(Destination::Portal),
            Self::EnrolmentPending,
        ]
    }

    /// The template of the page.
    pub(crate) const fn template(&self) -> &'static str {
        match self {
            Self::BadRequest => "error/bad-request.html",
            Self::CrossSite | Self::Stale => "error/stale.html",
            Self::Forbidden(_) => "error/forbidden.html",
            Self::NotFound => "error/not-found.html",
            Self::MethodNotAllowed => "error/method-not-allowed.html",
            Self::Conflict(_) | Self::Invalid(_) => "error/conflict.html",
            Self::TooLarge => "error/too-large.html",
            Self::TooMany(_) => "error/too-many.html",
            Self::Unavailable(_) => "error/unavailable.html",
            Self::SignInNeeded(_)
            | Self::FreshFactorNeeded(_)
            | Self::OtherFactorNeeded(_)
            | Self::EnrolmentPending
            | Self::Fault(_) => "error/fault.html",
        }
    }

    /// Sentences from below that may be shown.
    pub(crate) fn sentences(&self) -> Vec<String> {
        match self {
            Self::Forbidden(text) => vec![format!("{}.", page::sentence(text.trim_end_matches('.')))],
            Self::Conflict(text) => vec![text.clone()],
            Self::Invalid(errors) => errors.iter().map(|error| error.message.clone()).collect(),
            Self::BadRequest
            | Self::CrossSite
            | Self::Stale
            | Self::NotFound
            | Self::MethodNotAllowed
            | Self::TooLarge
            | Self::TooMany(_)
            | Self::Unavailable(_)
            | Self::SignInNeeded(_)
            | Self::FreshFactorNeeded(_)
            | Self::OtherFactorNeeded(_)
            | Self::EnrolmentPending
            | Self::Fault(_) => Vec::new(),
        }
    }

    /// When it makes sense to try again.
    pub(crate) const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::TooMany(wait) | Self::Unavailable(wait) => Some(*wait),
            Self::BadRequest
            | Self::CrossSite
            | Self::Stale
            | Self::Forbidden(_)
            | Self::NotFound
            | Self::MethodNotAllowed
            | Self::Conflict(_)
            | Self::Invalid(_)
            | Self::TooLarge
            | Self::SignInNeeded(_)
            | Self::FreshFactorNeeded(_)
            | Self::OtherFactorNeeded(_)
            | Self::EnrolmentPending
            | Self::Fault(_) => None,
        }
    }
}

impl From<Error> for PageError {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound(_) => Self::NotFound,
            Error::Conflict(text) => Self::Conflict(text),
            Error::Forbidden(text) => Self::Forbidden(text),
            Error::Invalid(errors) => Self::Invalid(errors),
            Error::FreshFactorNeeded => Self::FreshFactorNeeded(Destination::Portal),
            Error::Unavailable { retry_after } => Self::Unavailable(retry_after),
            Error::Internal { context, source } => Self::Fault(with_causes(&context, source.as_deref())),
        }
    }
}

/// A code on an error page, as the reference for the help desk lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageCode {
    /// The code.
    pub code: &'static str,
    /// What happened, in a word or two.
    pub what: &'static str,
    /// What the help desk should do about it.
    pub advice: &'static str,
}

/// Every code that an error page can show, for `docs/reference/errors.md`.
pub fn page_codes() -> Vec<PageCode> {
    let listed = PageError::samples()
        .into_iter()
        .filter_map(|error| error.advice().map(|(what, advice)| PageCode { code: error.code(), what, advice }));
    listed.collect()
}

/// Where to go on after a fresh second factor, when one is needed.
pub trait OrFreshFactor<T> {
    /// Turns "a fresh second factor is needed" into the way there and back to `destination` [SES-8].
    ///
    /// # Errors
    /// Every other error as it is.
    fn or_fresh_factor(self, destination: Destination) -> Result<T, PageError>;
}

impl<T> OrFreshFactor<T> for Result<T, Error> {
    fn or_fresh_factor(self, destination: Destination) -> Result<T, PageError> {
        self.map_err(|error| match PageError::from(error) {
            PageError::FreshFactorNeeded(_) => PageError::FreshFactorNeeded(destination),
            other => other,
        })
    }
}

fn with_causes(context: &str, source: Option<&(dyn std::error::Error + Send + Sync + 'static)>) -> String {
    let mut text = context.to_owned();
    let mut cause: Option<&dyn std::error::Error> = source.map(|source| source as &dyn std::error::Error);
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        Drawn::Error(self).into_response()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_page_that_is_shown_has_a_code_of_its_own() {
        let codes = page_codes();
        let unique: BTreeSet<_> = codes.iter().map(|page| page.code).collect();
        assert_eq!(unique.len(), codes.len());
        let shown = PageError::samples().into_iter().filter(|error| error.status().as_u16() != 303);
        assert_eq!(shown.count(), codes.len());
    }
}
