//! Letting applications in to the interfaces that are not OpenID Connect's, with a token that was issued here [RFC 6750].

use axum::response::Response;
use http::request::Parts;
use http::{StatusCode, header};
use wardkey_domain::op::Op;
use wardkey_domain::permission::ApiScope;
use wardkey_usecases::Error;
use wardkey_usecases::application::{self, Admission};
use wardkey_wire::oauth::bearer::{self, BearerError};

use crate::oidc::answer;
use crate::oidc::error::set_header;
use crate::oidc::request;
use crate::oidc::state::OidcState;
use crate::oidc::token_reference::reference;

/// Why an application is not let in.
#[derive(Debug)]
pub enum NotAdmitted {
    /// There is no token, or it is not good for this.
    Bearer(BearerError),
    /// A fault, or too much work.
    UseCase(Error),
}

impl From<BearerError> for NotAdmitted {
    fn from(error: BearerError) -> Self {
        Self::Bearer(error)
    }
}

impl From<Error> for NotAdmitted {
    fn from(error: Error) -> Self {
        Self::UseCase(error)
    }
}

/// Who acts, and by which mandate: the request needs a token with the scope `needed`, in its header.
pub async fn admit(state: &OidcState, head: &Parts, needed: ApiScope) -> Result<Op, NotAdmitted> {
    let authorization = request::authorization(&head.headers).map_err(|_| BearerError::Malformed)?;
    let token = bearer::token(authorization, None)?;
    let reference = reference(state, token.expose()).await?.ok_or(BearerError::Invalid)?;
    let origin = request::circumstances(head).origin;
    match application::admit(&state.app, origin, &reference, needed).await? {
        Admission::Admitted(op) => Ok(op),
        Admission::BadToken => Err(BearerError::Invalid.into()),
        Admission::InsufficientScope => Err(BearerError::InsufficientScope { scope: needed.as_str() }.into()),
    }
}

/// The status and the challenge for an application that is not let in [RFC 6750 §3]; what its body says is the interface's.
pub fn challenge(state: &OidcState, error: &BearerError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::UNAUTHORIZED);
    let mut response = answer::empty(status);
    set_header(&mut response, header::WWW_AUTHENTICATE, &error.challenge(state.issuer()));
    response
}
