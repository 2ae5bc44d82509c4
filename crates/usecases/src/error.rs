//! The one error of every use case: transport-free, with a public face and a private one.

use std::fmt;
use std::time::Duration;

use wardkey_domain::directory::{CannotChange, CannotTakeStep};
use wardkey_domain::permission::Denied;
use wardkey_store::StoreError;

/// What a use case returns.
pub type Result<T> = std::result::Result<T, Error>;

/// Why an operation did not happen. A refused sign-in is not one of these: it is an outcome.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or the actor may not know that there is.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// It clashes with what is already there; the text says how and may be shown.
    #[error("{0}")]
    Conflict(String),
    /// The actor may see the thing but not do this to it; the text may be shown.
    #[error("{0}")]
    Forbidden(String),
    /// The input breaks rules, field by field; the texts may be shown.
    #[error("invalid input: {}", Listed(.0))]
    Invalid(Vec<FieldError>),
    /// The operation needs a second factor that was verified a short while ago [SES-8].
    #[error("a fresh second factor is needed")]
    FreshFactorNeeded,
    /// Too much work is queued: try again after the given time.
    #[error("overloaded")]
    Unavailable {
        /// When to try again.
        retry_after: Duration,
    },
    /// A fault. The source reaches the log, never the user.
    #[error("internal fault: {context}")]
    Internal {
        /// What was being done, fit after "failed to".
        context: String,
        /// The cause.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
}

/// One field of the input that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name in the form or the file.
    pub field: &'static str,
    /// A sentence that a person understands and can act on.
    pub message: String,
}

impl Error {
    /// An invalid field.
    pub fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError { field, message: message.into() }])
    }

    /// A fault with its cause; `context` fits after "failed to".
    pub fn internal(context: impl Into<String>, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal { context: context.into(), source: Some(source.into()) }
    }

    /// A fault without a cause from below; `context` fits after "failed to".
    pub fn fault(context: impl Into<String>) -> Self {
        Self::Internal { context: context.into(), source: None }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        if error.is_busy() {
            return Self::Unavailable { retry_after: Duration::from_secs(1) };
        }
        Self::internal("use the store", error)
    }
}

/// What the actor may not see is answered like what is not there.
impl From<Denied> for Error {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Unseen => Self::NotFound("page"),
            Denied::Forbidden(why) => Self::Forbidden(why.to_owned()),
        }
    }
}

impl From<CannotChange> for Error {
    fn from(why: CannotChange) -> Self {
        Self::Conflict(why.to_string())
    }
}

impl From<CannotTakeStep> for Error {
    fn from(why: CannotTakeStep) -> Self {
        Self::Conflict(why.to_string())
    }
}

struct Listed<'a>(&'a [FieldError]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{}: {}", error.field, error.message)?;
        }
        Ok(())
    }
}
