//! How a client shows who it is [RFC 6749 §2.3, RFC 7523 §2.2, OpenID Connect Core §9].

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::error::{ErrorCode, OAuthError};
use super::parameters::{Parameters, form_decode};
use crate::jose::{
    Audience, ClaimError, ClaimRules, Expiry, JoseError, MAX_TOKEN, VerifyingKey, unverified_claims, unverified_kid,
    verify,
};
use crate::sensitive::Sensitive;

/// The one type of assertion [RFC 7523 §2.2].
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How far ahead an assertion may expire, in seconds: its `jti` is remembered that long.
pub const LONGEST_ASSERTION: i64 = 3600;
/// By how many seconds a client's clock may be off.
const LEEWAY: i64 = 60;
/// The longest `client_id` and `client_secret` that are read.
const LONGEST: usize = 1024;

/// A method of client authentication, as discovery and registration name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthenticationMethod {
    /// A secret in the header.
    ClientSecretBasic,
    /// A secret in the form.
    ClientSecretPost,
    /// A signed assertion.
    PrivateKeyJwt,
    /// A public client: nothing.
    None,
}

impl AuthenticationMethod {
    /// Every method.
    pub const ALL: &'static [Self] =
        &[Self::ClientSecretBasic, Self::ClientSecretPost, Self::PrivateKeyJwt, Self::None];

    /// The method as the registry spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::None => "none",
        }
    }
}

/// Who a client says it is, and what it brings to show it. Nothing is verified yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientAuthentication {
    /// A secret in the header [RFC 6749 §2.3.1].
    Basic {
        /// Who it says it is.
        client_id: String,
        /// Its secret.
        secret: Sensitive<String>,
    },
    /// A secret in the form [RFC 6749 §2.3.1].
    Post {
        /// Who it says it is.
        client_id: String,
        /// Its secret.
        secret: Sensitive<String>,
    },
    /// A signed assertion [RFC 7523 §2.2].
    Assertion(ClientAssertion),
    /// Nothing: a public client.
    None {
        /// Who it says it is.
        client_id: String,
    },
}

impl ClientAuthentication {
    /// Reads the `Authorization` header, if there is one, and the form.
    ///
    /// # Errors
    /// `invalid_request` when more than one method is used or two parts disagree, `invalid_client` when none is or when the
    /// header cannot be read.
    pub fn parse(authorization: Option<&str>, parameters: &Parameters) -> Result<Self, OAuthError> {
        let named = parameters.text("client_id", LONGEST)?;
        let secret = parameters.text("client_secret", LONGEST)?;
        let assertion = parameters.text("client_assertion", MAX_TOKEN)?;
        match (authorization, secret, assertion) {
            (Some(header), None, None) => {
                let (client_id, secret) = basic(header)?;
                if named.is_some_and(|named| named != client_id) {
                    return Err(OAuthError::about("client_id", "differs from the Authorization header"));
                }
                Ok(if secret.expose().is_empty() {
                    Self::None { client_id }
                } else {
                    Self::Basic { client_id, secret }
                })
            }
            (None, Some(secret), None) => {
                let client_id = parameters.required("client_id", LONGEST)?.to_owned();
                Ok(Self::Post { client_id, secret: Sensitive::new(secret.to_owned()) })
            }
            (None, None, Some(assertion)) => {
                if parameters.get("client_assertion_type") != Some(ASSERTION_TYPE) {
                    return Err(OAuthError::about("client_assertion_type", "is not supported"));
                }
                ClientAssertion::parse(assertion, named).map(Self::Assertion)
            }
            (None, None, None) => match named {
                Some(client_id) => Ok(Self::None { client_id: client_id.to_owned() }),
                None => Err(OAuthError::new(ErrorCode::InvalidClient, "the client did not say who it is")),
            },
            // [RFC 6749 §2.3]: a client must not use more than one method in a request.
            _ => Err(OAuthError::new(ErrorCode::InvalidRequest, "the client used more than one authentication method")),
        }
    }

    /// Who the client says it is.
    pub fn client_id(&self) -> &str {
        match self {
            Self::Basic { client_id, .. } | Self::Post { client_id, .. } | Self::None { client_id } => client_id,
            Self::Assertion(assertion) => &assertion.client_id,
        }
    }

    /// The method that it uses.
    pub const fn method(&self) -> AuthenticationMethod {
        match self {
            Self::Basic { .. } => AuthenticationMethod::ClientSecretBasic,
            Self::Post { .. } => AuthenticationMethod::ClientSecretPost,
            Self::Assertion(_) => AuthenticationMethod::PrivateKeyJwt,
            Self::None { .. } => AuthenticationMethod::None,
        }
    }
}

/// A signed assertion of a client about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientAssertion {
    client_id: String,
    token: Sensitive<String>,
}

/// An assertion that was verified. The caller must see to it that `jti` is not used again before `expires`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedAssertion {
    /// What makes the assertion single-use.
    pub jti: String,
    /// When it expires, in seconds since 1970, leeway included.
    pub expires: i64,
}

/// Why an assertion is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssertionError {
    /// The signature or the form of the token.
    #[error(transparent)]
    Token(#[from] JoseError),
    /// A claim.
    #[error(transparent)]
    Claim(#[from] ClaimError),
    /// The issuer and the subject are not both the client.
    #[error("the assertion is not about the client itself")]
    Subject,
}

impl ClientAssertion {
    fn parse(token: &str, named: Option<&str>) -> Result<Self, OAuthError> {
        let invalid = |why| OAuthError::new(ErrorCode::InvalidClient, why);
        let claims = unverified_claims(token).map_err(|_| invalid("the client assertion cannot be read"))?;
        let client_id = claims.text("sub").filter(|subject| !subject.is_empty() && subject.len() <= LONGEST);
        let client_id = client_id.ok_or_else(|| invalid("the client assertion names no subject"))?;
        if named.is_some_and(|named| named != client_id) {
            return Err(invalid("the client assertion is about another client"));
        }
        Ok(Self { client_id: client_id.to_owned(), token: Sensitive::new(token.to_owned()) })
    }

    /// The key that it names, before it is verified: to decide whether the client's keys must be fetched again.
    pub fn kid(&self) -> Option<String> {
        unverified_kid(self.token.expose()).ok().flatten()
    }

    /// Verifies the assertion with the client's keys [RFC 7523 §3, OpenID Connect Core §9].
    ///
    /// `audiences` are our names: the issuer and, for clients of the older texts, the token endpoint. The assertion must be
    /// for one of them and nobody else, so that no other server can hand it on to us.
    ///
    /// # Errors
    /// The signature is wrong, or a claim breaks the rules.
    pub fn verify(
        &self,
        keys: &[VerifyingKey],
        audiences: &[&str],
        now: i64,
    ) -> Result<VerifiedAssertion, AssertionError> {
        let claims = verify(self.token.expose(), keys)?.claims()?;
        let rules = ClaimRules {
            issuer: &self.client_id,
            audience: Audience::OnlyOneOf(audiences),
            expiry: Expiry::Within(LONGEST_ASSERTION),
            now,
            leeway: LEEWAY,
        };
        rules.check(&claims)?;
        if claims.text("sub") != Some(self.client_id.as_str()) {
            return Err(AssertionError::Subject);
        }
        let jti = claims
            .text("jti")
            .filter(|jti| !jti.is_empty() && jti.len() <= LONGEST)
            .ok_or(ClaimError::Missing("jti"))?;
        let expires = claims.date("exp").ok_or(ClaimError::Missing("exp"))?;
        Ok(VerifiedAssertion { jti: jti.to_owned(), expires: expires.saturating_add(LEEWAY) })
    }
}

/// The one `Authorization` header of a request, if there is one.
///
/// # Errors
/// `invalid_request`: there are several, or it is not text.
pub fn authorization_header<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Result<Option<&'a str>, OAuthError> {
    let mut values = values.into_iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => match str::from_utf8(value) {
            Ok(text) => Ok(Some(text)),
            Err(_) => Err(OAuthError::new(ErrorCode::InvalidRequest, "the Authorization header is not text")),
        },
        (Some(_), Some(_)) => {
            Err(OAuthError::new(ErrorCode::InvalidRequest, "there are several Authorization headers"))
        }
    }
}

/// Writes the `Basic` credentials of a client, for tests and for clients of our own.
pub fn basic_header(client_id: &str, secret: &str) -> String {
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    format!("Basic {}", STANDARD.encode(format!("{}:{}", encode(client_id), encode(secret))))
}

/// Splits a header into its scheme, in lower case, and its credentials [RFC 9110 §11.4].
pub(super) fn scheme_and_credentials(header: &str) -> (String, &str) {
    let (scheme, credentials) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
    (scheme.to_ascii_lowercase(), credentials.trim_start_matches(' '))
}

/// Reads `Basic` credentials. Both halves are form-encoded first [RFC 6749 §2.3.1], unlike plain HTTP's.
fn basic(header: &str) -> Result<(String, Sensitive<String>), OAuthError> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    let invalid = || OAuthError::new(ErrorCode::InvalidClient, "the Authorization header is not Basic credentials");
    let (scheme, credentials) = scheme_and_credentials(header);
    if scheme != "basic" || credentials.len() > 8 * LONGEST {
        return Err(invalid());
    }
    let decoded = Sensitive::new(LENIENT.decode(credentials).map_err(|_| invalid())?);
    let mut halves = decoded.expose().splitn(2, |byte| *byte == b':');
    let client_id = form_decode(halves.next().unwrap_or_default()).map_err(|_| invalid())?;
    let secret = Sensitive::new(form_decode(halves.next().ok_or_else(invalid)?).map_err(|_| invalid())?);
    let good = |text: &str| text.len() <= LONGEST && !text.contains(char::is_control);
    if client_id.is_empty() || !good(&client_id) || !good(secret.expose()) {
        return Err(invalid());
    }
    Ok((client_id, secret))
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
