//! What a verb that did not succeed tells the operator.

use std::fmt;
use std::process::ExitCode;

use wardkey_store::StoreError;
use wardkey_usecases::Error;

use crate::config::ConfigError;

/// Why a verb did not succeed: a message for the operator and the exit code of the process.
///
/// 1 is a refusal or a failed check, 2 a wrong use or a wrong configuration, 70 a fault (as `sysexits.h` numbers them),
/// 75 an overload that may pass.
#[derive(Debug)]
pub struct CliError {
    message: String,
    code: u8,
}

impl CliError {
    /// The verb was understood and cannot be done, or what it checked is not in order.
    pub fn refused(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 1 }
    }

    /// The arguments or the configuration are wrong.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 2 }
    }

    /// Something failed that should not; `context` fits after "failed to".
    pub fn fault(context: &str, cause: &(dyn std::error::Error + 'static)) -> Self {
        Self { message: format!("failed to {context}: {}", chain(cause)), code: 70 }
    }

    /// The exit code of the process.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for CliError {}

impl From<Error> for CliError {
    fn from(error: Error) -> Self {
        let code = match &error {
            Error::NotFound(_)
            | Error::Conflict(_)
            | Error::Forbidden(_)
            | Error::Invalid(_)
            | Error::FreshFactorNeeded => 1,
            Error::Unavailable { .. } => 75,
            Error::Internal { .. } => 70,
        };
        Self { message: chain(&error), code }
    }
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        let code = if error.is_busy() { 75 } else { 70 };
        Self { message: chain(&error), code }
    }
}

impl From<ConfigError> for CliError {
    fn from(error: ConfigError) -> Self {
        Self::usage(error.to_string())
    }
}

impl From<std::io::Error> for CliError {
    fn from(error: std::io::Error) -> Self {
        Self { message: error.to_string(), code: 70 }
    }
}

/// An error with its causes, each after a colon: the operator sees all of it, unlike a visitor.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.ends_with(&inner_text) {
            text.push_str(": ");
            text.push_str(&inner_text);
        }
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operator_sees_the_causes_of_a_fault() {
        let error = Error::internal("open the door", std::io::Error::other("it is locked"));
        assert_eq!(CliError::from(error).to_string(), "internal fault: open the door: it is locked");
    }
}
