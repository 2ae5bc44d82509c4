//! Why a call is not answered as an app wishes, in the protocol's words.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use wardkey_usecases::credential::app::AppRefusal;
use wardkey_usecases::{App, Error};
use wardkey_wire::authenticator as wire;

use crate::authenticator::message::{count, json};

/// Why a call failed.
#[derive(Debug)]
pub enum Failure {
    /// The body is too large.
    TooLarge,
    /// The use case refuses it.
    Refused(AppRefusal),
    /// The use case could not do it.
    Failed(Error),
}

impl From<AppRefusal> for Failure {
    fn from(refusal: AppRefusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<wire::Malformed> for Failure {
    fn from(_: wire::Malformed) -> Self {
        Self::Refused(AppRefusal::Malformed)
    }
}

impl Failure {
    /// The answer to `call`.
    pub fn answer(self, app: &App, call: &'static str) -> Response {
        let (status, word) = match &self {
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
            Self::Refused(AppRefusal::Malformed) => (StatusCode::BAD_REQUEST, "malformed"),
            Self::Refused(AppRefusal::Clock) => (StatusCode::UNAUTHORIZED, "clock"),
            Self::Refused(AppRefusal::NotAccepted) => (StatusCode::FORBIDDEN, "not_accepted"),
            Self::Refused(AppRefusal::Gone) => (StatusCode::GONE, "gone"),
            Self::Refused(AppRefusal::TooMany { .. }) => (StatusCode::TOO_MANY_REQUESTS, "too_many"),
            Self::Failed(
                Error::Unavailable { .. }
                | Error::NotFound(_)
                | Error::Conflict(_)
                | Error::Forbidden(_)
                | Error::Invalid(_)
                | Error::FreshFactorNeeded
                | Error::Internal { .. },
            ) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
        };
        count(call, word);
        let mut response = refusal(app, status, word);
        match &self {
            Self::Refused(AppRefusal::TooMany { retry_after }) | Self::Failed(Error::Unavailable { retry_after }) => {
                let seconds = HeaderValue::from(retry_after.as_secs().max(1));
                response.headers_mut().insert(header::RETRY_AFTER, seconds);
            }
            Self::Failed(error) => {
                tracing::error!(error = error as &dyn std::error::Error, call, "failed to answer an app");
            }
            Self::TooLarge | Self::Refused(_) => {}
        }
        response
    }
}

/// Any other path below the protocol's.
pub async fn unknown(State(app): State<App>) -> Response {
    refusal(&app, StatusCode::NOT_FOUND, "unknown")
}

fn refusal(app: &App, status: StatusCode, word: &str) -> Response {
    json(status, &wire::Error { error: word.to_owned(), now: app.now().as_seconds() })
}
