//! Failures in the words of the standard [RFC 7644 §3.12].

use std::time::Duration;

use wardkey_usecases::{Error, FieldError};
use wardkey_wire::oauth::bearer::BearerError;
use wardkey_wire::scim::{ScimError, ScimType};

use crate::oidc::admission::NotAdmitted;

/// Why a request is not answered as it wishes.
#[derive(Debug)]
pub enum Failure {
    /// The application is not let in.
    Bearer(BearerError),
    /// The request does not fit.
    Scim(ScimError),
    /// The use case could not do it.
    UseCase(Error),
    /// There is another version by now.
    Stale,
    /// Too many requests are worked on.
    Crowded,
}

impl From<NotAdmitted> for Failure {
    fn from(error: NotAdmitted) -> Self {
        match error {
            NotAdmitted::Bearer(error) => Self::Bearer(error),
            NotAdmitted::UseCase(error) => Self::UseCase(error),
        }
    }
}

impl From<ScimError> for Failure {
    fn from(error: ScimError) -> Self {
        Self::Scim(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::UseCase(error)
    }
}

impl Failure {
    /// What the client reads. A fault is logged here, once.
    pub fn told(&self, endpoint: &'static str) -> ScimError {
        match self {
            Self::Bearer(error) => ScimError::of(error.status(), sentence(&error.to_string())),
            Self::Scim(error) => error.clone(),
            Self::Stale => ScimError::of(412, "The resource has another version by now."),
            Self::Crowded => ScimError::of(429, "Too many requests at once. Send at most four at a time."),
            Self::UseCase(error) => told(endpoint, error),
        }
    }

    /// When to try again, if that helps.
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::UseCase(Error::Unavailable { retry_after }) => Some(*retry_after),
            Self::Crowded => Some(Duration::from_secs(1)),
            Self::Bearer(_) | Self::Scim(_) | Self::UseCase(_) | Self::Stale => None,
        }
    }
}

fn told(endpoint: &'static str, error: &Error) -> ScimError {
    match error {
        Error::NotFound(what) => ScimError::of(404, format!("There is no such {what}.")),
        Error::Conflict(why) => ScimError::taken(sentence(why)),
        Error::Forbidden(why) => ScimError::of(403, sentence(why)),
        Error::Invalid(fields) => ScimError::bad(ScimType::InvalidValue, listed(fields)),
        Error::FreshFactorNeeded => ScimError::of(403, "A person has to do this."),
        Error::Unavailable { .. } => ScimError::of(503, "The server is busy. Try again in a moment."),
        Error::Internal { .. } => {
            tracing::error!(endpoint, error = error as &dyn std::error::Error, "failed to answer an application");
            ScimError::of(500, "Something went wrong on our side.")
        }
    }
}

fn listed(fields: &[FieldError]) -> String {
    let told: Vec<_> = fields.iter().map(|error| format!("`{}`: {}", error.field, sentence(&error.message))).collect();
    told.join(" ")
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let end = if text.ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(error: Error, status: u16, kind: Option<ScimType>, detail: &str) {
        let told = Failure::from(error).told("test");
        assert_eq!((told.status, told.scim_type, told.detail.as_str()), (status, kind, detail));
    }

    #[test]
    fn every_error_has_a_status_and_a_sentence() {
        check(Error::NotFound("user"), 404, None, "There is no such user.");
        check(Error::Conflict("taken".to_owned()), 409, Some(ScimType::Uniqueness), "Taken.");
        check(Error::Forbidden("no.".to_owned()), 403, None, "No.");
        check(Error::invalid("emails", "wrong"), 400, Some(ScimType::InvalidValue), "`emails`: Wrong.");
        check(Error::FreshFactorNeeded, 403, None, "A person has to do this.");
        check(Error::fault("read the disk"), 500, None, "Something went wrong on our side.");
        let busy = Failure::from(Error::Unavailable { retry_after: Duration::from_secs(3) });
        assert_eq!((busy.told("test").status, busy.retry_after()), (503, Some(Duration::from_secs(3))));
        assert_eq!(Failure::Stale.told("test").status, 412);
        assert_eq!(Failure::Crowded.told("test").status, 429);
    }
}
