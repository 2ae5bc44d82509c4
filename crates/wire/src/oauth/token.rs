//! The token endpoint: what is asked [RFC 6749 §4.1.3, §4.4.2, §6; RFC 8628 §3.4] and what is answered [RFC 6749 §5.1].

use serde::Serialize;

use super::error::{ErrorCode, OAuthError};
use super::parameters::Parameters;
use super::pkce::CodeVerifier;
use super::scope::Scope;
use crate::sensitive::Sensitive;

/// The longest code or token that is read.
const LONGEST: usize = 4096;

/// A kind of grant, as discovery and registration name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantType {
    /// RFC 6749 §4.1.
    AuthorizationCode,
    /// RFC 6749 §6.
    RefreshToken,
    /// RFC 6749 §4.4.
    ClientCredentials,
    /// RFC 8628 §3.4.
    DeviceCode,
}

impl GrantType {
    /// Every kind.
    pub const ALL: &'static [Self] =
        &[Self::AuthorizationCode, Self::RefreshToken, Self::ClientCredentials, Self::DeviceCode];

    /// The kind as the standard spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
        }
    }
}

/// A request for tokens. The client is authenticated apart [`super::client`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenRequest {
    /// For a code that the browser brought.
    AuthorizationCode {
        /// The code.
        code: Sensitive<String>,
        /// The address that the code was sent to.
        redirect_uri: Option<String>,
        /// What meets the challenge of the authorization request.
        code_verifier: Option<CodeVerifier>,
    },
    /// For a refresh token.
    RefreshToken {
        /// The token.
        refresh_token: Sensitive<String>,
        /// Fewer scopes than were granted.
        scope: Option<Scope>,
    },
    /// For the client itself.
    ClientCredentials {
        /// What for.
        scope: Option<Scope>,
    },
    /// For a device code that a person may have approved.
    DeviceCode {
        /// The code.
        device_code: Sensitive<String>,
    },
}

impl TokenRequest {
    /// Reads the form.
    ///
    /// # Errors
    /// `invalid_request`, `invalid_scope` or `unsupported_grant_type`.
    pub fn parse(parameters: &Parameters) -> Result<Self, OAuthError> {
        parameters.unique()?;
        let named = parameters.required("grant_type", LONGEST)?;
        let grant_type = GrantType::ALL.iter().find(|grant_type| grant_type.as_str() == named);
        let secret = |name| parameters.required(name, LONGEST).map(|text| Sensitive::new(text.to_owned()));
        match grant_type {
            Some(GrantType::AuthorizationCode) => Ok(Self::AuthorizationCode {
                code: secret("code")?,
                redirect_uri: parameters.text("redirect_uri", LONGEST)?.map(str::to_owned),
                code_verifier: parameters.get("code_verifier").map(CodeVerifier::parse).transpose()?,
            }),
            Some(GrantType::RefreshToken) => {
                Ok(Self::RefreshToken { refresh_token: secret("refresh_token")?, scope: Scope::of(parameters)? })
            }
            Some(GrantType::ClientCredentials) => Ok(Self::ClientCredentials { scope: Scope::of(parameters)? }),
            Some(GrantType::DeviceCode) => Ok(Self::DeviceCode { device_code: secret("device_code")? }),
            None => Err(OAuthError::new(ErrorCode::UnsupportedGrantType, "the grant type is not supported")),
        }
    }

    /// Which kind of grant it is.
    pub const fn grant_type(&self) -> GrantType {
        match self {
            Self::AuthorizationCode { .. } => GrantType::AuthorizationCode,
            Self::RefreshToken { .. } => GrantType::RefreshToken,
            Self::ClientCredentials { .. } => GrantType::ClientCredentials,
            Self::DeviceCode { .. } => GrantType::DeviceCode,
        }
    }
}

/// Tokens, as the endpoint answers them: to be sent with `no-store`.
#[derive(Clone, Serialize)]
pub struct TokenResponse<'a> {
    /// The access token.
    pub access_token: &'a str,
    /// Always `Bearer`.
    pub token_type: TokenType,
    /// For how many seconds.
    pub expires_in: u64,
    /// What to come back with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<&'a str>,
    /// Who signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<&'a str>,
    /// What was granted.
    #[serde(skip_serializing_if = "Scope::is_empty")]
    pub scope: Scope,
}

/// How an access token is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum TokenType {
    /// Whoever bears it may use it [RFC 6750].
    #[default]
    Bearer,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(form: &str) -> Result<TokenRequest, OAuthError> {
        TokenRequest::parse(&Parameters::parse(form.as_bytes()).unwrap())
    }

    #[test]
    fn the_examples_of_the_standards_are_read() {
        // RFC 6749 §4.1.3, §6, §4.4.2; RFC 8628 §3.4.
        let code = parse(
            "grant_type=authorization_code&code=SplxlOBeZQQYbYS6WxSbIA&redirect_uri=https%3A%2F%2Fclient%2Eexample%2Ecom%2Fcb",
        );
        let Ok(TokenRequest::AuthorizationCode { code, redirect_uri, code_verifier: None }) = code else {
            panic!("{code:?}")
        };
        assert_eq!(
            (code.expose().as_str(), redirect_uri.as_deref()),
            ("SplxlOBeZQQYbYS6WxSbIA", Some("https://client.example.com/cb"))
        );
        for (form, grant_type) in [
            ("grant_type=refresh_token&refresh_token=tGzv3JOkF0XG5Qx2TlKWIA", GrantType::RefreshToken),
            ("grant_type=client_credentials", GrantType::ClientCredentials),
            (
                "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code\
                 &device_code=GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS&client_id=1406020730",
                GrantType::DeviceCode,
            ),
        ] {
            assert_eq!(parse(form).unwrap().grant_type(), grant_type);
        }
    }

    #[test]
    fn a_broken_request_gets_the_standard_error() {
        for (form, code) in [
            ("", ErrorCode::InvalidRequest),
            ("grant_type=", ErrorCode::InvalidRequest),
            ("grant_type=password&username=a&password=b", ErrorCode::UnsupportedGrantType),
            ("grant_type=implicit", ErrorCode::UnsupportedGrantType),
            ("grant_type=authorization_code", ErrorCode::InvalidRequest),
            ("grant_type=authorization_code&code=a&code=b", ErrorCode::InvalidRequest),
            ("grant_type=authorization_code&code=a&code_verifier=short", ErrorCode::InvalidRequest),
            ("grant_type=refresh_token", ErrorCode::InvalidRequest),
            ("grant_type=refresh_token&refresh_token=a&scope=%22", ErrorCode::InvalidScope),
            ("grant_type=urn:ietf:params:oauth:grant-type:device_code", ErrorCode::InvalidRequest),
        ] {
            assert_eq!(parse(form).unwrap_err().code, code, "{form}");
        }
    }

    #[test]
    fn an_answer_leaves_out_what_there_is_not() {
        let answer = TokenResponse {
            access_token: "a",
            token_type: TokenType::Bearer,
            expires_in: 300,
            refresh_token: None,
            id_token: None,
            scope: Scope::parse("a b").unwrap(),
        };
        let json = serde_json::to_string(&answer).unwrap();
        assert_eq!(json, r#"{"access_token":"a","token_type":"Bearer","expires_in":300,"scope":"a b"}"#);
    }
}
