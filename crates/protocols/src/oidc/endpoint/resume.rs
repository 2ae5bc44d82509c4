//! Where a browser comes back to a request that waited: from the sign-in pages, or after it was posted.

use axum::extract::{Request, State};
use axum::response::Response;
use wardkey_domain::application::{PageRefusal, SignedInFor};
use wardkey_usecases::application;

use crate::oidc::endpoint::authorize::{Unanswerable, malformed, present};
use crate::oidc::request;
use crate::oidc::state::OidcState;

const ENDPOINT: &str = "authorize_continue";

/// `GET /oauth/authorize/continue`
pub async fn resume(State(state): State<OidcState>, request: Request) -> Response {
    let (head, _) = request.into_parts();
    let circumstances = request::circumstances(&head);
    let answered = async {
        let parameters = request::query(&head).map_err(malformed)?;
        let id = parameters.get("request").and_then(|id| id.parse().ok());
        let id = id.ok_or(Unanswerable::Page(PageRefusal::ExpiredRequest))?;
        let came_from = match parameters.get("from") {
            Some("form") => SignedInFor::Nothing,
            Some(_) | None => SignedInFor::ThisRequest,
        };
        let visitor = state.visitor(&circumstances).await?;
        let resumed =
            application::resume(&state.app, &visitor.op, visitor.authenticated.as_ref(), id, came_from).await?;
        let authorized = resumed.ok_or(Unanswerable::Page(PageRefusal::ExpiredRequest))?;
        Ok(present(&state, authorized))
    };
    answered.await.unwrap_or_else(|error: Unanswerable| error.answer(ENDPOINT))
}
