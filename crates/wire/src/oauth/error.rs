//! The standards' error codes, and the answers of endpoints that machines call [RFC 6749 §5.2].

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! error_codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// An error code from the OAuth Extensions Error Registry.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum ErrorCode { $($(#[$doc])* #[serde(rename = $name)] $variant,)* }

        impl ErrorCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The code as the standard spells it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

error_codes! {
    /// RFC 6749 §4.1.2.1, §5.2.
    InvalidRequest = "invalid_request",
    /// RFC 6749 §5.2.
    InvalidClient = "invalid_client",
    /// RFC 6749 §5.2.
    InvalidGrant = "invalid_grant",
    /// RFC 6749 §4.1.2.1, §5.2.
    UnauthorizedClient = "unauthorized_client",
    /// RFC 6749 §5.2.
    UnsupportedGrantType = "unsupported_grant_type",
    /// RFC 6749 §4.1.2.1.
    UnsupportedResponseType = "unsupported_response_type",
    /// RFC 6749 §4.1.2.1, §5.2.
    InvalidScope = "invalid_scope",
    /// RFC 6749 §4.1.2.1.
    AccessDenied = "access_denied",
    /// RFC 6749 §4.1.2.1.
    ServerError = "server_error",
    /// RFC 6749 §4.1.2.1.
    TemporarilyUnavailable = "temporarily_unavailable",
    /// OpenID Connect Core §3.1.2.6.
    InteractionRequired = "interaction_required",
    /// OpenID Connect Core §3.1.2.6.
    LoginRequired = "login_required",
    /// OpenID Connect Core §3.1.2.6.
    AccountSelectionRequired = "account_selection_required",
    /// OpenID Connect Core §3.1.2.6.
    ConsentRequired = "consent_required",
    /// OpenID Connect Core §3.1.2.6.
    InvalidRequestUri = "invalid_request_uri",
    /// OpenID Connect Core §3.1.2.6.
    RequestNotSupported = "request_not_supported",
    /// OpenID Connect Core §3.1.2.6.
    RequestUriNotSupported = "request_uri_not_supported",
    /// OpenID Connect Core Unmet Authentication Requirements 1.0 §2.
    UnmetAuthenticationRequirements = "unmet_authentication_requirements",
    /// RFC 6750 §3.1.
    InvalidToken = "invalid_token",
    /// RFC 6750 §3.1.
    InsufficientScope = "insufficient_scope",
    /// RFC 9470 §3.
    InsufficientUserAuthentication = "insufficient_user_authentication",
    /// RFC 7009 §2.2.1.
    UnsupportedTokenType = "unsupported_token_type",
    /// RFC 8628 §3.5.
    AuthorizationPending = "authorization_pending",
    /// RFC 8628 §3.5.
    SlowDown = "slow_down",
    /// RFC 8628 §3.5.
    ExpiredToken = "expired_token",
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An error of the standard: a code for the program, a description for its developer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {description}")]
pub struct OAuthError {
    /// The code.
    pub code: ErrorCode,
    description: Cow<'static, str>,
}

impl OAuthError {
    /// An error with a fixed description.
    pub const fn new(code: ErrorCode, description: &'static str) -> Self {
        Self { code, description: Cow::Borrowed(description) }
    }

    /// An `invalid_request` that names a parameter: "the parameter `scope` is missing".
    pub fn about(parameter: &'static str, what: &'static str) -> Self {
        Self::described(ErrorCode::InvalidRequest, format!("the parameter `{parameter}` {what}"))
    }

    /// An error with a description made up at run time; characters that the standard bars are replaced.
    pub fn described(code: ErrorCode, description: String) -> Self {
        // [RFC 6749 §5.2]: %x20-21 / %x23-5B / %x5D-7E.
        let allowed = |c: char| matches!(c, ' '..='~') && c != '"' && c != '\\';
        let clean = description.chars().map(|c| if allowed(c) { c } else { '?' }).collect();
        Self { code, description: Cow::Owned(clean) }
    }

    /// The description.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The status of an answer from an endpoint that machines call.
    pub const fn status(&self) -> u16 {
        match self.code {
            ErrorCode::InvalidClient | ErrorCode::InvalidToken | ErrorCode::InsufficientUserAuthentication => 401,
            ErrorCode::InsufficientScope => 403,
            ErrorCode::ServerError => 500,
            ErrorCode::TemporarilyUnavailable => 503,
            ErrorCode::InvalidRequest
            | ErrorCode::InvalidGrant
            | ErrorCode::UnauthorizedClient
            | ErrorCode::UnsupportedGrantType
            | ErrorCode::UnsupportedResponseType
            | ErrorCode::InvalidScope
            | ErrorCode::AccessDenied
            | ErrorCode::InteractionRequired
            | ErrorCode::LoginRequired
            | ErrorCode::AccountSelectionRequired
            | ErrorCode::ConsentRequired
            | ErrorCode::InvalidRequestUri
            | ErrorCode::RequestNotSupported
            | ErrorCode::RequestUriNotSupported
            | ErrorCode::UnmetAuthenticationRequirements
            | ErrorCode::UnsupportedTokenType
            | ErrorCode::AuthorizationPending
            | ErrorCode::SlowDown
            | ErrorCode::ExpiredToken => 400,
        }
    }

    /// The answer of the token endpoint and its siblings.
    pub fn answer(&self) -> ErrorAnswer {
        let body = ErrorBody { error: self.code, error_description: &self.description };
        ErrorAnswer {
            status: self.status(),
            // [RFC 6749 §5.2]: a client that may authenticate by header is told so; [RFC 9110 §15.5.2] wants it at every 401.
            www_authenticate: (self.status() == 401).then_some(r#"Basic realm="OAuth", charset="UTF-8""#),
            body: serde_json::to_string(&body).unwrap_or_else(|_| r#"{"error":"server_error"}"#.to_owned()),
        }
    }
}

/// An error as an endpoint that machines call answers it: JSON, to be sent with `no-store`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The value of the `WWW-Authenticate` header, when there must be one.
    pub www_authenticate: Option<&'static str>,
    /// The JSON body.
    pub body: String,
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    error: ErrorCode,
    error_description: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_answers_with_its_status_and_challenge() {
        for (code, status, challenge) in [
            (ErrorCode::InvalidClient, 401, true),
            (ErrorCode::InvalidGrant, 400, false),
            (ErrorCode::InvalidRequest, 400, false),
            (ErrorCode::AuthorizationPending, 400, false),
            (ErrorCode::SlowDown, 400, false),
            (ErrorCode::ServerError, 500, false),
            (ErrorCode::TemporarilyUnavailable, 503, false),
        ] {
            let answer = OAuthError::new(code, "why").answer();
            assert_eq!((answer.status, answer.www_authenticate.is_some()), (status, challenge), "{code}");
            assert_eq!(answer.body, format!(r#"{{"error":"{code}","error_description":"why"}}"#));
        }
    }

    #[test]
    fn a_description_keeps_to_the_standard_characters() {
        let error = OAuthError::described(ErrorCode::InvalidScope, "a \"b\" \\ é\r\nc `d`".to_owned());
        assert_eq!(error.description(), "a ?b? ? ???c `d`");
    }
}
