//! Token introspection [RFC 7662].

use serde::Serialize;

use super::error::OAuthError;
use super::parameters::Parameters;
use crate::sensitive::Sensitive;

/// The longest token that is read.
const LONGEST: usize = crate::jose::MAX_TOKEN;

/// A question about a token [RFC 7662 §2.1], and what a revocation names as well [RFC 7009 §2.1].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenQuestion {
    /// The token.
    pub token: Sensitive<String>,
    /// What kind the client believes it is; only ever a hint.
    pub hint: Option<TokenHint>,
}

/// A kind of token. Unknown kinds are no hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenHint {
    /// An access token.
    AccessToken,
    /// A refresh token.
    RefreshToken,
}

impl TokenQuestion {
    /// Reads the form. The client is authenticated apart [`super::client`].
    ///
    /// # Errors
    /// `invalid_request`.
    pub fn parse(parameters: &Parameters) -> Result<Self, OAuthError> {
        parameters.unique()?;
        let hint = match parameters.get("token_type_hint") {
            Some("access_token") => Some(TokenHint::AccessToken),
            Some("refresh_token") => Some(TokenHint::RefreshToken),
            Some(_) | None => None,
        };
        Ok(Self { token: Sensitive::new(parameters.required("token", LONGEST)?.to_owned()), hint })
    }
}

/// The whole answer about a token that is not active: why is nobody's business [RFC 7662 §2.2].
pub const INACTIVE: &str = r#"{"active":false}"#;

/// The answer about an active token [RFC 7662 §2.2]. Dates are in seconds since 1970.
#[derive(Clone, Debug, Serialize)]
pub struct ActiveToken<'a> {
    active: bool,
    /// What it is good for.
    pub scope: &'a str,
    /// Whom it was issued to.
    pub client_id: &'a str,
    /// How it is used; absent for a refresh token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<super::token::TokenType>,
    /// When it expires.
    pub exp: i64,
    /// When it was issued.
    pub iat: i64,
    /// Whom it speaks for.
    pub sub: &'a str,
    /// Whom it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aud: Option<&'a str>,
    /// Who issued it.
    pub iss: &'a str,
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Option<&'a str>,
    /// The person's sign-in name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<&'a str>,
    /// How strongly the person signed in [RFC 9470 §6.2].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<&'a str>,
    /// When the person signed in [RFC 9470 §6.2].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
}

impl<'a> ActiveToken<'a> {
    /// An answer with what every token has.
    pub const fn new(iss: &'a str, client_id: &'a str, sub: &'a str, scope: &'a str, iat: i64, exp: i64) -> Self {
        Self {
            active: true,
            scope,
            client_id,
            token_type: Some(super::token::TokenType::Bearer),
            exp,
            iat,
            sub,
            aud: None,
            iss,
            jti: None,
            username: None,
            acr: None,
            auth_time: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_read() {
        for (form, read) in [
            ("token=mF_9.B5f-4.1JqM&token_type_hint=access_token", Some(Some(TokenHint::AccessToken))),
            ("token=45ghiukldjahdnhzdauz&token_type_hint=refresh_token", Some(Some(TokenHint::RefreshToken))),
            ("token=a&token_type_hint=pigeon", Some(None)),
            ("token=a", Some(None)),
            ("token=", None),
            ("token=a&token=b", None),
            ("token_type_hint=access_token", None),
        ] {
            let question = TokenQuestion::parse(&Parameters::parse(form.as_bytes()).unwrap());
            assert_eq!(question.ok().map(|question| question.hint), read, "{form}");
        }
    }

    #[test]
    fn an_active_token_is_described() {
        let answer =
            ActiveToken { acr: Some("aal2"), auth_time: Some(5), ..ActiveToken::new("i", "c", "s", "openid", 6, 7) };
        assert_eq!(
            serde_json::to_string(&answer).unwrap(),
            r#"{"active":true,"scope":"openid","client_id":"c","token_type":"Bearer","exp":7,"iat":6,"sub":"s","iss":"i","acr":"aal2","auth_time":5}"#
        );
    }
}
