//! The sessions of the person who asks.

use wardkey_domain::id::SessionId;
use wardkey_domain::op::Op;
use wardkey_domain::session::{Session, Standing};
use wardkey_store as store;

use crate::{App, Error, Result};

/// One session as its owner sees it.
#[derive(Clone, Debug)]
pub struct SessionView {
    /// The session.
    pub session: Session,
    /// Whether it is the one that asks.
    pub is_this_one: bool,
}

/// Lists the actor's own sessions that are still good, newest first [SES-7].
pub async fn list(app: &App, op: &Op) -> Result<Vec<SessionView>> {
    let actor = op.account().ok_or(Error::NotFound("session"))?;
    let mut tx = app.store().read().await?;
    let sessions = store::session::list_sessions(&mut tx, actor.id, op.now).await?;
    Ok(sessions
        .into_iter()
        .map(|session| SessionView { is_this_one: is_this_one(&session, actor.session), session })
        .filter(|view| {
            let seen = view.session.facts().seen_at;
            view.is_this_one || view.session.standing(&app.settings().session, seen, op.now) == Standing::Current
        })
        .collect())
}

fn is_this_one(session: &Session, asking: SessionId) -> bool {
    session.id() == asking
}
