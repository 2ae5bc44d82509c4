//! Reading a request: its parameters, its headers and its circumstances.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use http::request::Parts;
use http::{HeaderMap, header};
use wardkey_usecases::Circumstances;
use wardkey_wire::oauth::parameters::MAX_LENGTH;
use wardkey_wire::oauth::{ErrorCode, OAuthError, Parameters, client};

/// A request taken apart: its head, and its form.
pub struct Form {
    /// Method, address, headers.
    pub head: Parts,
    /// What the form says.
    pub parameters: Parameters,
}

impl Form {
    /// Reads a posted form.
    ///
    /// # Errors
    /// `invalid_request`: another type of content, too large, or not form-encoded.
    pub async fn read(request: Request) -> Result<Self, OAuthError> {
        let (head, body) = request.into_parts();
        if !is_form(&head.headers) {
            let why = "the body must be application/x-www-form-urlencoded";
            return Err(OAuthError::new(ErrorCode::InvalidRequest, why));
        }
        let parameters = Parameters::parse(&whole(body).await?)?;
        Ok(Self { head, parameters })
    }

    /// What is known of the sender.
    pub fn circumstances(&self) -> Circumstances {
        circumstances(&self.head)
    }

    /// The one `Authorization` header, if there is one.
    ///
    /// # Errors
    /// `invalid_request`: there are several.
    pub fn authorization(&self) -> Result<Option<&str>, OAuthError> {
        authorization(&self.head.headers)
    }
}

/// The parameters of an address's query.
///
/// # Errors
/// `invalid_request`: too large, or not form-encoded.
pub fn query(head: &Parts) -> Result<Parameters, OAuthError> {
    Ok(Parameters::parse(head.uri.query().unwrap_or_default().as_bytes())?)
}

/// What the web edge's outermost layer found out about the sender.
pub fn circumstances(head: &Parts) -> Circumstances {
    head.extensions.get::<Circumstances>().cloned().unwrap_or_default()
}

/// The one `Authorization` header, if there is one.
///
/// # Errors
/// `invalid_request`: there are several, or it is not text.
pub fn authorization(headers: &HeaderMap) -> Result<Option<&str>, OAuthError> {
    client::authorization_header(headers.get_all(header::AUTHORIZATION).iter().map(http::HeaderValue::as_bytes))
}

/// Whether the body is a form.
pub fn is_form(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.and_then(|value| value.split(';').next()).map(str::trim);
    essence.is_some_and(|essence| essence.eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

async fn whole(body: Body) -> Result<bytes::Bytes, OAuthError> {
    // SECURITY: reading stops at the limit, whatever length was announced.
    to_bytes(body, MAX_LENGTH).await.map_err(|_| OAuthError::new(ErrorCode::InvalidRequest, "the request is too large"))
}
