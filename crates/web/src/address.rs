//! What a page takes from its own address. An address that makes no sense gets a page, as everything else does.

use std::str::FromStr;

use axum::extract::{FromRequestParts, Path, Query};
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::error::PageError;
use crate::web::Web;

/// The one variable part of a page's path. A text that names nothing names no page.
pub(crate) struct Segment<T>(pub(crate) T);

impl<T: FromStr> FromRequestParts<Web> for Segment<T> {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, PageError> {
        let Path(text) = Path::<String>::from_request_parts(parts, web).await.map_err(|_| PageError::NotFound)?;
        text.parse().map(Self).map_err(|_| PageError::NotFound)
    }
}

/// The query of a page's address.
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<Web> for Params<T> {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _web: &Web) -> Result<Self, PageError> {
        Query::try_from_uri(&parts.uri).map(|Query(query)| Self(query)).map_err(|_| PageError::BadRequest)
    }
}
