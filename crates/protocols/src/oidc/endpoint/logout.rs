//! Signing out at the wish of an application [OpenID Connect RP-Initiated Logout 1.0].

use axum::extract::{Request, State};
use axum::response::Response;
use wardkey_domain::application::{LogoutHint, LogoutRequest, PageRefusal};
use wardkey_usecases::Circumstances;
use wardkey_usecases::application::{self, Client, LogoutStep};
use wardkey_wire::oauth::Parameters;
use wardkey_wire::oauth::id_token::IdTokenHint;
use wardkey_wire::oauth::logout::EndSessionRequest;

use crate::oidc::endpoint::authorize::{Unanswerable, malformed};
use crate::oidc::error::redirect;
use crate::oidc::request::{self, Form};
use crate::oidc::state::OidcState;
use crate::oidc::{answer, paths};

const ENDPOINT: &str = "logout";

/// `GET /oauth/logout`
pub async fn from_link(State(state): State<OidcState>, request: Request) -> Response {
    let (head, _) = request.into_parts();
    let circumstances = request::circumstances(&head);
    let answered = async {
        let parameters = request::query(&head).map_err(malformed)?;
        let request = check(&state, &circumstances, &parameters).await?;
        let visitor = state.visitor(&circumstances).await?;
        let step = application::logout(&state.app, &visitor.op, visitor.authenticated.as_ref(), request).await?;
        Ok(present(&state, step))
    };
    answered.await.unwrap_or_else(|error: Unanswerable| error.answer(ENDPOINT))
}

/// `POST /oauth/logout`
///
/// Another site's page posts here, so the browser leaves our cookie out; it comes back by a link.
pub async fn from_form(State(state): State<OidcState>, request: Request) -> Response {
    let answered = async {
        let form = Form::read(request).await.map_err(malformed)?;
        let circumstances = form.circumstances();
        let request = check(&state, &circumstances, &form.parameters).await?;
        let op = state.anonymous(&circumstances);
        let id = application::keep_logout(&state.app, &op, &request).await?;
        Ok(redirect(&format!("{}?request={id}", state.address(paths::LOGOUT_CONTINUE))))
    };
    answered.await.unwrap_or_else(|error: Unanswerable| error.answer(ENDPOINT))
}

/// `GET /oauth/logout/continue`
pub async fn resume(State(state): State<OidcState>, request: Request) -> Response {
    let (head, _) = request.into_parts();
    let circumstances = request::circumstances(&head);
    let answered = async {
        let parameters = request::query(&head).map_err(malformed)?;
        let id = parameters.get("request").and_then(|id| id.parse().ok());
        let id = id.ok_or(Unanswerable::Page(PageRefusal::ExpiredRequest))?;
        let visitor = state.visitor(&circumstances).await?;
        let resumed = application::resume_logout(&state.app, &visitor.op, visitor.authenticated.as_ref(), id).await?;
        let step = resumed.ok_or(Unanswerable::Page(PageRefusal::ExpiredRequest))?;
        Ok(present(&state, step))
    };
    answered.await.unwrap_or_else(|error: Unanswerable| error.answer(ENDPOINT))
}

fn present(state: &OidcState, step: LogoutStep) -> Response {
    match step {
        LogoutStep::Ask(id) => {
            answer::count(ENDPOINT, "ask");
            redirect(&format!("{}?request={id}", state.address(paths::SIGN_OUT)))
        }
        LogoutStep::Done(request) => {
            answer::count(ENDPOINT, "ok");
            redirect(&request.location().unwrap_or_else(|| state.address(paths::SIGNED_OUT)))
        }
    }
}

/// Verifies the hint, finds the client, and verifies the address to return to.
async fn check(
    state: &OidcState,
    circumstances: &Circumstances,
    parameters: &Parameters,
) -> Result<LogoutRequest, Unanswerable> {
    let asked = EndSessionRequest::parse(parameters).map_err(malformed)?;
    let now = state.app.now();
    let hint = match &asked.id_token_hint {
        None => None,
        Some(token) => {
            let keys = state.keys().await?;
            let verified = IdTokenHint::verify(token, keys.verifying(), state.issuer(), now.as_seconds());
            Some(verified.map_err(|_| Unanswerable::Page(PageRefusal::BadLogoutHint))?)
        }
    };
    let hinted_client = hint.as_ref().map(|hint| hint.client_id.as_str());
    let client_id = match (asked.client_id.as_deref(), hinted_client) {
        // [RP-Initiated Logout §2]: the two must name the same client.
        (Some(named), Some(hinted)) if named != hinted => return Err(Unanswerable::Page(PageRefusal::BadLogoutHint)),
        (named, hinted) => named.or(hinted),
    };
    let client = match client_id {
        None => None,
        Some(client_id) => {
            let found = application::find(&state.app, client_id).await?;
            Some(found.ok_or(Unanswerable::Page(PageRefusal::UnknownApplication))?)
        }
    };
    // [RP-Initiated Logout §3]: an address that no application stands for is not gone to; the person can still sign out.
    let return_to = asked.post_logout_redirect_uri.filter(|_| client.is_some());
    if let (Some(client), Some(uri)) = (&client, &return_to) {
        may_return(state, circumstances, client, uri).await?;
    }
    let hint = hint.and_then(|hint| {
        let session = hint.session.as_deref().and_then(|session| session.parse().ok());
        hint.subject.parse().ok().map(|account| LogoutHint { account, session })
    });
    Ok(LogoutRequest {
        application: client.map(|client| client.id()),
        return_to,
        state: asked.state,
        hint,
        asked_at: now,
    })
}

/// SECURITY: a browser is sent on only to an address that the application which asks has registered.
async fn may_return(
    state: &OidcState,
    circumstances: &Circumstances,
    client: &Client,
    uri: &str,
) -> Result<(), Unanswerable> {
    if client.settings.may_return_to(uri) {
        return Ok(());
    }
    let op = state.anonymous(circumstances);
    let word = PageRefusal::BadReturnAddress.word();
    application::request_refused(&state.app, &op, client, ENDPOINT, word).await?;
    Err(Unanswerable::Page(PageRefusal::BadReturnAddress))
}
