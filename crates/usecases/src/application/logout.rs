//! Signing out at the wish of an application [OpenID Connect RP-Initiated Logout 1.0].

use wardkey_domain::application::{LogoutAnswer, LogoutRequest};
use wardkey_domain::id::AuthorizationRequestId;
use wardkey_domain::op::Op;
use wardkey_store as store;

use crate::application::client;
use crate::session::{self, Authenticated};
use crate::{App, Result};

/// What to do with a request to sign out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogoutStep {
    /// Nobody is signed in any more; send the browser on, or say so.
    Done(LogoutRequest),
    /// Ask the person; the request waits under this name.
    Ask(AuthorizationRequestId),
}

/// What a person sees before they confirm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoutView {
    /// The application that asks, if it said so.
    pub application_name: Option<String>,
}

/// Answers a request that came with the browser's own cookie.
pub async fn logout(
    app: &App,
    op: &Op,
    authenticated: Option<&Authenticated>,
    request: LogoutRequest,
) -> Result<LogoutStep> {
    match request.answer(authenticated.map(|authenticated| &authenticated.session)) {
        LogoutAnswer::NothingToEnd => Ok(LogoutStep::Done(request)),
        LogoutAnswer::End => {
            session::sign_out(app, op).await?;
            Ok(LogoutStep::Done(request))
        }
        LogoutAnswer::Ask => keep_logout(app, op, &request).await.map(LogoutStep::Ask),
    }
}

/// Keeps a request to sign out until the person confirms, or until the browser comes back with its cookie.
pub async fn keep_logout(app: &App, op: &Op, request: &LogoutRequest) -> Result<AuthorizationRequestId> {
    app.visits().admit(op)?;
    let id = AuthorizationRequestId::new(op.now, app.id_entropy());
    let expires_at = op.now.plus(app.settings().oidc.lifetimes.logout_request);
    let mut tx = app.store().begin().await?;
    let organisation = match request.application {
        Some(application) => client::find_by_id(&mut tx, application).await?.map(|client| client.organisation()),
        None => None,
    };
    store::application::insert_logout_request(&mut tx, id, organisation, request, expires_at).await?;
    tx.commit().await?;
    Ok(id)
}

/// Answers a request that was kept until the browser came with its cookie; `None` when it has expired.
pub async fn resume_logout(
    app: &App,
    op: &Op,
    authenticated: Option<&Authenticated>,
    id: AuthorizationRequestId,
) -> Result<Option<LogoutStep>> {
    let mut tx = app.store().read().await?;
    let Some(request) = store::application::logout_request(&mut tx, id, op.now).await? else { return Ok(None) };
    drop(tx);
    match request.answer(authenticated.map(|authenticated| &authenticated.session)) {
        LogoutAnswer::Ask => Ok(Some(LogoutStep::Ask(id))),
        LogoutAnswer::End | LogoutAnswer::NothingToEnd => {
            let Some(request) = take(app, op, id).await? else { return Ok(None) };
            logout(app, op, authenticated, request).await.map(Some)
        }
    }
}

/// What the confirmation page shows; `None` when the request has expired.
pub async fn logout_view(app: &App, op: &Op, id: AuthorizationRequestId) -> Result<Option<LogoutView>> {
    let mut tx = app.store().read().await?;
    let Some(request) = store::application::logout_request(&mut tx, id, op.now).await? else { return Ok(None) };
    let client = match request.application {
        Some(application) => client::find_by_id(&mut tx, application).await?,
        None => None,
    };
    Ok(Some(LogoutView { application_name: client.map(|client| client.application.name.clone()) }))
}

/// Signs the person out who has confirmed. Returns where the browser goes on, if the application said so.
///
/// The session ends even when the request has expired meanwhile: that is what the person asked for.
pub async fn confirm_logout(app: &App, op: &Op, id: AuthorizationRequestId) -> Result<Option<String>> {
    let request = take(app, op, id).await?;
    if op.account().is_some() {
        session::sign_out(app, op).await?;
    }
    Ok(request.and_then(|request| request.location()))
}

/// Forgets a request to sign out: the person wants to stay.
pub async fn decline_logout(app: &App, op: &Op, id: AuthorizationRequestId) -> Result<()> {
    take(app, op, id).await.map(|_| ())
}

async fn take(app: &App, op: &Op, id: AuthorizationRequestId) -> Result<Option<LogoutRequest>> {
    let mut tx = app.store().begin().await?;
    let request = store::application::take_logout_request(&mut tx, id, op.now).await?;
    tx.commit().await?;
    Ok(request)
}
