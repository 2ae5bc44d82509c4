//! Bearer tokens: where they are found [RFC 6750 §2] and how their refusal is told [RFC 6750 §3, RFC 9470 §3].

use super::client::scheme_and_credentials;
use super::error::ErrorCode;
use super::parameters::Parameters;
use crate::sensitive::Sensitive;

/// The longest token that is read.
const LONGEST: usize = crate::jose::MAX_TOKEN;

/// Finds the token of a request to a protected resource: in the header, or in the form of a POST.
///
/// A token in the query is not looked for: it would stand in logs and histories [RFC 9700 §4.3.2].
///
/// # Errors
/// There is none, there are two, or it is malformed.
pub fn token(authorization: Option<&str>, form: Option<&Parameters>) -> Result<Sensitive<String>, BearerError> {
    let in_header = match authorization.map(scheme_and_credentials) {
        Some((scheme, credentials)) if scheme == "bearer" => Some(credentials),
        // Another scheme is no attempt at a bearer token.
        Some(_) | None => None,
    };
    if form.is_some_and(|form| form.unique().is_err()) {
        return Err(BearerError::Malformed);
    }
    let token = match (in_header, form.and_then(|form| form.get("access_token"))) {
        (Some(token), None) | (None, Some(token)) => token,
        (None, None) => return Err(BearerError::Missing),
        (Some(_), Some(_)) => return Err(BearerError::Malformed),
    };
    if token.is_empty() || token.len() > LONGEST || !is_b64token(token) {
        return Err(BearerError::Malformed);
    }
    Ok(Sensitive::new(token.to_owned()))
}

/// Why a request to a protected resource is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BearerError {
    /// No token: the client may not even have known that it needs one, so no error code is told [RFC 6750 §3.1].
    #[error("there is no access token")]
    Missing,
    /// Two tokens, or not a token.
    #[error("the request for a protected resource is malformed")]
    Malformed,
    /// Unknown, expired or revoked.
    #[error("the access token is unknown, expired or revoked")]
    Invalid,
    /// Good, but not for this.
    #[error("the access token does not have the scope `{scope}`")]
    InsufficientScope {
        /// What it would need.
        scope: &'static str,
    },
    /// Good, but the person signed in too long ago or not strongly enough [RFC 9470 §3].
    #[error("a different authentication level is required")]
    InsufficientAuthentication {
        /// The strengths that would do, best first.
        acr_values: Vec<String>,
        /// How long ago, in seconds, the person may have signed in.
        max_age: Option<u32>,
    },
}

impl BearerError {
    /// The error code, if one is told.
    pub const fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Missing => None,
            Self::Malformed => Some(ErrorCode::InvalidRequest),
            Self::Invalid => Some(ErrorCode::InvalidToken),
            Self::InsufficientScope { .. } => Some(ErrorCode::InsufficientScope),
            Self::InsufficientAuthentication { .. } => Some(ErrorCode::InsufficientUserAuthentication),
        }
    }

    /// The HTTP status.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::Missing | Self::Invalid | Self::InsufficientAuthentication { .. } => 401,
            Self::InsufficientScope { .. } => 403,
        }
    }

    /// The value of the `WWW-Authenticate` header.
    pub fn challenge(&self, realm: &str) -> String {
        let mut challenge = format!("Bearer realm=\"{}\"", quoted(realm));
        let mut push = |name: &str, value: &str| {
            challenge.push_str(&format!(", {name}=\"{}\"", quoted(value)));
        };
        if let Some(code) = self.code() {
            push("error", code.as_str());
            push("error_description", &self.to_string());
        }
        match self {
            Self::InsufficientScope { scope } => push("scope", scope),
            Self::InsufficientAuthentication { acr_values, max_age } => {
                if !acr_values.is_empty() {
                    push("acr_values", &acr_values.join(" "));
                }
                if let Some(seconds) = max_age {
                    push("max_age", &seconds.to_string());
                }
            }
            Self::Missing | Self::Malformed | Self::Invalid => {}
        }
        challenge
    }
}

/// Whether `token` has the form of [RFC 6750 §2.1].
fn is_b64token(token: &str) -> bool {
    token.trim_end_matches('=').bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte))
}

/// Keeps a value inside its quotation marks.
fn quoted(value: &str) -> String {
    value.chars().map(|c| if matches!(c, ' '..='~') && c != '"' && c != '\\' { c } else { '?' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_in_header_or_form() {
        for (header, form, found) in [
            (Some("Bearer mF_9.B5f-4.1JqM"), None, Ok("mF_9.B5f-4.1JqM")),
            (Some("bearer  abc=="), Some(""), Ok("abc==")),
            (None, Some("access_token=mF_9.B5f-4.1JqM"), Ok("mF_9.B5f-4.1JqM")),
            (Some("Basic YTpi"), Some("access_token=abc"), Ok("abc")),
            (None, None, Err(BearerError::Missing)),
            (Some("Basic YTpi"), None, Err(BearerError::Missing)),
            (Some("Bearer"), None, Err(BearerError::Malformed)),
            (Some("Bearer a b"), None, Err(BearerError::Malformed)),
            (Some("Bearer a,b"), None, Err(BearerError::Malformed)),
            (Some("Bearer é"), None, Err(BearerError::Malformed)),
            (Some("Bearer a"), Some("access_token=a"), Err(BearerError::Malformed)),
            (None, Some("access_token=a&access_token=b"), Err(BearerError::Malformed)),
        ] {
            let form = form.map(|form| Parameters::parse(form.as_bytes()).unwrap());
            let token = token(header, form.as_ref());
            assert_eq!(
                token.as_ref().map(|token| token.expose().as_str()),
                found.as_ref().map(|found| *found),
                "{header:?}"
            );
        }
    }

    #[test]
    fn a_refusal_is_told_as_the_standards_say() {
        let fresh = BearerError::InsufficientAuthentication { acr_values: vec!["aal2".to_owned()], max_age: Some(300) };
        for (error, status, challenge) in [
            (BearerError::Missing, 401, r#"Bearer realm="x""#),
            (
                BearerError::Invalid,
                401,
                r#"Bearer realm="x", error="invalid_token", error_description="the access token is unknown, expired or revoked""#,
            ),
            (
                BearerError::InsufficientScope { scope: "openid" },
                403,
                r#"Bearer realm="x", error="insufficient_scope", error_description="the access token does not have the scope `openid`", scope="openid""#,
            ),
            (
                fresh,
                401,
                r#"Bearer realm="x", error="insufficient_user_authentication", error_description="a different authentication level is required", acr_values="aal2", max_age="300""#,
            ),
        ] {
            assert_eq!((error.status(), error.challenge("x")), (status, challenge.to_owned()));
        }
    }

    #[test]
    fn no_value_can_leave_its_quotation_marks() {
        let error =
            BearerError::InsufficientAuthentication { acr_values: vec!["a\", x=\"\r\n".to_owned()], max_age: None };
        assert!(error.challenge("r").ends_with(r#"acr_values="a?, x=???""#));
    }
}
