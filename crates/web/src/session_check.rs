//! `GET /session/check`: whether the session cookie is good, for load balancers and other programs that only ask that.

use axum::Extension;
use axum::extract::State;
use http::StatusCode;
use wardkey_usecases::{Circumstances, session};

use crate::error::PageError;
use crate::web::Web;

/// Answers 204 with a good session and 401 without, from memory.
pub(crate) async fn check(
    State(web): State<Web>,
    Extension(circumstances): Extension<Circumstances>,
) -> Result<StatusCode, PageError> {
    let good = session::check(web.app(), &circumstances).await?;
    Ok(if good { StatusCode::NO_CONTENT } else { StatusCode::UNAUTHORIZED })
}
