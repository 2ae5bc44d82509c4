//! What the API is.

use axum::extract::State;
use axum::response::Response;

use crate::management::state::Api;
use crate::management::{content, paths};

/// Describes the API
///
/// This document. It needs no token.
#[utoipa::path(
    get,
    path = paths::DOCUMENT,
    tag = "Description",
    operation_id = "describe",
    responses((status = 200, description = "The description, in OpenAPI 3.1.", body = Object)),
    security(()),
)]
pub async fn show(State(api): State<Api>) -> Response {
    let mut response = Response::default();
    content::put(&mut response, content::JSON, api.document());
    response
}
