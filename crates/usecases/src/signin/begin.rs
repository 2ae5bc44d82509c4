//! Beginning a sign-in.

use wardkey_domain::factor::push::PushStanding;
use wardkey_domain::factor::webauthn::KeyChallenge;
use wardkey_domain::id::{AuthorizationRequestId, CredentialId, FlowId};
use wardkey_domain::op::Op;
use wardkey_domain::secret::{Secret, TokenHash, token_text};
use wardkey_domain::signin::{Challenge, Flow, SignInRequest, StepUp};
use wardkey_store as store;

use crate::signin::present::{self, Shown};
use crate::signin::{Destination, Screen, flow_token, load};
use crate::{App, Error, Result};

/// What a sign-in begins with.
#[derive(Clone, Copy, Debug)]
pub struct Begin {
    /// The application's request that the person comes with, if an application sent them.
    pub request: Option<AuthorizationRequestId>,
    /// Where the person goes when done; ignored when an application sent them.
    pub destination: Destination,
}

/// Begins a sign-in. Returns the token for the browser's cookie, and the first page.
///
/// # Errors
/// `Unavailable` when the visitor's network begins too often; `NotFound` for a request that is not there.
pub async fn begin(app: &App, op: &Op, begin: Begin) -> Result<(Secret<String>, Screen)> {
    app.visits().admit(op)?;
    let mut tx = app.store().begin().await?;
    let (request, destination) = match begin.request {
        None => {
            // Whoever comes to move an app is asked by another way from the start, not by the phone that is gone.
            let moving = if let Destination::MoveApp(app) = begin.destination { Some(app) } else { None };
            (SignInRequest { moving, ..SignInRequest::portal() }, begin.destination)
        }
        Some(id) => {
            let request = store::application::sign_in_request(&mut tx, id, op.now)
                .await?
                .ok_or(Error::NotFound("authorization request"))?;
            (request, Destination::Authorization(id))
        }
    };
    let flow = Flow::begin(op, &app.settings().signin, FlowId::new(op.now, app.id_entropy()), request, challenge(app));
    let token = keep(app, &mut tx, &flow, destination).await?;
    let screen = present::screen(app, &mut tx, Shown::of(&flow), Challenge::Password).await?;
    tx.commit().await?;
    Ok((token, screen))
}

/// Begins a step-up: the second factor is asked for anew, and the session goes on refreshed [SES-8].
///
/// `moving` is the app that moves to a new phone, if it is for that. What it is for decides what counts.
pub async fn begin_fresh_factor(
    app: &App,
    op: &Op,
    destination: Destination,
    moving: Option<CredentialId>,
) -> Result<Secret<String>> {
    let actor = op.account().ok_or(Error::NotFound("session"))?;
    let mut tx = app.store().begin().await?;
    let session = store::session::session(&mut tx, actor.session).await?.ok_or(Error::NotFound("session"))?;
    let person = load::person(app, &mut tx, op, actor.id).await?.ok_or(Error::NotFound("account"))?;
    let id = FlowId::new(op.now, app.id_entropy());
    let step_up = match moving {
        Some(app) => StepUp::MoveApp(app),
        None if destination.adds() => StepUp::Add,
        None => StepUp::Change,
    };
    let flow = Flow::refresh(op, &app.settings().signin, id, &session, &person, step_up, challenge(app));
    let token = keep(app, &mut tx, &flow, destination).await?;
    tx.commit().await?;
    Ok(token)
}

/// Gives up the sign-in of a browser that begins anew: what it asked of an app is taken back.
///
/// SECURITY: of its own only. A request of somebody else in the same building stays, or whoever has stolen the password could
/// put theirs in its place.
pub async fn abandon(app: &App, op: &Op, token: &str) -> Result<()> {
    let mut tx = app.store().read().await?;
    let resumed = flow_token::resume(&mut tx, op, token).await?;
    drop(tx);
    let Ok(resumed) = resumed else { return Ok(()) };
    let Some(asked) = resumed.flow.awaits_app() else { return Ok(()) };
    let mut tx = app.store().begin().await?;
    store::credential::settle_push_request(&mut tx, asked.request, PushStanding::TakenBack, None, op.now).await?;
    store::signin::delete_flow(&mut tx, resumed.flow.id(), resumed.version).await?;
    Ok(tx.commit().await?)
}

/// What security keys will sign in a new flow.
fn challenge(app: &App) -> KeyChallenge {
    KeyChallenge::new(app.random())
}

async fn keep(app: &App, tx: &mut store::Tx, flow: &Flow, destination: Destination) -> Result<Secret<String>> {
    let token = token_text(app.random());
    let destination =
        serde_json::to_value(destination).map_err(|error| Error::internal("write down a destination", error))?;
    store::signin::insert_flow(tx, flow, &TokenHash::of(token.expose()), destination).await?;
    Ok(token)
}
